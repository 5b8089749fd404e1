// PostgreSQL's binary numeric: int16 digit count, weight, sign, dscale, then digits of base 10000. Both ways, to Int128
// and to canonical text. Every length and digit is checked. Spec: docs/formats/pg-copy.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dpone/data/buffer.h"
#include "dpone/data/decimal.h"

namespace dpone::pg_copy {

enum class NumericProblem : std::uint8_t { kNone, kMalformed, kScale, kPrecision };

// `bytes` bytes of a value -> unscaled integer of decimal(precision, scale).
NumericProblem read_decimal(const std::uint8_t* value, std::size_t bytes, int precision, int scale, Int128* out);
// Appends the canonical text of a value of any size; nothing on failure (kMalformed).
NumericProblem read_numeric_text(const std::uint8_t* value, std::size_t bytes, Buffer& out);

// A decimal never needs more.
inline constexpr std::size_t kMaxDecimalWireBytes = 32;
// Writes at most kMaxDecimalWireBytes to `out`; the number written. REQUIRES |value| < 10^38 or special.
std::size_t write_decimal(Int128 value, int scale, std::uint8_t* out);
// Appends canonical text as a binary value. False, with nothing appended, if the text is not canonical or beyond
// numeric.
bool write_numeric_text(std::string_view text, Buffer& out);

}  // namespace dpone::pg_copy
