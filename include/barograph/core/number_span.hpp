// number_span: numbers side by side, doubles, floats or 64-bit integers, that are read as doubles.
//
// What is computed from it has the bits of converting all of it first: a float is exact as a double, an
// integer beyond 2^53 goes to the nearest double, of two as near to the even one. Who reads it converts a
// block at a time, so that there is never an array of doubles as long as a series of another type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "span.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class number_span {
 public:
  enum class type { float64, float32, int64 };

  constexpr number_span() noexcept = default;
  constexpr number_span(const double* data, std::size_t size) noexcept : data_(data), size_(size) {}
  constexpr number_span(const float* data, std::size_t size) noexcept
      : data_(data), size_(size), type_(type::float32) {}
  constexpr number_span(const std::int64_t* data, std::size_t size) noexcept
      : data_(data), size_(size), type_(type::int64) {}
  template <class T, std::size_t N>
  constexpr number_span(T (&array)[N]) noexcept : number_span(array, N) {}

  /// From anything with data() and size(), as span.
  /// @throws invalid_argument for a strided view
  template <class C, class V = std::remove_cv_t<std::remove_pointer_t<decltype(std::declval<C&>().data())>>,
            class = decltype(std::declval<C&>().size()),
            class = std::enable_if_t<std::is_same_v<V, double> || std::is_same_v<V, float> ||
                                     std::is_same_v<V, std::int64_t>>>
  constexpr number_span(C&& container) : number_span(span<const V>(std::forward<C>(container))) {}
  template <class V>
  constexpr number_span(span<const V> numbers) noexcept : number_span(numbers.data(), numbers.size()) {}

  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr type kind() const noexcept { return type_; }
  /// The numbers where they are doubles already, else null.
  constexpr const double* doubles() const noexcept {
    return type_ == type::float64 ? static_cast<const double*>(data_) : nullptr;
  }

  double operator[](std::size_t i) const noexcept {
    if (type_ == type::float64) return static_cast<const double*>(data_)[i];
    return type_ == type::float32 ? static_cast<double>(static_cast<const float*>(data_)[i])
                                  : static_cast<double>(static_cast<const std::int64_t*>(data_)[i]);
  }

  constexpr number_span subspan(std::size_t offset, std::size_t count) const noexcept {
    if (type_ == type::float64) return {static_cast<const double*>(data_) + offset, count};
    if (type_ == type::float32) return {static_cast<const float*>(data_) + offset, count};
    return {static_cast<const std::int64_t*>(data_) + offset, count};
  }

  /// Rows begin to end as doubles, to `out`.
  void read(std::size_t begin, std::size_t end, double* out) const noexcept {
    if (type_ == type::float64)
      copy(static_cast<const double*>(data_) + begin, end - begin, out);
    else if (type_ == type::float32)
      copy(static_cast<const float*>(data_) + begin, end - begin, out);
    else
      copy(static_cast<const std::int64_t*>(data_) + begin, end - begin, out);
  }

  std::vector<double> as_doubles() const {
    std::vector<double> all(size_);
    read(0, size_, all.data());
    return all;
  }

  /// read() of a number_span at `numbers`, for code that knows no classes.
  static void read_from(const void* numbers, std::int64_t begin, std::int64_t end, double* out) noexcept {
    static_cast<const number_span*>(numbers)->read(static_cast<std::size_t>(begin),
                                                   static_cast<std::size_t>(end), out);
  }

  /// f(first row, doubles) for all rows in order: in one go where they are doubles, else by blocks that stay
  /// in a processor's nearest memory.
  template <class F>
  void for_each_block(const F& f) const {
    if (doubles() != nullptr) {
      f(std::size_t{0}, span<const double>(doubles(), size_));
      return;
    }
    constexpr std::size_t most = 1024;
    double block[most];
    for (std::size_t at = 0; at < size_; at += most) {
      const std::size_t here = size_ - at < most ? size_ - at : most;
      read(at, at + here, block);
      f(at, span<const double>(block, here));
    }
  }

 private:
  template <class T>
  static void copy(const T* from, std::size_t n, double* out) noexcept {
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4)  // four at once, which compilers make one instruction of where there is one
      for (std::size_t k = 0; k < 4; ++k) out[i + k] = static_cast<double>(from[i + k]);
    for (; i < n; ++i) out[i] = static_cast<double>(from[i]);
  }

  const void* data_ = nullptr;
  std::size_t size_ = 0;
  type type_ = type::float64;
};

/// Some rows of one number_span as doubles: where they stand, or in a block of its own.
class number_block {
 public:
  /// What row i of [begin, end) is to be found at [i] of, until other rows are asked for; nothing else is
  /// there.
  const double* rows(const number_span& x, std::size_t begin, std::size_t end) {
    if (x.kind() == number_span::type::float64) return x.doubles();
    const std::size_t wanted = end > begin ? end - begin : 0;
    if (begin >= begin_ && end <= end_) return found();
    if (wanted > room_) {
      room_ = begin_ = end_ = 0;
      block_.reset();  // before the next one is there, so that there is one at a time
      block_.reset(new double[wanted]);
      room_ = wanted;
    }
    if (wanted > 0) x.read(begin, end, block_.get());
    begin_ = begin;
    end_ = begin + wanted;
    return found();
  }

 private:
  /// By numbers: a pointer may not be moved outside its array.
  const double* found() const noexcept {
    return reinterpret_cast<const double*>(reinterpret_cast<std::uintptr_t>(block_.get()) -
                                           begin_ * sizeof(double));
  }

  std::unique_ptr<double[]> block_;
  std::size_t room_ = 0, begin_ = 0, end_ = 0;
};

BAROGRAPH_NAMESPACE_END
