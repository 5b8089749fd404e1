#include "dpone/data/conversion.h"

#include <gtest/gtest.h>

#include <string>

namespace dpone {
namespace {

DataType make(TypeKind kind, int precision = 0, int scale = 0, std::int64_t length = 0, bool is_fixed = false) {
  return {kind, precision, scale, length, is_fixed, nullptr};
}

std::string answer(const DataType& from, const DataType& to) {
  bool is_checked = false;
  if (!can_convert(from, to, &is_checked)) return "no";
  return is_checked ? "checked" : "always";
}

TEST(ConversionTest, EveryTypeConvertsToItself) {
  for (int kind = 0; kind <= static_cast<int>(TypeKind::kEnum); ++kind) {
    const DataType type = make(static_cast<TypeKind>(kind), 10, 2);
    EXPECT_EQ(answer(type, type), "always") << type.to_string();
  }
}

// The target's input rounds or cuts these without an error, and no check looks at them.
TEST(ConversionTest, WhatATargetWouldAlterUnseenIsRefused) {
  const DataType wide = make(TypeKind::kNumeric, 50, 2);
  EXPECT_EQ(answer(make(TypeKind::kNumeric), wide), "no");
  EXPECT_EQ(answer(wide, make(TypeKind::kNumeric)), "always");
  EXPECT_EQ(answer(wide, make(TypeKind::kNumeric, 60, 3)), "always");
  EXPECT_EQ(answer(wide, make(TypeKind::kNumeric, 60, 1)), "no");
  EXPECT_EQ(answer(wide, make(TypeKind::kNumeric, 49, 2)), "no");
  EXPECT_EQ(answer(make(TypeKind::kDecimal, 10, 3), wide), "no");
  EXPECT_EQ(answer(make(TypeKind::kDecimal, 10, 2), wide), "always");
  EXPECT_EQ(answer(make(TypeKind::kInt32), make(TypeKind::kNumeric, 5, -2)), "no");
  EXPECT_EQ(answer(make(TypeKind::kInt64), wide), "always");
  const DataType interval = make(TypeKind::kInterval, 0, 6);
  const DataType years = make(TypeKind::kInterval, 0, 6, 6);
  EXPECT_EQ(answer(years, interval), "always");
  EXPECT_EQ(answer(interval, years), "no");
  EXPECT_EQ(answer(years, make(TypeKind::kInterval, 0, 6, 4)), "no");
}

TEST(ConversionTest, NarrowerIsCheckedAndUnrelatedIsRefused) {
  const DataType text = make(TypeKind::kText);
  EXPECT_EQ(answer(make(TypeKind::kInt16), make(TypeKind::kInt64)), "always");
  EXPECT_EQ(answer(make(TypeKind::kInt64), make(TypeKind::kInt16)), "checked");
  EXPECT_EQ(answer(make(TypeKind::kInt32), make(TypeKind::kDecimal, 12, 2)), "always");
  EXPECT_EQ(answer(make(TypeKind::kInt32), make(TypeKind::kDecimal, 11, 2)), "checked");
  EXPECT_EQ(answer(make(TypeKind::kDecimal, 10, 2), make(TypeKind::kDecimal, 12, 4)), "always");
  EXPECT_EQ(answer(make(TypeKind::kDecimal, 10, 2), make(TypeKind::kDecimal, 12, 1)), "checked");
  EXPECT_EQ(answer(make(TypeKind::kNumeric), make(TypeKind::kDecimal, 38, 0)), "checked");
  EXPECT_EQ(answer(make(TypeKind::kFloat64), make(TypeKind::kFloat32)), "checked");
  EXPECT_EQ(answer(make(TypeKind::kFloat64), make(TypeKind::kNumeric)), "no");
  EXPECT_EQ(answer(make(TypeKind::kTimestamp, 0, 6), make(TypeKind::kTimestamp, 0, 3)), "checked");
  EXPECT_EQ(answer(make(TypeKind::kTimestamp, 0, 6), make(TypeKind::kTimestampTz, 0, 6)), "no");
  EXPECT_EQ(answer(make(TypeKind::kText, 0, 0, 3, true), text), "always");
  EXPECT_EQ(answer(text, make(TypeKind::kText, 0, 0, 3)), "checked");
  EXPECT_EQ(answer(make(TypeKind::kText, 0, 0, 3), make(TypeKind::kText, 0, 0, 3, true)), "checked");
  EXPECT_EQ(answer(make(TypeKind::kJson), make(TypeKind::kJsonb)), "no");
  EXPECT_EQ(answer(make(TypeKind::kJsonb), make(TypeKind::kJson)), "always");
}

TEST(ConversionTest, AValueBecomesTextWhereItsTextRestoresIt) {
  const DataType text = make(TypeKind::kText);
  const DataType limited = make(TypeKind::kText, 0, 0, 36);
  const auto array_of = [](TypeKind kind) {
    DataType array = make(TypeKind::kArray);
    array.element = std::make_shared<const DataType>(make(kind));
    return array;
  };
  for (int number = 0; number < static_cast<int>(TypeKind::kArray); ++number) {
    const auto kind = static_cast<TypeKind>(number);
    if (is_text(kind) || kind == TypeKind::kMoney || kind == TypeKind::kChar1) continue;
    EXPECT_EQ(answer(make(kind), text), "always") << to_string(kind);
    EXPECT_EQ(answer(make(kind), limited), "checked") << to_string(kind);
    EXPECT_EQ(answer(make(kind), make(TypeKind::kText, 0, 0, 36, true)), "checked") << to_string(kind);
    EXPECT_EQ(answer(array_of(kind), text), "always") << to_string(kind);
    // A cast prints the elements of an array in another way than the array does.
    EXPECT_EQ(answer(array_of(kind), array_of(TypeKind::kText)), "no") << to_string(kind);
    EXPECT_EQ(answer(text, make(kind)), "no") << to_string(kind);
  }
  EXPECT_EQ(answer(make(TypeKind::kMoney), text), "no");
  EXPECT_EQ(answer(array_of(TypeKind::kMoney), text), "no");
  EXPECT_EQ(answer(make(TypeKind::kChar1), text), "checked");
  EXPECT_EQ(answer(array_of(TypeKind::kChar1), text), "no");
  EXPECT_EQ(answer(make(TypeKind::kUuid), make(TypeKind::kJson)), "no");
}

TEST(ConversionTest, AWholeNumberGoesWhereEveryOneOfItsTypeIsExact) {
  using K = TypeKind;
  EXPECT_EQ(answer(make(K::kInt16), make(K::kFloat32)), "always");
  EXPECT_EQ(answer(make(K::kInt32), make(K::kFloat32)), "checked");
  EXPECT_EQ(answer(make(K::kInt32), make(K::kFloat64)), "always");
  EXPECT_EQ(answer(make(K::kUInt32), make(K::kFloat64)), "always");
  EXPECT_EQ(answer(make(K::kInt64), make(K::kFloat64)), "checked");
  EXPECT_EQ(answer(make(K::kUInt32), make(K::kInt64)), "always");
  EXPECT_EQ(answer(make(K::kUInt32), make(K::kInt32)), "checked");
  EXPECT_EQ(answer(make(K::kInt16), make(K::kUInt64)), "checked");
  EXPECT_EQ(answer(make(K::kUInt64), make(K::kInt64)), "checked");
  EXPECT_EQ(answer(make(K::kUInt64), make(K::kDecimal, 20, 0)), "always");
  EXPECT_EQ(answer(make(K::kUInt64), make(K::kDecimal, 19, 0)), "checked");
  EXPECT_EQ(answer(make(K::kUInt32), make(K::kNumeric)), "always");
  EXPECT_EQ(answer(make(K::kFloat64), make(K::kInt64)), "no");
}

TEST(ConversionTest, ADateIsATimestampAndACidrIsAnInet) {
  EXPECT_EQ(answer(make(TypeKind::kDate), make(TypeKind::kTimestamp, 0, 0)), "checked");
  EXPECT_EQ(answer(make(TypeKind::kTimestamp), make(TypeKind::kDate)), "no");
  EXPECT_EQ(answer(make(TypeKind::kDate), make(TypeKind::kTimestampTz)), "no");
  EXPECT_EQ(answer(make(TypeKind::kCidr), make(TypeKind::kInet)), "always");
  EXPECT_EQ(answer(make(TypeKind::kInet), make(TypeKind::kCidr)), "no");
}

}  // namespace
}  // namespace dpone
