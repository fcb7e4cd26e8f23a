// holt_winters: level, trend and season of a stream, each carried on by exponential smoothing.
//
// Law F, ordered: what is expected of a row is a function of the rows before it. Sources: C. C. Holt (1957),
// "Forecasting seasonals and trends by exponentially weighted moving averages"; P. R. Winters (1960); the
// component form and the damped trend as in R. J. Hyndman, A. B. Koehler, J. K. Ord, R. D. Snyder,
// "Forecasting with Exponential Smoothing" (2008), which is that of statsmodels. The robust form lets an
// error count up to two scales: S. Gelper, R. Fried, C. Croux, "Robust forecasting with exponential and
// Holt-Winters smoothing", Journal of Forecasting 29 (2010). A missing row changes nothing but that time goes
// on.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/bytes.hpp"
#include "../core/errors.hpp"
#include "../core/number_span.hpp"
#include "../core/span.hpp"
#include "band.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

/// How the season acts on the level: added to it, multiplied with it, or there is none.
enum class seasonality { none, additive, multiplicative };

/// "additive", "multiplicative" or "none" as a `seasonality`.
inline seasonality parse_seasonality(const std::string& text) {
  if (text == "none") return seasonality::none;
  if (text == "additive") return seasonality::additive;
  if (text == "multiplicative") return seasonality::multiplicative;
  raise<invalid_argument>("seasonal: '" + text + "' given, expected 'additive', 'multiplicative' or 'none'");
}

/// How fast the parts follow the errors, each 0 to 1; and how much of the trend is carried on.
struct smoothing {
  double level = 0.3, trend = 0.05, season = 0.1;
  double damping = 1.0;  ///< 0 to 1; 1: the trend goes on as it is
};

/// What the parts are before the first row.
struct components {
  double level = 0.0, trend = 0.0;
  std::vector<double> season;  ///< of the first row, the second ...; its size is the period
};

class holt_winters {
 public:
  /// @param kind   how the season acts; without one `start.season` is empty
  /// @param by     how fast the parts follow
  /// @param start  the parts before the first row
  /// @param width  limits are expected -+ width scales
  /// @param memory rows after which an error counts little for the scale: their span
  /// @param robust errors beyond two scales count as two
  /// @throws invalid_argument for smoothing outside 0 to 1, or parts that cannot be
  holt_winters(seasonality kind, const smoothing& by, components start, double width = 3.0,
               double memory = 500.0, bool robust = false)
      : kind_(kind),
        by_(by),
        now_(std::move(start)),
        width_(width),
        share_(2.0 / (memory + 1.0)),
        robust_(robust) {
    for (const double v : {by.level, by.trend, by.season, by.damping})
      if (!(v >= 0.0 && v <= 1.0))
        raise<invalid_argument>("smoothing: " + std::to_string(v) + " given, expected 0 to 1");
    if (!(width >= 0.0) || !(memory >= 1.0) || memory > std::numeric_limits<double>::max())
      raise<invalid_argument>("width, memory: " + std::to_string(width) + ", " + std::to_string(memory) +
                              " given, expected 0 or more scales and 1 or more rows");
    if (now_.season.empty() != (kind == seasonality::none))
      raise<invalid_argument>("start: a season of " + std::to_string(now_.season.size()) +
                              " rows given, expected " + (kind == seasonality::none ? "none" : "one"));
    bool finite = now_.level - now_.level == 0.0 && now_.trend - now_.trend == 0.0;
    for (const double s : now_.season) finite = finite && s - s == 0.0;
    if (!finite) raise<invalid_argument>("start: parts that are not finite given, expected numbers");
  }

  /// What is expected of the next row. The scale is the root of the weighted mean of squared errors so far.
  expectation expected() const noexcept { return expectation::within(forecast(), scale(), width_); }

  /// What was expected of the row, before it is taken in.
  ///
  /// @param left_out  nothing is learned from the row
  expectation update(double x, bool left_out = false) noexcept {
    const expectation e = expected();
    follow(x, left_out);
    return e;
  }

  /// Takes a row in; gives the value that was expected.
  double follow(double x, bool left_out = false) noexcept {
    const bool multiplied = kind_ == seasonality::multiplicative;
    const double level = carried(), ahead = forecast();
    double* const season = now_.season.empty() ? nullptr : &now_.season[turn_];
    if (!left_out && x - x == 0.0 && !(multiplied && x <= 0.0)) {
      const double value = robust_ ? bounded(x, ahead) : x;
      learn_scale(x - ahead);
      const double without = season == nullptr ? value : multiplied ? value / *season : value - *season;
      const double next = by_.level * without + (1.0 - by_.level) * level;
      now_.trend = by_.trend * (next - now_.level) + (1.0 - by_.trend) * (by_.damping * now_.trend);
      if (season != nullptr)
        *season = by_.season * (multiplied ? value / level : value - level) + (1.0 - by_.season) * *season;
      now_.level = next;
    } else {
      now_.level = level;
      now_.trend *= by_.damping;
    }
    if (season != nullptr && ++turn_ == now_.season.size()) turn_ = 0;
    return ahead;
  }

  /// Rows in order; out gets what was expected of each before it was taken in.
  ///
  /// @param left_out  1 where nothing is learned from a row; empty: nowhere
  /// @throws invalid_argument if sizes do not agree
  void update(const number_span& x, span<const unsigned char> left_out, band& out) {
    if (!left_out.empty() && left_out.size() != x.size())
      raise<invalid_argument>("exclude: " + std::to_string(left_out.size()) + " rows given, expected " +
                              std::to_string(x.size()));
    if (out.size() != x.size())
      raise<invalid_argument>("out: " + std::to_string(out.size()) + " rows given, expected " +
                              std::to_string(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i)
      out.set(i, update(x[i], !left_out.empty() && left_out[i] != 0));
  }

  /// What is expected of the rows to come, as many as `out` has; the scale is that of one row ahead.
  void ahead(band& out) const noexcept {
    holt_winters later = *this;
    const double s = scale();
    for (std::size_t i = 0; i < out.size(); ++i)
      out.set(i, expectation::within(later.follow(std::numeric_limits<double>::quiet_NaN()), s, width_));
  }

  /// The parts as they are now; the season from the next row on.
  components parts() const {
    components c = now_;
    for (std::size_t i = 0; i < c.season.size(); ++i)
      c.season[i] = now_.season[(turn_ + i) % now_.season.size()];
    return c;
  }

  const smoothing& by() const noexcept { return by_; }
  seasonality kind() const noexcept { return kind_; }
  double width() const noexcept { return width_; }
  double memory() const noexcept { return 2.0 / share_ - 1.0; }
  bool robust() const noexcept { return robust_; }

  std::string to_bytes() const {
    byte_writer w(state_kind::holt_winters);
    w.u8(static_cast<std::uint8_t>(kind_));
    w.u8(robust_ ? 1 : 0);
    for (const double v : {by_.level, by_.trend, by_.season, by_.damping, width_, share_, square_, weight_,
                           now_.level, now_.trend})
      w.f64(v);
    const components now = parts();  // from the next row on: where the season stands needs no field
    w.varint(now.season.size());
    for (const double v : now.season) w.f64(v);
    return w.finish();
  }

  static holt_winters from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::holt_winters, limits);
    holt_winters h;
    const std::uint8_t kind = r.u8(), robust = r.u8();
    for (double* v : {&h.by_.level, &h.by_.trend, &h.by_.season, &h.by_.damping, &h.width_, &h.share_,
                      &h.square_, &h.weight_, &h.now_.level, &h.now_.trend})
      *v = r.f64();
    h.now_.season.resize(r.count(8));
    for (double& v : h.now_.season) v = r.f64();
    r.done();
    const auto share = [](double v) { return v >= 0.0 && v <= 1.0; };
    if (kind > static_cast<std::uint8_t>(seasonality::multiplicative) || robust > 1 ||
        h.now_.season.empty() != (kind == static_cast<std::uint8_t>(seasonality::none)) ||
        !share(h.by_.level) || !share(h.by_.trend) || !share(h.by_.season) || !share(h.by_.damping) ||
        !share(h.share_) || h.share_ == 0.0 || !share(h.weight_) || !(h.width_ >= 0.0) || h.square_ < 0.0)
      raise<bad_bytes>("bytes: smoothing or parts that no model can have");
    h.kind_ = static_cast<seasonality>(kind);
    h.robust_ = robust == 1;
    return h;
  }

  /// Whether the canonical bytes are equal: the same is expected from here on.
  friend bool operator==(const holt_winters& a, const holt_winters& b) {
    return a.to_bytes() == b.to_bytes();
  }
  friend bool operator!=(const holt_winters& a, const holt_winters& b) { return !(a == b); }

  /// Gives the scale that errors are expected to have before the first one.
  void expect_scale(double scale) noexcept {
    square_ = scale * scale;
    weight_ = 1.0;
  }

 private:
  holt_winters() = default;

  /// The level that the trend leads to; of a season that multiplies it stays above 0.
  double carried() const noexcept {
    const double next = now_.level + by_.damping * now_.trend;
    return kind_ == seasonality::multiplicative && next <= 0.0 ? now_.level : next;
  }

  double forecast() const noexcept {
    const double level = carried();
    if (now_.season.empty()) return level;
    return kind_ == seasonality::multiplicative ? level * now_.season[turn_] : level + now_.season[turn_];
  }

  double scale() const noexcept {
    return weight_ > 0.0 ? std::sqrt(square_) : std::numeric_limits<double>::quiet_NaN();
  }

  /// The value that is learned from.
  double bounded(double x, double ahead) const noexcept {
    const double s = scale();
    if (!(s > 0.0)) return x;
    const double most = 2.0 * s, error = x - ahead;
    return error > most ? ahead + most : error < -most ? ahead - most : x;
  }

  void learn_scale(double error) noexcept {
    // Weights as pandas' ewm has them: the first error counts in full.
    weight_ = weight_ * (1.0 - share_) + share_;
    const double share = share_ / weight_;
    double square = error * error;
    if (const double s = robust_ ? scale() : 0.0; s > 0.0) {
      // Tukey's biweight with k = 2, and 2.52 for consistency under the normal distribution.
      const double u = error / (2.0 * s), v = 1.0 - u * u;
      square = s * s * 2.52 * (u < -1.0 || u > 1.0 ? 1.0 : 1.0 - v * v * v);
    }
    square_ += share * (square - square_);
  }

  seasonality kind_ = seasonality::none;
  smoothing by_;
  components now_;
  double width_ = 0.0, share_ = 1.0;
  bool robust_ = false;
  std::size_t turn_ = 0;
  double square_ = 0.0, weight_ = 0.0;
};

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
