// burn_rate: how fast a service spends its error budget, over several windows at once, and whether that
// is worth waking somebody.
//
// A burn rate of 1 spends the budget (1 - objective) exactly within the period; an alert holds while both
// its windows burn faster than its threshold: the long one says that it matters, the short one that it is
// still so. Source: Beyer et al., "The Site Reliability Workbook", O'Reilly 2018, chapter 5, "6:
// Multiwindow, Multi-Burn-Rate Alerts", whose three alerts are the default (for a period of 30 days).
//
// Law: a view over windowed proportions, one a window, 60 slots each, so between 59/60 and all of a
// window is judged. Class I: rows of several hosts merge in any order, as windowed has it.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/decimal.hpp"
#include "../core/utf8.hpp"
#include "../stats/proportion.hpp"
#include "../stats/windowed.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// An alert holds while the burn rate of both windows is above the threshold.
struct burn_rule {
  std::int64_t long_window;   ///< nanoseconds
  std::int64_t short_window;  ///< nanoseconds
  double threshold;
  std::string severity;

  friend bool operator==(const burn_rule& a, const burn_rule& b) {
    return a.long_window == b.long_window && a.short_window == b.short_window && a.threshold == b.threshold &&
           a.severity == b.severity;
  }
  friend bool operator!=(const burn_rule& a, const burn_rule& b) { return !(a == b); }
};

/// What a rule says now. Burn rates are NaN for a window without requests.
struct burn_alert {
  burn_rule rule;
  double long_burn;
  double short_burn;
  bool firing;
  double
      budget_spent;  ///< share of the period's budget that the long window took: long_burn * window / period
  double budget_left;            ///< of the period; below 0 when overspent
  double seconds_to_exhaustion;  ///< of what is left at long_burn; infinite when nothing burns
  std::string text;              ///< what and why, for a person
};

class burn_rate {
 public:
  static constexpr std::int64_t minute = 60'000'000'000;
  static constexpr std::int64_t hour = 60 * minute;
  static constexpr std::int64_t day = 24 * hour;
  static constexpr std::int64_t slots = 60;

  /// 2 % of a 30-day budget in an hour, 5 % in six, 10 % in three days.
  static std::vector<burn_rule> workbook() {
    return {{hour, 5 * minute, 14.4, "page"},
            {6 * hour, 30 * minute, 6.0, "page"},
            {3 * day, 6 * hour, 1.0, "ticket"}};
  }

  /// `objective` is the share of requests that shall not fail, such as policy's
  /// `objectives.availability`; `period` is what the budget is for.
  explicit burn_rate(double objective = 0.999, std::vector<burn_rule> rules = workbook(),
                     std::int64_t period = 30 * day)
      : objective_(objective), period_(period), rules_(std::move(rules)) {
    if (!(objective > 0 && objective < 1))
      raise<invalid_argument>("objective: " + decimal(objective) +
                              " given, expected a fraction between 0 and 1");
    if (period < 1 || period > longest)
      raise<invalid_argument>("period: " + window_text(period) + " given, expected 1 ns to 10 years");
    if (rules_.empty() || rules_.size() > 32)
      raise<invalid_argument>("rules: " + std::to_string(rules_.size()) + " given, expected 1 to 32");
    for (const burn_rule& r : rules_) {
      if (!(r.short_window >= 1 && r.short_window <= r.long_window && r.long_window <= period))
        raise<invalid_argument>("rules: windows of " + window_text(r.long_window) + " and " +
                                window_text(r.short_window) +
                                " given, expected a short one up to the long one, that up to the period of " +
                                window_text(period));
      if (!(r.threshold > 0 && std::isfinite(r.threshold)))
        raise<invalid_argument>("rules: a threshold of " + decimal(r.threshold) +
                                " given, expected a finite number above 0");
      if (!is_utf8(r.severity)) raise<invalid_argument>("rules: a severity that is no UTF-8 given");
      if (r.severity.size() > 100) raise<invalid_argument>("rules: a severity of more than 100 bytes given");
      add_window(r.long_window);
      add_window(r.short_window);
    }
    add_window(period);
  }

  /// n requests at a time (nanoseconds of the event), failed or not.
  template <class Bool, class = std::enable_if_t<std::is_same_v<Bool, bool>>>
  void update(std::int64_t time, Bool error, std::uint64_t n = 1) {
    update_counts(time, error ? n : 0, n);
  }

  /// Requests that were counted elsewhere, and how many of them failed.
  void update_counts(std::int64_t time, std::uint64_t errors, std::uint64_t requests) {
    check_counts(errors, requests);
    for (windowed<proportion>& w : windows_)
      w.update_with(time, requests, [=](proportion& p) { p.update_counts(errors, requests); });
  }

  void update(span<const std::int64_t> times, span<const bool> errors) { update_all(times, errors); }
  /// Bytes, of which every one but 0 is a failure.
  void update(span<const std::int64_t> times, span<const std::uint8_t> errors) { update_all(times, errors); }

  void update_counts(span<const std::int64_t> times, span<const std::uint64_t> errors,
                     span<const std::uint64_t> requests) {
    check_lengths(times.size(), errors.size());
    check_lengths(times.size(), requests.size());
    for (std::size_t i = 0; i < times.size(); ++i) check_counts(errors[i], requests[i]);
    for (std::size_t i = 0; i < times.size(); ++i) update_counts(times[i], errors[i], requests[i]);
  }

  /// Moves the clock on where no request tells the time.
  void advance(std::int64_t time) {
    for (windowed<proportion>& w : windows_) w.advance(time);
  }

  /// Adds the requests of another host; objective, rules and period must be equal.
  void merge(const burn_rate& other) {
    if (other.objective_ != objective_ || other.period_ != period_ || other.rules_ != rules_)
      raise<invalid_argument>("merge: other has another objective, other rules or another period");
    burn_rate both = *this;
    for (std::size_t i = 0; i < windows_.size(); ++i) both.windows_[i].merge(other.windows_[i]);
    *this = std::move(both);
  }
  burn_rate& operator+=(const burn_rate& other) {
    merge(other);
    return *this;
  }

  void reset() {
    for (windowed<proportion>& w : windows_) w.reset();
  }

  double objective() const noexcept { return objective_; }
  std::int64_t period() const noexcept { return period_; }
  const std::vector<burn_rule>& rules() const noexcept { return rules_; }
  /// The clock of the period; what it calls too late is older than that, and in no window.
  const event_time& clock() const noexcept { return whole().clock(); }

  /// Failures out of requests within a window: one of the rules', or the period.
  proportion errors(std::int64_t window) const { return find(window).value(); }

  /// Their rate over what the objective allows; NaN without requests.
  double burn(std::int64_t window) const { return errors(window).rate() / (1 - objective_); }

  /// The share of the failures that the period's requests may have that is still left; 1 without requests.
  double budget_left() const {
    const double spent = burn(period_);
    return spent == spent ? 1 - spent : 1;
  }

  /// Every rule, firing or not.
  std::vector<burn_alert> alerts() const {
    std::vector<burn_alert> all;
    const double left = budget_left();
    for (const burn_rule& r : rules_) {
      burn_alert a{r, burn(r.long_window), burn(r.short_window), false, 0, left, 0, {}};
      a.firing = a.long_burn > r.threshold && a.short_burn > r.threshold;
      const bool burns = a.long_burn > 0;
      const auto period = static_cast<double>(period_);
      a.budget_spent = burns ? a.long_burn * (static_cast<double>(r.long_window) / period) : 0;
      a.seconds_to_exhaustion = left <= 0 ? 0
                                : burns   ? left * period / 1e9 / a.long_burn
                                          : std::numeric_limits<double>::infinity();
      a.text = text_of(a);
      all.push_back(std::move(a));
    }
    return all;
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::burn_rate);
    w.f64(objective_);
    w.varint(static_cast<std::uint64_t>(period_));
    w.varint(rules_.size());
    for (const burn_rule& r : rules_) {
      w.varint(static_cast<std::uint64_t>(r.long_window));
      w.varint(static_cast<std::uint64_t>(r.short_window));
      w.f64(r.threshold);
      w.nested(r.severity);
    }
    for (const windowed<proportion>& one : windows_) w.nested(one.to_bytes());
    return w.finish();
  }

  static burn_rate from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::burn_rate, limits);
    const double objective = r.f64();
    const std::uint64_t period = r.varint();
    std::vector<burn_rule> rules(r.count(11));
    bool good = objective > 0 && objective < 1 && period >= 1 && period <= std::uint64_t{longest} &&
                !rules.empty() && rules.size() <= 32;
    for (burn_rule& rule : rules) {
      const std::uint64_t long_window = r.varint();
      const std::uint64_t short_window = r.varint();
      rule.threshold = r.f64();
      rule.severity = r.nested();
      good = good && short_window >= 1 && short_window <= long_window && long_window <= period &&
             rule.threshold > 0 && std::isfinite(rule.threshold) && rule.severity.size() <= 100 &&
             is_utf8(rule.severity);
      if (!good) break;
      rule.long_window = static_cast<std::int64_t>(long_window);
      rule.short_window = static_cast<std::int64_t>(short_window);
    }
    if (!good) raise<bad_bytes>("bytes: an objective or rules that cannot be");
    burn_rate b(objective, std::move(rules), static_cast<std::int64_t>(period));
    for (std::size_t i = 0; i < b.windows_.size(); ++i) {
      windowed<proportion> found = windowed<proportion>::from_bytes(r.nested(), limits);
      const windowed<proportion>& made = b.windows_[i];
      const event_time& clock = i == 0 ? found.clock() : b.windows_[0].clock();
      if (found.window() != made.window() || found.slot_length() != made.slot_length() ||
          found.unit() != made.unit() ||
          found.clock().allowed_lateness() != made.clock().allowed_lateness() ||
          found.clock().started() != clock.started() || found.clock().newest() != clock.newest())
        raise<bad_bytes>("bytes: windows that are not those of the rules");
      b.windows_[i] = std::move(found);
    }
    r.done();
    return b;
  }

  friend bool operator==(const burn_rate& a, const burn_rate& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const burn_rate& a, const burn_rate& b) { return !(a == b); }

 private:
  static constexpr std::int64_t longest = 3652 * day;

  static void check_lengths(std::size_t times, std::size_t rows) {
    if (times != rows)
      raise<invalid_argument>("times: " + std::to_string(times) + " given, expected " + std::to_string(rows) +
                              ", one for each row");
  }

  static void check_counts(std::uint64_t errors, std::uint64_t requests) {
    if (errors > requests)
      raise<invalid_argument>("errors: " + std::to_string(errors) + " of " + std::to_string(requests) +
                              " requests given, expected at most as many");
  }

  /// Slots divide a window to within 60 ns.
  static std::int64_t slot_of(std::int64_t window) noexcept { return (window + slots - 1) / slots; }

  /// Windows are kept from the shortest to the longest, which is the period.
  void add_window(std::int64_t window) {
    std::size_t at = 0;
    while (at < windows_.size() && windows_[at].slot_length() < slot_of(window)) ++at;
    if (at < windows_.size() && windows_[at].slot_length() == slot_of(window)) return;
    windows_.insert(windows_.begin() + static_cast<std::ptrdiff_t>(at),
                    windowed<proportion>(proportion(), slot_of(window) * slots, slot_of(window)));
  }

  const windowed<proportion>& whole() const noexcept { return windows_.back(); }
  const windowed<proportion>& find(std::int64_t window) const {
    for (const windowed<proportion>& w : windows_)
      if (window > 0 && w.slot_length() == slot_of(window)) return w;
    std::string there = window_text(period_);
    for (const burn_rule& r : rules_)
      there += ", " + window_text(r.long_window) + ", " + window_text(r.short_window);
    raise<invalid_argument>("window: " + window_text(window) +
                            " given, expected the period or a window of the rules: " + there);
  }
  template <class Flag>
  void update_all(span<const std::int64_t> times, span<const Flag> errors) {
    check_lengths(times.size(), errors.size());
    for (std::size_t i = 0; i < times.size();) {
      // Rows in the order of time that share a slot in every window are added at once.
      std::int64_t end = std::numeric_limits<std::int64_t>::max();
      const std::int64_t first = times[i];
      for (const windowed<proportion>& w : windows_) {
        const std::int64_t slot = w.slot_length();
        const std::int64_t rest = slot - (first % slot + slot) % slot;
        if (first < std::numeric_limits<std::int64_t>::max() - rest && first + rest < end) end = first + rest;
      }
      std::uint64_t failed = 0;
      std::uint64_t n = 0;
      std::int64_t last = first;
      const bool in_order = !clock().started() || first >= clock().newest();
      do {
        last = times[i];
        failed += errors[i] != Flag{} ? 1 : 0;
        ++n;
        ++i;
      } while (in_order && i < times.size() && times[i] >= last && times[i] < end);
      update_counts(last, failed, n);
    }
  }

  static std::string length_text(double seconds) {
    if (!(seconds < 1e15)) return "never";
    const auto say = [](double v, const char* unit) { return decimal(v, 3) + " " + unit; };
    if (seconds >= 2 * 86400) return say(seconds / 86400, "days");
    if (seconds >= 2 * 3600) return say(seconds / 3600, "h");
    if (seconds >= 120) return say(seconds / 60, "min");
    return say(seconds, "s");
  }
  static std::string window_text(std::int64_t ns) {
    const auto say = [&](std::int64_t unit, const char* name) { return std::to_string(ns / unit) + name; };
    if (ns != 0 && ns % day == 0) return say(day, "d");
    if (ns != 0 && ns % hour == 0) return say(hour, "h");
    if (ns != 0 && ns % minute == 0) return say(minute, "min");
    return decimal(static_cast<double>(ns) / 1e9, 6) + "s";
  }

  /// A figure for people: three digits, and all before the point.
  static std::string figure(double v) {
    return std::fabs(v) >= 999.5 && std::fabs(v) < 1e15 ? std::to_string(std::llround(v)) : decimal(v, 3);
  }

  std::string text_of(const burn_alert& a) const {
    if (!(a.long_burn == a.long_burn)) return "no requests in " + window_text(a.rule.long_window);
    std::string s = a.firing ? a.rule.severity + ": " : std::string();
    s += "burning " + figure(a.long_burn) + " times the budget over " + window_text(a.rule.long_window) +
         " and ";
    s += a.short_burn == a.short_burn ? figure(a.short_burn) : std::string("nothing");
    s += " over " + window_text(a.rule.short_window) + (a.firing ? ", above " : ", alert above ") +
         decimal(a.rule.threshold, 6) + "; " + figure(100 * a.budget_left) + " % of the budget of " +
         window_text(period_) + " left";
    if (a.budget_left <= 0) return s;
    if (std::isinf(a.seconds_to_exhaustion)) return s;
    return s + ", gone in " + length_text(a.seconds_to_exhaustion) + " at this rate";
  }

  double objective_;
  std::int64_t period_;
  std::vector<burn_rule> rules_;
  std::vector<windowed<proportion>> windows_;
};

BAROGRAPH_NAMESPACE_END
