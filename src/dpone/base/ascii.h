// Letters and digits of ASCII, whatever the locale. Pure.
#pragma once

#include <algorithm>
#include <string_view>

namespace dpone {

constexpr bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }

// True if `text` is `word`, which is REQUIRED to be in lower case, in any case.
constexpr bool is_word_in_any_case(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; });
}

// True if `text` ends with `ending`, which is REQUIRED to be in lower case, in any case.
constexpr bool ends_in_any_case(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() && is_word_in_any_case(text.substr(text.size() - ending.size()), ending);
}

}  // namespace dpone
