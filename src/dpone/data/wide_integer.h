// Integers of 128 and 256 bits, little-endian in two's complement as in a Column, and their text. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace dpone {

template <int kLimbs>
struct WideInteger {
  std::array<std::uint64_t, kLimbs> limbs{};  // the lowest first
  friend bool operator==(const WideInteger&, const WideInteger&) = default;
};
using Wide128 = WideInteger<2>;
using Wide256 = WideInteger<4>;

template <int kLimbs>
void append_wide_integer(WideInteger<kLimbs> value, bool is_signed, std::string& out);

// Digits, with a `-` before them if `is_signed`. False if `text` is something else or out of range; `out` is then
// unspecified.
template <int kLimbs>
bool parse_wide_integer(std::string_view text, bool is_signed, WideInteger<kLimbs>* out);

extern template void append_wide_integer(Wide128, bool, std::string&);
extern template void append_wide_integer(Wide256, bool, std::string&);
extern template bool parse_wide_integer(std::string_view, bool, Wide128*);
extern template bool parse_wide_integer(std::string_view, bool, Wide256*);

}  // namespace dpone
