#include "dpone/data/wide_integer.h"

#include <charconv>

#include "dpone/base/ascii.h"
#include "dpone/data/decimal.h"

namespace dpone {
namespace {

// Digits that a limb holds whatever they are.
constexpr int kLimbDigits = 19;
constexpr std::uint64_t kLimbPower = 10'000'000'000'000'000'000U;
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

template <int kLimbs>
bool is_negative(const WideInteger<kLimbs>& value) {
  return (value.limbs[kLimbs - 1] & kSignBit) != 0;
}

template <int kLimbs>
void negate(WideInteger<kLimbs>& value) {
  bool carry = true;
  for (std::uint64_t& limb : value.limbs) {
    limb = ~limb + (carry ? 1 : 0);
    carry = carry && limb == 0;
  }
}

// Divides by kLimbPower; the remainder.
template <int kLimbs>
std::uint64_t divide(WideInteger<kLimbs>& value) {
  UInt128 rest = 0;
  for (int i = kLimbs - 1; i >= 0; --i) {
    std::uint64_t& limb = value.limbs[static_cast<std::size_t>(i)];
    rest = rest << 64 | limb;
    limb = static_cast<std::uint64_t>(rest / kLimbPower);
    rest %= kLimbPower;
  }
  return static_cast<std::uint64_t>(rest);
}

// value = value * 10 + digit; false if that needs more bits.
template <int kLimbs>
bool take_digit(WideInteger<kLimbs>& value, std::uint64_t digit) {
  UInt128 carry = digit;
  for (std::uint64_t& limb : value.limbs) {
    carry += UInt128{limb} * 10;
    limb = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return carry == 0;
}

}  // namespace

template <int kLimbs>
void append_wide_integer(WideInteger<kLimbs> value, bool is_signed, std::string& out) {
  if (is_signed && is_negative(value)) {
    out += '-';
    negate(value);
  }
  // The lowest 19 digits first.
  std::array<std::uint64_t, 2 * kLimbs> parts{};
  std::size_t count = 0;
  do {
    parts[count++] = divide(value);
  } while (value != WideInteger<kLimbs>{});
  for (std::size_t i = count; i-- > 0;) {
    char text[kLimbDigits + 1];
    const char* const end = std::to_chars(text, text + sizeof text, parts[i]).ptr;
    const auto size = static_cast<std::size_t>(end - text);
    if (i + 1 != count) out.append(kLimbDigits - size, '0');
    out.append(text, size);
  }
}

template <int kLimbs>
bool parse_wide_integer(std::string_view text, bool is_signed, WideInteger<kLimbs>* out) {
  const bool has_sign = is_signed && text.starts_with('-');
  if (has_sign) text.remove_prefix(1);
  if (text.empty()) return false;
  *out = {};
  for (const char c : text) {
    if (!is_ascii_digit(c) || !take_digit(*out, static_cast<std::uint64_t>(c - '0'))) return false;
  }
  if (!is_signed) return true;
  const bool has_top_bit = is_negative(*out);
  if (has_sign) negate(*out);
  // -2^n is the one number whose size has the top bit.
  return !has_top_bit || (has_sign && is_negative(*out));
}

template void append_wide_integer(Wide128, bool, std::string&);
template void append_wide_integer(Wide256, bool, std::string&);
template bool parse_wide_integer(std::string_view, bool, Wide128*);
template bool parse_wide_integer(std::string_view, bool, Wide256*);

}  // namespace dpone
