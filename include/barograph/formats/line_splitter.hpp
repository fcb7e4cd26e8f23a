// line_splitter: pieces of a text file, cut anywhere, to whole lines.
//
// Law: class I; lines do not depend on where the pieces are cut. LF or CRLF ends a line and is not part
// of it; a UTF-8 mark (EF BB BF) at the start is dropped. Memory: at most one line up to the limit; of
// a longer one the first limit + 1 bytes are handed on, which is enough to refuse it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "../config.hpp"
#include "../core/utf8.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// A line that could not be read: its number, why, and what it says.
template <class Fault>
struct bad_line {
  std::int64_t line;  ///< from 1
  Fault fault;
  std::string text;  ///< at most 4,096 bytes, valid UTF-8
};

/// How much of bad lines is kept: 4,096 bytes of one, and `total` of all; later ones keep their number
/// and reason.
class bad_text_budget {
 public:
  explicit bad_text_budget(std::size_t total = std::size_t{64} << 20) : left_(total) {}
  std::string take(std::string_view line) {
    const std::size_t most = std::min(left_, std::size_t{4096});
    std::string text = to_utf8(line.substr(0, most));  // U+FFFD is longer than what it stands for
    std::size_t end = std::min(text.size(), most);
    while (end > 0 && end < text.size() && (static_cast<unsigned>(text[end]) & 0xC0u) == 0x80u) --end;
    text.resize(end);
    left_ -= end;
    return text;
  }

 private:
  std::size_t left_;
};

class line_splitter {
 public:
  explicit line_splitter(std::size_t max_line) : max_line_(max_line) {}

  std::size_t max_line() const noexcept { return max_line_; }

  /// Calls on_line(text, ended = true) for each line that this piece completes.
  template <class F>
  void feed(std::string_view piece, F&& on_line) {
    while (!piece.empty()) {
      const void* found = std::memchr(piece.data(), '\n', piece.size());
      const std::size_t length =
          found == nullptr ? piece.size()
                           : static_cast<std::size_t>(static_cast<const char*>(found) - piece.data());
      if (found == nullptr || open_) {
        const std::size_t room =
            max_line_ + longest_frame - std::min(partial_.size(), max_line_ + longest_frame);
        partial_.append(piece.substr(0, std::min(length, room)));
        open_ = true;
        if (found == nullptr) return;
        emit(partial_, true, on_line);
        partial_.clear();
        open_ = false;
      } else {
        emit(piece.substr(0, length), true, on_line);
      }
      piece.remove_prefix(length + 1);
    }
  }

  /// Calls on_line(text, ended = false) when the file ends within a line; then ready for another file.
  template <class F>
  void finish(F&& on_line) {
    if (open_) emit(partial_, false, on_line);
    partial_.clear();
    open_ = false;
    first_ = true;
  }

 private:
  static constexpr std::size_t longest_frame = 5;  // the mark, CR, and one byte too many

  template <class F>
  void emit(std::string_view line, bool ended, F&& on_line) {
    if (std::exchange(first_, false) && line.substr(0, 3) == "\xEF\xBB\xBF") line.remove_prefix(3);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    on_line(line, ended);
  }

  std::size_t max_line_;
  std::string partial_;
  bool open_ = false;
  bool first_ = true;
};

BAROGRAPH_NAMESPACE_END
