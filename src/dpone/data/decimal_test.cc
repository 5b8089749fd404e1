#include "dpone/data/decimal.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

std::string text(Int128 value, int scale) {
  std::string out;
  append_decimal_text(value, scale, out);
  return out;
}

TEST(DecimalTest, TextAndBack) {
  const std::string nines(38, '9');
  for (const auto& [given, scale] : std::vector<std::pair<std::string, int>>{{"0", 0},
                                                                             {"0.00", 2},
                                                                             {"-0.05", 2},
                                                                             {"12345678901234567890.5", 1},
                                                                             {nines, 0},
                                                                             {"-" + nines, 0},
                                                                             {"0." + nines, 38},
                                                                             {"NaN", 3},
                                                                             {"-Infinity", 0}}) {
    auto value = parse_decimal(given, 38, scale);
    ASSERT_TRUE(value) << given;
    EXPECT_EQ(text(*value, scale), given);
  }
}

TEST(DecimalTest, ParseIsExactOrFails) {
  EXPECT_EQ(text(*parse_decimal("1.500", 3, 1), 1), "1.5");
  EXPECT_EQ(text(*parse_decimal("+15e-1", 3, 2), 2), "1.50");
  EXPECT_EQ(text(*parse_decimal("0.0000e50", 3, 2), 2), "0.00");
  EXPECT_EQ(parse_decimal("1.55", 3, 1).error().slug(), "value.does_not_fit");
  EXPECT_EQ(parse_decimal("1000", 3, 0).error().slug(), "value.does_not_fit");
  EXPECT_EQ(parse_decimal("1e40", 38, 0).error().slug(), "value.does_not_fit");
  for (const char* wrong : {"", "-", ".", "1.2.3", "1e", "1e+-2", "0x10", "1 ", "+NaN", "e5", "1e999999999"}) {
    EXPECT_EQ(parse_decimal(wrong, 38, 0).error().slug(), "decimal.syntax") << wrong;
  }
}

// One digit more than the quick way takes would overflow it.
TEST(DecimalTest, NumbersAtTheEndOfSixtyFourBitsAreExact) {
  for (const char* text : {"999999999999999999", "9223372036854775808", "-9999999999999999999"}) {
    const auto value = parse_decimal(text, 38, 0);
    ASSERT_TRUE(value) << text;
    std::string back;
    append_decimal_text(*value, 0, back);
    EXPECT_EQ(back, text);
  }
}

TEST(DecimalTest, RescaleLosesNothing) {
  Int128 out = 0;
  EXPECT_TRUE(decimal_rescale(150, 2, 1, &out));
  EXPECT_EQ(text(out, 1), "1.5");
  EXPECT_FALSE(decimal_rescale(151, 2, 1, &out));
  EXPECT_FALSE(decimal_rescale(decimal_power(30), 0, 10, &out));
  EXPECT_TRUE(decimal_rescale(kDecimalNan, 0, 10, &out));
  EXPECT_TRUE(out == kDecimalNan);
}

TEST(DecimalTest, CanonicalNumeric) {
  EXPECT_EQ(*canonical_numeric("-000.50"), "-0.50");
  EXPECT_EQ(*canonical_numeric("-0.00"), "0.00");
  EXPECT_EQ(*canonical_numeric("1.5e3"), "1500");
  EXPECT_EQ(*canonical_numeric("15e-3"), "0.015");
  EXPECT_EQ(*canonical_numeric("007"), "7");
  EXPECT_EQ(*canonical_numeric("inf"), "Infinity");
  EXPECT_EQ(canonical_numeric("x").error().slug(), "decimal.syntax");
}

}  // namespace
}  // namespace dpone
