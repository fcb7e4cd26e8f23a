// Our states as features of Boost.Accumulators, beside Boost's own.
//
//     namespace acc = boost::accumulators;
//     acc::accumulator_set<double, acc::stats<acc::tag::mean, barograph::tag::p99>> latency;
//     latency(12.5);
//     double p99 = barograph::extract::p99(latency);
//
// tag::quantile_histogram and tag::moments hold the states themselves (extract::quantile_histogram gives
// a const reference: merge it, write its bytes); tag::p50, p90, p95, p99, p999 read the histogram, and
// tag::exact_mean, exact_variance the moments. Features that share a state hold it once. Weights, where
// the set has them, are whole numbers of equal samples. Laws are those of the states.
#pragma once

#include <boost/accumulators/framework/accumulator_base.hpp>
#include <boost/accumulators/framework/accumulator_set.hpp>
#include <boost/accumulators/framework/depends_on.hpp>
#include <boost/accumulators/framework/extractor.hpp>
#include <boost/accumulators/framework/features.hpp>
#include <boost/accumulators/framework/parameters/accumulator.hpp>
#include <boost/accumulators/framework/parameters/sample.hpp>
#include <boost/accumulators/framework/parameters/weight.hpp>
#include <boost/mpl/always.hpp>
#include <cstdint>

#include "../stats/moments.hpp"
#include "../stats/quantile_histogram.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace accumulator_impl {

namespace acc = boost::accumulators;

/// An accumulator that holds one of our states.
template <class State, bool Weighted>
class holder : public acc::accumulator_base {
 public:
  using result_type = const State&;

  holder(acc::dont_care) {}  // implicit: the framework converts from its argument pack

  template <class Args>
  void operator()(const Args& args) {
    if constexpr (Weighted)
      state_.update(static_cast<double>(args[acc::sample]), count(static_cast<double>(args[acc::weight])));
    else
      state_.update(static_cast<double>(args[acc::sample]));
  }

  result_type result(acc::dont_care) const { return state_; }

 private:
  static std::uint64_t count(double weight) {
    if (!(weight >= 0.0 && weight < 0x1p63) ||
        weight != static_cast<double>(static_cast<std::uint64_t>(weight)))
      raise<invalid_argument>("weight: " + std::to_string(weight) + " given, expected a whole number from 0");
    return static_cast<std::uint64_t>(weight);
  }

  State state_;
};

}  // namespace accumulator_impl

namespace tag {

struct quantile_histogram : boost::accumulators::depends_on<> {
  using impl = boost::mpl::always<accumulator_impl::holder<barograph::quantile_histogram, false>>;
};
struct weighted_quantile_histogram : boost::accumulators::depends_on<> {
  using impl = boost::mpl::always<accumulator_impl::holder<barograph::quantile_histogram, true>>;
};
struct moments : boost::accumulators::depends_on<> {
  using impl = boost::mpl::always<accumulator_impl::holder<barograph::moments, false>>;
};
struct weighted_moments : boost::accumulators::depends_on<> {
  using impl = boost::mpl::always<accumulator_impl::holder<barograph::moments, true>>;
};

}  // namespace tag

namespace extract {

inline const boost::accumulators::extractor<tag::quantile_histogram> quantile_histogram = {};
inline const boost::accumulators::extractor<tag::moments> moments = {};

}  // namespace extract

namespace accumulator_impl {

/// An accumulator without a state of its own: reads what Tag holds.
template <class Tag, class Read>
struct reader : acc::accumulator_base {
  using result_type = double;
  reader(acc::dont_care) {}  // implicit: the framework converts from its argument pack
  template <class Args>
  result_type result(const Args& args) const {
    return Read::of(acc::extractor<Tag>()(args));
  }
};

template <int PerMille>
struct quantile {
  static double of(const barograph::quantile_histogram& h) { return h.quantile(PerMille / 1000.0); }
};
struct mean {
  static double of(const barograph::moments& m) { return m.mean(); }
};
struct variance {
  static double of(const barograph::moments& m) { return m.variance(); }
};

template <class Tag, class Read>
struct feature : acc::depends_on<Tag> {
  using impl = boost::mpl::always<reader<Tag, Read>>;
};

}  // namespace accumulator_impl

namespace tag {

struct p50 : accumulator_impl::feature<quantile_histogram, accumulator_impl::quantile<500>> {};
struct p90 : accumulator_impl::feature<quantile_histogram, accumulator_impl::quantile<900>> {};
struct p95 : accumulator_impl::feature<quantile_histogram, accumulator_impl::quantile<950>> {};
struct p99 : accumulator_impl::feature<quantile_histogram, accumulator_impl::quantile<990>> {};
struct p999 : accumulator_impl::feature<quantile_histogram, accumulator_impl::quantile<999>> {};
/// The mean, and the variance divided by n - 1, rounded once.
struct exact_mean : accumulator_impl::feature<moments, accumulator_impl::mean> {};
struct exact_variance : accumulator_impl::feature<moments, accumulator_impl::variance> {};

}  // namespace tag

namespace extract {

inline const boost::accumulators::extractor<tag::p50> p50 = {};
inline const boost::accumulators::extractor<tag::p90> p90 = {};
inline const boost::accumulators::extractor<tag::p95> p95 = {};
inline const boost::accumulators::extractor<tag::p99> p99 = {};
inline const boost::accumulators::extractor<tag::p999> p999 = {};
inline const boost::accumulators::extractor<tag::exact_mean> exact_mean = {};
inline const boost::accumulators::extractor<tag::exact_variance> exact_variance = {};

}  // namespace extract
BAROGRAPH_NAMESPACE_END

namespace boost::accumulators {

// In a weighted set the states count each sample as often as its weight says.
template <>
struct as_weighted_feature<barograph::tag::quantile_histogram> {
  using type = barograph::tag::weighted_quantile_histogram;
};
template <>
struct feature_of<barograph::tag::weighted_quantile_histogram>
    : feature_of<barograph::tag::quantile_histogram> {};
template <>
struct as_weighted_feature<barograph::tag::moments> {
  using type = barograph::tag::weighted_moments;
};
template <>
struct feature_of<barograph::tag::weighted_moments> : feature_of<barograph::tag::moments> {};

}  // namespace boost::accumulators
