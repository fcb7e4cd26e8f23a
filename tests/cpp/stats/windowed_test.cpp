#include "barograph/stats/windowed.hpp"

#include <map>
#include <vector>

#include "barograph/slo/latency_summary.hpp"
#include "barograph/stats/counter.hpp"
#include "barograph/stats/ewma.hpp"
#include "barograph/stats/exact_sum.hpp"
#include "barograph/stats/moments.hpp"
#include "barograph/stats/proportion.hpp"
#include "barograph/stats/quantile_histogram.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {

struct event {
  std::int64_t time;
  double x;
};

/// Times that jump about and on, with gaps longer than a window; values of all sizes.
std::vector<event> events(std::size_t n, std::int64_t disorder) {
  std::vector<event> r;
  std::int64_t time = -500;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t h = (i + 1) * 0x9E3779B97F4A7C15u;
    time += static_cast<std::int64_t>(h >> 61);
    if (i % 97 == 96) time += 400;
    const std::int64_t back = disorder == 0 ? 0 : static_cast<std::int64_t>((h >> 40) % 1000) % disorder;
    r.push_back({time - back, static_cast<double>((h >> 20) % 1000) / 7.0});
  }
  return r;
}

template <class State>
void add(State& s, const event& e) {
  if constexpr (is_timed_state_v<State>)
    s.update(e.time, e.x);
  else if constexpr (std::is_same_v<State, proportion>)
    s.update(e.x > 50);
  else
    s.update(e.x);
}
template <class State>
void add(windowed<State>& s, const event& e) {
  if constexpr (std::is_same_v<State, proportion>)
    s.update(e.time, e.x > 50);
  else
    s.update(e.time, e.x);
}

std::int64_t slot_of(std::int64_t time, std::int64_t slot) {
  return time >= 0 ? time / slot : -((-time + slot - 1) / slot);
}

/// The definition: rows kept by slot, those of the window fed to one state, slot after slot.
template <class State>
State by_definition(const State& empty, const std::vector<event>& rows, std::size_t n, std::int64_t slots,
                    std::int64_t slot) {
  std::int64_t newest = rows[0].time;
  for (std::size_t i = 0; i < n; ++i) newest = std::max(newest, rows[i].time);
  std::map<std::int64_t, State> kept;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t at = slot_of(rows[i].time, slot);
    if (at <= slot_of(newest, slot) - slots) continue;
    add(kept.emplace(at, empty).first->second, rows[i]);
  }
  State s = empty;
  for (const auto& [at, state] : kept) s.merge(state);
  return s;
}

}  // namespace

TEMPLATE_TEST_CASE("the window has the bytes of its slots merged, row after row", "", exact_sum, moments,
                   quantile_histogram, proportion, apdex, latency_summary, ewma, counter) {
  const TestType empty;
  for (const std::int64_t disorder : {0, 7, 60}) {
    const auto rows = events(400, disorder);
    windowed<TestType> w(empty, 100, 10);
    std::size_t differing = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      add(w, rows[i]);
      if (w.value() != by_definition(empty, rows, i + 1, 10, 10)) ++differing;
    }
    CHECK(differing == 0);
    CHECK(w.clock().on_time() + w.clock().late() + w.clock().too_late() == rows.size());
  }
}

TEMPLATE_TEST_CASE("batches do what rows do", "", moments, quantile_histogram, ewma, counter) {
  for (const std::int64_t disorder : {0, 60}) {
    const auto rows = events(500, disorder);
    std::vector<std::int64_t> times;
    std::vector<double> values;
    windowed<TestType> one(TestType(), 100, 10);
    for (const event& e : rows) {
      times.push_back(e.time);
      values.push_back(e.x);
      add(one, e);
    }
    windowed<TestType> all(TestType(), 100, 10);
    all.update(span<const std::int64_t>(times), span<const double>(values));
    CHECK(all == one);
    const auto back = windowed<TestType>::from_bytes(all.to_bytes());
    CHECK(back == all);
    CHECK(back.value() == all.value());
  }
}

TEMPLATE_TEST_CASE("windows of hosts merge to that of all rows in any order", "", moments, quantile_histogram,
                   proportion, ewma) {
  const auto rows = events(300, 30);
  windowed<TestType> whole(TestType(), 100, 10), a(TestType(), 100, 10), b(TestType(), 100, 10);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    add(whole, rows[i]);
    add(i % 3 == 0 ? a : b, rows[i]);
  }
  windowed<TestType> ab = a, ba = b;
  ab += b;
  ba.merge(a);
  CHECK(ab == ba);
  CHECK(ab.value() == whole.value());
  // Rows go on after a merge as before it.
  for (const event& e : events(300, 30)) {
    add(ab, {e.time + 900, e.x});
    add(whole, {e.time + 900, e.x});
  }
  CHECK(ab.value() == whole.value());
}

TEST_CASE("a coarse slot leaves no trace when it leaves") {
  windowed<quantile_histogram> w(quantile_histogram(6, {}, 64), 30, 10);
  w.update(0, 1.0);
  w.update(1, 1e9);  // more powers of two than the budget holds at scale 6
  CHECK(w.value().scale() < 6);
  w.update(10, 5.0);
  w.update(20, 5.5);
  CHECK(w.value().scale() < 6);
  w.update(30, 6.0);
  CHECK(w.value().scale() == 6);
  CHECK(w.value().max() == 6.0);
}

TEST_CASE("what is too late is counted, not hidden") {
  windowed<moments> w(moments(), 60, 10, 15);
  w.update(100, 1.0);
  w.update(84, 1.0);  // below the watermark of 85, though its slot is there
  w.update(85, 1.0);
  CHECK(w.value().count() == 2);
  CHECK(w.clock().too_late() == 1);
  CHECK(w.clock().late() == 1);
  w.advance(1000);
  CHECK(w.value().count() == 0);
}

TEST_CASE("a window of rows holds the last slots of rows") {
  windowed<exact_sum> w(exact_sum(), 6, 2, 0, window_unit::rows);
  std::vector<double> values;
  for (int i = 1; i <= 9; ++i) values.push_back(i);
  w.update_next(span<const double>(values));
  CHECK(w.value().value() == 9 + 8 + 7 + 6 + 5);  // the newest slot has one row of two
  windowed<exact_sum> single(exact_sum(), 6, 2, 0, window_unit::rows);
  for (const double& x : values) single.update_next(span<const double>(&x, 1));
  CHECK(single == w);
  CHECK_THROWS_WITH(w.merge(single), Catch::Contains("rows"));
}

TEST_CASE("a part of the window is a window") {
  windowed<exact_sum> w(exact_sum(), 60, 10);
  for (int i = 0; i < 6; ++i) w.update(i * 10, static_cast<double>(i));
  CHECK(w.value(1).value() == 5);
  CHECK(w.value(3).value() == 12);
  CHECK(w.value(6) == w.value());
  CHECK_THROWS_WITH(w.value(7), Catch::Contains("slots"));
}

TEST_CASE("windows that cannot be are refused by name, and unequal ones do not merge") {
  CHECK_THROWS_WITH(windowed<moments>(moments(), 60, 0), Catch::Contains("slot"));
  CHECK_THROWS_WITH(windowed<moments>(moments(), 65, 10), Catch::Contains("window"));
  CHECK_THROWS_WITH(windowed<moments>(moments(), 1'000'000, 10), Catch::Contains("window"));
  windowed<moments> a(moments(), 60, 10);
  CHECK_THROWS_WITH(a.merge(windowed<moments>(moments(), 60, 20)), Catch::Contains("merge"));
  windowed<ewma> b(ewma(1), 60, 10);
  CHECK_THROWS_WITH(b.merge(windowed<ewma>(ewma(2), 60, 10)), Catch::Contains("configuration"));
}

TEST_CASE("slots reach both ends of int64") {
  constexpr auto first = std::numeric_limits<std::int64_t>::min();
  constexpr auto last = std::numeric_limits<std::int64_t>::max();
  windowed<exact_sum> w(exact_sum(), 60, 10);
  w.update(first, 1.0);
  w.update(first + 1, 2.0);
  CHECK(w.value().value() == 3);
  CHECK(windowed<exact_sum>::from_bytes(w.to_bytes()) == w);
  w.update(last, 4.0);
  w.update(last - 1, 4.0);
  CHECK(w.value().value() == 8);
}

TEST_CASE("damaged bytes are refused, right ones come back") {
  windowed<proportion> w(proportion(), 60, 10);
  w.update(5, true);
  w.update(25, false);
  w.update(3, true);
  const std::string bytes = w.to_bytes();
  CHECK(windowed<proportion>::from_bytes(bytes) == w);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK_THROWS_AS(windowed<proportion>::from_bytes(bytes.substr(0, n)), bad_bytes);
  CHECK_THROWS_AS(windowed<moments>::from_bytes(bytes), bad_bytes);
}
