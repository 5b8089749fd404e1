#include "dpone/data/wide_integer.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

constexpr const char* kMost128 = "170141183460469231731687303715884105727";
constexpr const char* kLeast128 = "-170141183460469231731687303715884105728";
constexpr const char* kMostUnsigned128 = "340282366920938463463374607431768211455";
constexpr const char* kMost256 = "57896044618658097711785492504343953926634992332820282019728792003956564819967";
constexpr const char* kLeast256 = "-57896044618658097711785492504343953926634992332820282019728792003956564819968";
constexpr const char* kMostUnsigned256 =
    "115792089237316195423570985008687907853269984665640564039457584007913129639935";

template <class T>
std::string round_trip(std::string_view text, bool is_signed) {
  T value;
  if (!parse_wide_integer(text, is_signed, &value)) return "refused";
  std::string out;
  append_wide_integer(value, is_signed, out);
  return out;
}

TEST(WideInteger, TextReadsBackAtBothEndsOfEachType) {
  for (const char* text : {"0", "1", "-1", "10000000000000000000", "-10000000000000000001", "18446744073709551616",
                           "100000000000000000000000000000000000000", kMost128, kLeast128}) {
    EXPECT_EQ(round_trip<Wide128>(text, true), text);
    EXPECT_EQ(round_trip<Wide256>(text, true), text);
  }
  EXPECT_EQ(round_trip<Wide128>(kMostUnsigned128, false), kMostUnsigned128);
  for (const char* text : {kMost256, kLeast256}) EXPECT_EQ(round_trip<Wide256>(text, true), text);
  EXPECT_EQ(round_trip<Wide256>(kMostUnsigned256, false), kMostUnsigned256);
  EXPECT_EQ(round_trip<Wide128>("-0", true), "0");
  EXPECT_EQ(round_trip<Wide128>("0007", true), "7");
}

TEST(WideInteger, ANumberBeyondEitherEndIsRefused) {
  EXPECT_EQ(round_trip<Wide128>("170141183460469231731687303715884105728", true), "refused");
  EXPECT_EQ(round_trip<Wide128>("-170141183460469231731687303715884105729", true), "refused");
  EXPECT_EQ(round_trip<Wide128>("340282366920938463463374607431768211456", false), "refused");
  EXPECT_EQ(round_trip<Wide128>(kMostUnsigned128, true), "refused");
  EXPECT_EQ(round_trip<Wide256>(std::string(kMostUnsigned256) + "0", false), "refused");
  EXPECT_EQ(round_trip<Wide256>(kMostUnsigned256, true), "refused");
  EXPECT_EQ(round_trip<Wide256>(std::string("-") + kMostUnsigned256, true), "refused");
}

TEST(WideInteger, WhatIsNoNumberIsRefused) {
  for (const char* text : {"", "-", "+1", " 1", "1.0", "1e3", "--1", "0x1"}) {
    EXPECT_EQ(round_trip<Wide128>(text, true), "refused") << text;
  }
  EXPECT_EQ(round_trip<Wide128>("-1", false), "refused");
}

}  // namespace
}  // namespace dpone
