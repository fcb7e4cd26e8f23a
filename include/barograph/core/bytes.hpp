// Reading and writing the canonical bytes of states.
//
// A frame is  magic "BARO" | kind u16 | version u16 | payload size u32 | payload | CRC-32 u32,
// little-endian whatever the machine; the checksum (IEEE 802.3, reflected 0xEDB88320) covers all
// that stands before it. A reader never trusts a count: it asks whether the bytes for it are there
// before anything is allocated. The kinds are listed in `state_kind`; a number is never reused.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "errors.hpp"
#include "span.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// The kind field of a state's bytes. Numbers are for ever.
enum class state_kind : std::uint16_t {
  exact_sum = 1,
  moments = 2,
  quantile_histogram = 3,
  proportion = 4,
  apdex = 5,
  latency_summary = 6,
  ewma = 7,
  counter = 8,
  trend = 9,
  top = 10,
  distinct = 11,
  windowed = 12,
  burn_rate = 13,
  seasonal_profile = 20,
  holt_winters = 21,
  isolation_forest = 14,
  pca = 30,
  ewma_chart = 31,
  cusum_chart = 32,
  page_hinkley = 33,
  online_change_point = 34,
  half_space_trees = 35,
  stream_detector = 36,
};

/// What `from_bytes` may believe of bytes that come from outside.
struct byte_limits {
  std::size_t max_bytes = std::size_t{64} << 20;  ///< refuse a frame longer than this
};

/// CRC-32 as in IEEE 802.3, zlib and PNG.
inline std::uint32_t crc32(const unsigned char* data, std::size_t size) noexcept {
  struct table {
    std::uint32_t at[256];
    constexpr table() : at{} {
      for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t c = i;
        for (int k = 0; k < 8; ++k) c = (c & 1u) != 0u ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        at[i] = c;
      }
    }
  };
  static constexpr table t{};
  std::uint32_t c = 0xFFFFFFFFu;
  for (std::size_t i = 0; i < size; ++i) c = t.at[(c ^ data[i]) & 0xFFu] ^ (c >> 8);
  return c ^ 0xFFFFFFFFu;
}

/// Builds one frame: construct with the kind, put fields, then `finish()`.
class byte_writer {
 public:
  explicit byte_writer(state_kind kind, std::uint16_t version = 1) {
    for (char c : {'B', 'A', 'R', 'O'}) out_.push_back(c);
    u16(static_cast<std::uint16_t>(kind));
    u16(version);
    u32(0);
  }

  void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void u16(std::uint16_t v) { little_endian(v, 2); }
  void u32(std::uint32_t v) { little_endian(v, 4); }
  void u64(std::uint64_t v) { little_endian(v, 8); }
  void i64(std::int64_t v) { u64(static_cast<std::uint64_t>(v)); }

  /// A double's bits; every NaN becomes the one quiet NaN, so equal states have equal bytes.
  void f64(double v) {
    std::uint64_t bits = 0x7FF8000000000000u;
    if (v == v) std::memcpy(&bits, &v, 8);
    u64(bits);
  }

  /// LEB128, shortest form.
  void varint(std::uint64_t v) {
    while (v >= 0x80u) {
      u8(static_cast<std::uint8_t>(v | 0x80u));
      v >>= 7;
    }
    u8(static_cast<std::uint8_t>(v));
  }

  /// A signed integer as zigzag LEB128.
  void zigzag(std::int64_t v) {
    varint((static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63));
  }

  /// Another frame inside this one, behind its length.
  void nested(const std::string& frame) {
    varint(frame.size());
    out_ += frame;
  }

  std::string finish() {
    const auto payload = static_cast<std::uint32_t>(out_.size() - 12);
    for (std::size_t i = 0; i < 4; ++i) out_[8 + i] = static_cast<char>((payload >> (8 * i)) & 0xFFu);
    u32(crc32(reinterpret_cast<const unsigned char*>(out_.data()), out_.size()));
    return std::move(out_);
  }

 private:
  void little_endian(std::uint64_t v, unsigned count) {
    for (unsigned i = 0; i < count; ++i) out_.push_back(static_cast<char>((v >> (8 * i)) & 0xFFu));
  }
  std::string out_;
};

/// Reads one frame; every getter raises `bad_bytes` past the end. Call `done()` last.
class byte_reader {
 public:
  byte_reader(const std::string& frame, state_kind kind, byte_limits limits = {})
      : byte_reader(frame.data(), frame.size(), kind, limits) {}

  byte_reader(const char* data, std::size_t size, state_kind kind, byte_limits limits = {},
              std::uint16_t newest_version = 1)
      : data_(reinterpret_cast<const unsigned char*>(data)), end_(size) {
    if (size > limits.max_bytes)
      raise<bad_bytes>("bytes: " + std::to_string(size) + " bytes given, the limit is " +
                       std::to_string(limits.max_bytes));
    if (size < 16 || std::memcmp(data, "BARO", 4) != 0)
      raise<bad_bytes>("bytes: not a barograph state (no \"BARO\" header)");
    at_ = 4;
    const std::uint16_t found_kind = u16();
    version_ = u16();
    const std::uint32_t payload = u32();
    if (payload != size - 16)
      raise<bad_bytes>("bytes: truncated or overlong: the header says " +
                       std::to_string(payload + std::size_t{16}) + " bytes, given " + std::to_string(size));
    end_ = size - 4;
    std::uint32_t want = 0;
    for (unsigned i = 0; i < 4; ++i) want |= static_cast<std::uint32_t>(data_[end_ + i]) << (8 * i);
    if (crc32(data_, end_) != want) raise<bad_bytes>("bytes: damaged (checksum differs)");
    if (found_kind != static_cast<std::uint16_t>(kind))
      raise<bad_bytes>("bytes: a state of kind " + std::to_string(found_kind) + ", expected kind " +
                       std::to_string(static_cast<unsigned>(kind)));
    if (version_ == 0 || version_ > newest_version)
      raise<bad_bytes>("bytes: format version " + std::to_string(version_) + ", this library reads up to " +
                       std::to_string(newest_version));
  }

  std::uint16_t version() const noexcept { return version_; }
  std::size_t remaining() const noexcept { return end_ - at_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(little_endian(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(little_endian(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(little_endian(4)); }
  std::uint64_t u64() { return little_endian(8); }
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }

  double f64() {
    const std::uint64_t bits = u64();
    double v = 0;
    std::memcpy(&v, &bits, 8);
    if (v != v && bits != 0x7FF8000000000000u) raise<bad_bytes>("bytes: a NaN that is not canonical");
    return v;
  }

  std::uint64_t varint() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t b = u8();
      if (shift == 63 && b > 1) break;
      v |= static_cast<std::uint64_t>(b & 0x7Fu) << shift;
      if ((b & 0x80u) == 0u) {
        if (b == 0 && shift != 0) break;  // a longer form than needed
        return v;
      }
    }
    raise<bad_bytes>("bytes: a number that is not canonical");
  }

  std::int64_t zigzag() {
    const std::uint64_t v = varint();
    return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1u);
  }

  /// A count of items of at least `item_size` bytes each, refused when they cannot be there.
  std::size_t count(std::size_t item_size) {
    const std::uint64_t n = varint();
    if (n > remaining() / (item_size == 0 ? 1 : item_size))
      raise<bad_bytes>("bytes: truncated: " + std::to_string(n) + " items announced");
    return static_cast<std::size_t>(n);
  }

  std::string nested() {
    const std::size_t n = count(1);
    std::string frame(reinterpret_cast<const char*>(data_ + at_), n);
    at_ += n;
    return frame;
  }

  void done() const {
    if (at_ != end_) raise<bad_bytes>("bytes: " + std::to_string(end_ - at_) + " bytes left over");
  }

 private:
  std::uint64_t little_endian(unsigned count) {
    if (count > end_ - at_) raise<bad_bytes>("bytes: truncated");
    std::uint64_t v = 0;
    for (unsigned i = 0; i < count; ++i) v |= static_cast<std::uint64_t>(data_[at_ + i]) << (8 * i);
    at_ += count;
    return v;
  }

  const unsigned char* data_;
  std::size_t at_ = 0;
  std::size_t end_;
  std::uint16_t version_ = 0;
};

BAROGRAPH_NAMESPACE_END
