// Bindings of include/barograph/formats: text columns and log files to numpy arrays.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "barograph/core/executor.hpp"
#include "barograph/formats/access_log.hpp"
#include "barograph/formats/fields.hpp"
#include "barograph/formats/json_lines.hpp"
#include "barograph/formats/url_template.hpp"
#include "interruptible.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

using bytes_array = array_of<std::uint8_t>;

/// Text in Arrow's buffers (data, offsets, validity, bit offset), or a sequence of str and None.
class text_input {
 public:
  text_input(const py::object& data, const py::object& offsets, const std::optional<bytes_array>& validity,
             std::size_t validity_offset) {
    if (offsets.is_none()) {
      from_sequence(data);
      return;
    }
    data_ = py::cast<bytes_array>(data);
    const bg::span<const char> bytes(reinterpret_cast<const char*>(data_.data()),
                                     static_cast<std::size_t>(data_.size()));
    offsets_ = py::cast<py::array>(offsets);
    if (py::isinstance<py::array_t<std::int32_t, py::array::c_style>>(offsets_))
      column_.emplace(bytes, view<std::int32_t>());
    else if (py::isinstance<py::array_t<std::int64_t, py::array::c_style>>(offsets_))
      column_.emplace(bytes, view<std::int64_t>());
    else
      throw py::type_error("offsets: given " + std::string(py::str(offsets_.dtype())) +
                           ", expected a contiguous array of int32 or int64");
    if (validity.has_value()) {
      validity_ = *validity;
      column_->with_validity({validity_.data(), static_cast<std::size_t>(validity_.size())}, validity_offset);
    }
  }

  const bg::text_column& column() const { return *column_; }

 private:
  template <class T>
  bg::span<const T> view() const {
    return {static_cast<const T*>(offsets_.data()), static_cast<std::size_t>(offsets_.size())};
  }

  void from_sequence(const py::object& data) {
    if (py::isinstance<py::str>(data) || py::isinstance<py::bytes>(data))
      throw py::type_error("data: given one str, expected a sequence of str, or buffers with offsets");
    const auto rows =
        py::reinterpret_steal<py::object>(PySequence_Fast(data.ptr(), "data: expected a sequence of str"));
    if (!rows) throw py::error_already_set();
    const py::ssize_t n = PySequence_Fast_GET_SIZE(rows.ptr());
    own_offsets_.push_back(0);
    own_validity_.resize(static_cast<std::size_t>(n) / 8 + 1, 0);
    for (py::ssize_t i = 0; i < n; ++i) {
      PyObject* item = PySequence_Fast_GET_ITEM(rows.ptr(), i);
      if (PyUnicode_Check(item)) {
        py::ssize_t size = 0;
        const char* text = PyUnicode_AsUTF8AndSize(item, &size);
        if (text != nullptr) {
          own_data_.append(text, static_cast<std::size_t>(size));
        } else {  // a lone surrogate has no UTF-8
          PyErr_Clear();
          own_data_ += "\xEF\xBF\xBD";
        }
        own_validity_[static_cast<std::size_t>(i) / 8] |= static_cast<std::uint8_t>(1u << (i % 8));
      } else if (item != Py_None) {
        throw py::type_error("data: row " + std::to_string(i) + " is a " + Py_TYPE(item)->tp_name +
                             ", expected str or None");
      }
      own_offsets_.push_back(static_cast<std::int64_t>(own_data_.size()));
    }
    column_.emplace(bg::span<const char>(own_data_), bg::span<const std::int64_t>(own_offsets_));
    column_->with_validity(own_validity_);
  }

  bytes_array data_;
  py::array offsets_;
  bytes_array validity_;
  std::string own_data_;
  std::vector<std::int64_t> own_offsets_;
  std::vector<std::uint8_t> own_validity_;
  std::optional<bg::text_column> column_;
};

bg::time_format time_format_named(const std::string& name) {
  std::string accepted;
  for (int i = 0; i < bg::time_format_count; ++i) {
    const auto format = static_cast<bg::time_format>(i);
    if (name == bg::name_of(format)) return format;
    accepted += std::string(i == 0 ? "" : ", ") + bg::name_of(format);
  }
  bg::raise<bg::invalid_argument>("format: given \"" + name + "\", expected one of " + accepted);
}

py::tuple parse_timestamps(const py::object& data, const py::object& offsets,
                           const std::optional<bytes_array>& validity, std::size_t validity_offset,
                           const std::string& format, const std::optional<py::bytes>& tzif) {
  const text_input input(data, offsets, validity, validity_offset);
  bg::timestamp_options options;
  options.format = time_format_named(format);
  const bg::zone local = tzif.has_value() ? bg::zone::from_tzif(std::string(*tzif)) : bg::zone::utc();
  options.local = tzif.has_value() ? &local : nullptr;
  bg::timestamp_column out;
  {
    const interruptible call;
    out = bg::parse_timestamps(input.column(), options);
  }
  py::dict formats;
  for (int i = 0; i < bg::time_format_count; ++i)
    if (out.formats[static_cast<std::size_t>(i)] != 0)
      formats[bg::name_of(static_cast<bg::time_format>(i))] = out.formats[static_cast<std::size_t>(i)];
  py::dict info;
  info["formats"] = formats;
  info["without_offset"] = out.without_offset;
  info["missing"] = out.missing;
  info["bad"] = out.bad;
  info["ambiguous"] = out.ambiguous;
  return py::make_tuple(handed_over<std::int64_t>(std::move(out.ns)),
                        handed_over<std::uint8_t>(std::move(out.status)), info);
}

bg::number_style number_style_named(const std::string& name) {
  for (int i = 0; i < bg::number_style_count; ++i)
    if (name == bg::name_of(static_cast<bg::number_style>(i))) return static_cast<bg::number_style>(i);
  bg::raise<bg::invalid_argument>("style: given \"" + name + "\", expected one of plain, point, comma");
}

/// The style that summed evidence proves; None where it does not tell.
std::optional<std::string> number_style_of(const std::array<std::int64_t, 7>& seen) {
  const auto style =
      bg::number_evidence{seen[0], seen[1], seen[2], seen[3], seen[4], seen[5], seen[6]}.style();
  if (!style) return std::nullopt;
  return bg::name_of(*style);
}

py::tuple parse_numbers(const py::object& data, const py::object& offsets,
                        const std::optional<bytes_array>& validity, std::size_t validity_offset,
                        bool time_units, const std::string& style) {
  const text_input input(data, offsets, validity, validity_offset);
  const bg::number_style written = number_style_named(style);
  bg::number_column out;
  {
    const interruptible call;
    out = bg::parse_numbers(input.column(), time_units, written);
  }
  py::dict info;
  info["with_unit"] = out.with_unit;
  info["missing"] = out.missing;
  info["bad"] = out.bad;
  const bg::number_evidence& seen = out.evidence;
  info["evidence"] =
      std::array<std::int64_t, 7>{seen.point,   seen.comma,       seen.either_point, seen.either_comma,
                                  seen.grouped, seen.short_whole, seen.long_whole};
  info["either_point"] = handed_over<std::int64_t>(std::move(out.either_point));
  return py::make_tuple(handed_over<double>(std::move(out.values)),
                        handed_over<std::uint8_t>(std::move(out.status)), info);
}

py::str as_str(const std::string& text) {
  return py::reinterpret_steal<py::str>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<py::ssize_t>(text.size()), "replace"));
}

py::tuple as_strings(bg::coded_text&& text) {
  py::list categories;
  for (std::size_t i = 0; i < text.categories.size(); ++i)
    categories.append(as_str(text.categories.shown(static_cast<std::int32_t>(i))));
  return py::make_tuple(handed_over<std::int32_t>(std::move(text.codes)), categories);
}

template <class Fault>
void add_bad_lines(py::dict& out, const std::vector<bg::bad_line<Fault>>& bad) {
  std::vector<std::int64_t> lines;
  py::list reasons;
  py::list texts;
  for (const auto& b : bad) {
    lines.push_back(b.line);
    reasons.append(bg::name_of(b.fault));
    texts.append(as_str(b.text));
  }
  out["bad_line"] = handed_over<std::int64_t>(std::move(lines));
  out["bad_reason"] = reasons;
  out["bad_text"] = texts;
}

py::dict as_dict(bg::access_log&& log, const bg::log_format& format) {
  using bg::log_field;
  const bool request = format.has(log_field::request);
  py::dict out;
  out["line"] = handed_over<std::int64_t>(std::move(log.line));
  if (format.has(log_field::time) || format.has(log_field::epoch_s) || format.has(log_field::epoch_ms) ||
      format.has(log_field::epoch_us))
    out["timestamp"] = handed_over<std::int64_t>(std::move(log.timestamp));
  if (format.has(log_field::status)) out["status"] = handed_over<std::int32_t>(std::move(log.status));
  if (format.has(log_field::bytes)) out["bytes"] = handed_over<std::int64_t>(std::move(log.bytes));
  if (format.has(log_field::latency_s) || format.has(log_field::latency_ms) ||
      format.has(log_field::latency_us))
    out["latency_ms"] = handed_over<double>(std::move(log.latency_ms));
  if (format.has(log_field::client)) out["client"] = as_strings(std::move(log.client));
  if (format.has(log_field::user)) out["user"] = as_strings(std::move(log.user));
  if (format.has(log_field::host)) out["host"] = as_strings(std::move(log.host));
  if (request || format.has(log_field::method)) out["method"] = as_strings(std::move(log.method));
  if (request || format.has(log_field::target)) out["path"] = as_strings(std::move(log.path));
  if (request || format.has(log_field::protocol)) out["protocol"] = as_strings(std::move(log.protocol));
  if (format.has(log_field::referer)) out["referer"] = as_strings(std::move(log.referer));
  if (format.has(log_field::agent)) out["agent"] = as_strings(std::move(log.agent));
  add_bad_lines(out, log.bad);
  out["lines"] = log.lines;
  out["blank"] = log.blank;
  out["malformed_requests"] = log.malformed_requests;
  out["invalid_utf8"] = log.invalid_utf8;
  return out;
}

py::dict as_dict(const bg::json_column& column, std::int64_t rows) {
  py::dict out;
  const bg::json_type type = column.type();
  out["type"] = bg::name_of(type);
  if (type == bg::json_type::number) {
    out["values"] = handed_over<double>(column.numbers(rows));
    std::vector<std::int64_t> integers = column.integers(rows);
    out["integers"] =
        integers.empty() ? py::object(py::none()) : handed_over<std::int64_t>(std::move(integers));
  } else if (type == bg::json_type::boolean) {
    out["values"] = handed_over<std::int8_t>(column.booleans(rows));
  } else if (type != bg::json_type::empty) {
    std::string data;
    std::vector<std::int64_t> offsets;
    std::vector<std::uint8_t> validity;
    column.text(rows, data, offsets, validity);
    out["data"] = handed_over<std::uint8_t>(std::vector<char>(data.begin(), data.end()));
    out["offsets"] = handed_over<std::int64_t>(std::move(offsets));
    out["validity"] = handed_over<std::uint8_t>(std::move(validity));
  }
  return out;
}

/// The columns of what was read, made whole one at a time, when they are asked for.
struct json_columns {
  std::vector<bg::json_column> columns;
  std::int64_t rows;
  py::dict position;  // by name

  explicit json_columns(std::vector<bg::json_column>&& of, std::int64_t n) : columns(std::move(of)), rows(n) {
    for (std::size_t i = 0; i < columns.size(); ++i) position[as_str(columns[i].name())] = i;
  }
  const bg::json_column& at(const py::object& name) const {
    if (!position.contains(name)) throw py::key_error(py::repr(name));
    return columns[position[name].cast<std::size_t>()];
  }
};

py::dict as_dict(bg::json_lines&& read) {
  py::dict out;
  const std::int64_t rows = read.rows();
  out["columns"] = py::cast(json_columns(std::move(read.columns), rows));
  out["line"] = handed_over<std::int64_t>(std::move(read.line));
  add_bad_lines(out, read.bad);
  out["lines"] = read.lines;
  out["blank"] = read.blank;
  out["invalid_utf8"] = read.invalid_utf8;
  out["dropped"] = read.dropped;
  return out;
}

struct json_decoder {
  explicit json_decoder(bg::json_lines_decoder&& decodes) : engine(std::move(decodes)) {}
  bg::json_lines_decoder engine;
  std::mutex lock;
};

/// The bytes of a buffer, which must lie one behind the other.
std::string_view bytes_of(const py::buffer_info& info) {
  py::ssize_t step = info.itemsize;
  for (std::size_t i = info.shape.size(); i-- > 0; step *= info.shape[i])
    if (info.strides[i] != step && info.shape[i] > 1 && info.size != 0)
      throw py::type_error("piece: given a buffer with gaps, expected contiguous bytes");
  return {static_cast<const char*>(info.ptr), static_cast<std::size_t>(info.size * info.itemsize)};
}

/// An interrupt leaves a decoder that has read some of the piece: to be thrown away.
template <class Decoder>
void feed_in_parts(Decoder& decoder, const py::buffer& piece) {
  constexpr std::size_t part = std::size_t{1} << 20;
  const py::buffer_info info = piece.request();
  const std::string_view bytes = bytes_of(info);
  const interruptible call;
  for (std::size_t at = 0; at < bytes.size(); at += part) {
    bg::check_interrupt();  // without the lock: signal handlers may use any object
    const std::lock_guard<std::mutex> guard(decoder.lock);
    decoder.engine.feed(bytes.substr(at, part));
  }
}

/// A decoder and the format that tells which columns there are.
struct decoder {
  explicit decoder(const std::string& text, std::size_t max_line)
      : format(bg::log_format::compile(text)), engine(format, max_line) {}
  bg::log_format format;
  bg::access_log_decoder engine;
  std::mutex lock;
};

}  // namespace

void register_formats(py::module_& m) {
  m.def("parse_timestamps", &parse_timestamps, py::arg("data"), py::arg("offsets") = py::none(),
        py::arg("validity") = py::none(), py::arg("validity_offset") = 0, py::kw_only(),
        py::arg("format") = "auto", py::arg("tzif") = py::none());
  m.def("parse_numbers", &parse_numbers, py::arg("data"), py::arg("offsets") = py::none(),
        py::arg("validity") = py::none(), py::arg("validity_offset") = 0, py::kw_only(),
        py::arg("time_units") = false, py::arg("style") = "plain");
  m.def("number_style", &number_style_of, py::arg("evidence"));
  m.def(
      "template_paths",
      [](const std::vector<std::string>& targets) {
        std::vector<std::string> out;
        out.reserve(targets.size());
        for (const std::string& t : targets) out.push_back(bg::template_path(t));
        return out;
      },
      py::arg("targets"));
  m.def(
      "detect_access_log",
      [](const py::buffer& sample) {
        const py::buffer_info info = sample.request();
        const bg::detected_log_format found = bg::detect_access_log(bytes_of(info));
        return py::make_tuple(found.name, found.share, found.unit_known);
      },
      py::arg("sample"));
  m.def("log_format_names", [] {
    std::vector<std::pair<std::string, std::string>> out;
    for (const bg::named_log_format& n : bg::named_log_formats()) out.emplace_back(n.name, n.format);
    return out;
  });
  py::class_<decoder>(m, "AccessLogDecoder")
      .def(py::init<const std::string&, std::size_t>(), py::arg("format"), py::kw_only(),
           py::arg("max_line") = 65536)
      .def(
          "feed", [](decoder& self, const py::buffer& piece) { feed_in_parts(self, piece); },
          py::arg("piece"))
      .def("finish", [](decoder& self) {
        bg::access_log log;
        {
          const interruptible call;
          const std::lock_guard<std::mutex> guard(self.lock);
          log = self.engine.finish();
        }
        return as_dict(std::move(log), self.format);
      });
  m.def(
      "encode_text",
      [](const py::object& data, const py::object& offsets, const std::optional<bytes_array>& validity,
         std::size_t validity_offset, std::size_t threads) {
        const text_input input(data, offsets, validity, validity_offset);
        bg::coded_text out;
        {
          const interruptible call;
          const auto& column = input.column();
          out = bg::encode_text(column, bg::thread_executor::for_size(column.rows(), threads));
        }
        return as_strings(std::move(out));
      },
      py::arg("data"), py::arg("offsets") = py::none(), py::arg("validity") = py::none(),
      py::arg("validity_offset") = 0, py::arg("threads") = 0);
  py::class_<json_columns>(m, "JsonColumns")
      .def("__len__", [](const json_columns& self) { return self.columns.size(); })
      .def("__iter__", [](const json_columns& self) { return py::iter(self.position); })
      .def(
          "__contains__",
          [](const json_columns& self, const py::object& name) { return self.position.contains(name); },
          py::arg("name"))
      .def(
          "__getitem__",
          [](const json_columns& self, const py::object& name) { return as_dict(self.at(name), self.rows); },
          py::arg("name"))
      .def(
          "cells", [](const json_columns& self, const py::object& name) { return self.at(name).cells(); },
          py::arg("name"));
  py::class_<json_decoder>(m, "JsonLinesDecoder")
      .def(py::init([](std::vector<std::string> names) {
             return std::make_unique<json_decoder>(bg::json_lines_decoder({}, std::move(names)));
           }),
           py::arg("names") = std::vector<std::string>())
      .def(
          "feed", [](json_decoder& self, const py::buffer& piece) { feed_in_parts(self, piece); },
          py::arg("piece"))
      .def("finish", [](json_decoder& self) {
        bg::json_lines read;
        {
          const interruptible call;
          const std::lock_guard<std::mutex> guard(self.lock);
          read = self.engine.finish();
        }
        return as_dict(std::move(read));
      });
}

}  // namespace barograph_bindings
