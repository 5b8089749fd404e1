#include "dpone/codec/json_rows/decoder.h"

#include <gtest/gtest.h>

#include <random>

#include "dpone/codec/json_rows/test_support.h"

namespace dpone::json_rows {
namespace {

const Schema kIdAndNote = {{"id", type_of(TypeKind::kInt32), true}, {"note", type_of(TypeKind::kText), true}};

Rows rows_of(std::string_view text, const Schema& schema = kIdAndNote, JsonRowsFormat format = {}) {
  const auto rows = decode(text, schema, format);
  EXPECT_TRUE(rows) << rows.error().to_line();
  return rows ? *rows : Rows{};
}

std::string slug_of(std::string_view text, const Schema& schema = kIdAndNote, JsonRowsFormat format = {}) {
  const auto rows = decode(text, schema, format);
  return rows ? "none" : rows.error().slug();
}

TEST(JsonRowsDecoder, ReadsTheWorkedExample) {
  const Schema schema = {{"id", type_of(TypeKind::kInt64), false},
                         {"note", type_of(TypeKind::kText), true},
                         {"amount", type_of(TypeKind::kDecimal, 12, 2), true},
                         {"payload", type_of(TypeKind::kJsonb), true}};
  const std::string text =
      "{\"id\":1,\"note\":\"say \\\"hi\\\"\",\"amount\":12.50,\"payload\":{\"a\": [1, 2]}}\n"
      "{\"id\":2,\"note\":null,\"amount\":\"NaN\",\"payload\":null}\n";
  EXPECT_EQ(rows_of(text, schema),
            (Rows{{"1", "say \"hi\"", "12.50", "{\"a\": [1, 2]}"}, {"2", "NULL", "NaN", "NULL"}}));
  const auto batches = decode_batches(text, schema);
  auto encoder = Encoder::create(schema, {});
  std::string again;
  ASSERT_TRUE(encoder->encode(batches->at(0), again));
  EXPECT_EQ(again, text);
}

TEST(JsonRowsDecoder, TakesKeysInAnyOrderAndMissingOnesAsNull) {
  EXPECT_EQ(rows_of("{\"note\":\"x\",\"id\":1}\n{\"id\":2}\n{\"note\":\"y\"}\n{}\n{\"id\":3,\"note\":null}\n"),
            (Rows{{"1", "x"}, {"2", "NULL"}, {"NULL", "y"}, {"NULL", "NULL"}, {"3", "NULL"}}));
  EXPECT_EQ(rows_of("{\"\\u0069d\":1,\"no\\u0074e\":\"x\"}"), (Rows{{"1", "x"}}));
}

TEST(JsonRowsDecoder, ReadsKeysThatTheLayoutNames) {
  auto decoder = Decoder::create({kIdAndNote, {"note", "ID"}}, {});
  ASSERT_TRUE(decoder);
  const std::string_view text = "{\"ID\":\"x\",\"note\":1}\n";
  std::memcpy(decoder->room().data(), text.data(), text.size());
  ASSERT_TRUE(decoder->commit(text.size()));
  const auto batch = decoder->finish();
  ASSERT_TRUE(batch && *batch);
  EXPECT_EQ((*batch)->column(0).value_at<std::int32_t>(0), 1);
  EXPECT_EQ((*batch)->column(1).bytes_at(0), "x");
  EXPECT_FALSE(Decoder::create({kIdAndNote, {"a", "a"}}, {}));
  EXPECT_FALSE(Decoder::create({kIdAndNote, {"a"}}, {}));
}

TEST(JsonRowsDecoder, TakesBlanksBlankLinesAndBothLineEnds) {
  EXPECT_EQ(rows_of(" {\t\"id\" :\t1 , \"note\": \"x\" } \r\n\r\n \t\n{\"id\":2}"), (Rows{{"1", "x"}, {"2", "NULL"}}));
  EXPECT_EQ(rows_of("\xEF\xBB\xBF{\"id\":1}\n"), (Rows{{"1", "NULL"}}));
  EXPECT_EQ(rows_of("\xEF\xBB\xBF"), Rows{});
  EXPECT_EQ(rows_of(""), Rows{});
  EXPECT_EQ(rows_of("\n\n"), Rows{});
}

TEST(JsonRowsDecoder, RefusesUnknownKeysOrIgnoresThem) {
  const std::string text = "{\"id\":1,\"x\":{\"deep\":[1]},\"note\":\"n\",\"x\":2}\n";
  const auto refused = decode(text, kIdAndNote);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().slug(), "json_rows.unknown_key");
  EXPECT_NE(refused.error().message().find("'x'"), std::string::npos) << refused.error().message();
  EXPECT_EQ(rows_of(text, kIdAndNote, {.ignores_unknown_keys = true}), (Rows{{"1", "n"}}));
  EXPECT_EQ(slug_of("{\"x\":tru}", kIdAndNote, {.ignores_unknown_keys = true}), "json_rows.syntax");
  EXPECT_EQ(slug_of("{\"\\ud800\":1}", kIdAndNote), "json_rows.unknown_key");
}

TEST(JsonRowsDecoder, KeepsEveryDigitOfNumbers) {
  const DataType numeric = type_of(TypeKind::kNumeric);
  EXPECT_EQ(read(numeric, "0.1"), "0.1");
  EXPECT_EQ(read(numeric, "0.10"), "0.10");
  EXPECT_EQ(read(numeric, "1e400"), "1" + std::string(400, '0'));
  EXPECT_EQ(read(numeric, "-1.5e-3"), "-0.0015");
  EXPECT_EQ(read(numeric, "123456789012345678901234567890"), "123456789012345678901234567890");
  EXPECT_EQ(read(numeric, "\"NaN\""), "NaN");
  const DataType decimal = type_of(TypeKind::kDecimal, 38, 2);
  EXPECT_EQ(read(decimal, "123456789012345678901234567890123456.78"), "123456789012345678901234567890123456.78");
  EXPECT_EQ(read(decimal, "1e3"), "1000.00");
  EXPECT_EQ(read(decimal, "0.001"), "!json_rows.value");
  EXPECT_EQ(read(decimal, "1e36"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kMoney, "-12.5"), "-12.50");
  EXPECT_EQ(read(TypeKind::kMoney, "12.345"), "!json_rows.value");
}

TEST(JsonRowsDecoder, TakesWholeNumbersInRangeForIntegers) {
  EXPECT_EQ(read(TypeKind::kInt64, "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(read(TypeKind::kInt64, "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(read(TypeKind::kInt64, "9223372036854775808"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kInt64, "7.0"), "7");
  EXPECT_EQ(read(TypeKind::kInt64, "-7.5e1"), "-75");
  EXPECT_EQ(read(TypeKind::kInt64, "7.5"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kInt64, "1e19"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kInt64, "1e999999"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kInt64, "\"12\""), "12");
  EXPECT_EQ(read(TypeKind::kInt64, "true"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kInt16, "32768"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kInt16, "-0"), "0");
  EXPECT_EQ(read(TypeKind::kUInt32, "-0"), "0");
  EXPECT_EQ(read(TypeKind::kUInt32, "-1"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kUInt64, "18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(read(TypeKind::kUInt64, "1.8446744073709551615e19"), "18446744073709551615");
}

TEST(JsonRowsDecoder, ReadsFloats) {
  EXPECT_EQ(read(TypeKind::kFloat64, "0.1"), "0.1");
  EXPECT_EQ(read(TypeKind::kFloat64, "-0"), "-0");
  EXPECT_EQ(read(TypeKind::kFloat64, "1E+2"), "100");
  EXPECT_EQ(read(TypeKind::kFloat64, "\"Infinity\""), "Infinity");
  EXPECT_EQ(read(TypeKind::kFloat64, "1e400"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kFloat64, "1e-400"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kFloat32, "3.4028235e38"), "3.4028235e+38");
  EXPECT_EQ(read(TypeKind::kFloat32, "1e39"), "!json_rows.value");
}

TEST(JsonRowsDecoder, ReadsStringsOfOtherTypes) {
  EXPECT_EQ(read(TypeKind::kBool, "true"), "t");
  EXPECT_EQ(read(TypeKind::kBool, "\"f\""), "f");
  EXPECT_EQ(read(TypeKind::kBool, "1"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kDate, "\"2024-02-29\""), "2024-02-29");
  EXPECT_EQ(read(TypeKind::kDate, "\"2024\\u002d02-29\""), "2024-02-29");
  EXPECT_EQ(read(TypeKind::kDate, "20240229"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kTimestampTz, "\"2024-02-29T10:00:00Z\""), "2024-02-29 10:00:00+00");
  EXPECT_EQ(read(TypeKind::kBytes, "\"\\\\x00ff\""), "\\x00ff");
  EXPECT_EQ(read(TypeKind::kBit, "\"101\""), "101");
  EXPECT_EQ(read(TypeKind::kBit, "101"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kChar1, "5"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kEnum, "\"sad\""), "sad");
  EXPECT_EQ(read(TypeKind::kEnum, "1"), "!json_rows.value");
  EXPECT_EQ(read(TypeKind::kUuid, "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\""), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
}

TEST(JsonRowsDecoder, ResolvesEscapes) {
  EXPECT_EQ(read(TypeKind::kText, R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(read(TypeKind::kText, R"("a\u00e9\u4E2D\ud83d\ude00z")"), "a\u00e9\u4e2d\U0001F600z");
  EXPECT_EQ(read(TypeKind::kText, R"("\u0000")"), "!json_rows.zero_byte");
  EXPECT_EQ(read(TypeKind::kText, R"("\ud83d")"), "!json_rows.escape");
  EXPECT_EQ(read(TypeKind::kText, R"("\ud83dx\ude00")"), "!json_rows.escape");
  EXPECT_EQ(read(TypeKind::kText, R"("\ud83d\u0041")"), "!json_rows.escape");
  EXPECT_EQ(read(TypeKind::kText, R"("\ude00\ud83d")"), "!json_rows.escape");
  EXPECT_EQ(read(TypeKind::kText, R"("\x41")"), "!json_rows.syntax");
  EXPECT_EQ(read(TypeKind::kText, R"("\u12g4")"), "!json_rows.syntax");
}

TEST(JsonRowsDecoder, PutsOtherValuesIntoTextAsTheyStand) {
  EXPECT_EQ(read(TypeKind::kText, "1.50"), "1.50");
  EXPECT_EQ(read(TypeKind::kText, "true"), "true");
  EXPECT_EQ(read(TypeKind::kText, "{\"a\": [1,  \"\\u00e9\"]}"), "{\"a\": [1,  \"\\u00e9\"]}");
  DataType three = type_of(TypeKind::kText);
  three.length = 3;
  EXPECT_EQ(read(three, "\"\u00e9\u4e2d\u00df\""), "\u00e9\u4e2d\u00df");
  EXPECT_EQ(read(three, "\"abcd\""), "!json_rows.value");
  EXPECT_EQ(read(three, "12.5"), "!json_rows.value");
  three.is_fixed_length = true;
  EXPECT_EQ(read(three, "\"ab\""), "ab");
  EXPECT_EQ(read(three, "\"\\u0041bc\""), "Abc");
}

TEST(JsonRowsDecoder, KeepsJsonAsItStands) {
  for (const char* json :
       {"1.50", "\"a\\u0062\\ud800\\u0000\"", "true", "{\"b\": 1,  \"a\":[1,\t2], \"b\":null}", "[]", "{}"}) {
    EXPECT_EQ(read(TypeKind::kJson, json), json);
  }
  EXPECT_EQ(read(TypeKind::kJson, "null"), "NULL");
  EXPECT_EQ(rows_of("{\"a\":null}\n{}\n", schema_of({type_of(TypeKind::kJsonb)}), {.keeps_json_null = true}),
            (Rows{{"null"}, {"NULL"}}));
}

TEST(JsonRowsDecoder, RefusesWhatAJsonbWouldLose) {
  EXPECT_EQ(read(TypeKind::kJsonb, "{\"a\":1,\"b\":{\"a\":2}}"), "{\"a\":1,\"b\":{\"a\":2}}");
  EXPECT_EQ(read(TypeKind::kJsonb, "[{\"a\":1},{\"a\":2}]"), "[{\"a\":1},{\"a\":2}]");
  EXPECT_EQ(read(TypeKind::kJsonb, "{\"a\":1,\"b\":2,\"a\":3}"), "!json_rows.duplicate_key");
  EXPECT_EQ(read(TypeKind::kJsonb, "[[{\"x\":{\"a\":1,\"\\u0061\":3}}]]"), "!json_rows.duplicate_key");
  EXPECT_EQ(read(TypeKind::kJsonb, "\"\\u0000\""), "!json_rows.zero_byte");
  EXPECT_EQ(read(TypeKind::kJsonb, "{\"\\ud800\":1}"), "!json_rows.escape");
  EXPECT_EQ(read(array_of(type_of(TypeKind::kJsonb)), "[{\"a\":1,\"a\":1}]"), "!json_rows.duplicate_key");
  std::string many = "{";
  for (int i = 0; i < 50; ++i) many += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  EXPECT_EQ(read(TypeKind::kJsonb, many + "\"k\":0}"), many + "\"k\":0}");
  EXPECT_EQ(read(TypeKind::kJsonb, many + "\"k7\":0}"), "!json_rows.duplicate_key");
}

TEST(JsonRowsDecoder, ReadsArrays) {
  const DataType ints = array_of(type_of(TypeKind::kInt32));
  EXPECT_EQ(read(ints, "[1, null , -3]"), "{1,NULL,-3}");
  EXPECT_EQ(read(ints, "[]"), "{}");
  EXPECT_EQ(read(ints, "[[1,2],[3,4]]"), "{{1,2},{3,4}}");
  EXPECT_EQ(read(ints, "\"[0:1]={1,2}\""), "[0:1]={1,2}");
  EXPECT_EQ(read(ints, "[[[[[[7]]]]]]"), "{{{{{{7}}}}}}");
  for (const char* bad : {"[1,[2]]", "[[1],2]", "[[1],[2,3]]", "[[]]", "[[[[[[[7]]]]]]]", "[1.5]", "[\"x\"]", "7",
                          "{\"a\":1}", "[{}]", "\"{1\""}) {
    EXPECT_EQ(read(ints, bad), "!json_rows.value") << bad;
  }
  EXPECT_EQ(read(array_of(type_of(TypeKind::kText)), R"(["NULL",null,"","a b","\"\\",1.50])"),
            "{\"NULL\",NULL,\"\",\"a b\",\"\\\"\\\\\",1.50}");
  EXPECT_EQ(read(array_of(type_of(TypeKind::kBool)), "[true,false,null]"), "{t,f,NULL}");
  EXPECT_EQ(read(array_of(type_of(TypeKind::kDate)), "[\"2024-02-29\"]"), "{2024-02-29}");
  EXPECT_EQ(read(array_of(type_of(TypeKind::kJson)), "[{\"a\": 1},[1,2],null,\"x\"]"),
            "{\"{\\\"a\\\": 1}\",\"[1,2]\",NULL,\"\\\"x\\\"\"}");
  EXPECT_EQ(read(array_of(type_of(TypeKind::kJson)), "\"{tru}\""), "!json_rows.value");
}

TEST(JsonRowsDecoder, RefusesWhatIsNoRow) {
  for (const char* bad : {"{id:1}",
                          "{'id':1}",
                          "{\"id\":01}",
                          "{\"id\":1.}",
                          "{\"id\":.5}",
                          "{\"id\":+1}",
                          "{\"id\":-}",
                          "{\"id\":1e}",
                          "{\"id\":NaN}",
                          "{\"id\":1,}",
                          "{,}",
                          "{\"id\"}",
                          "{\"id\" 1}",
                          "{\"id\":}",
                          "{\"id\":1} x",
                          "{\"id\":1}{}",
                          "{\"id\":1 \"note\":2}",
                          "{\"note\":\"a\tb\"}",
                          "{\"note\":[1 2]}",
                          "{\"note\":[1,]}",
                          "{\"note\":[1}}",
                          "{\"note\":{\"a\"}}",
                          "{\"note\":{\"a\":1,}}",
                          "{\"note\":{1:1}}",
                          "{\"note\":nul}",
                          "{\"id\":1]",
                          "nul",
                          "{]",
                          "{\"id\":1,\"note\":\"x\"",
                          "// x",
                          "{\"id\":0x10}"}) {
    EXPECT_EQ(slug_of(std::string(bad) + "\n"), "json_rows.syntax") << bad;
  }
  EXPECT_EQ(slug_of(std::string_view("{\"id\":1\0}\n", 10)), "json_rows.syntax");
  for (const char* other : {"1", "\"x\"", "null", "[{\"id\":1}]", "["}) {
    EXPECT_EQ(slug_of(std::string(other) + "\n"), "json_rows.not_object") << other;
  }
  EXPECT_EQ(slug_of("{\"id\":1,\"id\":1}\n"), "json_rows.duplicate_key");
  EXPECT_EQ(slug_of("{\"id\":null,\"\\u0069d\":1}\n"), "json_rows.duplicate_key");
  EXPECT_EQ(slug_of("{\"note\":\"\xC3\x28\"}\n"), "json_rows.encoding");
  EXPECT_EQ(slug_of("\xFF\xFE{\0"), "json_rows.encoding");
}

TEST(JsonRowsDecoder, TellsATruncatedTextFromALineThatIsNoJson) {
  const std::string line = "{\"id\":12,\"note\":\"a\\u00e9\\n\"}";
  for (std::size_t size = 1; size < line.size(); ++size) {
    const std::string cut = line.substr(0, size);
    EXPECT_EQ(slug_of(cut), "json_rows.truncated") << cut;
    EXPECT_EQ(slug_of(cut + "\n"), "json_rows.syntax") << cut;
  }
  EXPECT_EQ(slug_of(line), "none");
  EXPECT_EQ(slug_of("{\"id\":nul"), "json_rows.truncated");
  EXPECT_EQ(slug_of("{\"id\":-"), "json_rows.truncated");
  EXPECT_EQ(slug_of("{\"id\":nux"), "json_rows.syntax");
  EXPECT_EQ(slug_of("x"), "json_rows.syntax");
}

TEST(JsonRowsDecoder, ReadsWideRows) {
  Schema schema;
  std::string line = "{";
  for (int i = 0; i < 1600; ++i) {
    const std::string key = "c" + std::to_string(i);
    schema.push_back({key, type_of(TypeKind::kInt32), true});
    line += (i == 0 ? "\"" : ",\"") + key + "\":" + std::to_string(i);
  }
  line += "}\n";
  std::string text;
  for (int i = 0; i < 100; ++i) text += line;
  const auto rows = decode(text, schema);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 100U);
  for (const auto& row : *rows) ASSERT_EQ(row[1599], "1599");
}

TEST(JsonRowsDecoder, LimitsDepth) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_EQ(read(TypeKind::kJson, nested(64)), nested(64));
  EXPECT_EQ(read(TypeKind::kJson, nested(65)), "!json_rows.depth");
  EXPECT_EQ(read(TypeKind::kJson, std::string(1'000'000, '[')), "!json_rows.depth");
}

TEST(JsonRowsDecoder, NamesWhereAWrongValueStands) {
  const std::string text = "{\"id\":1}\n\n{\"note\":\"b\",\"id\":\"x1\"}\n";
  const auto rows = decode(text, kIdAndNote);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().slug(), "json_rows.value");
  EXPECT_EQ(rows.error().message(), "the value \"x1\" does not have its column's type: integer");
  EXPECT_EQ(rows.error().context_value("row"), "2");
  EXPECT_EQ(rows.error().context_value("line"), "3");
  EXPECT_EQ(rows.error().context_value("offset"), "10");
  EXPECT_EQ(rows.error().context_value("column"), "id");
  const auto syntax = decode("\xEF\xBB\xBF{\"id\":1}\n{\"id\":1,\"note\":x}\n", kIdAndNote);
  ASSERT_FALSE(syntax);
  EXPECT_EQ(syntax.error().message(), "a value is expected here (byte 16 of the line)");
  EXPECT_EQ(syntax.error().context_value("row"), "2");
  EXPECT_EQ(syntax.error().context_value("offset"), "12");
  EXPECT_EQ(syntax.error().context_value("column"), "note");
}

TEST(JsonRowsDecoder, LeavesWrongRowsOutWhenAsked) {
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    text += i % 1000 == 7 ? "{\"id\":\"bad" + std::to_string(i) + "\"}\n"
                          : "{\"id\":" + std::to_string(i) + ",\"note\":\"ok\"}\n";
  }
  text +=
      "{\"id\":1\n{\"id\":2,\"note\":\"\xFF\"}\n\n{\"id\":3}\n{\"id\":4,\"note\":\"\\ud800\"}\n{\"id\":5}\n{\"id\":6";
  std::vector<std::string> rejected;
  DecoderOptions options;
  options.on_reject = [&](const RejectedRow& row) -> Status {
    rejected.push_back(std::to_string(row.row) + ":" + std::to_string(row.line) + " " + row.error.slug() + " " +
                       std::string(row.text));
    return {};
  };
  for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{1000}, std::size_t{7}}) {
    rejected.clear();
    const auto rows = decode(text, kIdAndNote, {}, options, piece);
    ASSERT_TRUE(rows) << rows.error().to_line();
    EXPECT_EQ(rows->size(), 4997U);
    EXPECT_EQ((*rows)[7][0], "8");
    EXPECT_EQ(rows->back(), (std::vector<std::string>{"5", "NULL"}));
    EXPECT_EQ(
        rejected,
        (std::vector<std::string>{
            "8:8 json_rows.value {\"id\":\"bad7\"}\n", "1008:1008 json_rows.value {\"id\":\"bad1007\"}\n",
            "2008:2008 json_rows.value {\"id\":\"bad2007\"}\n", "3008:3008 json_rows.value {\"id\":\"bad3007\"}\n",
            "4008:4008 json_rows.value {\"id\":\"bad4007\"}\n", "5001:5001 json_rows.syntax {\"id\":1\n",
            "5002:5002 json_rows.encoding {\"id\":2,\"note\":\"\xFF\"}\n",
            "5004:5005 json_rows.escape {\"id\":4,\"note\":\"\\ud800\"}\n",
            "5006:5007 json_rows.truncated {\"id\":6"}));
  }
}

TEST(JsonRowsDecoder, RefusesWhatTheColumnRulesOut) {
  Schema schema = {{"id", type_of(TypeKind::kInt32), false}, {"state", type_of(TypeKind::kEnum), true}};
  schema[1].labels = {"new", "paid"};
  std::vector<std::string> rejected;
  DecoderOptions options;
  options.on_reject = [&](const RejectedRow& row) -> Status {
    rejected.push_back(std::to_string(row.row) + " " + row.error.slug() + ": " + row.error.message());
    return {};
  };
  const auto rows = decode(
      "{\"id\":1,\"state\":\"new\"}\n{\"state\":\"new\"}\n{\"id\":null}\n{\"id\":4,\"state\":\"lost\"}\n{\"id\":5}\n",
      schema, {}, options);
  ASSERT_TRUE(rows) << rows.error().to_line();
  EXPECT_EQ(*rows, (Rows{{"1", "new"}, {"5", "NULL"}}));
  EXPECT_EQ(rejected, (std::vector<std::string>{
                          "2 json_rows.null: a missing value is NULL, but the column requires a value",
                          "3 json_rows.null: the value null is NULL, but the column requires a value",
                          "4 json_rows.label: the value \"lost\" is not a label of the column's type: new, paid"}));
  // In one column, before and behind a value that cannot be read.
  rejected.clear();
  const std::string mixed = "{\"id\":1}\n{}\n{\"id\":\"x\"}\n{}\n{\"id\":5}\n";
  const auto kept = decode(mixed, schema, {}, options);
  ASSERT_TRUE(kept) << kept.error().to_line();
  EXPECT_EQ(*kept, (Rows{{"1", "NULL"}, {"5", "NULL"}}));
  ASSERT_EQ(rejected.size(), 3U);
  EXPECT_EQ(rejected[0].substr(0, 16), "2 json_rows.null");
  EXPECT_EQ(rejected[1].substr(0, 17), "3 json_rows.value");
  EXPECT_EQ(rejected[2].substr(0, 16), "4 json_rows.null");
}

TEST(JsonRowsDecoder, HoldsRowsToTheirLimitHoweverTheyCome) {
  DecoderOptions options;
  options.max_row_bytes = 300'000;
  const std::string head = "{\"id\":1}\n{\"note\":\"";
  const std::string good = head + std::string(299'980, 'x') + "\"}\n";
  const std::string bad = head + std::string(299'995, 'x') + "\"}\n{}\n";
  const std::string open = head + std::string(5'000'000, 'x');
  for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{50'000}, std::size_t{999}}) {
    EXPECT_TRUE(decode(good, kIdAndNote, {}, options, piece));
    for (const std::string& text : {bad, open}) {
      const auto rows = decode(text, kIdAndNote, {}, options, piece);
      ASSERT_FALSE(rows);
      EXPECT_EQ(rows.error().slug(), "json_rows.row_too_big");
      EXPECT_EQ(rows.error().context_value("row"), "2");
      EXPECT_EQ(rows.error().context_value("line"), "2");
      EXPECT_EQ(rows.error().context_value("offset"), "9");
    }
  }
}

TEST(JsonRowsDecoder, FailsAlikeAfterTheFirstError) {
  auto decoder = Decoder::create({kIdAndNote, {}}, {});
  const std::string text = "{\"id\":x}\n" + std::string(200'000, '\n');
  std::memcpy(decoder->room().data(), text.data(), text.size());
  const Status first = decoder->commit(text.size());
  ASSERT_FALSE(first);
  const Status second = decoder->commit(0);
  ASSERT_FALSE(second);
  EXPECT_EQ(first.error().to_line(), second.error().to_line());
  EXPECT_FALSE(decoder->finish());
}

// A handful of bytes can stand for a very long number: batches must end before they fill memory.
TEST(JsonRowsDecoder, BoundsBatchesOfNumbersThatExpand) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "{\"a\":1e100000}\n";
  const auto batches = decode_batches(text, schema_of({type_of(TypeKind::kNumeric)}));
  ASSERT_TRUE(batches);
  std::int64_t rows = 0;
  for (const Batch& batch : *batches) {
    rows += batch.num_rows();
    EXPECT_LE(batch.memory_bytes(), 40 << 20);
  }
  EXPECT_EQ(rows, 1000);
  std::string array = "{\"a\":[1e100000";
  for (int i = 0; i < 1000; ++i) array += ",1e100000";
  DecoderOptions options;
  options.max_row_bytes = 1 << 20;
  const auto refused = decode(array + "]}\n", schema_of({array_of(type_of(TypeKind::kNumeric))}), {}, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().slug(), "json_rows.value");
}

TEST(JsonRowsDecoder, BoundsBatchesOfArrays) {
  std::string text;
  const std::string element(1000, 'x');
  for (int i = 0; i < 3000; ++i) text += "{\"a\":[\"" + element + "\",\"" + element + "\",\"" + element + "\"]}\n";
  DecoderOptions options;
  options.target_bytes = 1 << 20;
  const auto batches = decode_batches(text, schema_of({array_of(type_of(TypeKind::kText))}), {}, options);
  ASSERT_TRUE(batches);
  EXPECT_GE(batches->size(), 3U);
}

// Random rows in random forms: the values that were put in come out, however the text is cut.
TEST(JsonRowsDecoder, ReadsRandomRows) {
  std::mt19937_64 random(11);
  const std::vector<std::string> names = {"a", "bb", "c\u00e9", "d d", "e\"q"};
  Schema schema;
  for (const std::string& name : names) schema.push_back({name, type_of(TypeKind::kText), true});
  const auto quoted = [&](const std::string& value) {
    std::string out = "\"";
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      const bool must = c == '"' || c == '\\' || byte < 0x20;
      if (!must && (byte >= 0x80 || random() % 8 != 0)) {
        out += c;
        continue;
      }
      constexpr char kHex[] = "0123456789abcdef";
      out += std::string("\\u00") + kHex[byte >> 4] + kHex[byte & 15];
    }
    return out + "\"";
  };
  const auto blanks = [&] { return std::string(random() % 5 == 0 ? random() % 3 : 0, random() % 2 == 0 ? ' ' : '\t'); };
  for (int round = 0; round < 200; ++round) {
    std::string text;
    Rows expected;
    const std::size_t count = random() % (round % 10 == 0 ? 3000 : 40);
    for (std::size_t row = 0; row < count; ++row) {
      std::vector<std::size_t> order = {0, 1, 2, 3, 4};
      if (random() % 4 == 0) std::shuffle(order.begin(), order.end(), random);
      if (random() % 4 == 0) order.resize(random() % 6 % (order.size() + 1));
      expected.emplace_back(names.size(), "NULL");
      text += blanks() + "{";
      for (std::size_t i = 0; i < order.size(); ++i) {
        std::string value;
        for (std::size_t size = random() % (random() % 50 == 0 ? 300 : 20); size > 0; --size) {
          value += random() % 9 == 0 ? std::string("\u00e9") : std::string(1, "ab,\"\n\r \\{}x:"[random() % 12]);
        }
        if (i != 0) text += "," + blanks();
        text += blanks() + quoted(names[order[i]]) + blanks() + ":" + blanks();
        const bool is_null = random() % 7 == 0;
        text += is_null ? "null" : quoted(value);
        text += blanks();
        if (!is_null) expected.back()[order[i]] = value;
      }
      text += "}" + blanks() + (random() % 4 == 0 ? "\r\n" : "\n");
      if (random() % 20 == 0) text += blanks() + "\n";
    }
    const std::size_t piece = round % 3 == 0 ? 1 + random() % 100 : ~std::size_t{0};
    const auto rows = decode(text, schema, {}, {}, piece);
    ASSERT_TRUE(rows) << rows.error().to_line() << "\n" << text;
    ASSERT_EQ(*rows, expected) << text;
  }
}

TEST(JsonRowsDecoder, AWideRowTakesMemoryForItsValuesOnlyNotForEachColumnAllOfThem) {
  constexpr int kColumns = 26;
  const Schema schema = schema_of(std::vector<DataType>(kColumns, type_of(TypeKind::kText)));
  std::string row;
  for (const Field& field : schema) {
    row += (row.empty() ? "{\"" : ",\"") + field.name + "\":\"" + std::string(2000, 'x') + "\"";
  }
  std::string text;
  for (int i = 0; i < 60; ++i) text += row + "}\n";
  const auto batches = decode_batches(text, schema);
  ASSERT_TRUE(batches) << batches.error().to_line();
  std::int64_t memory = 0;
  for (const Batch& batch : *batches) memory += batch.memory_bytes();
  EXPECT_LE(memory, 3 * std::ssize(text));
}

}  // namespace
}  // namespace dpone::json_rows
