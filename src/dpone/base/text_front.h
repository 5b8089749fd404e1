// What may stand before a text that comes in pieces: byte-order marks of UTF-8, or the mark of another encoding.
#pragma once

#include <cstddef>
#include <string_view>

#include "dpone/base/result.h"

namespace dpone {

class TextFront {
 public:
  // Bytes at the front of `text` that are marks and to be skipped; `text` is what has come so far and is not skipped
  // yet. More is waited for where too little has come to tell, unless `is_end`. Fails with `slug` and exit 1 where the
  // text is UTF-16 or UTF-32.
  Result<std::size_t> skip(std::string_view text, bool is_end, const char* slug);

 private:
  bool is_past_ = false;
};

}  // namespace dpone
