// How exponential weights fall with rows or time, and how a stream of rows is summed up under them.
//
// Law F. Definitions are those of pandas' ewm. Rows a step apart go in stretches, whose order of additions is
// that of detail/exponential_plain.hpp.
#pragma once

#include <cstdint>
#include <string>

#include "../core/errors.hpp"
#include "../core/math.hpp"
#include "detail/exponential_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// How fast weights fall: a row keeps 1 - alpha of every weight before it.
struct decay {
  double alpha = 0.5;

  /// @throws invalid_argument unless 0 < alpha <= 1
  static decay from_alpha(double alpha) {
    if (!(alpha > 0.0 && alpha <= 1.0)) refuse("alpha", alpha, "above 0 and at most 1");
    return {alpha};
  }
  /// Centre of mass, in rows: alpha = 1 / (1 + com).
  static decay from_com(double com) {
    if (!(com >= 0.0 && com - com == 0.0)) refuse("com", com, "0 or more");
    return {1.0 / (1.0 + com)};
  }
  /// Span, in rows: alpha = 2 / (span + 1).
  static decay from_span(double span) {
    if (!(span >= 1.0 && span - span == 0.0)) refuse("span", span, "1 or more");
    return {2.0 / (span + 1.0)};
  }
  /// Rows in which a weight falls to half: alpha = 1 - 2^(-1 / half_life).
  static decay from_half_life(double half_life) {
    if (!(half_life > 0.0 && half_life - half_life == 0.0)) refuse("halflife", half_life, "more than 0");
    return {1.0 - math::exp(-0x1.62e42fefa39efp-1 / half_life)};
  }

 private:
  [[noreturn]] static void refuse(const char* name, double given, const char* expected) {
    raise<invalid_argument>(std::string(name) + ": " + std::to_string(given) + " given, expected " +
                            expected);
  }
};

/// How weights are counted.
struct weighting {
  bool adjust = true;      ///< divide by the weights there are, so that the first value is one like others
  bool ignore_na = false;  ///< rows without a value do not age the others
  bool fills = false;      ///< without adjust: a new value has all the weight that the old ones lost
  bool bias = false;       ///< variances and covariances are not corrected for the number of values
  std::int64_t least = 1;  ///< min_periods: fewer values give NaN
};

namespace detail {

/// What is left of every weight after a row, or after other times.
class fading {
 public:
  explicit fading(const decay& d) : keep_(1.0 - d.alpha), log_keep_(math::log(keep_)) {}

  double keep() const noexcept { return keep_; }
  /// @param elapsed  in rows or half-lives
  double over(double elapsed) const noexcept {
    return elapsed == 1.0   ? keep_
           : elapsed == 0.0 ? 1.0
           : keep_ == 0.0   ? 0.0
                            : math::exp(elapsed * log_keep_);
  }

 private:
  double keep_, log_keep_;
};

/// Where in a stretch a row is.
struct place_in_stretch {
  double keep, power = 1.0;  ///< what a row keeps; what is kept of what was before the row's block
  int row = -1;              ///< of its block

  void step(int rows_of_lane) noexcept {
    row = row + 1 == rows_of_lane ? 0 : row + 1;
    power = row == 0 ? keep : power * keep;
  }
};

/// v = keep v + term, added up as in `kernel::run_recurrence`.
class stretched_recurrence {
 public:
  void begin(double value) noexcept { value_ = value; }
  double take(double term, const place_in_stretch& at) noexcept {
    if (at.row == 0) {
      start_ = value_;
      local_ = term;
    } else {
      local_ = local_ * at.keep + term;
    }
    return value_ = start_ * at.power + local_;
  }

 private:
  double value_ = 0.0, start_ = 0.0, local_ = 0.0;
};

/// The mean, as its deviation from that before the stretch.
class stretched_mean {
 public:
  void begin(double mean) noexcept {
    before_ = mean;
    off_ = 0.0;
    sum_.begin(0.0);
  }
  /// A value with this share of the weights; how far it is from the mean before it.
  double take(double x, double share, const place_in_stretch& at) noexcept {
    const double d = x - before_, from_last = d - off_;
    off_ = sum_.take(d, at) * share;
    return from_last;
  }
  double mean() const noexcept { return off_ + before_; }

 private:
  stretched_recurrence sum_;
  double before_ = 0.0, off_ = 0.0;
};

/// A mean square, or product, of deviations.
class stretched_product {
 public:
  void begin(double sum) noexcept { sum_.begin(sum); }
  double take(double product, double share, double rest, const place_in_stretch& at) noexcept {
    return sum_.take(product * rest, at) * share;
  }

 private:
  stretched_recurrence sum_;
};

/// The weights apart from the values: all that is needed of them is their sum and that of their products.
class exponential_weights {
 public:
  exponential_weights(const decay& d, const weighting& how)
      : fading_(d),
        keep_(fading_.keep()),
        fresh_(how.adjust || keep_ == 1.0 ? 1.0 : 1.0 - keep_),
        how_(how),
        rows_of_lane_(how.fills || keep_ == 1.0 ? 0 : kernel::exponential_rows_of_lane(keep_)) {
    place_.keep = keep_;
  }

  /// A row, `elapsed` rows or half-lives after the last one; the share of the weights that its value gets.
  double pass(bool present, double elapsed) noexcept {
    if (settled_ && present && elapsed == 1.0) {  // such rows no longer change the weights
      ++count_;
      return share_;
    }
    if (count_ == 0) {
      count_ = present;
      return 1.0;
    }
    if (!present && how_.ignore_na) return 0.0;
    const kernel::weight_sums last = sums_;
    settled_ = false;
    sums_.fade(fading_.over(elapsed));
    if (!present) return 0.0;
    ++count_;
    const double fresh = how_.fills ? 1.0 - sums_.sum : fresh_;
    rest_ = sums_.kept(fresh);
    share_ = sums_.take_in(fresh, how_.adjust);
    correction_ = sums_.correction();
    settled_ = elapsed == 1.0 && last.sum == sums_.sum && last.pairs == sums_.pairs;
    if (settled_ && how_.adjust) share_ = 1.0 - keep_;  // a sum that no longer moves is as far off as it may
    if (settled_) rest_ = 1.0 - share_;
    return share_;
  }

  /// Whether the next row is one of a stretch; if `steady` (it has a value, a row after the last), and if
  /// weights fall slowly enough. Else a stretch that there is ends.
  bool begin_steady(bool steady) noexcept {
    if (steady && rows_of_lane_ > 0 && count_ > 0 && (how_.adjust || sums_.sum == 1.0)) return true;
    row_ = 0;
    return false;
  }
  /// The same as pass(true, 1.0), of a row of a stretch.
  double pass_steady() noexcept {
    if (row_ == 0) place_.row = -1;
    place_.step(rows_of_lane_);
    row_ = row_ + 1 == 4 * rows_of_lane_ ? 0 : row_ + 1;
    return pass(true, 1.0);
  }
  bool first_of_stretch() const noexcept { return row_ == 0; }
  const place_in_stretch& place() const noexcept { return place_; }
  /// All weights in units of the newest.
  double in_newest() const noexcept { return settled_ ? 1.0 / share_ : sums_.sum / fresh_; }

  /// What a job is told of the weights; false unless a stretch can begin, and has results.
  bool begin_stretches(exponential_job& job, std::size_t rows) noexcept {
    if (row_ != 0 || !begin_steady(true) || !enough() || rows < 4 * static_cast<std::size_t>(rows_of_lane_))
      return false;
    if (powers_[0] == 0.0) {
      powers_[0] = keep_;
      for (int r = 1; r < rows_of_lane_; ++r) powers_[r] = powers_[r - 1] * keep_;
    }
    job.rows = static_cast<std::int64_t>(rows);
    job.rows_of_lane = rows_of_lane_;
    job.keep = keep_;
    job.fresh = fresh_;
    job.adjust = how_.adjust;
    job.bias = how_.bias;
    job.powers = powers_;
    job.sum = sums_.sum;
    job.pairs = sums_.pairs;
    job.settled = settled_;
    return true;
  }
  std::size_t end_stretches(const exponential_job& job) noexcept {
    if (job.done == 0) return 0;
    sums_ = {job.sum, job.pairs};
    correction_ = sums_.correction();
    settled_ = job.settled;
    if (settled_) {
      share_ = how_.adjust ? 1.0 - keep_ : fresh_;
      rest_ = 1.0 - share_;
    }
    count_ += job.done;
    return static_cast<std::size_t>(job.done);
  }

  /// Whether rows with a value, a row apart, no longer change the weights, which fall too fast for stretches;
  /// and so many of them.
  bool settled_alone() const noexcept { return settled_ && rows_of_lane_ == 0 && enough(); }
  void pass_settled(std::size_t rows) noexcept { count_ += static_cast<std::int64_t>(rows); }
  double share() const noexcept { return share_; }

  /// What is left to all values before, of the row that pass() was last told of.
  double rest() const noexcept { return rest_; }

  bool enough() const noexcept { return count_ > 0 && count_ >= how_.least; }
  std::int64_t count() const noexcept { return count_; }

  /// What a mean squared deviation is multiplied by.
  double correction() const noexcept { return how_.bias ? 1.0 : correction_; }

 private:
  fading fading_;
  double keep_, fresh_;
  weighting how_;
  kernel::weight_sums sums_{1.0, 0.0};
  double correction_ = __builtin_nan("");
  std::int64_t count_ = 0;
  int rows_of_lane_, row_ = 0;  ///< rows of a quarter of a stretch; the next one's place
  place_in_stretch place_{};
  bool settled_ = false;
  double share_ = 0.0, rest_ = 1.0;  ///< where settled
  double powers_[kernel::most_rows_of_lane] = {};
};

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
