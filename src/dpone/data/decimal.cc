#include "dpone/data/decimal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "dpone/base/ascii.h"

namespace dpone {
namespace {

constexpr std::array<Int128, kMaxDecimalPrecision + 1> make_powers() {
  std::array<Int128, kMaxDecimalPrecision + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr auto kPowers = make_powers();

// Longest text of a numeric in PostgreSQL: 131072 digits before and 16383 after the point.
constexpr std::int64_t kMaxNumericDigits = 150'000;

Error syntax(std::string_view text) {
  constexpr std::size_t kShown = 64;
  return Error(ErrorClass::kFailed, "decimal.syntax",
               fmt::format("'{}' is not a decimal number", text.substr(0, kShown)));
}

Error does_not_fit(std::string_view text, int precision, int scale) {
  return Error(ErrorClass::kFailed, "value.does_not_fit",
               fmt::format("{} does not fit decimal({},{}) exactly", text.substr(0, 64), precision, scale));
}

struct Parts {
  bool is_negative = false;
  char special = 0;        // 'n' or 'i'
  std::string digits;      // without the point
  std::int64_t scale = 0;  // how many of them follow the point; negative: zeros to add
};

Result<Parts> split(std::string_view text) {
  const std::string_view whole = text;
  Parts parts;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    parts.is_negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (is_word_in_any_case(text, "nan") && whole.size() == 3) {
    parts.special = 'n';
    return parts;
  }
  if (is_word_in_any_case(text, "infinity") || is_word_in_any_case(text, "inf")) {
    parts.special = 'i';
    return parts;
  }
  std::size_t at = 0;
  bool has_point = false;
  for (; at < text.size(); ++at) {
    if (is_ascii_digit(text[at])) {
      parts.digits += text[at];
      parts.scale += has_point ? 1 : 0;
    } else if (text[at] == '.' && !has_point) {
      has_point = true;
    } else {
      break;
    }
  }
  if (parts.digits.empty()) return syntax(whole);
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return syntax(whole);
    ++at;
    if (at < text.size() && text[at] == '+') {
      ++at;
      if (at < text.size() && text[at] == '-') return syntax(whole);
    }
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), exponent);
    if (error != std::errc() || end != text.data() + text.size()) return syntax(whole);
    if (exponent > kMaxNumericDigits || exponent < -kMaxNumericDigits) return syntax(whole);
    parts.scale -= exponent;
  }
  return parts;
}

// The usual case, `-ddd.dd` with at most 18 digits, none of which must be dropped; on false, use split().
bool parse_short(std::string_view text, int scale, std::int64_t* out) {
  constexpr std::size_t kMostDigits = 18;
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  if (text.size() > kMostDigits + 1) return false;
  std::int64_t value = 0;
  int digits = 0;
  int missing = scale;
  bool has_point = false;
  for (const char c : text) {
    if (c == '.' && !has_point) {
      has_point = true;
      continue;
    }
    if (!is_ascii_digit(c) || ++digits > static_cast<int>(kMostDigits)) return false;
    value = value * 10 + (c - '0');
    if (has_point) --missing;
  }
  if (digits == 0 || missing < 0 || digits + missing > static_cast<int>(kMostDigits)) return false;
  value *= static_cast<std::int64_t>(decimal_power(missing));
  *out = is_negative ? -value : value;
  return true;
}

}  // namespace

Int128 decimal_power(int exponent) { return kPowers[static_cast<std::size_t>(exponent)]; }

bool decimal_fits(Int128 value, int precision) {
  if (is_decimal_special(value)) return true;
  return value < decimal_power(precision) && value > -decimal_power(precision);
}

bool decimal_rescale(Int128 value, int from_scale, int to_scale, Int128* out) {
  *out = value;
  if (is_decimal_special(value) || from_scale == to_scale) return true;
  if (to_scale < from_scale) {
    const Int128 power = decimal_power(from_scale - to_scale);
    *out = value / power;
    return *out * power == value;
  }
  return !__builtin_mul_overflow(value, decimal_power(to_scale - from_scale), out) &&
         decimal_fits(*out, kMaxDecimalPrecision) && !is_decimal_special(*out);
}

void append_decimal_text(Int128 value, int scale, std::string& out) {
  if (value == kDecimalNan) {
    out += "NaN";
    return;
  }
  if (is_decimal_special(value)) {
    out += value == kDecimalInfinity ? "Infinity" : "-Infinity";
    return;
  }
  char digits[48];
  char* const end = digits + sizeof digits;
  char* at = end;
  UInt128 rest = value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
  // Two 64-bit halves below 10^19 print much faster than 38 divisions of 128 bits.
  constexpr std::uint64_t kHalf = 10'000'000'000'000'000'000U;
  const auto print = [&](std::uint64_t part) {
    do {
      *--at = static_cast<char>('0' + part % 10);
      part /= 10;
    } while (part != 0);
  };
  if (rest >= kHalf) {
    print(static_cast<std::uint64_t>(rest % kHalf));
    while (end - at < 19) *--at = '0';
    rest /= kHalf;
  }
  print(static_cast<std::uint64_t>(rest));
  while (end - at <= scale) *--at = '0';
  if (value < 0) out += '-';
  out.append(at, end - scale);
  if (scale > 0) {
    out += '.';
    out.append(end - scale, end);
  }
}

Result<Int128> parse_decimal(std::string_view text, int precision, int scale) {
  std::int64_t quick = 0;
  if (parse_short(text, scale, &quick) && decimal_fits(quick, precision)) return Int128{quick};
  DPONE_TRY(Parts parts, split(text));
  if (parts.special == 'n') return kDecimalNan;
  if (parts.special == 'i') return parts.is_negative ? kDecimalMinusInfinity : kDecimalInfinity;
  // Digits that must be dropped to reach the scale must be zeros; missing digits are added.
  while (parts.scale > scale && !parts.digits.empty() && parts.digits.back() == '0') {
    parts.digits.pop_back();
    --parts.scale;
  }
  const std::size_t lead = parts.digits.find_first_not_of('0');
  if (lead == std::string::npos) return Int128{0};
  const auto significant = static_cast<std::int64_t>(parts.digits.size() - lead);
  if (parts.scale > scale || significant + scale - parts.scale > precision) {
    return does_not_fit(text, precision, scale);
  }
  Int128 value = 0;
  for (std::size_t i = lead; i < parts.digits.size(); ++i) value = value * 10 + (parts.digits[i] - '0');
  value *= decimal_power(static_cast<int>(scale - parts.scale));
  return parts.is_negative ? -value : value;
}

Result<std::string> canonical_numeric(std::string_view text) {
  DPONE_TRY(Parts parts, split(text));
  if (parts.special == 'n') return std::string("NaN");
  if (parts.special == 'i') return std::string(parts.is_negative ? "-Infinity" : "Infinity");
  std::string digits = std::move(parts.digits);
  if (parts.scale < 0) {
    digits.append(static_cast<std::size_t>(-parts.scale), '0');
    parts.scale = 0;
  }
  const auto fraction = static_cast<std::size_t>(parts.scale);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  const std::size_t whole = digits.size() - fraction;
  const std::size_t lead = std::min(digits.find_first_not_of('0'), whole - 1);
  const bool is_zero = digits.find_first_not_of('0') == std::string::npos;
  std::string out = parts.is_negative && !is_zero ? "-" : "";
  out.append(digits, lead, whole - lead);
  if (fraction != 0) {
    out += '.';
    out.append(digits, whole, fraction);
  }
  return out;
}

}  // namespace dpone
