// Bindings of include/barograph/stats: the states.
#include <vector>

#include "barograph/stats/exact_sum.hpp"
#include "barograph/stats/from_buckets.hpp"
#include "barograph/stats/moments.hpp"
#include "barograph/stats/proportion.hpp"
#include "barograph/stats/quantile_histogram.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

template <class State>
void bind_counts(py::class_<guarded<State>>& c) {
  c.def("count", field(&State::count));
  c.def("nan_count", field(&State::nan_count));
  c.def("positive_infinity_count", field(&State::positive_infinity_count));
  c.def("negative_infinity_count", field(&State::negative_infinity_count));
}

std::pair<double, double> pair_of(bg::interval i) { return {i.lower, i.upper}; }

void bind_exact_sum(py::module_& m) {
  auto c = bind_state<bg::exact_sum>(m, "ExactSum");
  c.def(py::init([] { return std::make_unique<guarded<bg::exact_sum>>(bg::exact_sum()); }));
  bind_update(c);
  bind_counts(c);
  c.def("value", reader(&bg::exact_sum::value));
  c.def("mean", reader(&bg::exact_sum::mean));
}

void bind_moments(py::module_& m) {
  auto c = bind_state<bg::moments>(m, "Moments");
  c.def(py::init([] { return std::make_unique<guarded<bg::moments>>(bg::moments()); }));
  bind_update(c);
  bind_counts(c);
  c.def("sum", reader(&bg::moments::sum));
  c.def("mean", reader(&bg::moments::mean));
  c.def("variance", reader(&bg::moments::variance), py::arg("ddof"));
  c.def("std", reader(&bg::moments::std), py::arg("ddof"));
  c.def("min", field(&bg::moments::min));
  c.def("max", field(&bg::moments::max));
}

py::object quantile_of(guarded<bg::quantile_histogram>& g, double q) {
  return py::float_(read_at_once(g, [q](const bg::quantile_histogram& h) { return h.quantile(q); }));
}

void bind_quantile_histogram(py::module_& m) {
  using histogram = bg::quantile_histogram;
  using bound = guarded<histogram>;
  auto c = bind_state<histogram>(m, "QuantileHistogram");
  c.def(
      py::init([](int scale, const std::vector<double>& pinned, std::uint32_t budget, double zero_threshold) {
        return std::make_unique<bound>(
            histogram(scale, bg::span<const double>(pinned), budget, zero_threshold));
      }),
      py::arg("scale"), py::arg("pinned"), py::arg("budget"), py::arg("zero_threshold"));
  bind_update(c);
  bind_counts(c);
  c.def(
      "update_weighted",
      [](bound& self, const number_array& values, const array_of<std::int64_t>& counts) {
        write(self, [&v = values.numbers, n = view(counts)](histogram& h) {
          if (v.doubles() != nullptr) return h.update(bg::span<const double>(v.doubles(), v.size()), n);
          if (v.size() != n.size()) return h.update(v.as_doubles(), n);  // says what is wrong
          histogram next = h;                                            // all of them, or none
          v.for_each_block([&](std::size_t at, bg::span<const double> block) {
            next.update(block, n.subspan(at, block.size()));
          });
          h = std::move(next);
        });
      },
      py::arg("values").noconvert(), py::arg("counts").noconvert());
  c.def("zero_count", field(&histogram::zero_count));
  c.def("scale", field(&histogram::scale));
  c.def("budget", field(&histogram::budget));
  c.def("zero_threshold", field(&histogram::zero_threshold));
  c.def("pinned", reader(&histogram::pinned));
  c.def("extremes_known", field(&histogram::extremes_known));
  c.def("relative_error", field(&histogram::relative_error));
  c.def("min", field(&histogram::min));
  c.def("max", field(&histogram::max));
  bind_number_method<histogram, &quantile_of>(c, "quantile", "quantile($self, q, /)\n--\n\n");
  c.def(
      "quantiles",
      [](const bound& self, const double_array& q) {
        const auto r = read(self, [v = view(q)](const histogram& h) { return h.quantiles(v); });
        return py::array_t<double>(static_cast<py::ssize_t>(r.size()), r.data());
      },
      py::arg("q").noconvert());
  c.def(
      "quantile_interval",
      [](const bound& self, double q, double confidence) {
        return pair_of(read(self, [=](const histogram& h) { return h.quantile_interval(q, confidence); }));
      },
      py::arg("q"), py::arg("confidence"));
  c.def("count_at_most", reader(&histogram::count_at_most), py::arg("x"));
  c.def(
      "count_bounds",
      [](const bound& self, double x) {
        const auto r = read(self, [=](const histogram& h) { return h.count_bounds(x); });
        return std::pair(r.at_least, r.at_most);
      },
      py::arg("x"));
  c.def("pinned_count", reader(&histogram::pinned_count), py::arg("bound"));
  c.def("buckets", [](const bound& self) {
    py::list list;
    for (const auto& b : read(self, [](const histogram& h) { return h.buckets(); }))
      list.append(py::make_tuple(b.lower, b.upper, b.count));
    return list;
  });
}

py::tuple bucketed(const bg::bucketed_histogram& b) {
  return py::make_tuple(std::make_unique<guarded<bg::quantile_histogram>>(b.histogram), b.exact,
                        b.relative_error, b.spread, b.open);
}

void bind_from_buckets(py::module_& m) {
  m.def(
      "from_prometheus",
      [](const double_array& le, const array_of<std::uint64_t>& cumulative) {
        return bucketed(bg::from_buckets::prometheus(view(le), view(cumulative)));
      },
      py::arg("le").noconvert(), py::arg("cumulative").noconvert());
  m.def(
      "from_values",
      [](const double_array& values, const array_of<std::int64_t>& counts, double precision) {
        return bucketed(bg::from_buckets::values(view(values), view(counts), precision));
      },
      py::arg("values").noconvert(), py::arg("counts").noconvert(), py::arg("precision"));
  m.def(
      "from_otlp",
      [](int scale, std::int32_t positive_offset, const array_of<std::uint64_t>& positive,
         std::int32_t negative_offset, const array_of<std::uint64_t>& negative, std::uint64_t zero_count,
         double zero_threshold, double min, double max) {
        bg::exponential_counts point;
        point.scale = scale;
        point.positive_offset = positive_offset;
        point.positive = view(positive);
        point.negative_offset = negative_offset;
        point.negative = view(negative);
        point.zero_count = zero_count;
        point.zero_threshold = zero_threshold;
        point.min = min;
        point.max = max;
        return bucketed(bg::from_buckets::otlp(point));
      },
      py::arg("scale"), py::arg("positive_offset"), py::arg("positive").noconvert(),
      py::arg("negative_offset"), py::arg("negative").noconvert(), py::arg("zero_count"),
      py::arg("zero_threshold"), py::arg("min"), py::arg("max"));
}

void bind_proportion(py::module_& m) {
  using bound = guarded<bg::proportion>;
  auto c = bind_state<bg::proportion>(m, "Proportion");
  c.def(py::init([](std::uint64_t successes, std::uint64_t trials) {
          return std::make_unique<bound>(bg::proportion(successes, trials));
        }),
        py::arg("successes"), py::arg("trials"));
  c.def(
      "update",
      [](bound& self, bool success, std::uint64_t n) {
        write_at_once(self, [=](bg::proportion& p) { p.update(success, n); });
      },
      py::arg("success"), py::arg("n"));
  c.def(
      "update_many",
      [](bound& self, const array_of<bool>& successes) {
        // As bytes: an array that is a view of others may hold more than 0 and 1.
        const bg::span<const std::uint8_t> v(static_cast<const std::uint8_t*>(successes.request().ptr),
                                             static_cast<std::size_t>(successes.size()));
        update_in_pieces(self, v.size(), [v](bg::proportion& p, std::size_t begin, std::size_t end) {
          p.update(v.subspan(begin, end - begin));
        });
      },
      py::arg("successes").noconvert());
  c.def(
      "update_counts",
      [](bound& self, std::uint64_t successes, std::uint64_t trials) {
        write_at_once(self, [=](bg::proportion& p) { p.update_counts(successes, trials); });
      },
      py::arg("successes"), py::arg("trials"));
  c.def("successes", field(&bg::proportion::successes));
  c.def("trials", field(&bg::proportion::trials));
  c.def("rate", field(&bg::proportion::rate));
  c.def(
      "wilson",
      [](const bound& self, double confidence) {
        return pair_of(read(self, [=](const bg::proportion& p) { return p.wilson(confidence); }));
      },
      py::arg("confidence"));
}

}  // namespace

void register_stats(py::module_& m) {
  bind_exact_sum(m);
  bind_moments(m);
  bind_quantile_histogram(m);
  bind_from_buckets(m);
  bind_proportion(m);
}

}  // namespace barograph_bindings
