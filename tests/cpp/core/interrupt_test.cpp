#include "barograph/core/interrupt.hpp"

#include <atomic>
#include <cmath>
#include <cstring>
#include <vector>

#include "barograph/core/executor.hpp"
#include "barograph/groupby/kpis.hpp"
#include "barograph/rolling/order_statistics.hpp"
#include "barograph/rolling/reductions.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
struct stopped {};

/// A hook that throws at its n-th look.
struct countdown {
  int left;
  static void look(void* self) {
    if (--static_cast<countdown*>(self)->left == 0) throw stopped();
  }
};

std::vector<double> waves(std::size_t n) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = std::sin(static_cast<double>(i) * 0.7) * static_cast<double>(i % 1013);
    if (i % 7919 == 3) x[i] = std::nan("");
  }
  return x;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}
}  // namespace

TEST_CASE("a hook is asked in its scope only, and scopes nest") {
  countdown outer{100}, inner{100};
  check_interrupt();
  CHECK_FALSE(interruptible());
  {
    const interrupt_scope a(&countdown::look, &outer);
    check_interrupt();
    {
      const interrupt_scope b(&countdown::look, &inner);
      check_interrupt();
      const interrupt_scope none(nullptr);
      check_interrupt();
    }
    check_interrupt();
  }
  CHECK(outer.left == 98);
  CHECK(inner.left == 99);
}

TEST_CASE("executors begin no further chunk after an interrupt") {
  for (const std::size_t threads : {1u, 2u, 5u}) {
    countdown hook{3};
    const interrupt_scope scope(&countdown::look, &hook);
    std::atomic<int> begun{0};
    CHECK_THROWS_AS(thread_executor(threads).for_each_chunk(100000, 1,
                                                            [&](std::size_t, std::size_t) {
                                                              ++begun;
                                                              std::this_thread::yield();
                                                            }),
                    stopped);
    CHECK(begun < 100000);
  }
}

TEST_CASE("threads leave long chunks when the calling thread is interrupted while it waits") {
  countdown hook{4};
  const interrupt_scope scope(&countdown::look, &hook);
  std::atomic<int> begun{0}, left{0};
  CHECK_THROWS_AS(
      thread_executor(3).for_each_chunk(3, 1,
                                        [&](std::size_t begin, std::size_t) {
                                          if (begin == 0) return;
                                          struct count {
                                            std::atomic<int>& n;
                                            ~count() { ++n; }
                                          } const ends{left};
                                          ++begun;
                                          if (std::this_thread::get_id() != std::thread::id())
                                            for (int i = 0; i < 1000000; ++i) {
                                              check_interrupt();
                                              std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                            }
                                        }),
      stopped);
  CHECK(left == begun);  // of the two as many as had begun
}

TEST_CASE("looks at a hook do not change the bits of rolling reductions and quantiles") {
  const std::vector<double> x = waves(3 * rows_between_checks + 12345);
  const auto n = static_cast<std::int64_t>(x.size());
  std::vector<std::int64_t> times(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) times[i] = static_cast<std::int64_t>(i + i / 3 * 5 + i % 2);
  const std::vector<rolling::windows> all = {
      rolling::fixed_windows(n, 7), rolling::fixed_windows(n, 1000, true),
      rolling::fixed_windows(n, 60001, false, rolling::closed::left),
      rolling::fixed_windows(n, 300, false, {}, 2), rolling::time_windows(times, 500)};
  rolling::options how;
  for (const rolling::windows& w : all)
    for (const auto what :
         {rolling::reduction::mean, rolling::reduction::variance, rolling::reduction::maximum}) {
      std::vector<double> plain(w.size()), looked(w.size());
      rolling::reduce(what, x, w, how, 1.0, plain);
      countdown hook{1 << 30};
      const interrupt_scope scope(&countdown::look, &hook);
      rolling::reduce(what, x, w, how, 1.0, looked);
      CHECK(same_bits(plain, looked));
      CHECK((hook.left < (1 << 30) - 1 || w.size() < 2 * rows_between_checks || w.length > 40000));
    }
  const std::vector<double> q = {0.5, 0.99};
  const rolling::windows w = rolling::fixed_windows(n, 50);
  std::vector<double> plain(2 * w.size()), looked(2 * w.size());
  rolling::quantiles(x, w, q, rolling::interpolation::linear, how, plain);
  countdown hook{1 << 30};
  const interrupt_scope scope(&countdown::look, &hook);
  rolling::quantiles(x, w, q, rolling::interpolation::linear, how, looked);
  CHECK(same_bits(plain, looked));
  CHECK(hook.left < (1 << 30) - 1);
  hook.left = 2;
  CHECK_THROWS_AS(rolling::quantiles(x, w, q, rolling::interpolation::linear, how, looked), stopped);
  hook.left = 2;
  CHECK_THROWS_AS(
      rolling::reduce(rolling::reduction::mean, x, w, how, 1.0, span<double>(looked.data(), w.size())),
      stopped);
}

TEST_CASE("figures by group are interrupted in the calling thread or in one of several") {
  const std::vector<double> x = waves(1000000);
  for (const std::size_t threads : {1u, 3u}) {
    countdown hook{3};
    const interrupt_scope scope(&countdown::look, &hook);
    CHECK_THROWS_AS(groupby::kpis(span<const double>(x), {}, {}, x.size(), 1, {}, thread_executor(threads)),
                    stopped);
  }
}

TEST_CASE("windows that lie far apart are left by what they cost, however few they are") {
  const std::vector<double> x = waves(400000);
  std::vector<std::int64_t> start, end;
  for (std::int64_t i = 0; i < 200; ++i) {
    start.push_back(i * 153087 % 380000);
    end.push_back(start.back() + (i % 8 == 0 ? 1 : 20000));
  }
  const rolling::windows w = rolling::bounded_windows(400000, start, end);
  const std::vector<double> q = {0.5};
  const rolling::options how;
  std::vector<double> plain(w.size()), looked(w.size());
  const auto check = [&](const auto& run) {
    run(plain);
    countdown hook{1 << 30};
    const interrupt_scope scope(&countdown::look, &hook);
    run(looked);
    CHECK(same_bits(plain, looked));
    CHECK((1 << 30) - hook.left > 10);  // 3.5 million rows enter
    hook.left = 5;
    CHECK_THROWS_AS(run(looked), stopped);
  };
  for (const auto what :
       {rolling::reduction::mean, rolling::reduction::kurtosis, rolling::reduction::maximum})
    check([&](std::vector<double>& out) { rolling::reduce(what, x, w, how, 1.0, out); });
  check([&](std::vector<double>& out) {
    rolling::quantiles(x, w, q, rolling::interpolation::linear, how, out);
  });
}
