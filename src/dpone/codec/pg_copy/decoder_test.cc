#include "dpone/codec/pg_copy/decoder.h"

#include <gtest/gtest.h>

#include "dpone/codec/pg_copy/test_support.h"
#include "dpone/data/decimal.h"

namespace dpone::pg_copy {
namespace {

const DataType kInt = golden::simple(TypeKind::kInt32);
const DataType kString = golden::simple(TypeKind::kText);

Error decode_error(const std::vector<DataType>& types, std::string_view bytes, DecoderOptions options = {}) {
  auto whole = decode_all(schema_of(types), bytes, bytes.size(), options);
  auto cut = decode_all(schema_of(types), bytes, 1, options);
  EXPECT_FALSE(whole);
  EXPECT_FALSE(cut);
  if (whole || cut) return Error(ErrorClass::kFailed, "none", "no error");
  EXPECT_EQ(whole.error().slug(), cut.error().slug());
  EXPECT_EQ(whole.error().context_value("row"), cut.error().context_value("row"));
  EXPECT_EQ(whole.error().context_value("column"), cut.error().context_value("column"));
  return whole.error();
}

TEST(DecoderTest, CutsBatchesByRowsAndByBytes) {
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < 2500; ++i)
    rows.push_back({i % 7 == 0 ? kNull : field(big32(i)), field(std::string(i % 50, 'x'))});
  const std::string bytes = stream(rows);
  DecoderOptions by_rows;
  by_rows.target_rows = 1100;
  DecoderOptions by_bytes;
  by_bytes.target_bytes = 20'000;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{777}, bytes.size()}) {
    auto thirds = decode_all(schema_of({kInt, kString}), bytes, piece, by_rows);
    ASSERT_TRUE(thirds) << thirds.error().to_line();
    ASSERT_EQ(thirds->size(), 3U);
    EXPECT_EQ((*thirds)[0].num_rows(), 1100);
    EXPECT_EQ((*thirds)[2].num_rows(), 300);
    std::int64_t row = 0;
    for (const Batch& batch : *thirds) {
      for (std::int64_t i = 0; i < batch.num_rows(); ++i, ++row) {
        ASSERT_EQ(batch.column(0).is_null(i), row % 7 == 0);
        if (row % 7 != 0) {
          ASSERT_EQ(batch.column(0).value_at<std::int32_t>(i), row);
        }
        ASSERT_EQ(batch.column(1).bytes_at(i).size(), static_cast<std::size_t>(row % 50));
      }
    }
    auto many = decode_all(schema_of({kInt, kString}), bytes, piece, by_bytes);
    ASSERT_TRUE(many);
    EXPECT_GE(many->size(), 2U);
  }
}

TEST(DecoderTest, AWideRowTakesMemoryForItsValuesOnlyNotForEachColumnAllOfThem) {
  constexpr int kColumns = 300;
  constexpr int kRows = 60;
  const std::vector<DataType> types(kColumns, kString);
  const std::vector<std::string> row(kColumns, field(std::string(200, 'x')));
  const std::string bytes = stream(std::vector<std::vector<std::string>>(kRows, row));
  auto batches = decode_all(schema_of(types), bytes, bytes.size());
  ASSERT_TRUE(batches) << batches.error().to_line();
  std::int64_t memory = 0;
  for (const Batch& batch : *batches) memory += batch.memory_bytes();
  EXPECT_LE(memory, 3 * static_cast<std::int64_t>(bytes.size()));
}

TEST(DecoderTest, TruncationAtEveryByteIsAnError) {
  const std::string bytes = from_hex(kOrdersHex);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    auto batches = decode_all(orders_schema(), std::string_view(bytes).substr(0, length), bytes.size());
    ASSERT_FALSE(batches) << length;
    EXPECT_EQ(batches.error().slug(), "pg_copy.truncated");
  }
}

TEST(DecoderTest, NoRowsAreNoBatch) {
  auto batches = decode_all(orders_schema(), stream({}), 1);
  ASSERT_TRUE(batches);
  EXPECT_TRUE(batches->empty());
}

TEST(DecoderTest, NullAndEmptyTextDiffer) {
  auto batches = decode_all(schema_of({kString}), stream({{field("")}, {kNull}}), 1000);
  ASSERT_TRUE(batches);
  EXPECT_FALSE(batches->front().column(0).is_null(0));
  EXPECT_TRUE(batches->front().column(0).is_null(1));
  EXPECT_EQ(batches->front().column(0).null_count(), 1);
}

TEST(DecoderTest, NamesWhatIsWrongWithRowColumnAndOffset) {
  const Error length =
      decode_error({kString, kInt}, stream({{field("a"), field(big32(1))}, {field("a"), field("ab")}}));
  EXPECT_EQ(length.slug(), "pg_copy.field_length");
  EXPECT_EQ(length.context_value("row"), "2");
  EXPECT_EQ(length.context_value("column"), "c2");
  EXPECT_EQ(length.context_value("offset"), "41");
  EXPECT_EQ(decode_error({kString}, stream({{big32(0xFFFFFFFE)}})).slug(), "pg_copy.field_length");
  EXPECT_EQ(decode_error({kString, kString}, stream({{field("a")}})).slug(), "pg_copy.field_count");
  EXPECT_EQ(decode_error({kString}, stream({}) + "x").slug(), "pg_copy.trailing_bytes");
  EXPECT_EQ(decode_error({kString}, std::string(30, 'P')).slug(), "pg_copy.header");
  DecoderOptions small;
  small.max_row_bytes = 10;
  EXPECT_EQ(decode_error({kString}, stream({{field("abcd")}, {field("abcde")}}), small).slug(), "pg_copy.row_too_big");
  EXPECT_EQ(decode_error({kString}, kHeader + big16(1) + big32(0x7FFFFFFF)).slug(), "pg_copy.row_too_big");
}

TEST(DecoderTest, RefusesMalformedValues) {
  const auto slug_of = [](const DataType& type, std::string_view hex) {
    return decode_error({type}, stream({{field(from_hex(hex))}})).slug();
  };
  const DataType decimal = golden::decimal(4, 2);
  EXPECT_EQ(slug_of(decimal, "00"), "pg_copy.value");
  EXPECT_EQ(slug_of(decimal, "000100000000000227100000"), "pg_copy.value");  // a byte too many
  EXPECT_EQ(slug_of(decimal, "00010000000000022710"), "pg_copy.value");      // digit 10000
  EXPECT_EQ(slug_of(decimal, "00010000000000030001"), "pg_copy.value");      // dscale 3
  EXPECT_EQ(slug_of(decimal, "00010000000000020064"), "pg_copy.value");      // 100.00
  EXPECT_EQ(slug_of(decimal, "0001ffff000000020001"), "pg_copy.value");      // 0.0001
  EXPECT_EQ(slug_of(decimal, "0001000012340002000a"), "pg_copy.value");      // sign
  EXPECT_EQ(slug_of(golden::simple(TypeKind::kNumeric), "0001ffff000000020001"), "pg_copy.value");
  EXPECT_EQ(slug_of(golden::simple(TypeKind::kJsonb), "027b7d"), "pg_copy.value");
  EXPECT_EQ(slug_of(golden::simple(TypeKind::kJsonb), ""), "pg_copy.value");
  EXPECT_EQ(slug_of(golden::simple(TypeKind::kInet), "0221000401020304"), "pg_copy.value");
  EXPECT_EQ(slug_of(golden::bits(0, false), "0000000901"), "pg_copy.value");
  EXPECT_EQ(slug_of(golden::fraction(TypeKind::kTime, 6), "ffffffffffffffff"), "pg_copy.value");
  const DataType array = golden::array(kInt);
  EXPECT_EQ(slug_of(array, "0000000100000000000000177fffffff00000001"), "pg_copy.value");
  EXPECT_EQ(slug_of(array, "000000070000000000000017"), "pg_copy.value");
  EXPECT_EQ(slug_of(array,
                    "000000010000000000000017000000010000000100000002"
                    "0001"),
            "pg_copy.value");
  EXPECT_EQ(slug_of(array, "000000010000000000000017000000017fffffff0000000400000001"), "pg_copy.value");
}

TEST(DecoderTest, NamesTheRowOfAMalformedValueWhereverItIsAmongRowsThatAreDecodedTogether) {
  struct Case {
    DataType type;
    std::string_view good;
    std::string_view bad;
  };
  const DataType time = golden::fraction(TypeKind::kTime, 6);
  const Case cases[] = {
      {golden::decimal(4, 2), "00010000000000020005", "00"},
      {golden::simple(TypeKind::kNumeric), "00010000000000020005", "0001ffff000000020001"},
      {golden::simple(TypeKind::kJsonb), "017b7d", "027b7d"},
      {golden::simple(TypeKind::kInet), "0220000401020304", "0221000401020304"},
      {golden::bits(0, false), "0000000880", "0000000901"},
      {time, "0000000000000000", "ffffffffffffffff"},
      {golden::fraction(TypeKind::kTimeTz, 6), "000000000000000000000000", "ffffffffffffffff00000000"},
      {golden::array(time), "00000001000000000000043b0000000100000001000000080000000000000000",
       "00000001000000000000043b000000010000000100000008ffffffffffffffff"},
  };
  for (const Case& one : cases) {
    const std::string good = field(from_hex(one.good));
    ASSERT_TRUE(decode_all(schema_of({kInt, one.type}), stream({{kNull, good}, {kNull, kNull}}), 1000));
    for (const std::string& other : {good, kNull}) {
      for (std::size_t bad = 0; bad < 3; ++bad) {
        std::vector<std::vector<std::string>> rows(3, {field(big32(7)), good});
        rows[(bad + 1) % 3][1] = other;
        rows[bad][1] = field(from_hex(one.bad));
        const Error error = decode_error({kInt, one.type}, stream(rows));
        EXPECT_EQ(error.slug(), "pg_copy.value");
        EXPECT_EQ(error.context_value("row"), std::to_string(bad + 1)) << one.type.to_string();
        EXPECT_EQ(error.context_value("column"), "c2");
      }
    }
  }
}

TEST(DecoderTest, RefusesOptionsAndTypesThatCannotWork) {
  DecoderOptions options;
  options.target_rows = 0;
  EXPECT_EQ(Decoder::create({}, options).error().slug(), "pg_copy.options");
  EXPECT_EQ(Decoder::create(schema_of({golden::decimal(39, 0)})).error().slug(), "pg_copy.options");
  EXPECT_EQ(Decoder::create(schema_of({golden::array(golden::array(kInt))})).error().slug(), "pg_copy.options");
}

TEST(DecoderTest, NumericsThatGrowInMemoryFillABatch) {
  DecoderOptions options;
  options.target_bytes = 1 << 20;
  const std::vector<std::string> row = {field(from_hex("00017fff0000000003e8"))};  // 131,072 digits
  auto batches = decode_all(schema_of({golden::simple(TypeKind::kNumeric)}), stream({20, row}), 24, options);
  ASSERT_TRUE(batches) << batches.error().to_line();
  EXPECT_EQ(batches->size(), 3U);
}

TEST(DecoderTest, LongArraysCrossChunks) {
  std::string value = big32(1) + big32(1) + big32(23) + big32(5000) + big32(1);
  for (int i = 0; i < 5000; ++i) value += i % 1000 == 999 ? kNull : field(big32(i));
  auto batches = decode_all(schema_of({golden::array(kInt)}), stream({{field(value)}, {field(value)}}), 999);
  ASSERT_TRUE(batches) << batches.error().to_line();
  const Column& column = batches->front().column(0);
  EXPECT_EQ(column.child().length(), 10'000);
  EXPECT_EQ(column.child().null_count(), 10);
  EXPECT_EQ(column.child().value_at<std::int32_t>(9998), 4998);
  auto back = encode_all(same_columns(batches->front().schema()), *batches);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, stream({{field(value)}, {field(value)}}));
}

}  // namespace
}  // namespace dpone::pg_copy
