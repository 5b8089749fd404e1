#include "dpone/data/spelling.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "dpone/base/ascii.h"
#include "dpone/data/value_parse.h"
#include "dpone/data/value_text.h"

namespace dpone {
namespace {

constexpr std::size_t kExactDigits = 15;
// Limit of an exponent: greater ones are beyond a double, and hundreds of digits long when written out.
constexpr std::int64_t kMostExponent = 307;
// Of a number without an exponent: PostgreSQL's numeric takes a few more.
constexpr std::size_t kMostDigits = 16'000;

// The significant digits, and the position of the decimal point: equal for equal numbers.
std::pair<std::string, long> significant(std::string_view text) {
  std::string digits;
  long point = 0;
  bool is_behind = false;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.') is_behind = true;
    if (!is_ascii_digit(text[at])) continue;
    if (digits.empty() && text[at] == '0') {
      if (is_behind) --point;
      continue;
    }
    digits += text[at];
    if (!is_behind) ++point;
  }
  if (at < text.size()) {
    // A number beyond the range of a double has the longest exponents.
    const std::string_view exponent = text.substr(at + (text.substr(at + 1).starts_with('+') ? 2 : 1));
    std::int32_t value = 0;
    std::int64_t wide = 0;
    if (parse_integer(exponent, &wide))
      value = static_cast<std::int32_t>(std::clamp<std::int64_t>(wide, -100000, 100000));
    point += value;
  }
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  if (digits.empty()) point = 0;
  return {std::move(digits), point};
}

}  // namespace

const char* code_sign(std::string_view number) {
  if (number.front() == '+') return "a plus sign";
  const bool is_negative = number.front() == '-';
  if (is_negative) number.remove_prefix(1);
  const std::size_t at = number.find_first_of("eE");
  const std::string_view digits = number.substr(0, at);
  if (digits.empty() || digits.front() == '.' || digits.back() == '.') return "a decimal point at its beginning or end";
  if (digits.size() > kMostDigits) return "more digits than a number can have";
  if (digits.size() > 1 && digits.front() == '0' && is_ascii_digit(digits[1])) return "leading zeros";
  if (is_negative && digits.find_first_not_of("0.") == std::string_view::npos) return "a sign before zero";
  if (at == std::string_view::npos) return nullptr;
  if (digits.find('.') == std::string_view::npos) return "an exponent without a decimal point";
  std::int64_t exponent = 0;
  const bool is_read = parse_integer(without_plus(number.substr(at + 1)), &exponent);
  return is_read && exponent >= -kMostExponent && exponent <= kMostExponent ? nullptr : "a huge exponent";
}

bool is_exact_double(std::string_view number) {
  // A number with so few digits is always exact, unless it is beyond the range of a double.
  if (number.size() <= kExactDigits && number.find_first_of("eE") == std::string_view::npos) return true;
  double value = 0;
  if (!parse_float(number, &value)) return false;
  std::string printed;
  append_float_text(value, printed);
  return significant(number) == significant(printed);
}

}  // namespace dpone
