// span: a pointer and a size, the one way arrays are handed to the engine.
//
// The same type in C++17 and C++20, so that a library and its user may be built with either. A view of
// another library whose values do not lie side by side (a row of a matrix, every second value) is
// refused, not misread: interop/ copies such views.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../config.hpp"
#include "errors.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace detail {

template <class C, class = void>
struct has_inner_stride : std::false_type {};
template <class C>
struct has_inner_stride<
    C, std::void_t<decltype(std::declval<C&>().innerStride()), decltype(std::declval<C&>().outerStride())>>
    : std::true_type {};
template <class C, class = void>
struct has_is_contiguous : std::false_type {};
template <class C>
struct has_is_contiguous<C, std::void_t<decltype(std::declval<C&>().is_contiguous())>> : std::true_type {};
template <class C, class = void>
struct has_data_offset : std::false_type {};
template <class C>
struct has_data_offset<C, std::void_t<decltype(std::declval<C&>().data_offset())>> : std::true_type {};

/// Whether the values of a container or view lie side by side from data() on.
template <class C>
constexpr bool side_by_side(C& container) {
  if constexpr (has_inner_stride<C>::value) {  // Eigen
    if (container.size() <= 1) return true;
    const bool one_line = container.rows() == 1 || container.cols() == 1;
    return container.innerStride() == 1 && (one_line || container.outerStride() == container.innerSize());
  } else if constexpr (has_is_contiguous<C>::value) {  // xtensor
    return container.is_contiguous();
  } else {
    return true;
  }
}

}  // namespace detail

template <class T>
class span {
 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;

  constexpr span() noexcept = default;
  constexpr span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  template <std::size_t N>
  constexpr span(T (&array)[N]) noexcept : data_(array), size_(N) {}

  /// From anything with data() and size(): std::vector, std::array, std::span, Eigen, xtensor.
  /// @throws invalid_argument for a strided view
  template <class C, class P = decltype(std::declval<C&>().data()),
            class = decltype(std::declval<C&>().size()),
            class = std::enable_if_t<std::is_convertible_v<std::remove_pointer_t<P> (*)[], T (*)[]> &&
                                     !std::is_same_v<std::remove_cv_t<C>, span>>>
  constexpr span(C&& container) noexcept(!checked<C>)
      : data_(container.data()), size_(static_cast<std::size_t>(container.size())) {
    using plain = std::remove_reference_t<C>;
    if constexpr (checked<C>)
      if (!detail::side_by_side<plain>(container))
        raise<invalid_argument>(
            "span: a view whose values do not lie side by side given, expected a contiguous one (copy it)");
    if constexpr (detail::has_data_offset<plain>::value) data_ += container.data_offset();
  }

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
  template <class C>
  static constexpr bool checked = detail::has_inner_stride<std::remove_reference_t<C>>::value ||
                                  detail::has_is_contiguous<std::remove_reference_t<C>>::value;

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

BAROGRAPH_NAMESPACE_END
