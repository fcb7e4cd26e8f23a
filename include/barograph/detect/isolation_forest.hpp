// isolation_forest: how alone a row is among others, by how few random splits part it from them.
//
// Law F: equal bytes of the model and equal bits of the scores on every platform and with any number of
// threads; tree t's random numbers are those of (seed, t), by Philox. Values are rounded to the nearest
// float first, as scikit-learn does; NaN has a side of its own at each split.
//
// Standard forest: Liu, Ting and Zhou, "Isolation forest", ICDM 2008, with scikit-learn's semantics; its
// fitted forests score here as there. With dimensions above 1 the extended forest: Hariri, Kind and
// Brunner, IEEE TKDE 33 (2021). Categories go to random sides (Cortes, "Distance approximation using
// isolation forests", 2019). Attributions follow a row's path (Saabas, "Interpreting random forests", 2014)
// and are carried over to the score along the straight line from an average row's (Aumann and Shapley).
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../core/bytes.hpp"
#include "../core/canonical.hpp"
#include "../core/errors.hpp"
#include "../core/serial_executor.hpp"
#include "../core/span.hpp"
#include "../core/table_view.hpp"
#include "../core/utf8.hpp"
#include "../stats/order_statistic.hpp"
#include "detail/forest_bytes.hpp"
#include "detail/forest_grow.hpp"
#include "detail/forest_scorer.hpp"
#include "detail/forest_usual.hpp"
#include "forest_options.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// Column names, and for columns of categories their texts, for those who read a model elsewhere.
struct forest_columns {
  std::vector<std::string> names;                ///< empty, or one a column
  std::vector<std::vector<std::string>> labels;  ///< empty, or one list a column: text of category 0, 1, ...
};

class isolation_forest {
 public:
  /// Grows a forest.
  ///
  /// @param x         the training rows; not copied
  /// @param options   see forest_options
  /// @param weights   how likely each row is to be drawn against others; empty: all alike
  /// @param executor  grows trees side by side; the number of threads changes nothing
  /// @throws invalid_argument for a table without rows or columns, and options that cannot be
  template <class Executor = serial_executor>
  static isolation_forest fit(const table_view& x, const forest_options& options = {},
                              span<const double> weights = {}, const Executor& executor = Executor()) {
    isolation_forest f;
    f.options_ = options;
    f.columns_ = x.columns();
    f.check_options(x);
    if (options.features == 0) f.options_.features = f.columns_;  // one way to say it, in bytes too
    f.grow({}, x, options.trees, weights, executor);
    return f;
  }

  /// A forest whose trees come from elsewhere; each is a valid one over so many columns.
  static isolation_forest from_trees(std::vector<detail::forest_tree> trees, std::size_t columns,
                                     const forest_options& options = {}) {
    isolation_forest f;
    f.options_ = options;
    f.options_.trees = trees.size();
    f.columns_ = columns;
    for (const auto& tree : trees) f.next_serial_ = std::max(f.next_serial_, tree.serial + 1);
    f.take(std::move(trees));
    return f;
  }

  /// Replaces the oldest trees by ones grown on recent rows: the forest follows a stream.
  ///
  /// @param recent  rows of the window that is to be normal from now on
  /// @param count   how many trees; 0: a tenth of them, at least one
  /// @throws invalid_argument for another number of columns, no rows, or more trees than there are
  template <class Executor = serial_executor>
  void refresh(const table_view& recent, std::size_t count = 0, span<const double> weights = {},
               const Executor& executor = Executor()) {
    check_columns(recent);
    if (recent.rows() == 0) raise<invalid_argument>("recent: no rows given, expected at least 1");
    if (count > trees().size())
      raise<invalid_argument>("count: " + std::to_string(count) + " given, expected at most " +
                              std::to_string(trees().size()) + ", the number of trees");
    if (count == 0) count = std::max<std::size_t>(1, trees().size() / 10);
    grow({trees().begin() + static_cast<std::ptrdiff_t>(count), trees().end()}, recent, count, weights,
         executor);
  }

  /// Grows more trees.
  ///
  /// @throws invalid_argument for another number of columns or no rows
  template <class Executor = serial_executor>
  void extend(const table_view& x, std::size_t count, span<const double> weights = {},
              const Executor& executor = Executor()) {
    check_columns(x);
    if (x.rows() == 0) raise<invalid_argument>("x: no rows given, expected at least 1");
    grow(trees(), x, count, weights, executor);
    options_.trees += count;
  }

  /// The score of each row, in (0, 1): higher is more anomalous, 0.5 an average row of the standard forest.
  ///
  /// @param out  one a row
  /// @throws invalid_argument for another number of columns
  template <class Kernels = inline_forest, class Executor = serial_executor>
  void score(const table_view& x, span<double> out, const Executor& executor = Executor()) const {
    check_columns(x);
    if (out.size() != x.rows())
      raise<invalid_argument>("out: " + std::to_string(out.size()) + " values given, expected " +
                              std::to_string(x.rows()) + ", one a row");
    scorer_->score<Kernels>(x, out, executor);
  }

  /// How much each column adds to each row's score: for every row they sum to it. An even share of an
  /// average row's score is part of each.
  ///
  /// @param out  rows x columns, row after row
  /// @throws invalid_argument for another number of columns
  template <class Executor = serial_executor>
  void attributions(const table_view& x, span<double> out, const Executor& executor = Executor()) const {
    check_columns(x);
    if (out.size() != x.rows() * columns_)
      raise<invalid_argument>("out: " + std::to_string(out.size()) + " values given, expected " +
                              std::to_string(x.rows()) + " rows of " + std::to_string(columns_));
    scorer_->attributions(x, out, executor);
  }

  /// Sets the threshold so that this share of the rows scores above it (numpy's percentile).
  ///
  /// @param contamination  above 0, at most 0.5
  template <class Kernels = inline_forest, class Executor = serial_executor>
  void calibrate(const table_view& x, double contamination, const Executor& executor = Executor()) {
    if (!(contamination > 0.0 && contamination <= 0.5))
      raise<invalid_argument>("contamination: " + std::to_string(contamination) +
                              " given, expected above 0 and at most 0.5");
    if (x.rows() == 0) raise<invalid_argument>("x: no rows given, expected at least 1");
    std::vector<double> scores(x.rows());
    score<Kernels>(x, scores, executor);
    for (double& s : scores) s = -s;
    const quantile_position at = position_of(contamination, scores.size());
    const auto middle = scores.begin() + static_cast<std::ptrdiff_t>(at.rank);
    std::nth_element(scores.begin(), middle, scores.end());
    const double low = *middle;
    const double high = at.rank + 1 < scores.size() ? *std::min_element(middle + 1, scores.end()) : low;
    threshold_ = -combine(combiner::numpy_linear, low, high, at.fraction);
  }

  /// Has it learn what scores are usual, for `evidence`, from at most 4,096 of the rows (1,024 of more than
  /// 256 columns). Those are copied, and scored when somebody asks for the first time.
  ///
  /// The chance of a score is taken to fall exponentially, at the pace of the tail as far as the rows show
  /// one: to a tenth, and on to a hundredth where that looks like the same tail. Anomalies among the rows, up
  /// to a tenth of them, do not hide themselves; rows of very heavy tails (Cauchy's) are taken for such.
  void learn_usual(const table_view& x) {
    check_columns(x);
    if (x.rows() == 0) raise<invalid_argument>("x: no rows given, expected at least 1");
    usual_ = std::make_shared<const detail::forest_usual>(x, scorer_);
  }
  bool knows_usual() const noexcept { return usual_ != nullptr; }

  /// -log10 of the chance of a score at least as high among rows like those of `learn_usual`.
  template <class Kernels = inline_forest>
  double evidence(double score) const {
    constexpr double least_pace = 0.002;
    const detail::usual_scores usual = usual_scores<Kernels>();
    const double tenfold =
        (usual.tenth - usual.half) / (1.0 - detail::log10_of_2);  // from one half to one tenth
    const double e =
        detail::log10_of_2 + (score - usual.half) / (tenfold > least_pace ? tenfold : least_pace);
    return e > 0.0 ? e : 0.0;
  }

  /// Rows that score above it are anomalies; 0.5 unless set.
  double threshold() const noexcept { return threshold_; }
  void set_threshold(double threshold) {
    if (!(threshold - threshold == 0.0))
      raise<invalid_argument>("threshold: not finite, expected a finite number");
    threshold_ = threshold + 0.0;
  }

  std::size_t columns() const noexcept { return columns_; }
  const forest_options& options() const noexcept { return options_; }
  const std::vector<detail::forest_tree>& trees() const noexcept { return scorer_->trees(); }

  const forest_columns& described() const noexcept { return described_; }
  /// @throws invalid_argument unless there is one name and one list of labels a column, or none; for text
  ///                          that is no UTF-8
  void describe(forest_columns d) {
    if ((!d.names.empty() && d.names.size() != columns_) ||
        (!d.labels.empty() && d.labels.size() != columns_))
      raise<invalid_argument>("columns: names or labels of " +
                              std::to_string(std::max(d.names.size(), d.labels.size())) +
                              " given, expected " + std::to_string(columns_));
    const auto check = [](const std::vector<std::string>& texts) {
      for (const std::string& text : texts)
        if (!is_utf8(text)) raise<invalid_argument>("columns: names or labels that are no UTF-8");
    };
    check(d.names);
    for (const auto& labels : d.labels) check(labels);
    described_ = std::move(d);
  }

  template <class Kernels = inline_forest>
  std::string to_bytes() const {
    byte_writer w(state_kind::isolation_forest);
    w.varint(columns_);
    write_options(w);
    w.f64(threshold_);
    const detail::usual_scores usual = usual_scores<Kernels>();
    w.f64(usual.half);
    w.f64(usual.tenth);
    write_texts(w, described_.names);
    w.varint(described_.labels.size());
    for (const auto& labels : described_.labels) write_texts(w, labels);
    w.varint(next_serial_);
    w.varint(trees().size());
    for (const auto& tree : trees()) detail::write_tree(w, tree);
    return w.finish();
  }

  /// @throws bad_bytes for anything `to_bytes` cannot have written
  static isolation_forest from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::isolation_forest, limits);
    isolation_forest f;
    const std::uint64_t columns = r.varint();
    if (columns == 0 || columns > most_columns) raise<bad_bytes>("bytes: a number of columns that cannot be");
    f.columns_ = static_cast<std::size_t>(columns);
    f.read_options(r);
    f.threshold_ = r.f64();
    if (!(f.threshold_ - f.threshold_ == 0.0)) raise<bad_bytes>("bytes: a threshold that is not finite");
    detail::usual_scores usual;
    usual.half = r.f64();
    usual.tenth = r.f64();
    const bool known = usual.tenth >= usual.half;
    if (!(usual.half >= 0.0 && usual.half <= 1.0 && usual.tenth <= 1.0 && (known || usual.tenth == -1.0)))
      raise<bad_bytes>("bytes: scores that cannot be");
    if (known) f.usual_ = std::make_shared<const detail::forest_usual>(usual);
    f.described_.names = read_texts(r);
    f.described_.labels.resize(r.count(1));
    for (auto& labels : f.described_.labels) labels = read_texts(r);
    if ((!f.described_.names.empty() && f.described_.names.size() != columns) ||
        (!f.described_.labels.empty() && f.described_.labels.size() != columns))
      raise<bad_bytes>("bytes: names of another number of columns");
    f.next_serial_ = r.varint();
    const std::size_t trees = r.count(5);
    if (trees == 0) raise<bad_bytes>("bytes: a forest without trees");
    std::vector<detail::forest_tree> read;
    for (std::size_t t = 0; t < trees; ++t) {
      read.push_back(detail::read_tree(r, f.columns_));
      if (read.back().serial >= f.next_serial_) raise<bad_bytes>("bytes: trees that are out of order");
    }
    if (f.options_.trees != trees) raise<bad_bytes>("bytes: another number of trees than announced");
    r.done();
    f.take(std::move(read));
    return canonical(std::move(f), bytes);
  }

  friend bool operator==(const isolation_forest& a, const isolation_forest& b) {
    return a.to_bytes() == b.to_bytes();
  }
  friend bool operator!=(const isolation_forest& a, const isolation_forest& b) { return !(a == b); }

 private:
  static constexpr std::uint64_t most_columns = std::uint64_t{1} << 30;
  static constexpr std::uint64_t most_samples = 0x7FFFFFFFu;

  isolation_forest() = default;

  void check_options(const table_view& x) const {
    const auto check = [](const char* name, std::uint64_t given, std::uint64_t least, std::uint64_t most) {
      if (given < least || given > most)
        raise<invalid_argument>(std::string(name) + ": " + std::to_string(given) + " given, expected " +
                                std::to_string(least) + " to " + std::to_string(most));
    };
    check("x: rows", x.rows(), 1, std::uint64_t{1} << 62);
    check("x: columns", x.columns(), 1, most_columns);
    check("trees", options_.trees, 1, std::uint64_t{1} << 24);
    check("samples", options_.samples, 1, most_samples);
    check("features", options_.features, 0, x.columns());
    check("dimensions", options_.dimensions, 1, x.columns());
    for (const std::size_t c : options_.categorical) check("categorical", c, 0, x.columns() - 1);
  }

  void check_columns(const table_view& x) const {
    if (x.columns() != columns_)
      raise<invalid_argument>("x: " + std::to_string(x.columns()) + " columns given, expected " +
                              std::to_string(columns_) + " as in fit");
  }

  /// `kept` and `count` new trees; with the strong guarantee.
  template <class Executor>
  void grow(std::vector<detail::forest_tree> kept, const table_view& x, std::size_t count,
            span<const double> given, const Executor& executor) {
    const detail::row_weights weights(given, x.rows());
    const std::size_t rows = weights.given() && !options_.bootstrap ? weights.positive() : x.rows();
    const std::size_t samples = std::min(options_.samples, rows);
    std::size_t depth = options_.max_depth;
    if (depth == 0)
      for (depth = 1; (std::size_t{1} << depth) < samples;) ++depth;
    const std::size_t first = kept.size();
    kept.resize(first + count);
    executor.for_each_chunk(count, 4, [&](std::size_t begin, std::size_t end) {
      detail::tree_grower grower(x, options_, weights, samples, depth);
      for (std::size_t t = begin; t < end; ++t) kept[first + t] = grower.grow(next_serial_ + t);
    });
    take(std::move(kept));
    next_serial_ += count;
  }

  void take(std::vector<detail::forest_tree> trees) {
    scorer_ = std::make_shared<const detail::forest_scorer>(std::move(trees), columns_, options_.scoring);
  }

  template <class Kernels>
  detail::usual_scores usual_scores() const {
    return usual_ ? usual_->scores<Kernels>() : detail::usual_scores();
  }

  void write_options(byte_writer& w) const {
    const forest_options& o = options_;
    for (const std::size_t v : {o.trees, o.samples, o.max_depth, o.features, o.dimensions}) w.varint(v);
    w.u8(static_cast<std::uint8_t>((o.bootstrap ? 1u : 0u) | (o.like_scikit_learn ? 2u : 0u) |
                                   (o.scoring == forest_scoring::density ? 4u : 0u)));
    w.u64(o.seed);
    w.varint(o.categorical.size());
    for (const std::size_t c : o.categorical) w.varint(c);
  }

  void read_options(byte_reader& r) {
    const auto number = [&](std::uint64_t most) {
      const std::uint64_t v = r.varint();
      if (v > most) raise<bad_bytes>("bytes: an option that cannot be");
      return static_cast<std::size_t>(v);
    };
    forest_options& o = options_;
    o.trees = number(std::uint64_t{1} << 24);
    o.samples = number(most_samples);
    o.max_depth = number(most_samples);
    o.features = number(columns_);
    o.dimensions = number(columns_);
    if (o.trees == 0 || o.samples == 0 || o.dimensions == 0)
      raise<bad_bytes>("bytes: an option that cannot be");
    const std::uint8_t flags = r.u8();
    if (flags > 7) raise<bad_bytes>("bytes: an option that is unknown");
    o.bootstrap = (flags & 1u) != 0;
    o.like_scikit_learn = (flags & 2u) != 0;
    o.scoring = (flags & 4u) != 0 ? forest_scoring::density : forest_scoring::depth;
    o.seed = r.u64();
    o.categorical.resize(r.count(1));
    for (std::size_t& c : o.categorical) c = number(columns_ - 1);
  }

  static void write_texts(byte_writer& w, const std::vector<std::string>& texts) {
    w.varint(texts.size());
    for (const std::string& text : texts) w.nested(text);
  }
  static std::vector<std::string> read_texts(byte_reader& r) {
    std::vector<std::string> texts(r.count(1));
    for (std::string& text : texts) {
      text = r.nested();
      if (!is_utf8(text)) raise<bad_bytes>("bytes: names or labels of columns that are no UTF-8");
    }
    return texts;
  }

  forest_options options_;
  std::size_t columns_ = 0;
  double threshold_ = 0.5;
  forest_columns described_;
  std::uint64_t next_serial_ = 0;
  std::shared_ptr<const detail::forest_scorer> scorer_;  ///< and the trees; copies share it
  std::shared_ptr<const detail::forest_usual> usual_;    ///< none until `learn_usual`
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
