// zone: a time zone, from a TZif file, a fixed offset or UTC.
//
// Source: RFC 9636 (TZif versions 1 to 4). Before the first change the file's type 0 holds; after the
// last one its rule, or the last offset when there is no rule. Files with leap seconds ("right/" zones)
// are refused, for our instants are POSIX time. Bytes are not trusted: every count is checked against
// the size, every index against its count. Law: class I.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/errors.hpp"
#include "../core/span.hpp"
#include "posix_rule.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Which instant a wall clock means when it shows the same time twice.
enum class ambiguous_time { earliest, latest, missing };

/// Which instant a wall clock means that it never shows.
enum class nonexistent_time { next, missing };  ///< next: the first instant after the gap

inline ambiguous_time ambiguous_time_named(std::string_view name) {
  if (name == "earliest") return ambiguous_time::earliest;
  if (name == "latest") return ambiguous_time::latest;
  if (name == "missing") return ambiguous_time::missing;
  raise<invalid_argument>("ambiguous: given \"" + std::string(name) +
                          "\", expected earliest, latest or missing");
}

inline nonexistent_time nonexistent_time_named(std::string_view name) {
  if (name == "next") return nonexistent_time::next;
  if (name == "missing") return nonexistent_time::missing;
  raise<invalid_argument>("nonexistent: given \"" + std::string(name) + "\", expected next or missing");
}

class zone {
 public:
  static zone utc() { return zone(); }

  static zone fixed(std::int32_t seconds) {
    if (seconds <= -86400 || seconds >= 86400)
      raise<invalid_argument>("seconds: given " + std::to_string(seconds) + ", expected less than a day");
    zone out;
    out.offsets_ = {seconds};
    return out;
  }

  /// The content of a TZif file; raises `bad_bytes`.
  static zone from_tzif(std::string_view bytes);

  /// A zone by its name ("Europe/Rome") from $TZDIR or the system's folders; raises `invalid_argument`.
  static zone load(const std::string& name);

  /// The offset at an instant and how long it holds.
  zone_interval at(std::int64_t seconds) const noexcept {
    std::size_t i = 0;  // how many changes there were up to then
    for (std::size_t rest = changes_.size(); rest != 0; rest /= 2)
      if (const std::size_t half = i + rest / 2; changes_[half] <= seconds) {
        i = half + 1;
        --rest;
      }
    if (i == changes_.size() && rule_.has_value()) {
      zone_interval out = rule_->at(seconds);
      if (!changes_.empty() && out.begin < changes_.back()) out.begin = changes_.back();
      return out;
    }
    return {i == 0 ? INT64_MIN : changes_[i - 1], i == changes_.size() ? INT64_MAX : changes_[i],
            offsets_[i]};
  }

 private:
  zone() = default;

  std::vector<std::int64_t> changes_;        // instants in seconds, ascending
  std::vector<std::int32_t> offsets_ = {0};  // offsets_[i] holds before changes_[i], the last one after all
  std::optional<posix_rule> rule_;           // after the last change
};

/// A zone with the interval last used in hand: what loops over arrays call. Not for sharing by threads.
class zone_clock {
 public:
  explicit zone_clock(const zone& z) : zone_(&z), now_(z.at(0)) {}

  /// Seconds east of Greenwich at an instant in nanoseconds.
  std::int32_t offset(std::int64_t ns) noexcept { return interval(floor_div(ns, ns_per_second)).offset; }

  /// The wall clock at an instant, as nanoseconds; saturates at the ends of int64.
  std::int64_t to_local(std::int64_t ns) noexcept {
    if (ns == not_a_time) return ns;
    std::int64_t local = 0;
    if (__builtin_add_overflow(ns, offset(ns) * ns_per_second, &local))
      return ns < 0 ? INT64_MIN + 1 : INT64_MAX;
    return local;
  }

  /// The instant that a wall clock means; `not_a_time` where the choice is missing.
  std::int64_t to_utc(std::int64_t local_ns, ambiguous_time twice = ambiguous_time::earliest,
                      nonexistent_time never = nonexistent_time::next) noexcept {
    if (local_ns == not_a_time) return not_a_time;
    const std::int64_t local = floor_div(local_ns, ns_per_second);
    constexpr std::int64_t reach = 26 * 3600;  // no offset is larger (RFC 9636, section 3.2)
    zone_interval i = interval(local - reach);
    std::int64_t found = 0;
    int count = 0;
    if (i.end - reach <= local || i.begin + reach > local) {
      std::int64_t gap_end = INT64_MIN;
      while (true) {
        const std::int64_t u = local - i.offset;
        if (u >= i.begin && u < i.end) {
          if (count++ == 0 || twice == ambiguous_time::latest) found = u;
        }
        if (i.end == INT64_MAX || i.end > local + reach) break;
        const zone_interval next = interval(i.end);
        // before: the clock has passed its last reading; after: not yet reached its first
        if (local >= i.end + i.offset && local < i.end + next.offset) gap_end = i.end;
        i = next;
      }
      if (count == 0) {
        if (never == nonexistent_time::missing || gap_end == INT64_MIN) return not_a_time;
        return in_ns(gap_end, 0);
      }
      if (count > 1 && twice == ambiguous_time::missing) return not_a_time;
    } else {
      found = local - i.offset;
    }
    return in_ns(found, local_ns - local * ns_per_second);
  }

 private:
  static std::int64_t in_ns(std::int64_t seconds, std::int64_t ns) noexcept {
    std::int64_t out = 0;
    if (__builtin_mul_overflow(seconds, ns_per_second, &out) || __builtin_add_overflow(out, ns, &out))
      return not_a_time;
    return out;
  }

  const zone_interval& interval(std::int64_t seconds) noexcept {
    if (seconds < now_.begin || seconds >= now_.end) now_ = zone_->at(seconds);
    return now_;
  }

  const zone* zone_;
  zone_interval now_;
};

namespace zone_detail {

/// Big-endian fields out of bytes that nobody vouches for.
class tzif_reader {
 public:
  explicit tzif_reader(std::string_view bytes) : bytes_(bytes) {}

  std::string_view take(std::size_t n, const char* what) {
    if (n > bytes_.size() - at_)
      raise<bad_bytes>("zone: TZif data is truncated: " + std::to_string(bytes_.size()) + " bytes, " + what +
                       " ends at " + std::to_string(at_ + n));
    at_ += n;
    return bytes_.substr(at_ - n, n);
  }

  static std::int64_t number(std::string_view big_endian) noexcept {
    std::uint64_t v = (static_cast<unsigned char>(big_endian[0]) & 0x80u) != 0u ? ~std::uint64_t{0} : 0;
    for (char c : big_endian) v = v << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(v);
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

struct tzif_header {
  int version = 1;
  std::size_t isut = 0, isstd = 0, leap = 0, time = 0, type = 0, chars = 0;

  explicit tzif_header(tzif_reader& in) {
    const std::string_view h = in.take(44, "the header");
    if (h.substr(0, 4) != "TZif") raise<bad_bytes>("zone: not TZif data (no \"TZif\" at the start)");
    version = h[4] == '\0' ? 1 : h[4] - '0';
    if (version < 1 || version > 9)
      raise<bad_bytes>("zone: TZif version byte " + std::to_string(h[4]) + " is unknown");
    std::size_t* const counts[6] = {&isut, &isstd, &leap, &time, &type, &chars};
    for (std::size_t i = 0; i < 6; ++i) {
      const std::int64_t n = tzif_reader::number(h.substr(20 + 4 * i, 4));
      // far above any zone (Europe/Dublin has 229 changes), far below what could hurt
      if (n < 0 || n > 100'000)
        raise<bad_bytes>("zone: TZif data announces " + std::to_string(n) +
                         " entries, at most 100000 are read");
      *counts[i] = static_cast<std::size_t>(n);
    }
  }

  std::size_t body(std::size_t time_size) const noexcept {
    return time * (time_size + 1) + type * 6 + chars + leap * (time_size + 4) + isstd + isut;
  }
};

}  // namespace zone_detail

inline zone zone::from_tzif(std::string_view bytes) {
  using namespace zone_detail;
  tzif_reader in(bytes);
  tzif_header h(in);
  const bool wide = h.version >= 2;
  if (wide) {  // the first block is for readers of version 1
    in.take(h.body(4), "the version 1 block");
    h = tzif_header(in);
  }
  if (h.type == 0) raise<bad_bytes>("zone: TZif data has no local time type");
  if (h.leap != 0)
    raise<bad_bytes>("zone: TZif data with leap seconds (a \"right/\" zone), expected POSIX time");
  const std::size_t width = wide ? 8 : 4;
  const std::string_view times = in.take(h.time * width, "the list of changes");
  const std::string_view indices = in.take(h.time, "the list of types");
  const std::string_view types = in.take(h.type * 6, "the types");
  in.take(h.chars + h.isstd + h.isut, "the designations");

  const auto offset_of = [&](std::size_t type) {
    if (type >= h.type)
      raise<bad_bytes>("zone: TZif data names type " + std::to_string(type) + " of " +
                       std::to_string(h.type));
    const std::int64_t offset = tzif_reader::number(types.substr(type * 6, 4));
    if (offset < -89999 || offset > 93599)
      raise<bad_bytes>("zone: an offset of " + std::to_string(offset) + " s, expected -89999 to 93599");
    return static_cast<std::int32_t>(offset);
  };
  zone out;
  out.offsets_ = {offset_of(0)};
  for (std::size_t i = 0; i < h.time; ++i) {
    const std::int64_t t = tzif_reader::number(times.substr(i * width, width));
    if (!out.changes_.empty() && t <= out.changes_.back())
      raise<bad_bytes>("zone: the changes of the TZif data do not ascend");
    out.changes_.push_back(t);
    out.offsets_.push_back(offset_of(static_cast<unsigned char>(indices[i])));
  }
  if (wide) {
    if (in.take(1, "the rule") != "\n") raise<bad_bytes>("zone: no rule where the TZif data should have one");
    std::string rule;
    for (char c = in.take(1, "the rule")[0]; c != '\n'; c = in.take(1, "the rule")[0]) {
      if (rule.size() == 256) raise<bad_bytes>("zone: a rule of more than 256 bytes");
      rule += c;
    }
    if (!rule.empty()) out.rule_.emplace(rule);
  }
  return out;
}

inline zone zone::load(const std::string& name) {
  if (name == "UTC") return utc();
  const bool inside = !name.empty() && name.front() != '/' && name.find("..") == name.npos &&
                      name.find('\\') == name.npos && name.find('\0') == name.npos && name.size() < 128;
  std::vector<std::string> folders;
  if (const char* tzdir = std::getenv("TZDIR"); tzdir != nullptr && *tzdir != '\0') folders.push_back(tzdir);
  folders.insert(folders.end(),
                 {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"});
  for (const std::string& folder : folders) {
    if (!inside) break;
    std::FILE* const file = std::fopen((folder + "/" + name).c_str(), "rb");
    if (file == nullptr) continue;
    std::string bytes(std::size_t{1} << 20, '\0');  // the largest zone has some 4 kB
    bytes.resize(std::fread(&bytes[0], 1, bytes.size(), file));
    std::fclose(file);
    if (bytes.compare(0, 4, "TZif") != 0) continue;
    return from_tzif(bytes);
  }
  raise<invalid_argument>("zone: given \"" + name + "\", expected a name of the time zone database such as " +
                          "\"Europe/Rome\" (looked in $TZDIR and " + folders[folders.size() - 4] + ")");
}

BAROGRAPH_NAMESPACE_END
