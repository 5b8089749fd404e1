#include "dpone/codec/pg_copy/encoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "dpone/codec/pg_copy/test_support.h"
#include "dpone/codec/pg_copy/text_encoder.h"
#include "dpone/data/batch_builder.h"
#include "dpone/data/conversion.h"
#include "dpone/data/decimal.h"
#include "dpone/data/temporal.h"
#include "dpone/data/value_parse.h"
#include "dpone/data/value_text.h"

namespace dpone::pg_copy {
namespace {

using golden::decimal;
using golden::fraction;
using golden::simple;
using golden::text;

template <class Append>
Batch one_value(const DataType& type, Append append) {
  BatchBuilder builder(schema_of({type}));
  append(builder.column(0));
  return *builder.finish();
}
template <class T>
Batch number(const DataType& type, T value) {
  return one_value(type, [&](ColumnBuilder& column) { column.append(value); });
}
Batch string(const DataType& type, std::string_view value) {
  return one_value(type, [&](ColumnBuilder& column) { column.append_bytes(value); });
}

// The text of the value after it went over the wire as `to`, or the slug of the refusal.
std::string send(const Batch& batch, const DataType& to) {
  const DataType from = batch.column(0).type();
  auto bytes = encode_all({{"c", from, to, 0}}, {batch});
  auto text_encoder = TextEncoder::create({{"c", from, to, 0}});
  std::string line;
  const Status text_status = text_encoder ? text_encoder->encode(batch, line) : Status(text_encoder.error());
  EXPECT_EQ(bytes.has_value(), text_status.has_value());
  if (!bytes) return bytes.error().slug();
  auto back = decode_all(schema_of({to}), *bytes, bytes->size());
  if (!back) return back.error().to_line();
  std::string out;
  append_value_text(back->front().column(0), 0, out);
  return out;
}

constexpr char kDoesNotFit[] = "value.does_not_fit";
const DataType kShort = simple(TypeKind::kInt16);
const DataType kInt = simple(TypeKind::kInt32);
const DataType kLong = simple(TypeKind::kInt64);
const DataType kNumeric = simple(TypeKind::kNumeric);

TEST(EncoderTest, IntegersFitExactlyOrAreRefused) {
  EXPECT_EQ(send(number(kLong, std::int64_t{32767}), kShort), "32767");
  EXPECT_EQ(send(number(kLong, std::int64_t{32768}), kShort), kDoesNotFit);
  EXPECT_EQ(send(number(kLong, std::int64_t{-2147483649}), kInt), kDoesNotFit);
  EXPECT_EQ(send(number(kShort, std::int16_t{-5}), kLong), "-5");
  EXPECT_EQ(send(number(kInt, -5), decimal(3, 2)), "-5.00");
  EXPECT_EQ(send(number(kInt, 10), decimal(3, 2)), kDoesNotFit);
  EXPECT_EQ(send(number(kLong, std::numeric_limits<std::int64_t>::min()), decimal(38, 19)),
            "-9223372036854775808.0000000000000000000");
  EXPECT_EQ(send(number(kLong, std::numeric_limits<std::int64_t>::max()), decimal(38, 20)), kDoesNotFit);
  EXPECT_EQ(send(number(kLong, std::int64_t{-120000}), kNumeric), "-120000");
}

// Text -> value of `kind`, as a batch.
Batch parsed(TypeKind kind, std::string_view text) {
  return one_value(simple(kind), [&](ColumnBuilder& column) { ASSERT_EQ(append_parsed_value(text, column), nullptr); });
}

TEST(EncoderTest, IntegersThatPostgresLacksGoToWhatHoldsThemAndAreChecked) {
  EXPECT_EQ(send(parsed(TypeKind::kInt8, "-128"), kShort), "-128");
  EXPECT_EQ(send(parsed(TypeKind::kUnsigned8, "255"), kShort), "255");
  EXPECT_EQ(send(parsed(TypeKind::kUnsigned16, "65535"), kInt), "65535");
  EXPECT_EQ(send(parsed(TypeKind::kUnsigned16, "32768"), kShort), kDoesNotFit);
  EXPECT_EQ(send(parsed(TypeKind::kUnsigned32, "4294967295"), kLong), "4294967295");
  EXPECT_EQ(send(parsed(TypeKind::kUnsigned32, "4294967295"), kInt), kDoesNotFit);
  EXPECT_EQ(send(parsed(TypeKind::kUnsigned64, "18446744073709551615"), decimal(20, 0)), "18446744073709551615");
  EXPECT_EQ(send(parsed(TypeKind::kUnsigned64, "18446744073709551615"), kLong), kDoesNotFit);
  EXPECT_EQ(send(parsed(TypeKind::kUnsigned64, "9223372036854775807"), kLong), "9223372036854775807");
  const char* const kMost = "340282366920938463463374607431768211455";
  EXPECT_EQ(send(parsed(TypeKind::kUnsigned128, kMost), kNumeric), kMost);
  EXPECT_EQ(send(parsed(TypeKind::kUnsigned128, kMost), decimal(38, 0)), kDoesNotFit);
  EXPECT_EQ(send(parsed(TypeKind::kInt128, "-170141183460469231731687303715884105728"), kNumeric),
            "-170141183460469231731687303715884105728");
  EXPECT_EQ(send(parsed(TypeKind::kInt256, "-5"), kShort), "-5");
  EXPECT_EQ(send(parsed(TypeKind::kInt256, "-5"), decimal(3, 2)), "-5.00");
  EXPECT_EQ(send(parsed(TypeKind::kInt256, "32768"), kShort), kDoesNotFit);
  const DataType own = simple(TypeKind::kUnsigned64);
  EXPECT_EQ(Encoder::create({{"c", own, own, 0}}).error().slug(), "pg_copy.cannot_convert");
}

TEST(EncoderTest, WhatWasTakenBackBehindTheLastRowIsNotLookedAt) {
  // A row that a reader rejects leaves its bytes behind.
  const auto with_more_behind = [](const DataType& type, auto value, auto behind) {
    return one_value(type, [&](ColumnBuilder& column) {
      column.append(value);
      column.append(behind);
      column.truncate(1);
    });
  };
  EXPECT_EQ(send(with_more_behind(kLong, std::int64_t{5}, std::int64_t{32768}), kShort), "5");
  EXPECT_EQ(send(with_more_behind(decimal(12, 2), Int128{1230}, Int128{1234}), decimal(12, 1)), "12.3");
  EXPECT_EQ(send(with_more_behind(simple(TypeKind::kDate), std::int32_t{1}, std::int32_t{200'000'000}),
                 fraction(TypeKind::kTimestamp, 6)),
            "2000-01-02 00:00:00");
}

TEST(EncoderTest, DecimalsFitExactlyOrAreRefused) {
  EXPECT_EQ(send(number(decimal(12, 2), Int128{1230}), decimal(12, 1)), "12.3");
  EXPECT_EQ(send(number(decimal(12, 2), Int128{1234}), decimal(12, 1)), kDoesNotFit);
  EXPECT_EQ(send(number(decimal(12, 2), Int128{100000}), decimal(5, 2)), kDoesNotFit);
  EXPECT_EQ(send(number(decimal(12, 2), Int128{-1}), decimal(38, 30)), "-0.010000000000000000000000000000");
  EXPECT_EQ(send(number(decimal(12, 2), Int128{-150}), kNumeric), "-1.50");
  EXPECT_EQ(send(number(decimal(12, 2), kDecimalNan), decimal(5, 1)), "NaN");
  EXPECT_EQ(send(string(kNumeric, "12.30"), decimal(4, 1)), "12.3");
  EXPECT_EQ(send(string(kNumeric, "12.34"), decimal(4, 1)), kDoesNotFit);
  EXPECT_EQ(send(string(kNumeric, "1" + std::string(100, '0')), decimal(38, 0)), kDoesNotFit);
  EXPECT_EQ(send(string(kNumeric, "-Infinity"), kNumeric), "-Infinity");
}

TEST(EncoderTest, FloatsFitExactlyOrAreRefused) {
  const DataType kFloat = simple(TypeKind::kFloat32);
  const DataType kDouble = simple(TypeKind::kFloat64);
  EXPECT_EQ(send(number(kFloat, 0.1F), kDouble), "0.10000000149011612");
  EXPECT_EQ(send(number(kDouble, 0.5), kFloat), "0.5");
  EXPECT_EQ(send(number(kDouble, 0.1), kFloat), kDoesNotFit);
  EXPECT_EQ(send(number(kDouble, 1e300), kFloat), kDoesNotFit);
  EXPECT_EQ(send(number(kDouble, std::numeric_limits<double>::infinity()), kFloat), "Infinity");
  EXPECT_EQ(send(number(kDouble, std::nan("")), kFloat), "NaN");
  EXPECT_EQ(send(number(kDouble, -0.0), kFloat), "-0");
}

TEST(EncoderTest, TextFitsByCharactersOrIsRefused) {
  const DataType kString = simple(TypeKind::kText);
  const char* const kAccented = "\u00e9\u00e9\u00e9";
  EXPECT_EQ(send(string(kString, kAccented), text(3, false)), kAccented);
  EXPECT_EQ(send(string(kString, kAccented), text(2, false)), kDoesNotFit);
  EXPECT_EQ(send(string(kString, "ab   "), text(2, false)), kDoesNotFit);
  EXPECT_EQ(send(string(kString, "ab"), text(3, true)), "ab");  // the server fills it up
  EXPECT_EQ(send(string(kString, kAccented), text(3, true)), kAccented);
  EXPECT_EQ(send(string(simple(TypeKind::kEnum), "sad"), kString), "sad");
  EXPECT_EQ(send(string(simple(TypeKind::kJsonb), "{}"), kString), "{}");
  EXPECT_EQ(Encoder::create({{"c", kString, kInt, 0}}).error().slug(), "pg_copy.cannot_convert");
  EXPECT_TRUE(TextEncoder::create({{"c", kString, kInt, 0}}));
}

TEST(EncoderTest, ScalarsBecomeTheTextOfTheirCast) {
  const DataType kString = simple(TypeKind::kText);
  EXPECT_EQ(send(number(kInt, -7), kString), "-7");
  EXPECT_EQ(send(number(kLong, std::int64_t{123456}), text(6, false)), "123456");
  EXPECT_EQ(send(number(kLong, std::int64_t{1234567}), text(6, false)), kDoesNotFit);
  EXPECT_EQ(send(number(kLong, std::int64_t{12345}), text(6, true)), "12345");
  EXPECT_EQ(send(number(decimal(12, 2), Int128{150}), kString), "1.50");
  EXPECT_EQ(send(number(simple(TypeKind::kFloat64), 1e300), kString), "1e+300");
  EXPECT_EQ(send(number(fraction(TypeKind::kTimestampTz, 6), std::int64_t{0}), kString), "2000-01-01 00:00:00+00");
  const Batch yes = one_value(simple(TypeKind::kBool), [](ColumnBuilder& column) { column.append_bool(true); });
  EXPECT_EQ(send(yes, kString), "true");
  const Batch host = string(simple(TypeKind::kInet), std::string_view("\x04\x20\x0a\x00\x00\x01", 6));
  EXPECT_EQ(send(host, kString), "10.0.0.1/32");
  EXPECT_EQ(send(string(simple(TypeKind::kUuid), "0123456789abcdef"), text(36, true)),
            "30313233-3435-3637-3839-616263646566");
  const Batch high = number(simple(TypeKind::kChar1), '\xFF');
  EXPECT_EQ(send(high, kString), kDoesNotFit);
  EXPECT_EQ(send(number(simple(TypeKind::kChar1), 'x'), kString), "x");
}

TEST(EncoderTest, FractionsFitExactlyOrAreRefused) {
  const DataType kStamp = fraction(TypeKind::kTimestamp, 6);
  EXPECT_EQ(send(number(kStamp, std::int64_t{1'500'000}), fraction(TypeKind::kTimestamp, 1)), "2000-01-01 00:00:01.5");
  EXPECT_EQ(send(number(kStamp, std::int64_t{1'500'000}), fraction(TypeKind::kTimestamp, 0)), kDoesNotFit);
  EXPECT_EQ(send(number(kStamp, kTimestampInfinity), fraction(TypeKind::kTimestamp, 0)), "infinity");
  EXPECT_EQ(send(number(fraction(TypeKind::kTime, 6), std::int64_t{1}), fraction(TypeKind::kTime, 5)), kDoesNotFit);
  EXPECT_EQ(send(number(fraction(TypeKind::kTimeTz, 6), TimeTz{1000, 0}), fraction(TypeKind::kTimeTz, 3)),
            "00:00:00.001+00");
  EXPECT_EQ(send(number(fraction(TypeKind::kInterval, 6), Interval{-1, 0, 0}), fraction(TypeKind::kInterval, 3)),
            kDoesNotFit);
}

TEST(EncoderTest, AnInfiniteIntervalAndTheNumberOfTheSameBitsDoNotBecomeEachOther) {
  constexpr auto kMicros = std::numeric_limits<std::int64_t>::max();
  constexpr auto kPart = std::numeric_limits<std::int32_t>::max();
  const DataType finite = fraction(TypeKind::kInterval, 6);
  DataType infinite = finite;
  infinite.has_infinity = true;
  DataType shorter = infinite;
  shorter.scale = 3;
  for (const Interval extreme : {Interval{kMicros, kPart, kPart}, Interval{-kMicros - 1, -kPart - 1, -kPart - 1}}) {
    const std::string text = extreme.days > 0 ? "infinity" : "-infinity";
    EXPECT_EQ(send(number(infinite, extreme), infinite), text);
    EXPECT_EQ(send(number(infinite, extreme), shorter), text);
    EXPECT_EQ(send(number(infinite, extreme), finite), kDoesNotFit);
    EXPECT_EQ(send(number(finite, extreme), infinite), kDoesNotFit);
    EXPECT_NE(send(number(finite, extreme), finite), text);
  }
  // A value that travels as text may hold one of them: from 17 on it would be read as an infinity.
  const DataType before = simple(TypeKind::kText);
  DataType since = before;
  since.has_infinity = true;
  for (const Interval extreme : {Interval{kMicros, kPart, kPart}, Interval{-kMicros - 1, -kPart - 1, -kPart - 1}}) {
    std::string held = "(1,";
    append_interval_text(extreme, false, held);
    EXPECT_EQ(send(string(before, held + ")"), since), kDoesNotFit) << held;
    EXPECT_EQ(send(string(before, held + ")"), before), held + ")");
    EXPECT_EQ(send(string(since, held + ")"), since), held + ")");
  }
  EXPECT_EQ(send(string(before, "(1,-infinity)"), since), "(1,-infinity)");
  EXPECT_EQ(send(string(before, "(1,infinity)"), since), "(1,infinity)");
  EXPECT_EQ(send(number(infinite, Interval{kMicros, kPart, 1}), finite),
            "1 mon 2147483647 days 2562047788:00:54.775807");
}

TEST(EncoderTest, ArraysConvertTheirElements) {
  BatchBuilder builder(schema_of({golden::array(kInt)}));
  ColumnBuilder& column = builder.column(0);
  column.close_list();
  for (const int value : {1, 40000}) column.child().append(value);
  column.child().append_null();
  column.close_list();
  const Batch batch = *builder.finish();
  auto bytes = encode_all({{"c", batch.column(0).type(), golden::array(kLong), 20}}, {batch});
  ASSERT_TRUE(bytes) << bytes.error().to_line();
  auto back = decode_all(schema_of({golden::array(kLong)}), *bytes, 7);
  ASSERT_TRUE(back) << back.error().to_line();
  std::string out;
  append_value_text(back->front().column(0), 1, out);
  EXPECT_EQ(out, "{1,40000,NULL}");
  auto narrow = encode_all({{"c", batch.column(0).type(), golden::array(kShort), 21}}, {batch});
  ASSERT_FALSE(narrow);
  EXPECT_EQ(narrow.error().slug(), kDoesNotFit);
  EXPECT_EQ(narrow.error().context_value("row"), "2");
  EXPECT_EQ(Encoder::create({{"c", golden::array(kInt), golden::array(kInt), 0}}).error().slug(),
            "pg_copy.element_oid");
}

TEST(EncoderTest, RefusalNamesColumnAndRowOverAllBatchesAndKeepsWholeRows) {
  BatchBuilder builder({{"id", kLong, false}, {"small", kLong, true}});
  for (std::int64_t i = 0; i < 700; ++i) {
    builder.column(0).append(i);
    if (i % 3 == 0) builder.column(1).append_null();
    if (i % 3 != 0) builder.column(1).append(i == 650 ? std::int64_t{1} << 40 : i);
  }
  const Batch batch = *builder.finish();
  auto encoder = Encoder::create({{"id", kLong, kLong, 0}, {"small", kLong, kInt, 0}});
  ASSERT_TRUE(encoder);
  std::string out;
  const Status status = encoder->encode(batch, out);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().context_value("column"), "small");
  EXPECT_EQ(status.error().context_value("row"), "651");
  auto back = decode_all(schema_of({kLong, kInt}), kHeader + out + kTrailer, 5000);
  ASSERT_TRUE(back) << back.error().to_line();
  EXPECT_EQ(back->front().num_rows(), encoder->row_count());
}

TEST(EncoderTest, RowRangesMakeTheSameBytesAsTheWholeBatch) {
  BatchBuilder builder(schema_of(
      {simple(TypeKind::kText), kInt, simple(TypeKind::kBytes), simple(TypeKind::kUuid), simple(TypeKind::kText)}));
  for (int i = 0; i < 1000; ++i) {
    // Every length up to the widest copies, with all that may be overwritten behind it.
    builder.column(0).append_bytes(std::string(static_cast<std::size_t>(i % 300), 'a'));
    if (i % 5 == 0) builder.column(1).append_null();
    if (i % 5 != 0) builder.column(1).append(i);
    builder.column(2).append_bytes(std::string(static_cast<std::size_t>(i % 41), 'b'));
    builder.column(3).append_bytes("0123456789abcdef");
    builder.column(4).append_bytes(std::string(static_cast<std::size_t>(i % 67), 'c'));
  }
  const Batch batch = *builder.finish();
  auto whole = Encoder::create(same_columns(batch.schema()));
  auto parts = Encoder::create(same_columns(batch.schema()));
  std::string bytes;
  std::string same;
  ASSERT_TRUE(whole->encode(batch, bytes));
  for (std::int64_t row = 0; row < 1000; row += 77) ASSERT_TRUE(parts->encode_rows(batch, row, 77, same));
  EXPECT_EQ(bytes, same);
  EXPECT_EQ(parts->row_count(), 1000);
  auto back = decode_all(batch.schema(), kHeader + bytes + kTrailer, 1000);
  ASSERT_TRUE(back) << back.error().to_line();
  ASSERT_EQ(back->size(), 1U);
  EXPECT_EQ(back->front(), batch);
}

TEST(TextEncoderTest, AByteThatNotEveryServerReadsFromItsTextIsRefused) {
  const DataType kByte = simple(TypeKind::kChar1);
  BatchBuilder builder(schema_of({kByte, golden::array(kByte)}));
  for (const char last : {'x', '\x80'}) {
    builder.column(0).append('x');
    builder.column(1).child().append_null();
    builder.column(1).child().append(last);
    builder.column(1).close_list();
  }
  auto encoder = TextEncoder::create(same_columns(builder.schema()));
  ASSERT_TRUE(encoder);
  std::string out;
  const Status status = encoder->encode(*builder.finish(), out);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().slug(), kDoesNotFit);
  EXPECT_EQ(status.error().context_value("column"), "c2");
  EXPECT_EQ(status.error().context_value("row"), "2");
}

TEST(TextEncoderTest, EscapesWhatCopyWouldRead) {
  BatchBuilder builder(schema_of({simple(TypeKind::kText), golden::array(simple(TypeKind::kText))}));
  builder.column(0).append_bytes("a\tb\nc\\d\re\b\f\v");
  builder.column(1).child().append_bytes("x\\\"y");
  builder.column(1).close_list();
  builder.column(0).append_null();
  builder.column(1).append_null();
  auto encoder = TextEncoder::create(same_columns(builder.schema()));
  ASSERT_TRUE(encoder);
  std::string out;
  ASSERT_TRUE(encoder->encode(*builder.finish(), out));
  EXPECT_EQ(out, "a\\tb\\nc\\\\d\\re\\b\\f\\v\t{\"x\\\\\\\\\\\\\"y\"}\n\\N\t\\N\n");
}

std::string plain_number(std::string number) {
  if (number.find('.') == std::string::npos || number.find('e') != std::string::npos) return number;
  number.resize(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return number;
}

std::vector<DataType> every_target() {
  std::vector<DataType> targets = {decimal(20, 0),          decimal(38, 10),
                                   decimal(5, 2),           text(40, false),
                                   golden::bits(20, false), golden::make(TypeKind::kNumeric, 50, 10, 0, false)};
  for (int kind = 0; kind < static_cast<int>(TypeKind::kArray); ++kind) {
    if (static_cast<TypeKind>(kind) == TypeKind::kDecimal) continue;
    targets.push_back(fraction(static_cast<TypeKind>(kind), 6));
  }
  const std::size_t scalars = targets.size();
  for (std::size_t i = 0; i < scalars; ++i) targets.push_back(golden::array(targets[i]));
  return targets;
}

// A declared type and a wire form that do not belong together change values where the lengths happen to agree.
TEST(EncoderTest, EveryConvertedValueHasTheWireFormOfTheColumnThatTakesIt) {
  int pairs = 0;
  for (const golden::Value& value : golden::values()) {
    auto batches = decode_all(schema_of({value.type}), stream({{field(from_hex(value.wire_hex))}}), 1 << 20);
    ASSERT_TRUE(batches) << value.sql;
    for (const DataType& to : every_target()) {
      if (value.type == to || !can_convert(value.type, to)) continue;
      ++pairs;
      auto bytes = encode_all({{"c", value.type, to, 1}}, {batches->front()});
      if (!bytes) {
        EXPECT_EQ(bytes.error().slug(), kDoesNotFit) << value.sql << " to " << to.to_string();
        continue;
      }
      auto back = decode_all(schema_of({to}), *bytes, bytes->size());
      ASSERT_TRUE(back) << value.sql << " to " << to.to_string() << ": " << back.error().to_line();
      std::string out;
      append_value_text(back->front().column(0), 0, out);
      const bool is_number = to.kind == TypeKind::kDecimal || to.kind == TypeKind::kNumeric;
      const bool is_integer = value.type.kind == TypeKind::kInt16 || value.type.kind == TypeKind::kInt32 ||
                              value.type.kind == TypeKind::kInt64 || value.type.kind == TypeKind::kUInt32 ||
                              value.type.kind == TypeKind::kUInt64;
      const bool is_float = to.kind == TypeKind::kFloat32 || to.kind == TypeKind::kFloat64;
      if (is_number || (is_integer && !is_float)) {
        EXPECT_EQ(plain_number(out), plain_number(value.text)) << value.sql << " to " << to.to_string();
      } else if (is_integer) {
        const bool is_single = to.kind == TypeKind::kFloat32;
        const auto read = [&](const char* text) {
          return is_single ? static_cast<double>(std::strtof(text, nullptr)) : std::strtod(text, nullptr);
        };
        EXPECT_EQ(read(out.c_str()), read(value.text)) << value.sql << " to " << to.to_string();
      }
    }
  }
  EXPECT_GT(pairs, 500);
}

TEST(EncoderTest, WholeNumbersOfAnySignAreExactOrRefused) {
  const DataType oid = simple(TypeKind::kUInt32);
  const DataType wide = simple(TypeKind::kUInt64);
  const DataType single = simple(TypeKind::kFloat32);
  const DataType twice = simple(TypeKind::kFloat64);
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(send(number(kInt, -1), oid), kDoesNotFit);
  EXPECT_EQ(send(number(kLong, std::int64_t{-1}), wide), kDoesNotFit);
  EXPECT_EQ(send(number(oid, std::uint32_t{4294967295}), kLong), "4294967295");
  EXPECT_EQ(send(number(oid, std::uint32_t{4294967295}), kInt), kDoesNotFit);
  EXPECT_EQ(send(number(wide, kMost), decimal(20, 0)), "18446744073709551615");
  EXPECT_EQ(send(number(wide, kMost), kLong), kDoesNotFit);
  EXPECT_EQ(send(number(wide, kMost), twice), kDoesNotFit);
  EXPECT_EQ(send(number(kInt, 16777216), single), "1.6777216e+07");
  EXPECT_EQ(send(number(kInt, 16777217), single), kDoesNotFit);
  EXPECT_EQ(send(number(kLong, std::numeric_limits<std::int64_t>::max()), twice), kDoesNotFit);
  EXPECT_EQ(send(number(kLong, std::numeric_limits<std::int64_t>::min()), twice), "-9.223372036854776e+18");
}

TEST(EncoderTest, ADateBecomesItsMidnightAndACidrAnInet) {
  const DataType date = simple(TypeKind::kDate);
  const DataType timestamp = fraction(TypeKind::kTimestamp, 6);
  EXPECT_EQ(send(number(date, std::int32_t{8825}), timestamp), "2024-02-29 00:00:00");
  EXPECT_EQ(send(number(date, kDateInfinity), timestamp), "infinity");
  EXPECT_EQ(send(number(date, kDateMinusInfinity), timestamp), "-infinity");
  EXPECT_EQ(send(number(date, std::int32_t{-2451545}), timestamp), "4714-11-24 00:00:00 BC");
  EXPECT_EQ(send(number(date, std::int32_t{106751982}), timestamp), "294276-12-31 00:00:00");
  EXPECT_EQ(send(number(date, std::int32_t{106751983}), timestamp), kDoesNotFit);
  EXPECT_EQ(send(string(simple(TypeKind::kCidr), std::string("\4\10\12\0\0\0", 6)), simple(TypeKind::kInet)),
            "10.0.0.0/8");
}

}  // namespace
}  // namespace dpone::pg_copy
