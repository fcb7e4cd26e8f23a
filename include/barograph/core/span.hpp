// span: a pointer and a size, the one way arrays are handed to the engine.
//
// The same type in C++17 and C++20, so that a library and its user may be built with either.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

template <class T>
class span {
 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;

  constexpr span() noexcept = default;
  constexpr span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  template <std::size_t N>
  constexpr span(T (&array)[N]) noexcept : data_(array), size_(N) {}

  /// From anything with contiguous data() and size(): std::vector, std::array, std::span, Eigen.
  template <class C, class P = decltype(std::declval<C&>().data()),
            class = decltype(std::declval<C&>().size()),
            class = std::enable_if_t<std::is_convertible_v<std::remove_pointer_t<P> (*)[], T (*)[]> &&
                                     !std::is_same_v<std::remove_cv_t<C>, span>>>
  constexpr span(C&& container) noexcept
      : data_(container.data()), size_(static_cast<std::size_t>(container.size())) {}

  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  constexpr T& operator[](std::size_t i) const noexcept { return data_[i]; }
  constexpr span subspan(std::size_t offset, std::size_t count) const noexcept {
    return span(data_ + offset, count);
  }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

BAROGRAPH_NAMESPACE_END
