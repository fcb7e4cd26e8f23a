// stream_judge: from strangeness row by row to scores, findings and alarms, each by the rows before it alone.
//
// The calibration makes evidence of a strangeness, online control of false discoveries makes findings of
// that, a hold makes alarms of the strangeness itself. Class F.
#pragma once

#include <algorithm>

#include "../core/math.hpp"
#include "alarm_hold.hpp"
#include "detail/two_chances.hpp"
#include "false_discovery.hpp"
#include "strangeness_calibration.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// What a row of a stream is worth.
struct stream_verdict {
  double score;        ///< e / (1 + e) of the evidence e, in [0, 1)
  double threshold;    ///< the score from which the row is a finding, by the findings before it
  double alarm;        ///< of the strangeness held: 0 while an alarm lasts
  bool finding;        ///< whether it is one
  double strangeness;  ///< as given, or what the evidence beside it is worth
  double evidence;     ///< -log10 of the chance of so much strangeness by its own past, 0 to 12
};

class stream_judge {
 public:
  /// @param strangeness  finite, on the scale of -log10 p where alarms are to mean something
  /// @param now          a mean of -log10 p of what is strange in this row rather than in those before it
  /// @param deviation    the logarithm of one distance that may show by itself what the strangeness of many
  ///                     does not, from one in a thousand on; NaN says nothing
  /// @param other        evidence of another kind for the same row, -log10 p
  /// @param lasting      evidence of what lasts, -log10 p: enough of it is a finding, more says no more, lest
  ///                     it stand before what is strange by itself
  /// @param usual        whether the row has the value of nearly all rows before: what is strange then was
  ///                     in the rows before it, and it is no finding for that
  stream_verdict push(double strangeness, double now, double deviation, double other = 0.0,
                      double lasting = 0.0, bool usual = false) {
    constexpr double log10_2 = 0x1.34413509f79ffp-2;  // two chances to be found by accident
    const double alone = deviations_.push(deviation);
    double evidence = std::max(calibration_.push(now), alone < 3.0 ? 0.0 : alone) - log10_2;
    if (usual) evidence = std::min(evidence, 2.0);
    const double enough = std::min(lasting, 5.25);
    return judged(std::max({0.0, evidence, other, enough}),
                  std::max({strangeness, other / 3.0, enough / 6.0}));
  }

  /// The same for evidence that is one already: -log10 p, 0 or more.
  stream_verdict push_evidence(double evidence) { return judged(evidence, evidence); }

  /// Into the bytes of what it is part of, and back.
  void write(byte_writer& w) const {
    calibration_.write(w);
    deviations_.write(w);
    findings_.write(w);
    hold_.write(w);
  }
  void read(byte_reader& r) {
    calibration_.read(r);
    deviations_.read(r);
    findings_.read(r);
    hold_.read(r);
  }

 private:
  stream_verdict judged(double evidence, double strangeness) {
    stream_verdict v{};
    v.evidence = evidence;
    v.strangeness = strangeness;
    const double allowed = findings_.level();
    v.finding = findings_.push(math::exp(v.evidence * -0x1.26bb1bbb55516p+1));  // ln 10
    v.score = v.evidence / (1.0 + v.evidence);
    const double needed = math::log(allowed) * -0x1.bcb7b1526e50ep-2;  // / ln 10
    v.threshold = needed / (1.0 + needed);
    v.alarm = hold_.push(v.strangeness);
    return v;
  }

  strangeness_calibration calibration_{strangeness_calibration::kind::mean_of_tails};
  strangeness_calibration deviations_{strangeness_calibration::kind::log_distance};
  online_false_discovery findings_;
  alarm_hold hold_;
};

/// The same of rows of a table, by two kinds of strangeness of which either may be the one that shows it.
class table_judge {
 public:
  /// The second kind counts from this evidence on, one row in ten thousand: below it the first ranks better.
  static constexpr double seldom = 4.0;

  /// @param first, second  finite, higher is stranger, each on a scale of its own; the second 0 or more
  /// @param other          evidence of another kind for the same row, -log10 p
  stream_verdict push(double first, double second, double other = 0.0) {
    // light tails or heavy: the columns have either, so the geometric mean of both chances
    const double alone = (light_.push(second) + heavy_.push(math::log(std::max(second, 1e-300)))) / 2;
    const double evidence = std::max(first_.push(first), alone < seldom ? 0.0 : alone);
    return judge_.push_evidence(std::max(detail::two_chances(evidence), other));
  }

 private:
  strangeness_calibration first_, light_, heavy_{strangeness_calibration::kind::log_distance};
  stream_judge judge_;
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
