#include "barograph/stats/top.hpp"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace barograph;

static_assert(is_state_v<top, std::string_view>);
static_assert(!is_subtractable_v<top>);

namespace {
using counts = std::map<std::string, std::uint64_t>;

/// Texts with a long tail: the i-th of `different` about 1 / i as often as the first.
std::vector<std::string> stream(std::size_t size, std::size_t different, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<double> below;
  double total = 0;
  for (std::size_t i = 1; i <= different; ++i) below.push_back(total += 1.0 / static_cast<double>(i));
  std::vector<std::string> r;
  for (std::size_t i = 0; i < size; ++i) {
    const double at = static_cast<double>(random() >> 11) * 0x1p-53 * total;
    const auto found = std::lower_bound(below.begin(), below.end(), at) - below.begin();
    r.push_back("/item/" + std::to_string(found));
  }
  return r;
}

void check_law(const top& t, const counts& truth) {
  std::uint64_t total = 0;
  for (const auto& [text, n] : truth) total += n;
  REQUIRE(t.count() == total);
  std::uint64_t above = 0;
  for (const auto& item : t.items()) above += item.at_most - t.error_bound();
  REQUIRE(t.error_bound() * (t.k() + 1) <= total - above);
  std::map<std::string, bool> kept;
  std::uint64_t before = total;
  for (const auto& item : t.items()) {
    REQUIRE(item.at_most <= before);
    REQUIRE(item.at_most - item.at_least <= t.error_bound());
    before = item.at_most;
    kept[item.text] = true;
  }
  REQUIRE(kept.size() <= t.k());
  for (const auto& [text, n] : truth) {
    const auto b = t.bounds(text);
    INFO(text);
    REQUIRE(b.at_least <= n);
    REQUIRE(n <= b.at_most);
    if (n > total / (t.k() + 1)) REQUIRE(kept.count(text) == 1);
  }
  REQUIRE(top::from_bytes(t.to_bytes()) == t);
}
}  // namespace

TEST_CASE("up to k different texts are counted exactly") {
  top t(3);
  t.update("b", 2);
  t.update("a");
  t.update("c", 2);
  t.update("a", 4);
  const auto items = t.items();
  REQUIRE(items.size() == 3);
  CHECK(items[0].text == "a");
  CHECK(items[0].at_least == 5);
  CHECK(items[0].at_most == 5);
  CHECK(items[1].text == "b");  // a tie goes by the text
  CHECK(items[2].text == "c");
  CHECK(t.items(1).size() == 1);
  CHECK(t.error_bound() == 0);
  CHECK(t.bounds("d").at_most == 0);
}

TEST_CASE("the bounds hold one by one, for any k, against exact counts") {
  for (const std::size_t k : {1u, 2u, 7u, 50u, 400u}) {
    top t(k);
    counts truth;
    std::size_t i = 0;
    for (const std::string& text : stream(20000, 300, 1)) {
      t.update(text);
      ++truth[text];
      if (++i % 5000 == 0) check_law(t, truth);
    }
  }
}

TEST_CASE("weights count as that many texts") {
  std::mt19937_64 random(3);
  top t(20);
  counts truth;
  for (const std::string& text : stream(5000, 200, 2)) {
    const std::uint64_t n = random() % 50;
    t.update(text, n);
    if (n != 0) truth[text] += n;
  }
  check_law(t, truth);
}

TEST_CASE("the bounds hold for any tree of merges, batches and single texts mixed, unequal k too") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 40; ++round) {
    std::vector<top> parts;
    counts truth;
    for (unsigned part = 0; part < 8; ++part) {
      const std::vector<std::string> texts = stream(random() % 800, 20 + random() % 400, part + 100);
      top t(random() % 3 == 0 ? 10 : 25);
      if (part % 2 == 0) {
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        t.update(span<const std::string_view>(views));
      } else {
        for (const std::string& text : texts) t.update(text);
      }
      for (const std::string& text : texts) ++truth[text];
      parts.push_back(t);
    }
    while (parts.size() > 1) {
      const std::size_t i = random() % (parts.size() - 1);
      top a = parts[i];
      a.merge(parts[i + 1]);
      top b = parts[i + 1];
      b.merge(parts[i]);
      REQUIRE(a == b);
      parts[i] = a;
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
    check_law(parts[0], truth);
  }
}

TEST_CASE("a batch does not depend on the order within it, and is exact from empty to the k-th") {
  std::vector<std::string> texts = stream(3000, 100, 9);
  const std::vector<std::string_view> forward(texts.begin(), texts.end());
  const std::vector<std::string_view> backward(texts.rbegin(), texts.rend());
  top a(10);
  a.update(span<const std::string_view>(forward));
  top b(10);
  b.update(span<const std::string_view>(backward));
  CHECK(a == b);
  counts truth;
  for (const std::string& text : texts) ++truth[text];
  for (const auto& item : a.items()) {
    CHECK(item.at_least == truth[item.text]);
    CHECK(item.at_most == truth[item.text]);
  }
  top c(10);
  std::vector<std::string_view> names;
  std::vector<std::int64_t> n;
  for (const auto& [text, count] : truth) {
    names.push_back(text);
    n.push_back(static_cast<std::int64_t>(count));
  }
  c.update_counts(span<const std::string_view>(names), span<const std::int64_t>(n));
  CHECK(c == a);
}

TEST_CASE("merging with itself doubles, with nothing changes nothing") {
  top t(10);
  for (const std::string& text : stream(1000, 60, 4)) t.update(text);
  top twice = t;
  twice.merge(twice);
  REQUIRE(twice.items().size() == t.items().size());
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(twice.items()[i].at_most == 2 * t.items()[i].at_most);
    CHECK(twice.items()[i].at_least == 2 * t.items()[i].at_least);
  }
  top same = t;
  same.merge(top(10));
  CHECK(same == t);
  same.reset();
  CHECK(same == top(10));
}

TEST_CASE("bytes come back, damaged ones do not, payloads are canonical or refused") {
  top t(3);
  for (const char* text : {"a", "b", "c", "d", "a", "a", "long text"}) t.update(text);
  const std::string bytes = t.to_bytes();
  CHECK(top::from_bytes(bytes) == t);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK_THROWS_AS(top::from_bytes(bytes.substr(0, n)), bad_bytes);
  bool canonical = true;
  for (std::size_t i = 12; i + 4 < bytes.size(); ++i) {
    for (int v = 0; v < 256; ++v) {
      std::string bad = bytes;
      bad[i] = static_cast<char>(v);
      const std::uint32_t sum = crc32(reinterpret_cast<const unsigned char*>(bad.data()), bad.size() - 4);
      for (unsigned j = 0; j < 4; ++j) bad[bad.size() - 4 + j] = static_cast<char>((sum >> (8 * j)) & 0xFFu);
      try {
        canonical = canonical && top::from_bytes(bad).to_bytes() == bad;
      } catch (const bad_bytes&) {
      }
    }
  }
  CHECK(canonical);
}

TEST_CASE("what cannot be is refused by name and changes nothing") {
  CHECK_THROWS_WITH(top(0), Catch::Contains("k: 0"));
  CHECK_THROWS_WITH(top(top::largest_k + 1), Catch::Contains("k: "));
  top full(2);
  full.update("a", max_count);
  const top before = full;
  top one(2);
  one.update("b");
  CHECK_THROWS_WITH(full.update("b"), Catch::Contains("2^63"));
  CHECK_THROWS_WITH(full.merge(one), Catch::Contains("2^63"));
  const std::string_view text = "x";
  const std::int64_t negative = -1;
  CHECK_THROWS_WITH(
      full.update_counts(span<const std::string_view>(&text, 1), span<const std::int64_t>(&negative, 1)),
      Catch::Contains("counts: -1"));
  CHECK_THROWS_WITH(full.update_counts(span<const std::string_view>(&text, 1), {}),
                    Catch::Contains("as many"));
  CHECK(full == before);
}

TEST_CASE("texts may hold any bytes, and none") {
  top t(5);
  t.update(std::string_view("\0a", 2));
  t.update("", 2);
  t.update("\xff", 3);
  CHECK(t.items()[0].text == "\xff");
  CHECK(t.bounds("").at_least == 2);
  CHECK(top::from_bytes(t.to_bytes()) == t);
}
