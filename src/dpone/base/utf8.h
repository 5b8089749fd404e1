// Well-formed UTF-8, by RFC 3629: no surrogates, nothing overlong. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace dpone {

// Length of the well-formed sequence at the front of `text`, or 0.
std::size_t utf8_length(std::string_view text);
// Offset of the first byte that is not part of a well-formed sequence, or npos.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace dpone
