// pca: how far a row lies from what is normal, inside and outside of the main directions of variation.
//
// Hotelling's T2 is the squared distance within the first k principal components, each in units of its own
// standard deviation; Q, the squared prediction error, is the squared distance to the plane they span.
// Both have control limits and tail probabilities: T2 by the F distribution of a new row, Q by the
// saddlepoint approximation of a weighted sum of squares (stats/tails.hpp); Jackson and Mudholkar's limit
// ("Control procedures for residuals associated with principal component analysis", Technometrics 21, 1979)
// can be had too. Contributions of the columns are those of the complete decomposition (Alcala and Qin,
// "Analysis and generalization of fault diagnosis methods for process monitoring", Journal of Process Control
// 21, 2011): none is negative, they sum to T2 and to Q.
//
// Law: bounded. Components come from Eigen, of covariances that merge (comoments.hpp); the sign of a
// component is fixed: the first of its largest loadings is positive. Scores are within 1e-9 of the exact
// ones, relative to the squared distance of the row, and do not depend on the number of threads. Missing
// cells (NaN) are taken as the mean when a row is scored; rows that have some are not learnt from.
#pragma once

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/canonical.hpp"
#include "../core/decimal.hpp"
#include "../stats/tails.hpp"
#include "comoments.hpp"

BAROGRAPH_NAMESPACE_BEGIN

struct pca_options {
  double share = 0.9;          ///< the least share of variance that the components have together
  std::size_t components = 0;  ///< that many instead, whatever the share; 0: by share
  bool scale = true;           ///< columns in units of their standard deviation
};

class pca {
 public:
  /// Learns from rows; at least two must be complete in the columns that have any value.
  template <class Kernels = inline_rows, class Executor = serial_executor>
  static pca fit(const matrix_view& x, const pca_options& options = {}, const Executor& executor = {}) {
    pca model(x.columns, options, columns_with_values(x));
    model.learn<Kernels>(x, executor);
    return model;
  }

  /// Learns from more rows.
  template <class Kernels = inline_rows, class Executor = serial_executor>
  void update(const matrix_view& x, const Executor& executor = {}) {
    check_width(x);
    pca more = *this;
    more.learn<Kernels>(x, executor);
    *this = std::move(more);
  }

  /// Adds what a model of the same columns and options has learnt.
  void merge(const pca& o) {
    if (o.columns_ != columns_ || o.used_ != used_)
      raise<invalid_argument>("merge: other has " + std::to_string(o.used_.size()) + " of " +
                              std::to_string(o.columns_) + " columns in use, expected the same " +
                              std::to_string(used_.size()) + " of " + std::to_string(columns_));
    if (o.options_.share != options_.share || o.options_.components != options_.components ||
        o.options_.scale != options_.scale)
      raise<invalid_argument>("merge: other has different options, expected the same");
    pca both = *this;
    both.rows_.merge(o.rows_);
    both.solve();
    *this = std::move(both);
  }
  pca& operator+=(const pca& o) {
    merge(o);
    return *this;
  }

  /// T2 and Q of each row; NaN where no cell is there.
  template <class Kernels = inline_rows, class Executor = serial_executor>
  void score(const matrix_view& x, span<double> t2, span<double> q, const Executor& executor = {}) const {
    each_block<Kernels>(x, executor, [&](const workspace& w, std::size_t at, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) {
        t2[at + i] = w.present[i] > 0 ? std::min(w.t2[i], std::numeric_limits<double>::max())
                                      : std::numeric_limits<double>::quiet_NaN();
        q[at + i] = w.present[i] > 0 ? w.q[i] : std::numeric_limits<double>::quiet_NaN();
      }
    });
  }

  /// What each column adds to T2 and to Q: rows x columns, row by row.
  template <class Kernels = inline_rows, class Executor = serial_executor>
  void contributions(const matrix_view& x, span<double> t2, span<double> q,
                     const Executor& executor = {}) const {
    std::fill(t2.begin(), t2.end(), 0.0);
    std::fill(q.begin(), q.end(), 0.0);
    each_cell<Kernels>(
        x, executor, [this](std::size_t c, std::size_t j) { return loading(c, j) / deviation(c); },
        [&](std::size_t at, std::size_t, double inside, double outside) {
          t2[at] = inside * inside;
          q[at] = outside * outside;
        });
  }

  /// By how much T2 / t2_unit + Q / q_unit of a row would be less if a column were what the others say: rows
  /// x columns, row by row. One column that is far off comes first, however the columns depend on each other
  /// (Alcala and Qin, "Reconstruction-based contribution for process monitoring", Automatica 45, 2009, of the
  /// combined index). A unit of 0 leaves its part out.
  template <class Kernels = inline_rows, class Executor = serial_executor>
  void replacements(const matrix_view& x, double t2_unit, double q_unit, span<double> out,
                    const Executor& executor = {}) const {
    const double in = t2_unit > 0 ? 1 / t2_unit : 0, off = q_unit > 0 ? 1 / q_unit : 0;
    std::vector<double> own(used_.size(), 0.0);  // of a column, when it moves alone by one
    for (std::size_t j = 0; j < own.size(); ++j) {
      double inside = 0, left = 1;
      for (std::size_t c = 0; c < kept_; ++c) {
        const double l = loading(c, j), z = l / deviation(c);
        inside += z * z;
        left -= l * l;
      }
      own[j] = in * inside + (left > 1e-12 ? off * left : 0.0);
    }
    std::fill(out.begin(), out.end(), 0.0);
    each_cell<Kernels>(
        x, executor,
        [this](std::size_t c, std::size_t j) { return loading(c, j) / (deviation(c) * deviation(c)); },
        [&](std::size_t at, std::size_t j, double inside, double outside) {
          const double pull = in * inside + off * outside;
          out[at] = own[j] > 0 ? std::min(pull * (pull / own[j]), std::numeric_limits<double>::max()) : 0.0;
        });
  }

  /// log of the probability of a larger T2 (or Q) in a new normal row.
  double log_t2_tail(double t2) const noexcept {
    if (kept_ == 0) return 0.0;
    const auto k = static_cast<double>(kept_);
    const double n = learnt();
    if (!(n > k)) return log_chi_squared_tail(t2, k);
    return log_f_tail(t2 * (n * (n - k)) / (k * (n - 1) * (n + 1)), k, n - k);
  }
  double log_q_tail(double q) const noexcept { return weighted_log_tail(q / optimism(), residuals_); }

  /// log of the probability that T2 and Q, which are independent, are as unlikely as the less likely of both.
  double log_tail(double t2, double q) const noexcept {
    if (!(t2 == t2 && q == q)) return t2 + q;
    if (kept_ == 0) return log_q_tail(q);
    if (kept_ == used_.size()) return log_t2_tail(t2);
    const double least = std::min(log_t2_tail(t2), log_q_tail(q));
    constexpr double ln2 = 0x1.62e42fefa39efp-1;
    return std::min(0.0, least + ln2 + math::log(1 - math::exp(least) / 2));  // 1 - (1 - p)^2
  }

  /// What a normal row passes with probability alpha; 0 for T2 without components.
  double t2_limit(double alpha) const {
    detail::check_alpha(alpha);
    if (kept_ == 0) return 0.0;
    return detail::cut_tail(math::log(alpha), [this](double x) { return log_t2_tail(x); });
  }
  double q_limit(double alpha) const {
    detail::check_alpha(alpha);
    return residual_ *
           detail::cut_tail(math::log(alpha), [this](double x) { return log_q_tail(x * residual_); });
  }

  /// Q's limit by Jackson and Mudholkar's normal approximation, as textbooks have it; Box's where that has
  /// none. It is exceeded too seldom where the variances outside differ much.
  double jackson_mudholkar_limit(double alpha) const {
    detail::check_alpha(alpha);
    double squares = 0, cubes = 0;
    for (const double v : residuals_) {
      const double part = v / residual_;
      squares += part * part;
      cubes += part * part * part;
    }
    const double h = 1 - 2 * cubes / (3 * squares * squares);
    const double inside =
        h > 0 ? 1 + normal_quantile(1 - alpha) * std::sqrt(2 * squares) * h + squares * h * (h - 1) : 0;
    if (inside > 0) return residual_ * math::exp(math::log(inside) / h);
    return residual_ * squares * chi_squared_limit(alpha, 1 / squares);
  }

  std::size_t columns() const noexcept { return columns_; }
  const std::vector<std::size_t>& used() const noexcept { return used_; }  ///< columns with any value
  std::size_t components() const noexcept { return kept_; }
  const pca_options& options() const noexcept { return options_; }
  const comoments& rows() const noexcept { return rows_; }
  double center(std::size_t j) const noexcept { return rows_.mean(j); }   ///< of used column j
  double unit(std::size_t j) const noexcept { return 1 / per_unit_[j]; }  ///< of used column j
  /// Of all directions, largest first; there are as many as used columns.
  const std::vector<double>& variances() const noexcept { return variances_; }
  /// Of component c on used column j.
  double loading(std::size_t c, std::size_t j) const noexcept { return loadings_[c * used_.size() + j]; }

  std::string to_bytes() const {
    byte_writer w(state_kind::pca);
    w.f64(options_.share);
    w.varint(options_.components);
    w.u8(options_.scale ? 1 : 0);
    w.varint(columns_);
    w.varint(used_.size());
    std::size_t next = 0;
    for (const std::size_t j : used_) {  // gaps between the columns in use
      w.varint(j - next);
      next = j + 1;
    }
    rows_.write(w);
    return w.finish();
  }

  static pca from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::pca, limits);
    pca_options options;
    options.share = r.f64();
    const std::uint64_t components = r.varint();
    const std::uint8_t scale = r.u8();
    const std::uint64_t columns = r.varint();
    if (!(options.share > 0 && options.share <= 1) || scale > 1 || columns == 0 ||
        columns > comoments::most_columns || components > columns)
      raise<bad_bytes>("bytes: options that cannot be");
    options.components = static_cast<std::size_t>(components);
    options.scale = scale != 0;
    std::vector<std::size_t> in_use;
    const std::size_t used = r.count(1);
    if (used == 0 || used > columns) raise<bad_bytes>("bytes: columns that cannot be in use");
    std::size_t next = 0;
    for (std::size_t i = 0; i < used; ++i) {
      const std::uint64_t gap = r.varint();
      if (gap >= columns - next) raise<bad_bytes>("bytes: columns that cannot be in use");
      in_use.push_back(next + static_cast<std::size_t>(gap));
      next = in_use.back() + 1;
    }
    pca model(static_cast<std::size_t>(columns), options, std::move(in_use));
    model.rows_ = comoments::read(r);
    r.done();
    if (model.rows_.columns() != used || model.rows_.count() < 2)
      raise<bad_bytes>("bytes: covariances that do not fit the columns");
    model.solve();
    return canonical(std::move(model), bytes);
  }

  friend bool operator==(const pca& a, const pca& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const pca& a, const pca& b) { return !(a == b); }

 private:
  static constexpr auto block = static_cast<std::size_t>(detail::scored_rows);
  static constexpr std::size_t chunk_rows = 128 * block;

  struct workspace {
    explicit workspace(const pca& p) : cells(p.used_.size() * block), scores(p.kept_ * block) {
      for (std::size_t c = 0; c < p.kept_; ++c) per_variance.push_back(1 / p.variances_[c]);
    }
    detail::plane_distance_job job(const pca& p, const matrix_view& x, std::size_t at, std::size_t n) {
      return {x.from(at, p.used_, n),
              p.rows_.means().data(),
              p.per_unit_.data(),
              static_cast<std::int64_t>(p.kept_),
              p.loadings_.data(),
              per_variance.data(),
              cells.data(),
              scores.data(),
              present,
              t2,
              q};
    }
    std::vector<double> cells;   // column by column what the components leave of rows
    std::vector<double> scores;  // component by component
    std::vector<double> per_variance;
    double present[block], t2[block], q[block];
  };

  /// f(what the components make of the rows, first row, how many) for each block of rows.
  template <class Kernels, class Executor, class F>
  void each_block(const matrix_view& x, const Executor& executor, F f) const {
    check_width(x);
    executor.for_each_chunk(x.rows, chunk_rows, [&](std::size_t begin, std::size_t end) {
      workspace w(*this);
      for (std::size_t at = begin; at < end; at += block) {
        const std::size_t n = std::min(end - at, block);
        Kernels::plane_distances(w.job(*this, x, at, n));
        f(w, at, n);
      }
    });
  }

  /// f(place, column, sum of scores times weight(component, column), residual) for each cell of a column in
  /// use; 0 stands in the other places.
  template <class Kernels, class Executor, class Weight, class F>
  void each_cell(const matrix_view& x, const Executor& executor, Weight weight, F f) const {
    each_block<Kernels>(x, executor, [&](const workspace& w, std::size_t at, std::size_t n) {
      for (std::size_t j = 0; j < used_.size(); ++j) {
        double part[block] = {0};
        for (std::size_t c = 0; c < kept_; ++c) {
          const double* const y = w.scores.data() + c * block;
          const double by = weight(c, j);
          for (std::size_t i = 0; i < block; ++i) part[i] += y[i] * by;
        }
        const double* const residual = w.cells.data() + j * block;
        for (std::size_t i = 0; i < n; ++i) f((at + i) * columns_ + used_[j], j, part[i], residual[i]);
      }
    });
  }

  /// By what Q of a new row is larger than of those learnt from: its plane was fitted to them.
  double optimism() const noexcept {
    const auto k = static_cast<double>(kept_) + 1;
    const double by = (learnt() + k) / std::max(learnt() - k, 1.0);
    return by * by;
  }

  pca(std::size_t columns, const pca_options& options, std::vector<std::size_t> used)
      : options_(options), columns_(columns), used_(std::move(used)), rows_(used_.size()) {
    if (!(options.share > 0 && options.share <= 1))
      raise<invalid_argument>("components: a share of " + decimal(options.share) +
                              " given, expected 0 < share <= 1");
    if (options.components > columns)
      raise<invalid_argument>("components: " + std::to_string(options.components) + " given, expected 1 to " +
                              std::to_string(columns) + ", the number of columns");
    if (options_.components != 0)
      options_.share = pca_options().share;  // says nothing: equal models, equal bytes
  }

  static std::vector<std::size_t> columns_with_values(const matrix_view& x) {
    if (x.columns == 0 || x.columns > comoments::most_columns)
      raise<invalid_argument>("x: " + std::to_string(x.columns) + " columns given, expected 1 to " +
                              std::to_string(comoments::most_columns));
    std::vector<std::size_t> used;
    for (std::size_t j = 0; j < x.columns; ++j) {
      std::size_t i = 0;
      while (i < x.rows && !(std::fabs(x(i, j)) <= detail::largest_cell)) ++i;
      if (i < x.rows) used.push_back(j);
    }
    if (used.empty())
      raise<invalid_argument>("x: no finite value in " + std::to_string(x.rows) +
                              " rows, expected some up to " + decimal(detail::largest_cell));
    return used;
  }

  void check_width(const matrix_view& x) const {
    if (x.columns != columns_)
      raise<invalid_argument>("x: " + std::to_string(x.columns) + " columns given, expected " +
                              std::to_string(columns_) + ", as the model has learnt");
  }

  template <class Kernels, class Executor>
  void learn(const matrix_view& x, const Executor& executor) {
    rows_.update<Kernels>(x, used_, executor);
    if (rows_.count() < 2)
      raise<invalid_argument>("x: " + std::to_string(rows_.count()) + " complete rows of " +
                              std::to_string(x.rows) +
                              " given, expected at least 2; fill missing cells, or leave out the columns "
                              "that have most of them");
    solve();
  }

  double learnt() const noexcept { return static_cast<double>(rows_.count()); }
  double deviation(std::size_t c) const noexcept { return std::sqrt(variances_[c]); }

  /// Standard deviations as units. A column that never moved has a thousandth of its level as its unit: what
  /// it would have to move to count. Rounding of the values themselves is no movement.
  void choose_units() {
    const std::size_t d = used_.size();
    per_unit_.assign(d, 1.0);
    moves_.assign(d, true);
    for (std::size_t j = 0; j < d; ++j) {
      const double level = std::fabs(rows_.mean(j));
      const double deviation = std::sqrt(rows_.covariance(j, j));
      moves_[j] = deviation > 1e-12 * level && deviation > 1e-140;
      if (options_.scale) per_unit_[j] = 1 / (moves_[j] ? deviation : level > 1e-130 ? 1e-3 * level : 1e-3);
    }
  }

  void solve() {
    choose_units();
    const std::size_t d = used_.size();
    const auto size = static_cast<Eigen::Index>(d);
    Eigen::MatrixXd s(size, size);
    double largest = 0;  // an eigenvalue problem without overflow
    for (std::size_t j = 0; j < d; ++j)
      if (moves_[j]) largest = std::max(largest, rows_.covariance(j, j) * per_unit_[j] * per_unit_[j]);
    const double measure = largest > 0 ? largest : 1.0;
    for (std::size_t j = 0; j < d; ++j)
      for (std::size_t k = 0; k <= j; ++k)
        s(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(k)) =
            moves_[j] && moves_[k] ? rows_.covariance(j, k) * per_unit_[j] / measure * per_unit_[k] : 0.0;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> found(s);  // reads the lower triangle
    variances_.resize(d);
    double total = 0;
    for (std::size_t c = 0; c < d; ++c) {
      const double v = found.eigenvalues()[static_cast<Eigen::Index>(d - 1 - c)];
      variances_[c] = v > 0 ? v * measure : 0.0;
      total += variances_[c];
    }
    choose_components(total);
    loadings_.resize(kept_ * d);
    for (std::size_t c = 0; c < kept_; ++c) {
      const auto vector = found.eigenvectors().col(static_cast<Eigen::Index>(d - 1 - c));
      const double most = vector.cwiseAbs().maxCoeff() * (1 - 1e-9);
      Eigen::Index first = 0;
      while (std::fabs(vector[first]) < most) ++first;
      for (std::size_t j = 0; j < d; ++j)
        loadings_[c * d + j] = (vector[first] < 0 ? -1.0 : 1.0) * vector[static_cast<Eigen::Index>(j)];
    }
    measure_residuals(total);
  }

  /// As many as asked for, or as the share needs; none that is rounding alone.
  void choose_components(double total) {
    const std::size_t d = used_.size();
    const double noise = 1e-15 * static_cast<double>(d) * total;
    std::size_t rank = 0;
    while (rank < d && variances_[rank] > noise) ++rank;
    kept_ = std::min(rank, options_.components);
    if (options_.components != 0) return;
    double sum = 0;
    while (kept_ < rank && (kept_ == 0 || sum < options_.share * total * (1 - 1e-12)))
      sum += variances_[kept_++];
  }

  /// The variances outside. What is below the rounding of the values and of the decomposition counts as
  /// that: no row is judged by less.
  void measure_residuals(double total) {
    double least = 1e-15 * total;
    for (std::size_t j = 0; j < used_.size(); ++j) {
      const double rounding = 0x1p-50 * rows_.mean(j) * per_unit_[j];
      least += rounding * rounding;
    }
    double sum = 0;
    for (std::size_t c = kept_; c < variances_.size(); ++c) sum += variances_[c];
    residual_ = std::max({sum, least, 1e-290});
    residuals_.assign(1, residual_);
    if (sum < residual_) return;
    residuals_.clear();
    for (std::size_t c = kept_; c < variances_.size(); ++c)
      if (variances_[c] > 1e-12 * sum) residuals_.push_back(variances_[c]);
  }

  pca_options options_;
  std::size_t columns_;
  std::vector<std::size_t> used_;
  comoments rows_;
  std::vector<double> per_unit_;
  std::vector<bool> moves_;
  std::vector<double> variances_;
  std::vector<double> loadings_;  // component by component
  std::size_t kept_ = 0;
  double residual_ = 1;            // the sum of the variances outside
  std::vector<double> residuals_;  // those that count
};

BAROGRAPH_NAMESPACE_END
