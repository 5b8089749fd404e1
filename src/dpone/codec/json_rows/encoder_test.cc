#include "dpone/codec/json_rows/encoder.h"

#include <gtest/gtest.h>

#include <map>

#include "dpone/codec/json_rows/test_support.h"
#include "dpone/codec/pg_copy/golden_values.h"
#include "dpone/data/decimal.h"

namespace dpone::json_rows {
namespace {

TEST(JsonRowsEncoder, WritesNumbersWithAllTheirDigits) {
  EXPECT_EQ(write(TypeKind::kInt64, "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(write(TypeKind::kUInt64, "18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(write(type_of(TypeKind::kDecimal, 12, 2), "12.5"), "12.50");
  EXPECT_EQ(write(TypeKind::kNumeric, "123456789012345678901234567890.10"), "123456789012345678901234567890.10");
  EXPECT_EQ(write(TypeKind::kFloat64, "1e30"), "1e+30");
  EXPECT_EQ(write(TypeKind::kFloat64, "-0"), "-0");
  EXPECT_EQ(write(TypeKind::kMoney, "-0.05"), "-0.05");
  for (const char* word : {"NaN", "Infinity", "-Infinity"}) {
    const std::string quoted = "\"" + std::string(word) + "\"";
    EXPECT_EQ(write(TypeKind::kFloat32, word), quoted);
    EXPECT_EQ(write(TypeKind::kNumeric, word), quoted);
    EXPECT_EQ(write(type_of(TypeKind::kDecimal, 12, 2), word), quoted);
  }
}

TEST(JsonRowsEncoder, WritesOtherTypesAsStringsOfTheirText) {
  EXPECT_EQ(write(TypeKind::kBool, "t"), "true");
  EXPECT_EQ(write(TypeKind::kDate, "infinity"), "\"infinity\"");
  EXPECT_EQ(write(TypeKind::kTimestampTz, "2024-02-29T10:00:00Z"), "\"2024-02-29 10:00:00+00\"");
  EXPECT_EQ(write(TypeKind::kBytes, "\\x00ff"), "\"\\\\x00ff\"");
  EXPECT_EQ(write(TypeKind::kChar1, "\\377"), "\"\\\\377\"");
  EXPECT_EQ(write(TypeKind::kChar1, "\""), "\"\\\"\"");
  EXPECT_EQ(write(TypeKind::kLsn, "16/B374D848"), "\"16/B374D848\"");
}

TEST(JsonRowsEncoder, EscapesOnlyWhatItMust) {
  EXPECT_EQ(write(TypeKind::kText, "a\"b\\c/d\b\f\n\r\t\x01\x1f\x7f\u00e9"), R"("a\"b\\c/d\b\f\n\r\t\u0001\u001f)"
                                                                             "\x7f\u00e9\"");
  EXPECT_EQ(write(TypeKind::kText, std::string_view("a\0b", 3)), "!json_rows.zero_byte");
  const std::string big(100, 'x');
  EXPECT_EQ(write(TypeKind::kText, big + "\n" + big), "\"" + big + "\\n" + big + "\"");
}

TEST(JsonRowsEncoder, SaysOfJsonThatCannotBeReadBackWhatToDo) {
  BatchBuilder rows({{"v", type_of(TypeKind::kJsonb)}});
  rows.column(0).append_bytes(std::string(65, '[') + std::string(65, ']'));
  std::string out;
  const Status status = Encoder::create({{"v", type_of(TypeKind::kJsonb)}}, {})->encode(*rows.finish(), out);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(), "a json value cannot be written: values nest more than 64 levels deep");
  EXPECT_NE(status.error().next_step(), "");
}

TEST(JsonRowsEncoder, KeepsJsonOnItsLine) {
  EXPECT_EQ(write(TypeKind::kJson, "{\"b\": 1,  \"a\":[1,2]}"), "{\"b\": 1,  \"a\":[1,2]}");
  EXPECT_EQ(write(TypeKind::kJson, "{\n  \"a\": \"x\\n\",\r\n  \"b\\\"\":\n1\n}"),
            "{   \"a\": \"x\\n\",    \"b\\\"\": 1 }");
  EXPECT_EQ(write(TypeKind::kJson, "\"a\nb\""), "!json_rows.json");
  EXPECT_EQ(write(TypeKind::kJson, "{\"a\":1} x"), "!json_rows.json");
  EXPECT_EQ(write(TypeKind::kJson, "{\"a\":"), "!json_rows.json");
  EXPECT_EQ(write(TypeKind::kJson, ""), "!json_rows.json");
  EXPECT_EQ(write(TypeKind::kJson, std::string_view("1\0", 2)), "!json_rows.json");
  EXPECT_EQ(write(TypeKind::kJson, std::string(65, '[') + std::string(65, ']')), "!json_rows.json");
  EXPECT_EQ(write(TypeKind::kJsonb, "{\"a\":1,\"a\":2}"), "!json_rows.json");
}

TEST(JsonRowsEncoder, DoesNotConfuseTheJsonNullWithNull) {
  EXPECT_EQ(write(TypeKind::kJsonb, "null"), "!json_rows.json_null");
  EXPECT_EQ(write(type_of(TypeKind::kJsonb), "null", {.keeps_json_null = true}), "null");
  const Schema schema = schema_of({type_of(TypeKind::kJsonb), type_of(TypeKind::kInt32), type_of(TypeKind::kJson)});
  BatchBuilder builder(schema);
  builder.column(0).append_null();
  builder.column(1).append_null();
  builder.column(2).append_bytes("null");
  const auto batch = builder.finish();
  auto encoder = Encoder::create(schema, {.keeps_json_null = true});
  std::string out;
  ASSERT_TRUE(encoder->encode(*batch, out));
  EXPECT_EQ(out, "{\"b\":null,\"c\":null}\n");
  const auto back = decode_batches(out, schema, {.keeps_json_null = true});
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->at(0) == *batch);
}

TEST(JsonRowsEncoder, WritesArrays) {
  const DataType ints = array_of(type_of(TypeKind::kInt32));
  EXPECT_EQ(write(ints, "{1,NULL,-3}"), "[1,null,-3]");
  EXPECT_EQ(write(ints, "{}"), "[]");
  EXPECT_EQ(write(ints, "{{1,2},{3,4}}"), "[[1,2],[3,4]]");
  EXPECT_EQ(write(ints, "[0:1]={1,2}"), "\"[0:1]={1,2}\"");
  EXPECT_EQ(write(array_of(type_of(TypeKind::kText)), "{\"NULL\",NULL,\"\\\"\"}"), "[\"NULL\",null,\"\\\"\"]");
  EXPECT_EQ(write(array_of(type_of(TypeKind::kFloat64)), "{1.5,NaN}"), "[1.5,\"NaN\"]");
  const DataType jsons = array_of(type_of(TypeKind::kJson));
  EXPECT_EQ(write(jsons, "{\"{\\\"a\\\": [1]}\",NULL}"), "[{\"a\": [1]},null]");
  EXPECT_EQ(write(jsons, "{\"null\",NULL}"), "\"{\\\"null\\\",NULL}\"");
  EXPECT_EQ(write(jsons, "{{1,2}}"), "\"{{1,2}}\"");
  EXPECT_EQ(write(jsons, "{\" 1\"}"), "\"{\\\" 1\\\"}\"");
  EXPECT_EQ(write(jsons, "{tru}"), "!json_rows.json");
}

TEST(JsonRowsEncoder, KeepsWholeRowsBeforeAnError) {
  const Schema schema = schema_of({type_of(TypeKind::kInt32), type_of(TypeKind::kText)});
  BatchBuilder builder(schema);
  for (const std::string_view text : {std::string_view("ok"), std::string_view("\0", 1)}) {
    builder.column(0).append(std::int32_t{1});
    builder.column(1).append_bytes(text);
  }
  auto encoder = Encoder::create(schema, {});
  std::string out;
  const Status status = encoder->encode(*builder.finish(), out);
  ASSERT_FALSE(status);
  EXPECT_EQ(out, "{\"a\":1,\"b\":\"ok\"}\n");
  EXPECT_EQ(status.error().context_value("row"), "2");
  EXPECT_EQ(status.error().context_value("column"), "b");
  EXPECT_FALSE(Encoder::create({schema[0], schema[0]}, {}));
}

TEST(JsonRowsEncoder, WritesRowsWithoutColumns) {
  auto encoder = Encoder::create({}, {});
  std::string out;
  ASSERT_TRUE(encoder->encode(Batch(std::make_shared<const Schema>(), 3, {}), out));
  EXPECT_EQ(out, "{}\n{}\n{}\n");
  const auto back = decode_batches(out, {});
  ASSERT_TRUE(back);
  EXPECT_EQ(back->at(0).num_rows(), 3);
}

// Every value that PostgreSQL was asked for, in a column with others of its type and nulls: it comes back, and so do
// its bytes.
TEST(JsonRowsEncoder, EveryTypeIsReadBackAsItWas) {
  std::map<std::string, std::pair<DataType, std::vector<std::string>>> columns;
  for (const pg_copy::golden::Value& value : pg_copy::golden::values()) {
    auto& [type, texts] = columns[value.type.to_string() + std::to_string(value.type.has_infinity)];
    type = value.type;
    texts.emplace_back(value.text);
  }
  EXPECT_GE(columns.size(), 40U);
  for (const auto& [name, column] : columns) {
    const Schema schema = schema_of({column.first, type_of(TypeKind::kInt32)});
    BatchBuilder builder(schema);
    for (const std::string& text : column.second) {
      ASSERT_EQ(append_parsed_value(text, builder.column(0)), nullptr) << name << " " << text;
      builder.column(0).append_null();
      for (int i = 0; i < 2; ++i) builder.column(1).append(std::int32_t{7});
    }
    const auto batch = builder.finish();
    ASSERT_TRUE(batch) << name;
    const JsonRowsFormat format{.keeps_json_null = true};
    auto encoder = Encoder::create(schema, format);
    std::string out;
    const Status status = encoder->encode(*batch, out);
    ASSERT_TRUE(status) << name << " " << status.error().to_line();
    EXPECT_EQ(encoder->row_count(), batch->num_rows());
    const auto back = decode_batches(out, schema, format);
    ASSERT_TRUE(back) << name << " " << back.error().to_line() << "\n" << out;
    ASSERT_EQ(back->size(), 1U);
    EXPECT_TRUE(back->at(0) == *batch) << name << "\n" << out;
    std::string again;
    ASSERT_TRUE(Encoder::create(schema, format)->encode(back->at(0), again));
    EXPECT_EQ(again, out);
  }
}

}  // namespace
}  // namespace dpone::json_rows
