// Python's arrays as spans of the engine, and columns of the engine as arrays.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "barograph/core/span.hpp"

namespace barograph_bindings {

namespace py = pybind11;

/// A contiguous argument; one of another type is taken only where numpy calls the cast safe.
template <class T>
using array_of = py::array_t<T, py::array::c_style>;
/// A contiguous argument; one of any type is cast.
template <class T>
using cast_to = py::array_t<T, py::array::c_style | py::array::forcecast>;

template <class T, int Flags>
barograph::span<const T> view(const py::array_t<T, Flags>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}
template <class T, int Flags>
barograph::span<const T> view(const std::optional<py::array_t<T, Flags>>& a) {
  return a ? view(*a) : barograph::span<const T>();
}

/// Where results go.
template <class T, int Flags>
barograph::span<T> room(py::array_t<T, Flags>& a) {
  return {a.mutable_data(), static_cast<std::size_t>(a.size())};
}

/// A copy, as numbers of another type where one is named.
template <class To = void, class From>
auto copied(const std::vector<From>& values) {
  using type = std::conditional_t<std::is_void_v<To>, From, To>;
  py::array_t<type> out(static_cast<py::ssize_t>(values.size()));
  std::copy(values.begin(), values.end(), out.mutable_data());
  return out;
}

/// The values themselves, which the array owns from now on; read as another type of the same size where one
/// is named.
template <class To = void, class From>
auto handed_over(std::vector<From>&& values) {
  using type = std::conditional_t<std::is_void_v<To>, From, To>;
  static_assert(sizeof(type) == sizeof(From));
  auto owned = std::make_unique<std::vector<From>>(std::move(values));
  const auto* const data = reinterpret_cast<const type*>(owned->data());
  const auto size = static_cast<py::ssize_t>(owned->size());
  const py::capsule owner(owned.release(), [](void* v) { delete static_cast<std::vector<From>*>(v); });
  return array_of<type>(size, data, owner);
}

}  // namespace barograph_bindings
