// What a text would lose if it were read as a number that nobody declared. Pure. Rules: docs/connectors/file.md.
#pragma once

#include <string_view>

#include "dpone/base/ascii.h"

namespace dpone {

// Whether `number`, which reads as a number, stands as none is printed, so that it may be more than its value: `007`,
// `-0`,
// `.5`, `5.`. REQUIRES: not empty.
inline bool is_code(std::string_view number) {
  if (number.back() == '.') return true;
  const bool is_negative = number.front() == '-';
  if (is_negative) number.remove_prefix(1);
  if (number.empty() || number.front() == '.') return true;
  if (number.front() != '0') return false;
  if (number.size() > 1 && is_ascii_digit(number[1])) return true;
  return is_negative && number.find_first_not_of("0.") == std::string_view::npos;
}

// Whether the nearest double prints the same number again.
bool is_exact_double(std::string_view number);

}  // namespace dpone
