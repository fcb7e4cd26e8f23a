#include "barograph/detect/isolation_forest.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "barograph/core/executor.hpp"
#include "barograph/kernels.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::detect;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

std::vector<double> normals(std::size_t rows, std::size_t columns, std::uint64_t seed = 1) {
  std::vector<double> x(rows * columns);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = random_draws(seed, 7, i).normal();
  return x;
}

table_view view(const std::vector<double>& x, std::size_t columns) {
  return table_view::of_rows(span<const double>(x), x.size() / columns, columns);
}

std::vector<double> scores(const isolation_forest& f, const std::vector<double>& x) {
  std::vector<double> s(x.size() / f.columns());
  f.score(view(x, f.columns()), s);
  return s;
}

forest_options with_dimensions(std::size_t dimensions) {
  forest_options o;
  o.dimensions = dimensions;
  return o;
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// One row at a time through the nodes, as the definition says.
double by_definition(const isolation_forest& f, const double* row) {
  double sum = 0.0, normal = 0.0;
  for (const auto& tree : f.trees()) {
    std::size_t at = 0;
    double depth = 0.0;
    while (tree.nodes[at].kind != detect::detail::forest_split::none) {
      at = detect::detail::goes_left(tree, tree.nodes[at],
                                     [&](std::uint32_t c) { return static_cast<float>(row[c]); })
               ? at + 1
               : tree.nodes[at].right;
      depth += 1.0;
    }
    sum += depth + detect::detail::average_path_length(tree.nodes[at].rows);
    normal += detect::detail::average_path_length(tree.samples);
  }
  return std::pow(2.0, -sum / normal);
}

}  // namespace

TEST_CASE("every way to score gives the same bits: compiled, inline, blocks of any size, threads") {
  for (const std::size_t columns : {1u, 2u, 3u, 5u, 8u, 9u, 30u}) {
    const auto x = normals(5000, columns);
    const auto f = isolation_forest::fit(view(x, columns));
    const std::vector<double> few(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(100 * columns));
    const auto planes =
        isolation_forest::fit(view(x, columns), with_dimensions(std::min<std::size_t>(columns, 4)));
    const auto by_planes = scores(planes, few);
    const auto small = scores(f, few);  // any shape of trees
    const auto plain = scores(f, x);    // the perfect layout, for up to eight columns
    std::vector<double> compiled(5000), threads(5000);
    f.score<kernels::compiled>(view(x, columns), compiled);
    f.score<kernels::compiled>(view(x, columns), threads, thread_executor(3));
    CHECK(same(plain, compiled));
    CHECK(same(plain, threads));
    CHECK(same(small, std::vector<double>(plain.begin(), plain.begin() + 100)));
    for (std::size_t i = 0; i < 20; ++i)
      CHECK(plain[i] == Approx(by_definition(f, x.data() + i * columns)).epsilon(1e-13));
    for (std::size_t i = 0; i < 20; ++i)
      CHECK(by_planes[i] == Approx(by_definition(planes, x.data() + i * columns)).epsilon(1e-13));
  }
}

TEST_CASE("planes give the same bits compiled and inline, values missing or infinite among them") {
  for (const std::size_t columns : {2u, 3u, 6u, 40u})
    for (const std::size_t dimensions : {2u, 3u, 5u}) {
      if (dimensions > columns) continue;
      auto x = normals(1500, columns);
      const auto f = isolation_forest::fit(view(x, columns), with_dimensions(dimensions));
      for (const bool missing : {false, true}) {
        if (missing) {
          for (std::size_t i = 0; i < x.size(); i += 7) x[i] = std::numeric_limits<double>::quiet_NaN();
          for (std::size_t i = 3; i < x.size(); i += 11) x[i] = std::numeric_limits<double>::infinity();
        }
        const auto plain = scores(f, x);
        std::vector<double> compiled(1500);
        f.score<kernels::compiled>(view(x, columns), compiled, thread_executor(2));
        CHECK(same(plain, compiled));
        for (std::size_t i = 0; i < 40; ++i)
          CHECK(plain[i] == Approx(by_definition(f, x.data() + i * columns)).epsilon(1e-13));
      }
    }
}

TEST_CASE("the number of threads does not change a byte of the model") {
  const auto x = normals(3000, 4);
  for (const std::size_t dimensions : {1u, 2u}) {
    const auto one = isolation_forest::fit(view(x, 4), with_dimensions(dimensions));
    const auto four = isolation_forest::fit(view(x, 4), with_dimensions(dimensions), {}, thread_executor(4));
    CHECK(one.to_bytes() == four.to_bytes());
  }
}

TEST_CASE("a row far from the others scores highest, whatever the kind of forest") {
  auto x = normals(1000, 3);
  x[3 * 500] = 12.0;
  for (const std::size_t dimensions : {1u, 2u, 3u})
    for (const auto scoring : {forest_scoring::depth, forest_scoring::density}) {
      auto o = with_dimensions(dimensions);
      o.scoring = scoring;
      o.samples = 1000;  // every tree has seen it
      const auto s = scores(isolation_forest::fit(view(x, 3), o), x);
      CHECK(std::max_element(s.begin(), s.end()) - s.begin() == 500);
      for (const double v : s) CHECK((v > 0.0 && v < 1.0));
    }
}

TEST_CASE("attributions sum to the score, and the column that deviates comes first") {
  const auto x = normals(2000, 6);
  for (const std::size_t dimensions : {1u, 2u}) {
    const auto f = isolation_forest::fit(view(x, 6), with_dimensions(dimensions));
    std::size_t first = 0;
    const std::size_t cases = 200;
    auto rows = normals(cases, 6, 99);
    for (std::size_t i = 0; i < cases; ++i) rows[6 * i + i % 6] = i % 2 == 0 ? 6.0 : -6.0;
    std::vector<double> parts(rows.size());
    f.attributions(view(rows, 6), parts);
    const auto s = scores(f, rows);
    for (std::size_t i = 0; i < cases; ++i) {
      double sum = 0.0;
      for (std::size_t c = 0; c < 6; ++c) sum += parts[6 * i + c];
      CHECK(sum == Approx(s[i]).epsilon(1e-13));
      const auto row = parts.begin() + static_cast<std::ptrdiff_t>(6 * i);
      first += static_cast<std::size_t>(std::max_element(row, row + 6) - row) == i % 6;
    }
    CHECK(first >= cases * 95 / 100);
  }
}

TEST_CASE("missing values, infinities, constant columns and single rows are scored") {
  auto x = normals(600, 4);
  for (std::size_t i = 0; i < 600; ++i) {
    x[4 * i + 1] = missing;  // a column of nothing
    x[4 * i + 2] = 3.0;      // a constant one
    if (i % 7 == 0) x[4 * i + 3] = missing;
  }
  x[0] = std::numeric_limits<double>::infinity();
  x[4] = -std::numeric_limits<double>::infinity();
  for (const std::size_t dimensions : {1u, 3u}) {
    const auto f = isolation_forest::fit(view(x, 4), with_dimensions(dimensions));
    const auto s = scores(f, x);
    for (const double v : s) CHECK((v > 0.0 && v < 1.0));
    std::size_t above = 0;
    for (const double v : s) above += v > std::min(s[0], s[1]);
    CHECK(above <= 1);  // both infinities are first
  }
  const std::vector<double> one{1.0, 2.0};
  CHECK(scores(isolation_forest::fit(view(one, 2)), one) == std::vector<double>{0.5});
  const std::vector<double> equal(2000, 5.0);
  const auto s = scores(isolation_forest::fit(view(equal, 2)), equal);
  CHECK(same(s, std::vector<double>(1000, s[0])));
  CHECK(s[0] == Approx(0.5));
}

TEST_CASE("rare and unseen categories score higher than common ones") {
  std::vector<double> x;
  for (int i = 0; i < 2000; ++i) {
    x.push_back(i == 77 ? 9.0 : i % 4);
    x.push_back(random_draws(3, 3, static_cast<std::uint64_t>(i)).normal());
  }
  for (const std::size_t dimensions : {1u, 2u}) {
    auto o = with_dimensions(dimensions);
    o.categorical = {0};
    o.samples = 2000;
    const auto f = isolation_forest::fit(view(x, 2), o);
    const auto s = scores(f, {0.0, 0.0, 9.0, 0.0, 12345.0, 0.0, missing, 0.0});
    CHECK(s[1] > s[0]);
    if (dimensions == 1) CHECK(s[2] > s[0]);
    CHECK(isolation_forest::from_bytes(f.to_bytes()) == f);
    CHECK(same(s, scores(isolation_forest::from_bytes(f.to_bytes()),
                         {0.0, 0.0, 9.0, 0.0, 12345.0, 0.0, missing, 0.0})));
  }
}

TEST_CASE("a category that training never had is strange even where the column was constant") {
  auto x = normals(1000, 3);
  for (std::size_t i = 0; i < 1000; ++i) x[3 * i + 1] = 200.0;
  forest_options o;
  o.categorical = {1};
  for (const auto scoring : {forest_scoring::depth, forest_scoring::density}) {
    o.scoring = scoring;
    const auto f = isolation_forest::fit(view(x, 3), o);
    const auto s = scores(f, {0.0, 200.0, 0.0, 0.0, 500.0, 0.0});
    CHECK(s[1] > s[0] + 0.1);
    CHECK(isolation_forest::from_bytes(f.to_bytes()) == f);
  }
}

TEST_CASE("weights choose the rows: those of weight zero are never drawn") {
  std::vector<double> x = normals(1000, 2), weights(1000, 1.0);
  for (std::size_t i = 0; i < 500; ++i) {
    x[2 * i] += 100.0;
    weights[i] = 0.0;
  }
  const auto f = isolation_forest::fit(view(x, 2), {}, weights);
  const auto s = scores(f, x);
  double heavy = 0.0, light = 0.0;
  for (std::size_t i = 0; i < 1000; ++i) (i < 500 ? light : heavy) += s[i];
  CHECK(light > heavy + 50.0);
  std::vector<double> few(1000, 0.0);
  few[3] = 1e300, few[4] = 1e-300;  // one row has all the weight: drawing again would take for ever
  CHECK_NOTHROW(isolation_forest::fit(view(x, 2), {}, few));
  few[4] = -1.0;
  CHECK_THROWS_AS(isolation_forest::fit(view(x, 2), {}, few), invalid_argument);
  CHECK_THROWS_AS(isolation_forest::fit(view(x, 2), {}, std::vector<double>(3, 1.0)), invalid_argument);
}

TEST_CASE("a refreshed forest takes a new level for normal") {
  const auto before = normals(2000, 2);
  auto after = normals(2000, 2, 5);
  for (double& v : after) v += 10.0;
  auto f = isolation_forest::fit(view(before, 2));
  const double first = scores(f, after)[0];
  f.refresh(view(after, 2), 50);
  f.refresh(view(after, 2), 50, {}, thread_executor(2));
  CHECK(f.trees().size() == 100);
  CHECK(scores(f, after)[0] < first - 0.1);
  CHECK(scores(f, before)[0] > scores(f, after)[0]);
  CHECK(isolation_forest::from_bytes(f.to_bytes()) == f);
  CHECK_THROWS_AS(f.refresh(view(after, 2), 101), invalid_argument);
  CHECK_THROWS_AS(f.refresh(view(after, 1)), invalid_argument);
}

TEST_CASE("the threshold of a contamination flags that share of the rows") {
  const auto x = normals(1000, 3);
  auto f = isolation_forest::fit(view(x, 3));
  f.calibrate(view(x, 3), 0.05);
  std::size_t flagged = 0;
  for (const double s : scores(f, x)) flagged += s > f.threshold();
  CHECK(flagged == 50);
  CHECK_THROWS_AS(f.calibrate(view(x, 3), 0.6), invalid_argument);
}

TEST_CASE("evidence is of half the rows at the median and of a tenth at the ninth decile") {
  const auto x = normals(300, 3);
  auto f = isolation_forest::fit(view(x, 3));
  CHECK(!f.knows_usual());
  f.learn_usual(view(x, 3));
  REQUIRE(f.knows_usual());
  auto s = scores(f, x);
  std::sort(s.begin(), s.end());
  CHECK(f.evidence((s[149] + s[150]) / 2) == Approx(std::log10(2.0)));
  CHECK(f.evidence(s[269] + 0.1 * (s[270] - s[269])) == Approx(1.0));
  CHECK(f.evidence(0.0) == 0.0);
  CHECK(isolation_forest::from_bytes(f.to_bytes()).evidence(0.6) == f.evidence(0.6));
}

TEST_CASE("the tail of scores is followed as far as it is one") {
  // scores of which a share p exceeds score(-log10 p)
  const auto line = [](auto score) {
    std::vector<double> s(4000);
    for (std::size_t i = 0; i < s.size(); ++i)
      s[i] = score(-std::log10(1.0 - (static_cast<double>(i) + 0.5) / 4000.0));
    return detect::detail::usual_of(s);
  };
  const auto pace = [](detect::detail::usual_scores u) {
    return (u.tenth - u.half) / (1.0 - std::log10(2.0));
  };
  const auto same = line([](double e) { return 0.4 + 0.1 * e; });
  CHECK(pace(same) == Approx(0.1).epsilon(0.01));
  CHECK(same.tenth == Approx(0.5).epsilon(0.001));
  const auto steeper =
      line([](double e) { return 0.4 + 0.1 * std::min(e, 1.0) + 0.06 * std::max(e - 1.0, 0.0); });
  CHECK(pace(steeper) > 0.06);  // with what its error may be
  CHECK(pace(steeper) < 0.072);
  const auto anomalies = line([](double e) { return e < 1.3 ? 0.4 + 0.1 * e : 0.8 + 0.01 * e; });
  CHECK(pace(anomalies) == Approx(0.1).epsilon(0.01));
  const auto atom = line([](double e) { return 0.4 + 0.1 * std::min(e, 1.0); });
  CHECK(pace(atom) == Approx(0.1).epsilon(0.01));
  CHECK(pace(detect::detail::usual_of({0.5})) == 0.0);
}

TEST_CASE("what is usual is of the rows that were there, whoever asks first") {
  auto x = normals(2000, 3);
  const auto fitted = [&] {
    auto f = isolation_forest::fit(view(x, 3));
    f.learn_usual(view(x, 3));
    return f;
  };
  const auto asked = fitted();
  const std::string bytes = asked.to_bytes();
  const double evidence = asked.evidence(0.6), score = scores(asked, x)[0];
  const auto lazy = fitted(), refreshed = [&] {
    auto f = fitted();
    f.refresh(view(normals(500, 3, 9), 3));
    return f;
  }();
  const std::vector<double> row(x.begin(), x.begin() + 3);
  std::fill(x.begin(), x.end(), 0.0);
  CHECK(refreshed.evidence(0.6) == evidence);  // until it learns anew
  std::vector<int> alike(32, 0);
  thread_executor(4).for_each_chunk(alike.size(), 1, [&](std::size_t i, std::size_t) {
    const isolation_forest copy = lazy;
    switch (i % 3) {
      case 0:
        alike[i] = copy.to_bytes() == bytes;
        break;
      case 1:
        alike[i] = copy.evidence<kernels::compiled>(0.6) == evidence;
        break;
      default:
        alike[i] = scores(copy, row)[0] == score;
    }
  });
  CHECK(std::count(alike.begin(), alike.end(), 1) == 32);
}

TEST_CASE("rows of a sample are different ones, few or many") {
  for (const std::size_t samples : {1u, 256u, 1024u, 1025u, 3000u}) {
    const detect::detail::row_weights weights({}, 4000);
    detect::detail::random_words random(1, 2, samples);
    detect::detail::drawn_rows drawn;
    std::size_t seen = 0;
    detect::detail::sample_rows(4000, samples, false, weights, random, drawn, [&](std::size_t) { ++seen; });
    auto rows = drawn.rows();
    std::sort(rows.begin(), rows.end());
    CHECK(rows.size() == samples);
    CHECK(seen == samples);
    CHECK(std::unique(rows.begin(), rows.end()) == rows.end());
    CHECK(rows.back() < 4000);
  }
}

TEST_CASE("options that cannot be, and tables that do not fit, are refused") {
  const auto x = normals(10, 2);
  const auto refused = [&](auto change) {
    forest_options o;
    change(o);
    CHECK_THROWS_AS(isolation_forest::fit(view(x, 2), o), invalid_argument);
  };
  refused([](forest_options& o) { o.trees = 0; });
  refused([](forest_options& o) { o.samples = 0; });
  refused([](forest_options& o) { o.dimensions = 3; });
  refused([](forest_options& o) { o.features = 3; });
  refused([](forest_options& o) { o.categorical = {2}; });
  CHECK_THROWS_AS(isolation_forest::fit(view({}, 2)), invalid_argument);
  const auto f = isolation_forest::fit(view(x, 2));
  std::vector<double> out(10);
  CHECK_THROWS_AS(f.score(view(x, 1), out), invalid_argument);
  CHECK_THROWS_AS(f.score(view(x, 2), span<double>(out.data(), 9)), invalid_argument);
}

TEST_CASE("trees of one leaf are read back") {
  for (const std::size_t rows : {1u, 2u, 50u, 20000u}) {
    std::vector<double> x(3 * rows);
    if (rows > 50) x[15] = x[300] = 1.0;  // rare: most trees see rows that are all alike
    for (const std::size_t dimensions : {1u, 2u}) {
      forest_options o;
      o.dimensions = dimensions;
      const auto f = isolation_forest::fit(view(x, 3), o);
      CHECK(isolation_forest::from_bytes(f.to_bytes()) == f);
    }
  }
}

TEST_CASE("damaged bytes are an error, whatever was damaged") {
  auto x = normals(60, 3);
  for (std::size_t i = 0; i < 60; ++i) x[3 * i + 2] = static_cast<double>(i % 3);
  for (const std::size_t dimensions : {1u, 2u}) {
    forest_options o;
    o.trees = 2;
    o.dimensions = dimensions;
    o.categorical = {2};
    auto f = isolation_forest::fit(view(x, 3), o);
    f.describe({{"a", "b", "kind"}, {{}, {}, {"x", "y", "z"}}});
    const std::string good = f.to_bytes();
    REQUIRE(isolation_forest::from_bytes(good) == f);
    for (std::size_t size = 0; size < good.size(); ++size)
      CHECK_THROWS_AS(isolation_forest::from_bytes(good.substr(0, size)), bad_bytes);
    // a wrong byte behind a right checksum: an error, or a forest that scores
    for (std::size_t at = 12; at + 4 < good.size(); ++at)
      for (const unsigned flip : {0x01u, 0x80u, 0xFFu}) {
        std::string bad = good;
        bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ flip);
        const std::uint32_t sum = crc32(reinterpret_cast<const unsigned char*>(bad.data()), bad.size() - 4);
        for (unsigned k = 0; k < 4; ++k) bad[bad.size() - 4 + k] = static_cast<char>(sum >> (8 * k) & 0xFFu);
        try {
          const auto read = isolation_forest::from_bytes(bad);
          if (read.columns() == 3) scores(read, x);
        } catch (const bad_bytes&) {
        }
      }
  }
}

TEST_CASE("names and labels are UTF-8, as they are read in other languages") {
  const auto x = normals(20, 2);
  auto f = isolation_forest::fit(view(x, 2));
  CHECK_THROWS_AS(f.describe({{"a", "\xFF"}, {}}), invalid_argument);
  CHECK_THROWS_AS(f.describe({{"a", "b"}, {{}, {"\xC3("}}}), invalid_argument);
  f.describe({{"temperature", "d\xC3\xA9"}, {{}, {"gr\xC3\xBC"}}});
  const std::string good = f.to_bytes();
  for (const std::string text : {"d\xC3\xA9", "gr\xC3\xBC"}) {
    std::string bad = good;
    bad[bad.find(text) + text.size() - 1] = '!';
    const std::uint32_t sum = crc32(reinterpret_cast<const unsigned char*>(bad.data()), bad.size() - 4);
    for (unsigned k = 0; k < 4; ++k) bad[bad.size() - 4 + k] = static_cast<char>(sum >> (8 * k) & 0xFFu);
    CHECK_THROWS_AS(isolation_forest::from_bytes(bad), bad_bytes);
  }
}

TEST_CASE("deep trees and any number of columns take the way of any shape") {
  const auto x = normals(3000, 12);
  forest_options o;
  o.trees = 10;
  o.samples = 3000;
  o.max_depth = 60;
  const auto f = isolation_forest::fit(view(x, 12), o);
  const auto s = scores(f, x);
  for (std::size_t i = 0; i < 10; ++i)
    CHECK(s[i] == Approx(by_definition(f, x.data() + 12 * i)).epsilon(1e-13));
  for (const auto& tree : f.trees())
    for (const auto& node : tree.nodes)
      if (node.kind == detect::detail::forest_split::none) CHECK(node.rows == 1);  // all are alone in the end
}
