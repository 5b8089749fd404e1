// Decimal: values of TypeKind::kDecimal, as a 128-bit unscaled integer (value = unscaled / 10^scale), and the text of
// kDecimal and kNumeric. Pure functions. Spec: docs/formats/batch.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dpone/base/result.h"

namespace dpone {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

inline constexpr int kMaxDecimalPrecision = 38;
// The three special values are outside -10^38..10^38.
inline constexpr Int128 kDecimalInfinity = static_cast<Int128>(~UInt128{0} >> 1);
inline constexpr Int128 kDecimalMinusInfinity = -kDecimalInfinity;
inline constexpr Int128 kDecimalNan = -kDecimalInfinity - 1;

constexpr bool is_decimal_special(Int128 value) {
  return value == kDecimalInfinity || value == kDecimalMinusInfinity || value == kDecimalNan;
}

// 10^exponent; REQUIRES 0 <= exponent <= 38.
Int128 decimal_power(int exponent);
// True if |value| < 10^precision or the value is special.
bool decimal_fits(Int128 value, int precision);
// Moves the value from one scale to another. False if digits would be lost or it leaves 38 digits; special values pass.
bool decimal_rescale(Int128 value, int from_scale, int to_scale, Int128* out);

// Text as PostgreSQL prints numeric: `-0.50`, `NaN`, `Infinity`, `-Infinity`.
void append_decimal_text(Int128 value, int scale, std::string& out);
// Reads such text (exponents too). Fails with `decimal.syntax`, or `value.does_not_fit` if precision or scale would not
// hold it exactly.
Result<Int128> parse_decimal(std::string_view text, int precision, int scale);

// Brings decimal text of any size to the canonical form of kNumeric: optional `-` (never on zero), no leading zeros but
// one before the point, the fraction digits as given. Fails with `decimal.syntax`.
Result<std::string> canonical_numeric(std::string_view text);

}  // namespace dpone
