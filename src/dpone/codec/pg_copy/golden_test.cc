// Every type against PostgreSQL's own bytes and text.
#include <gtest/gtest.h>

#include "dpone/codec/pg_copy/test_support.h"
#include "dpone/codec/pg_copy/text_encoder.h"
#include "dpone/data/value_text.h"

namespace dpone::pg_copy {
namespace {

TEST(GoldenTest, EveryValueDecodesToPostgresTextAndEncodesToPostgresBytes) {
  int count = 0;
  for (const golden::Value& value : golden::values()) {
    SCOPED_TRACE(value.sql);
    ++count;
    const Schema schema = schema_of({value.type});
    // Twice with a null between, so that both ways of every column operation are taken.
    const std::string one = field(from_hex(value.wire_hex));
    for (const auto& rows :
         {std::vector<std::vector<std::string>>{{one}}, std::vector<std::vector<std::string>>{{one}, {kNull}, {one}}}) {
      const std::string bytes = stream(rows);
      auto batches = decode_all(schema, bytes, bytes.size());
      ASSERT_TRUE(batches) << batches.error().to_line();
      ASSERT_EQ(batches->size(), 1U);
      const Column& column = batches->front().column(0);
      std::string text;
      append_value_text(column, column.length() - 1, text);
      EXPECT_EQ(text, value.text);
      auto back = encode_all({{"c", value.type, value.type, value.element_oid}}, *batches);
      ASSERT_TRUE(back) << back.error().to_line();
      EXPECT_EQ(to_hex(*back), to_hex(bytes));
    }
  }
  EXPECT_GE(count, 235);
}

TEST(GoldenTest, EveryValueIsTheSameWhenFedByteByByte) {
  for (const golden::Value& value : golden::values()) {
    SCOPED_TRACE(value.sql);
    const Schema schema = schema_of({value.type, value.type});
    const std::string one = field(from_hex(value.wire_hex));
    const std::string bytes = stream({{one, kNull}, {kNull, one}, {one, one}});
    auto whole = decode_all(schema, bytes, bytes.size());
    auto cut = decode_all(schema, bytes, 1);
    ASSERT_TRUE(whole) << whole.error().to_line();
    ASSERT_TRUE(cut) << cut.error().to_line();
    EXPECT_EQ(*whole, *cut);
  }
}

// SELECT encode(numeric_send(('1' || repeat('0', 131071))::numeric), 'hex') is 0001 7fff 0000 0000 0001... with weight
// 32767 and one digit of 1000.
TEST(GoldenTest, GreatestNumericRoundTrips) {
  const std::string bytes = stream({{field(from_hex("00017fff0000000003e8"))}});
  auto batches = decode_all(schema_of({golden::simple(TypeKind::kNumeric)}), bytes, bytes.size());
  ASSERT_TRUE(batches) << batches.error().to_line();
  EXPECT_EQ(batches->front().column(0).bytes_at(0), "1" + std::string(131071, '0'));
  auto back = encode_all(same_columns(batches->front().schema()), *batches);
  ASSERT_TRUE(back) << back.error().to_line();
  EXPECT_EQ(to_hex(*back), to_hex(bytes));
}

TEST(GoldenTest, OrdersRoundTripHoweverTheyAreCut) {
  const std::string bytes = from_hex(kOrdersHex);
  auto whole = decode_all(orders_schema(), bytes, bytes.size());
  ASSERT_TRUE(whole) << whole.error().to_line();
  ASSERT_EQ(whole->size(), 1U);
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    auto cut = decode_all(orders_schema(), bytes, piece);
    ASSERT_TRUE(cut) << piece << " " << cut.error().to_line();
    ASSERT_EQ(*whole, *cut) << piece;
  }
  auto back = encode_all(same_columns(orders_schema()), *whole);
  ASSERT_TRUE(back) << back.error().to_line();
  EXPECT_EQ(to_hex(*back), to_hex(bytes));
  auto encoder = TextEncoder::create(same_columns(orders_schema()));
  ASSERT_TRUE(encoder);
  std::string text;
  ASSERT_TRUE(encoder->encode(whole->front(), text));
  EXPECT_EQ(text, kOrdersText);
}

// \copy (SELECT FROM generate_series(1, 3)) TO 'zero.bin' (FORMAT binary)
TEST(GoldenTest, RowsWithoutColumnsAreCounted) {
  const std::string bytes = from_hex("5047434f50590aff0d0a000000000000000000000000000000ffff");
  for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
    auto batches = decode_all({}, bytes, piece);
    ASSERT_TRUE(batches) << batches.error().to_line();
    ASSERT_EQ(batches->size(), 1U);
    EXPECT_EQ(batches->front().num_rows(), 3);
    auto back = encode_all({}, *batches);
    ASSERT_TRUE(back);
    EXPECT_EQ(to_hex(*back), to_hex(bytes));
  }
}

}  // namespace
}  // namespace dpone::pg_copy
