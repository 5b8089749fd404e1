// Well-formed UTF-8, by RFC 3629: no surrogates, nothing overlong. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dpone {

// Length of the well-formed sequence at the front of `text`, or 0.
std::size_t utf8_length(std::string_view text);
// Offset of the first byte that is not part of a well-formed sequence, or npos.
std::size_t find_invalid_utf8(std::string_view text);
// Code points of well-formed `text`.
std::int64_t count_code_points(std::string_view text);
// Bytes of the byte-order marks at the front of `text`: there can be several, because some programs add one each time.
std::size_t byte_order_marks(std::string_view text);
// `UTF-16` or `UTF-32` where `text` begins with the byte-order mark of that encoding, otherwise nothing.
std::string_view foreign_encoding(std::string_view text);
// At most `max_bytes` from the front of well-formed `text`, without half a code point at the end.
std::string_view cut_utf8(std::string_view text, std::size_t max_bytes);

}  // namespace dpone
