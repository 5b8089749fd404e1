#include "dpone/base/text_front.h"

#include <fmt/format.h>

#include "dpone/base/utf8.h"

namespace dpone {
namespace {

constexpr std::size_t kLongestMark = 4;  // of UTF-32

}  // namespace

Status refuse_foreign_encoding(std::string_view text, const char* slug) {
  const std::string_view encoding = foreign_encoding(text);
  if (encoding.empty()) return {};
  return Error(ErrorClass::kFailed, slug, fmt::format("the text is {}", encoding))
      .hint(fmt::format("convert it to UTF-8 first: iconv -f {} -t UTF-8", encoding));
}

Result<std::size_t> TextFront::skip(std::string_view text, bool is_end, const char* slug) {
  std::size_t skipped = 0;
  while (!is_past_) {
    const std::string_view rest = text.substr(skipped);
    if (rest.size() < kLongestMark && !is_end) break;
    const std::size_t marks = byte_order_marks(rest);
    skipped += marks;
    is_past_ = marks == 0;
    DPONE_CHECK(refuse_foreign_encoding(rest, slug));
  }
  return skipped;
}

}  // namespace dpone
