#include "dpone/data/value_parse.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "dpone/data/decimal.h"
#include "dpone/data/temporal_parse.h"
#include "dpone/data/value_text.h"

namespace dpone {
namespace {

DataType type_of(TypeKind kind, int precision = 0, int scale = 6, std::int64_t length = 0, bool is_fixed = false) {
  DataType type;
  type.kind = kind;
  type.precision = precision;
  type.scale = scale;
  type.length = length;
  type.is_fixed_length = is_fixed;
  return type;
}

DataType array_of(const DataType& element) {
  DataType type;
  type.kind = TypeKind::kArray;
  type.element = std::make_shared<const DataType>(element);
  return type;
}

// Text -> value -> text; the reason where it is refused.
std::string read(const DataType& type, std::string_view text) {
  ColumnBuilder builder(type);
  const char* const wrong = append_parsed_value(text, builder);
  if (wrong != nullptr) return std::string("!") + wrong;
  const auto column = builder.finish();
  if (!column) return "!!" + column.error().to_line();
  EXPECT_EQ(column->length(), 1);
  std::string out;
  append_value_text(*column, 0, out);
  return out;
}

std::string read(TypeKind kind, std::string_view text) { return read(type_of(kind), text); }

// Every column here is printed and read back; the two must be equal.
void expect_restored(ColumnBuilder& builder) {
  const auto column = builder.finish();
  ASSERT_TRUE(column) << column.error().to_line();
  ColumnBuilder again(column->type());
  for (std::int64_t row = 0; row < column->length(); ++row) {
    std::string text;
    append_value_text(*column, row, text);
    const char* const wrong = append_parsed_value(text, again);
    ASSERT_EQ(wrong, nullptr) << column->type().to_string() << ": " << text << " " << wrong;
  }
  const auto restored = again.finish();
  ASSERT_TRUE(restored);
  EXPECT_TRUE(*restored == *column) << column->type().to_string();
}

template <class T>
void expect_all_restored(TypeKind kind, std::initializer_list<T> edges, T low, T high) {
  ColumnBuilder builder(type_of(kind));
  for (const T value : edges) builder.append(value);
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    // Small values as often as big ones.
    const T span = static_cast<T>((high / 2 - low / 2) >> (random() % (sizeof(T) * 8 - 2)));
    builder.append(static_cast<T>(
        span == 0 ? 0 : low / 2 + high / 2 + static_cast<T>(random() % static_cast<std::uint64_t>(span))));
  }
  expect_restored(builder);
}

TEST(ValueParse, ReadsBackWhatIsPrintedOfNumbers) {
  expect_all_restored<std::int16_t>(TypeKind::kInt16, {0, -1, INT16_MIN, INT16_MAX}, INT16_MIN, INT16_MAX);
  expect_all_restored<std::int32_t>(TypeKind::kInt32, {0, -1, INT32_MIN, INT32_MAX}, INT32_MIN, INT32_MAX);
  expect_all_restored<std::int64_t>(TypeKind::kInt64, {0, -1, INT64_MIN, INT64_MAX}, INT64_MIN, INT64_MAX);
  expect_all_restored<std::uint32_t>(TypeKind::kUInt32, {0, UINT32_MAX}, 0, UINT32_MAX);
  expect_all_restored<std::uint64_t>(TypeKind::kUInt64, {0, UINT64_MAX}, 0, UINT64_MAX);
  expect_all_restored<std::uint64_t>(TypeKind::kLsn, {0, UINT64_MAX, 0x16B374D848}, 0, UINT64_MAX);
  expect_all_restored<std::int64_t>(TypeKind::kMoney, {0, -1, INT64_MIN, INT64_MAX}, INT64_MIN, INT64_MAX);
}

TEST(ValueParse, ReadsBackFloatsBitByBit) {
  ColumnBuilder doubles(type_of(TypeKind::kFloat64));
  ColumnBuilder floats(type_of(TypeKind::kFloat32));
  for (const double value : {0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 1e15, 1e-5, -HUGE_VAL, HUGE_VAL}) {
    doubles.append(value);
  }
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (value == value) doubles.append(value);
    float single;
    std::memcpy(&single, &bits, sizeof single);
    if (single == single) floats.append(single);
  }
  expect_restored(doubles);
  expect_restored(floats);
  EXPECT_EQ(read(TypeKind::kFloat64, "NaN"), "NaN");
}

TEST(ValueParse, ReadsBackDecimals) {
  ColumnBuilder builder(type_of(TypeKind::kDecimal, 38, 10));
  for (const Int128 value : {Int128{0}, Int128{1}, Int128{-1}, decimal_power(38) - 1, 1 - decimal_power(38),
                             kDecimalNan, kDecimalInfinity, kDecimalMinusInfinity}) {
    builder.append(value);
  }
  expect_restored(builder);
  EXPECT_EQ(read(TypeKind::kNumeric, "-0012.3400"), "-12.3400");
  EXPECT_EQ(read(TypeKind::kNumeric, "NaN"), "NaN");
  EXPECT_EQ(read(type_of(TypeKind::kDecimal, 5, 2), "123.45"), "123.45");
  EXPECT_EQ(read(type_of(TypeKind::kDecimal, 5, 2), "123.456"), "!has more digits than its type allows");
  EXPECT_EQ(read(type_of(TypeKind::kDecimal, 5, 2), "1234"), "!has more digits than its type allows");
  EXPECT_EQ(read(type_of(TypeKind::kDecimal, 5, 2), "12,3"), "!does not have its column's type");
}

// The memory contains its text, so only this check sees its digits before a server rounds them.
TEST(ValueParse, AWideNumericKeepsTheDigitsOfItsTypeOrIsRefused) {
  const DataType wide = type_of(TypeKind::kNumeric, 45, 5);
  EXPECT_EQ(read(wide, "1.12345"), "1.12345");
  EXPECT_EQ(read(wide, "1.1234500"), "1.1234500");
  EXPECT_EQ(read(wide, "-0.123456"), "!has more digits than its type allows");
  EXPECT_EQ(read(wide, "NaN"), "NaN");
  EXPECT_EQ(read(wide, "0.000"), "0.000");
  const DataType hundreds = type_of(TypeKind::kNumeric, 5, -2);
  EXPECT_EQ(read(hundreds, "1200"), "1200");
  EXPECT_EQ(read(hundreds, "1200.00"), "1200.00");
  EXPECT_EQ(read(hundreds, "1210"), "!has more digits than its type allows");
}

TEST(ValueParse, ReadsBackDatesAndTimestamps) {
  ColumnBuilder dates(type_of(TypeKind::kDate));
  ColumnBuilder stamps(type_of(TypeKind::kTimestamp));
  ColumnBuilder zoned(type_of(TypeKind::kTimestampTz));
  constexpr std::int64_t kFirst = -2'451'545;
  for (const std::int64_t days : {kFirst, std::int64_t{2'145'031'948}, std::int64_t{kDateInfinity},
                                  std::int64_t{kDateMinusInfinity}, std::int64_t{0}, std::int64_t{59}}) {
    dates.append(static_cast<std::int32_t>(days));
  }
  for (const std::int64_t micros : {kFirst * kMicrosPerDay, 106'751'983 * kMicrosPerDay - 1, kTimestampInfinity,
                                    kTimestampMinusInfinity, std::int64_t{0}, std::int64_t{-1}}) {
    stamps.append(micros);
    zoned.append(micros);
  }
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto days = static_cast<std::int64_t>(random() % 4'000'000) + kFirst;
    dates.append(static_cast<std::int32_t>(days));
    const std::int64_t micros = days * kMicrosPerDay + static_cast<std::int64_t>(random() % kMicrosPerDay);
    stamps.append(micros);
    zoned.append(i % 2 == 0 ? micros : micros - micros % kMicrosPerSecond);
  }
  expect_restored(dates);
  expect_restored(stamps);
  expect_restored(zoned);
}

TEST(ValueParse, ReadsOtherSpellingsOfTimestamps) {
  EXPECT_EQ(read(TypeKind::kTimestamp, "2024-02-29T23:59:59.5"), "2024-02-29 23:59:59.5");
  EXPECT_EQ(read(TypeKind::kTimestampTz, "2024-02-29T23:59:59Z"), "2024-02-29 23:59:59+00");
  EXPECT_EQ(read(TypeKind::kTimestampTz, "2024-03-01 01:00:00+01:00"), "2024-03-01 00:00:00+00");
  EXPECT_EQ(read(TypeKind::kTimestampTz, "2024-03-01 01:00:00-0330"), "2024-03-01 04:30:00+00");
  EXPECT_EQ(read(TypeKind::kTimestamp, "2024-01-01 24:00:00"), "2024-01-02 00:00:00");
  EXPECT_EQ(read(TypeKind::kTimestamp, "2024-01-01 00:00:00.1234560"), "2024-01-01 00:00:00.123456");
}

TEST(ValueParse, ReadsTheLastYearOfTimestamps) {
  EXPECT_EQ(read(TypeKind::kTimestamp, "294276-12-31 23:59:59.999999"), "294276-12-31 23:59:59.999999");
  EXPECT_EQ(read(TypeKind::kTimestampTz, "294277-01-01 01:00:00+02"), "!does not have its column's type");
  EXPECT_EQ(read(TypeKind::kTimestampTz, "294276-12-31 21:59:59-01:30"), "294276-12-31 23:29:59+00");
  EXPECT_EQ(read(TypeKind::kTimestampTz, "294276-12-31 23:59:59-01"), "!does not have its column's type");
  EXPECT_EQ(read(TypeKind::kTimestampTz, "294276-01-01 00:00:00+00"), "294276-01-01 00:00:00+00");
}

// Dates and times of the usual form are read eight characters at a time: no other character passes for a digit.
TEST(ValueParse, HoldsEachCharacterOfATimestampToItsForm) {
  const std::string good = "2024-11-12 13:14:15.161718";
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = good;
      text[i] = static_cast<char>(byte);
      const bool is_digit = byte >= '0' && byte <= '9';
      const bool was_digit = good[i] >= '0' && good[i] <= '9';
      const std::string got = read(TypeKind::kTimestamp, text);
      if (!was_digit) {
        EXPECT_EQ(got == good, byte == good[i] || (i == 10 && byte == 'T')) << text;
      } else if (!is_digit) {
        EXPECT_EQ(got, "!does not have its column's type") << text;
      } else if (got[0] != '!') {
        // A trailing zero is not printed.
        EXPECT_EQ(got, text.back() == '0' ? text.substr(0, text.size() - 1) : text);
      }
    }
  }
}

TEST(ValueParse, RefusesDatesThatAreNone) {
  for (const char* text :
       {"2023-02-29", "2024-13-01", "2024-00-01", "2024-1-01", "0000-01-01", "2024-01-01 ", " 2024-01-01", "2024-01-32",
        "20240101", "4714-01-01 BC", "5874898-01-01", "", "2024-01-01 bc"}) {
    EXPECT_EQ(read(TypeKind::kDate, text), "!does not have its column's type") << text;
  }
  for (const char* text :
       {"2024-01-01", "2024-01-01 25:00:00", "2024-01-01 23:60:00", "2024-01-01 10:00:60", "2024-01-01 10:00:00+00",
        "2024-01-01 10:00:00.", "2024-01-01 10:00:00.1234567", "294277-01-01 00:00:00", "2024-01-01 24:00:00.1"}) {
    EXPECT_EQ(read(TypeKind::kTimestamp, text), "!does not have its column's type") << text;
  }
  EXPECT_EQ(read(TypeKind::kTimestampTz, "2024-01-01 10:00:00"), "!does not have its column's type");
  EXPECT_EQ(read(type_of(TypeKind::kTimestamp, 0, 3), "2024-01-01 10:00:00.1234"),
            "!has more digits than its type allows");
}

TEST(ValueParse, ReadsBackTimesAndIntervals) {
  ColumnBuilder times(type_of(TypeKind::kTime));
  ColumnBuilder zoned(type_of(TypeKind::kTimeTz));
  ColumnBuilder intervals(type_of(TypeKind::kInterval));
  for (const std::int64_t micros : {std::int64_t{0}, kMicrosPerDay, kMicrosPerDay - 1, std::int64_t{1}}) {
    times.append(micros);
    for (const std::int32_t west : {0, -3600, 12'600, 57'599, -57'599, -19'800}) zoned.append(TimeTz{micros, west});
  }
  for (const std::int64_t micros :
       {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN, kMicrosPerSecond * 3600 * 100}) {
    for (const std::int32_t days : {0, 1, -1, INT32_MIN, INT32_MAX}) {
      for (const std::int32_t months : {0, 1, -1, 12, -13, 14, INT32_MIN, INT32_MAX}) {
        intervals.append(Interval{micros, days, months});
      }
    }
  }
  expect_restored(times);
  expect_restored(zoned);
  expect_restored(intervals);
  for (const char* text : {"", "1", "1 day 2", "1 week", "1 day 1 year", "00:60:00", "1:00:00", "--1 days", "1 day "}) {
    EXPECT_EQ(read(TypeKind::kInterval, text), "!does not have its column's type") << text;
  }
}

TEST(ValueParse, ReadsBackBytesAndAddresses) {
  EXPECT_EQ(read(TypeKind::kBytes, "\\x00ff"), "\\x00ff");
  EXPECT_EQ(read(TypeKind::kBytes, "\\x"), "\\x");
  EXPECT_EQ(read(TypeKind::kUuid, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  EXPECT_EQ(read(TypeKind::kMacaddr, "08:00:2b:01:02:03"), "08:00:2b:01:02:03");
  EXPECT_EQ(read(TypeKind::kMacaddr8, "08:00:2b:01:02:03:04:05"), "08:00:2b:01:02:03:04:05");
  EXPECT_EQ(read(TypeKind::kInet, "192.168.0.1/24"), "192.168.0.1/24");
  EXPECT_EQ(read(TypeKind::kInet, "::ffff:1.2.3.4"), "::ffff:1.2.3.4");
  EXPECT_EQ(read(TypeKind::kCidr, "10.0.0.0/8"), "10.0.0.0/8");
  EXPECT_EQ(read(TypeKind::kCidr, "10.0.0.1/8"), "!does not have its column's type");
  EXPECT_EQ(read(TypeKind::kBit, "10110"), "10110");
  EXPECT_EQ(read(TypeKind::kBit, "102"), "!does not have its column's type");
  EXPECT_EQ(read(TypeKind::kChar1, "\\377"), "\\377");
  EXPECT_EQ(read(TypeKind::kChar1, ""), "");
  for (const char* text : {"a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", "x", ""}) {
    EXPECT_EQ(read(TypeKind::kUuid, text), "!does not have its column's type") << text;
  }
  for (const char* text : {"\\x0", "00", "\\xzz", ""})
    EXPECT_EQ(read(TypeKind::kBytes, text), "!does not have its column's type") << text;
  for (const char* text : {"1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/-0", "g::"}) {
    EXPECT_EQ(read(TypeKind::kInet, text), "!does not have its column's type") << text;
  }
}

TEST(ValueParse, TakesTheSpellingsOfBoolThatPostgresTakes) {
  for (const char* text : {"t", "true", "TRUE", "T", "tr", "tru", "y", "Yes", "ye", "on", "ON", "1"}) {
    EXPECT_EQ(read(TypeKind::kBool, text), "t") << text;
  }
  for (const char* text : {"f", "false", "False", "fa", "n", "no", "NO", "of", "off", "0"}) {
    EXPECT_EQ(read(TypeKind::kBool, text), "f") << text;
  }
  for (const char* text : {"", "o", "2", "01", "10", "truee", "tes", "yess", "nope", "offf", " t", "t ", "-1"}) {
    EXPECT_EQ(read(TypeKind::kBool, text), "!does not have its column's type") << text;
  }
}

TEST(ValueParse, TakesAPlusInFrontOfANumber) {
  EXPECT_EQ(read(TypeKind::kInt16, "+5"), "5");
  EXPECT_EQ(read(TypeKind::kInt64, "+9223372036854775808"), "!is out of range");
  EXPECT_EQ(read(TypeKind::kUInt32, "+5"), "5");
  EXPECT_EQ(read(TypeKind::kFloat64, "+1.5e3"), "1500");
  EXPECT_EQ(read(TypeKind::kNumeric, "+.50"), "0.50");
  EXPECT_EQ(read(type_of(TypeKind::kDecimal, 5, 2), "+1.5"), "1.50");
  EXPECT_EQ(read(TypeKind::kMoney, "+1"), "1.00");
  for (const TypeKind kind : {TypeKind::kInt32, TypeKind::kFloat64, TypeKind::kNumeric, TypeKind::kDate}) {
    for (const char* text : {"+", "++1", "+-1", "-+1", "+ 1", "+NaN", "+2024-01-01"}) {
      EXPECT_EQ(read(kind, text), "!does not have its column's type") << text;
    }
  }
}

TEST(ValueParse, RefusesNumbersThatAreOthersOrOutOfRange) {
  EXPECT_EQ(read(TypeKind::kInt16, "32768"), "!is out of range");
  EXPECT_EQ(read(TypeKind::kInt64, "-9223372036854775809"), "!is out of range");
  EXPECT_EQ(read(TypeKind::kUInt32, "-1"), "!is out of range");
  for (const char* text : {"", "-", "1.0", " 1", "1 ", "0x10", "1e3", "--1"}) {
    EXPECT_EQ(read(TypeKind::kInt32, text), "!does not have its column's type") << text;
  }
  for (const char* text : {"", "nan", "inf", "0x1p3", "1.5x", "1e999", "-"}) {
    EXPECT_EQ(read(TypeKind::kFloat64, text), "!does not have its column's type") << text;
  }
}

TEST(ValueParse, RefusesSpellingsOfDecimalsThatAreNotPrinted) {
  for (const char* text : {"nan", "NAN", "inf", "+Infinity", "infinity", "-inf", "", "-", "1 ", " 1", "-NaN"}) {
    for (const DataType& type : {type_of(TypeKind::kNumeric), type_of(TypeKind::kDecimal, 20, 2)}) {
      EXPECT_EQ(read(type, text), "!does not have its column's type") << text;
    }
    EXPECT_EQ(read(TypeKind::kMoney, text), "!does not have its column's type") << text;
  }
  for (const char* text : {"NaN", "Infinity", "-Infinity"}) EXPECT_EQ(read(TypeKind::kNumeric, text), text);
}

TEST(ValueParse, HoldsTextToItsLength) {
  EXPECT_EQ(read(type_of(TypeKind::kText, 0, 0, 3), "\u00e9\u4e2d\u00df"), "\u00e9\u4e2d\u00df");
  EXPECT_EQ(read(type_of(TypeKind::kText, 0, 0, 3), "abcd"), "!is longer than its type allows");
  EXPECT_EQ(read(type_of(TypeKind::kText, 0, 0, 3, true), "ab"), "ab");  // char(n) fills it up
  EXPECT_EQ(read(TypeKind::kText, ""), "");
}

TEST(ValueParse, ReadsArrays) {
  const DataType ints = array_of(type_of(TypeKind::kInt32));
  const DataType texts = array_of(type_of(TypeKind::kText));
  for (const char* text :
       {"{}", "{1,NULL,-3}", "{{1,2},{3,4}}", "[0:1]={1,2}", "[2:3][-1:0]={{1,2},{3,4}}", "{{{1}}}"}) {
    EXPECT_EQ(read(ints, text), text);
  }
  for (const char* text : {"{a,\"b c\",\"NULL\",NULL,\"\",\"\\\"\\\\\"}", "{\"{\",\"}\",\",\"}"})
    EXPECT_EQ(read(texts, text), text);
  for (const char* text : {"", "{", "{1", "{1,}", "{,1}", "{1}x", "{{1},{2,3}}", "{{1},2}", "{1,{2}}", "[0:1]={1}",
                           "[1:0]={}", "{\"a}", "{1,x}", "[0:1]{1,2}", "[0:1", "{{}}", "{{{{{{{1}}}}}}}"}) {
    EXPECT_TRUE(read(ints, text).starts_with("!")) << text << " " << read(ints, text);
  }
  // PostgreSQL reads these without their blanks, and prints blanks that count in quotes.
  for (const char* text : {"{ a}", "{a }", "{a, b}", "{a\t}", "{ NULL}"}) {
    EXPECT_EQ(read(texts, text), "!does not have its column's type") << text;
  }
  EXPECT_EQ(read(texts, "{a b}"), "{\"a b\"}");
}

TEST(ValueParse, AFailedArrayLeavesNothingBehind) {
  ColumnBuilder builder(array_of(type_of(TypeKind::kInt32)));
  EXPECT_EQ(append_parsed_value("{7,8}", builder), nullptr);
  EXPECT_NE(append_parsed_value("{1,2,x}", builder), nullptr);
  EXPECT_EQ(append_parsed_value("{9}", builder), nullptr);
  const auto column = builder.finish();
  ASSERT_TRUE(column) << column.error().to_line();
  EXPECT_EQ(column->length(), 2);
  EXPECT_EQ(column->child().length(), 3);
}

// What not every system has: the ends of each type read back, and the next number does not.
TEST(ValueParse, IntegersOfEveryWidthReadBackAtBothEndsAndNotBeyond) {
  const struct {
    TypeKind kind;
    const char* least;
    const char* most;
    const char* below;
    const char* above;
  } kEnds[] = {
      {TypeKind::kInt8, "-128", "127", "-129", "128"},
      {TypeKind::kUnsigned8, "0", "255", "-1", "256"},
      {TypeKind::kUnsigned16, "0", "65535", "-1", "65536"},
      {TypeKind::kUnsigned32, "0", "4294967295", "-1", "4294967296"},
      {TypeKind::kUnsigned64, "0", "18446744073709551615", "-1", "18446744073709551616"},
      {TypeKind::kInt128, "-170141183460469231731687303715884105728", "170141183460469231731687303715884105727",
       "-170141183460469231731687303715884105729", "170141183460469231731687303715884105728"},
      {TypeKind::kUnsigned128, "0", "340282366920938463463374607431768211455", "-1",
       "340282366920938463463374607431768211456"},
      {TypeKind::kInt256, "-57896044618658097711785492504343953926634992332820282019728792003956564819968",
       "57896044618658097711785492504343953926634992332820282019728792003956564819967",
       "-57896044618658097711785492504343953926634992332820282019728792003956564819969",
       "57896044618658097711785492504343953926634992332820282019728792003956564819968"},
      {TypeKind::kUnsigned256, "0", "115792089237316195423570985008687907853269984665640564039457584007913129639935",
       "-1", "115792089237316195423570985008687907853269984665640564039457584007913129639936"},
  };
  for (const auto& ends : kEnds) {
    EXPECT_EQ(read(ends.kind, ends.least), ends.least);
    EXPECT_EQ(read(ends.kind, ends.most), ends.most);
    EXPECT_TRUE(read(ends.kind, ends.below).starts_with('!')) << to_string(ends.kind);
    EXPECT_TRUE(read(ends.kind, ends.above).starts_with('!')) << to_string(ends.kind);
    EXPECT_TRUE(read(ends.kind, "1.5").starts_with('!')) << to_string(ends.kind);
    EXPECT_TRUE(read(ends.kind, "").starts_with('!')) << to_string(ends.kind);
    EXPECT_EQ(read(array_of(type_of(ends.kind)), std::string("{") + ends.least + ",NULL," + ends.most + "}"),
              std::string("{") + ends.least + ",NULL," + ends.most + "}");
  }
}

}  // namespace
}  // namespace dpone
