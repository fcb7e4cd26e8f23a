// metric_kind: what a metric's name says of it, as far as a search for causes asks: which way harm lies,
// and whether it is a share of successes, whose complement is what moves when things go wrong.
//
// A name is read word by word: words end at anything but letters and digits, and where a capital follows
// a small letter or a digit. Class I.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

enum class metric_kind : std::uint8_t { other, cpu, memory, latency, errors, traffic };

/// What is known of a metric before its values are looked at.
struct metric_traits {
  metric_kind kind = metric_kind::other;
  int harmful = 0;         ///< the direction that does harm: 1 up, -1 down, 0 either
  bool successes = false;  ///< a share of what went well (availability, success rate)
  bool outward =
      false;  ///< latency of calls to others, as the caller measures it: theirs rather than its own

  friend bool operator==(const metric_traits& a, const metric_traits& b) noexcept {
    return a.kind == b.kind && a.harmful == b.harmful && a.successes == b.successes && a.outward == b.outward;
  }
};

namespace detail {

/// Calls f(word) for each word of a name, in small letters; words longer than 31 letters are cut.
template <class F>
void for_each_word(std::string_view name, F f) {
  char word[32];
  std::size_t n = 0;
  bool small_before = false;
  const auto flush = [&] {
    if (n != 0) f(std::string_view(word, n));
    n = 0;
  };
  for (const char c : name) {
    const bool capital = c >= 'A' && c <= 'Z';
    const bool rest = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!capital && !rest) {
      flush();
      small_before = false;
      continue;
    }
    if (capital && small_before) flush();
    if (n < sizeof word) word[n++] = capital ? static_cast<char>(c - 'A' + 'a') : c;
    small_before = rest;
  }
  flush();
}

inline bool begins_with(std::string_view word, std::string_view start) noexcept {
  return word.substr(0, start.size()) == start;
}

/// p50, p99, p999: a percentile.
inline bool is_percentile(std::string_view word) noexcept {
  if (word.size() < 3 || word.size() > 5 || word[0] != 'p') return false;
  for (const char c : word.substr(1))
    if (c < '0' || c > '9') return false;
  return true;
}

}  // namespace detail

/// The traits of a metric by its name, such as "cart_latency-90", "CPUUtilization", "PodSuccessRate(%)".
/// Of several kinds the first of cpu, memory, errors, latency, traffic counts.
inline metric_traits traits_of(std::string_view name) {
  bool cpu = false, memory = false, latency = false, errors = false, successes = false, traffic = false;
  bool outward = false;
  detail::for_each_word(name, [&](std::string_view word) {
    const auto any = [word](std::initializer_list<std::string_view> starts) {
      for (const std::string_view s : starts)
        if (detail::begins_with(word, s)) return true;
      return false;
    };
    cpu |= any({"cpu", "throttl"});
    memory |= any({"mem", "heap", "rss", "swap", "oom"});
    latency |= any({"latenc", "duration", "resp", "time", "elapsed", "ttfb", "rtt", "delay"}) ||
               word == "lat" || word == "rt" || detail::is_percentile(word);
    errors |= any({"err", "fail", "fault", "exception", "5xx", "4xx", "timeout", "reject", "retr", "drop"});
    outward |= word == "client" || any({"upstream", "outgoing", "outbound", "egress"});
    successes |= any({"avail", "success", "uptime"});
    traffic |=
        any({"load", "req", "rps", "qps", "tps", "ops", "workload", "throughput", "traffic", "calls"}) ||
        word == "lod";
  });
  metric_traits t;
  t.successes = successes && !errors;
  if (cpu)
    t.kind = metric_kind::cpu;
  else if (memory)
    t.kind = metric_kind::memory;
  else if (errors || successes)
    t.kind = metric_kind::errors;
  else if (latency)
    t.kind = metric_kind::latency;
  else if (traffic)
    t.kind = metric_kind::traffic;
  t.outward = outward && t.kind == metric_kind::latency;
  t.harmful = t.successes ? -1 : t.kind == metric_kind::other || t.kind == metric_kind::traffic ? 0 : 1;
  return t;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
