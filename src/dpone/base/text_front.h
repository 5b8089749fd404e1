// The beginning of a text that arrives in pieces: byte-order marks of UTF-8, or the mark of another encoding.
#pragma once

#include <cstddef>
#include <string_view>

#include "dpone/base/result.h"

namespace dpone {

// Fails with `slug` and exit 1 if `text`, from its first byte, is UTF-16 or UTF-32.
Status refuse_foreign_encoding(std::string_view text, const char* slug);

class TextFront {
 public:
  // The number of bytes at the beginning of `text` that are marks to skip; `text` is the unskipped text received so
  // far. Waits for more if the text is too short to decide, unless `is_end`. Fails with `slug` and exit 1 if the text
  // is UTF-16 or UTF-32.
  Result<std::size_t> skip(std::string_view text, bool is_end, const char* slug);

 private:
  bool is_past_ = false;
};

}  // namespace dpone
