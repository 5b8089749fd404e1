#include "dpone/codec/delimited/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "dpone/codec/delimited/encoder.h"
#include "dpone/codec/delimited/scanner.h"
#include "dpone/data/batch_builder.h"
#include "dpone/data/temporal.h"
#include "dpone/data/value_text.h"

namespace dpone::delimited {
namespace {

using Rows = std::vector<std::vector<std::string>>;

DataType type_of(TypeKind kind) {
  DataType type;
  type.kind = kind;
  type.scale = 6;
  return type;
}

DecodeLayout texts(std::size_t fields) {
  DecodeLayout layout{fields, {}, {}};
  for (std::size_t i = 0; i < fields; ++i) {
    layout.schema.push_back({"c" + std::to_string(i + 1), type_of(TypeKind::kText), true});
    layout.field_of.push_back(i);
  }
  return layout;
}

DecodeLayout layout_of(std::initializer_list<DataType> types) {
  DecodeLayout layout = texts(types.size());
  std::size_t i = 0;
  for (const DataType& type : types) layout.schema[i++].type = type;
  return layout;
}

void add(const Batch& batch, Rows& rows) {
  ASSERT_TRUE(batch.validate()) << batch.validate().error().to_line();
  for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
    rows.emplace_back();
    for (const Column& column : batch.columns()) {
      std::string text = column.is_null(row) ? "NULL" : "";
      if (!column.is_null(row)) append_value_text(column, row, text);
      rows.back().push_back(text);
    }
  }
}

// Feeds `text` in pieces of at most `piece` bytes; the rows, or the error.
Result<Rows> decode(std::string_view text, DecodeLayout layout, const DelimitedFormat& format = {},
                    DecoderOptions options = {}, std::size_t piece = ~std::size_t{0}) {
  DPONE_TRY(Decoder decoder, Decoder::create(std::move(layout), format, std::move(options)));
  Rows rows;
  while (!text.empty()) {
    const std::span<char> room = decoder.room();
    const std::size_t count = std::min({room.size(), text.size(), piece});
    std::memcpy(room.data(), text.data(), count);
    text.remove_prefix(count);
    DPONE_CHECK(decoder.commit(count));
    while (auto batch = decoder.take()) add(*batch, rows);
  }
  while (true) {
    DPONE_TRY(auto batch, decoder.finish());
    if (!batch) break;
    add(*batch, rows);
  }
  EXPECT_EQ(decoder.row_count(), static_cast<std::int64_t>(rows.size()));
  return rows;
}

Rows rows_of(std::string_view text, std::size_t fields, const DelimitedFormat& format = {}) {
  const auto rows = decode(text, texts(fields), format);
  EXPECT_TRUE(rows) << rows.error().to_line();
  return rows ? *rows : Rows{};
}

std::string slug_of(std::string_view text, std::size_t fields, const DelimitedFormat& format = {}) {
  const auto rows = decode(text, texts(fields), format);
  return rows ? "none" : rows.error().slug();
}

std::string context(const Error& error, std::string_view key) {
  for (const auto& [name, value] : error.context()) {
    if (name == key) return value;
  }
  return "";
}

TEST(DelimitedDecoder, TellsNullFromTheEmptyString) {
  EXPECT_EQ(rows_of("a,,\"\"\n", 3), (Rows{{"a", "NULL", ""}}));
  DelimitedFormat format;
  format.null_text = "\\N";
  EXPECT_EQ(rows_of("\\N,,\"\\N\"\n", 3, format), (Rows{{"NULL", "", "\\N"}}));
}

TEST(DelimitedDecoder, ReadsQuotedValues) {
  EXPECT_EQ(rows_of("\"a,b\",\"c\nd\",\"e\"\"f\"\n", 3), (Rows{{"a,b", "c\nd", "e\"f"}}));
  EXPECT_EQ(rows_of("\"\"\"\",\"\"\"\"\"\"\n", 2), (Rows{{"\"", "\"\""}}));
  EXPECT_EQ(rows_of("\"a\r\nb\",c\r\n", 2), (Rows{{"a\r\nb", "c"}}));
}

TEST(DelimitedDecoder, TakesBothLineEndsAndALastLineWithout) {
  EXPECT_EQ(rows_of("a,b\r\nc,d\ne,f", 2), (Rows{{"a", "b"}, {"c", "d"}, {"e", "f"}}));
  EXPECT_EQ(rows_of("a,b\r\nc,\r", 2), (Rows{{"a", "b"}, {"c", "NULL"}}));
  EXPECT_EQ(rows_of("", 2), Rows{});
  EXPECT_EQ(rows_of("\n\na\n", 1), (Rows{{"NULL"}, {"NULL"}, {"a"}}));
}

TEST(DelimitedDecoder, SkipsAByteOrderMarkAndTheHeader) {
  DecoderOptions options;
  options.skip_records = 1;
  const auto rows = decode("\xEF\xBB\xBF\"c\n1\",c2\n1,2\n", texts(2), {}, options);
  ASSERT_TRUE(rows);
  EXPECT_EQ(*rows, (Rows{{"1", "2"}}));
  EXPECT_EQ(rows_of("\xEF\xBB\xBF", 2), Rows{});
  EXPECT_EQ(slug_of("\xFF\xFE"
                    "a\0b\0",
                    1),
            "delimited.encoding");
}

TEST(DelimitedDecoder, HasOtherDelimitersAndNoQuotes) {
  DelimitedFormat format;
  format.delimiter = '\t';
  format.quote = '\0';
  EXPECT_EQ(rows_of("a\"b\t\"\n", 2, format), (Rows{{"a\"b", "\""}}));
  format.delimiter = ';';
  format.quote = '\'';
  EXPECT_EQ(rows_of("'a;b';\"\n", 2, format), (Rows{{"a;b", "\""}}));
}

TEST(DelimitedDecoder, ReadsOnlyTheFieldsOfTheLayout) {
  DecodeLayout layout = texts(2);
  layout.fields = 4;
  layout.field_of = {3, 1};
  const auto rows = decode("a,b,c,d\n\"x,\",y,z,\n", layout);
  ASSERT_TRUE(rows);
  EXPECT_EQ(*rows, (Rows{{"d", "b"}, {"NULL", "y"}}));
}

TEST(DelimitedDecoder, ReadsEveryKindOfValue) {
  DataType decimal = type_of(TypeKind::kDecimal);
  decimal.precision = 12;
  decimal.scale = 2;
  const std::string line =
      "t,-32768,2147483647,-9223372036854775808,0.1,1e+300,-12.5,1234567890.120,2024-02-29,2024-02-29 23:59:59.5,"
      "2024-02-29T23:59:59Z,\"2020-01-01 00:00:00.000001+00\",a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\n";
  const auto rows = decode(
      line, layout_of({type_of(TypeKind::kBool), type_of(TypeKind::kInt16), type_of(TypeKind::kInt32),
                       type_of(TypeKind::kInt64), type_of(TypeKind::kFloat32), type_of(TypeKind::kFloat64), decimal,
                       decimal, type_of(TypeKind::kDate), type_of(TypeKind::kTimestamp),
                       type_of(TypeKind::kTimestampTz), type_of(TypeKind::kTimestampTz), type_of(TypeKind::kUuid)}));
  ASSERT_TRUE(rows) << rows.error().to_line();
  EXPECT_EQ(*rows, (Rows{{"t", "-32768", "2147483647", "-9223372036854775808", "0.1", "1e+300", "-12.50",
                          "1234567890.12", "2024-02-29", "2024-02-29 23:59:59.5", "2024-02-29 23:59:59+00",
                          "2020-01-01 00:00:00.000001+00", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}}));
}

// The quick ways read what the thorough ones read: every day from 1590 to 2410, and numbers around their limits.
TEST(DelimitedDecoder, TheQuickWaysReadWhatTheThoroughOnesDo) {
  std::string text;
  Rows expected;
  for (std::int32_t days = -150'000; days < 150'000; days += 7) {
    ColumnBuilder date(type_of(TypeKind::kDate));
    ColumnBuilder stamp(type_of(TypeKind::kTimestamp));
    date.append(days);
    stamp.append(days * kMicrosPerDay + 86'399'999'990 + days % 10);
    std::string one;
    std::string two;
    append_value_text(*date.finish(), 0, one);
    append_value_text(*stamp.finish(), 0, two);
    text += one + "," + two + "\n";
    expected.push_back({one, two});
  }
  const auto rows = decode(text, layout_of({type_of(TypeKind::kDate), type_of(TypeKind::kTimestamp)}));
  ASSERT_TRUE(rows) << rows.error().to_line();
  EXPECT_EQ(*rows, expected);
  DataType wide = type_of(TypeKind::kDecimal);
  wide.precision = 38;
  wide.scale = 9;
  for (const char* number : {"0", "-0.000000001", "999999999.999999999", "123456789012345678",
                             "99999999999999999999999999999", "-1", "0.5"}) {
    const auto one = decode(std::string(number) + "\n", layout_of({wide}));
    ASSERT_TRUE(one) << one.error().to_line();
    const std::string got = (*one)[0][0];
    EXPECT_EQ(got.substr(0, std::strlen(number)), number) << got;
    EXPECT_EQ(got.find_first_not_of('0', std::strlen(number) + (std::strchr(number, '.') == nullptr ? 1 : 0)),
              std::string::npos)
        << got;
  }
  for (const char* bad :
       {"2023-02-29", "1700-02-29", "1900-02-29", "2024-00-10", "2024-01-00", "2024-01-32", "2024-1-1", "20240101"}) {
    EXPECT_FALSE(decode(std::string(bad) + "\n", layout_of({type_of(TypeKind::kDate)}))) << bad;
  }
  for (const char* bad : {"2024-01-01 24:00:01", "2024-01-01 00:60:00", "2024-01-01 00:00:60", "2024-01-01 00:00:00.",
                          "2024-01-01 00:00:00.12345678", "2024-01-01x00:00:00", "2024-01-01 00:00"}) {
    EXPECT_FALSE(decode(std::string(bad) + "\n", layout_of({type_of(TypeKind::kTimestamp)}))) << bad;
  }
}

TEST(DelimitedDecoder, NamesRowLineAndColumnOfAWrongValue) {
  DecodeLayout layout = layout_of({type_of(TypeKind::kText), type_of(TypeKind::kInt32)});
  DecoderOptions options;
  options.skip_records = 1;
  const auto rows = decode("c1,c2\n\"a\nb\",1\nc,x1\n", layout, {}, options);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().slug(), "delimited.value");
  EXPECT_EQ(rows.error().message(), "the value 'x1' does not have its column's type: integer");
  EXPECT_EQ(context(rows.error(), "row"), "2");
  EXPECT_EQ(context(rows.error(), "line"), "4");
  EXPECT_EQ(context(rows.error(), "column"), "c2");
  EXPECT_EQ(context(rows.error(), "offset"), "14");
}

TEST(DelimitedDecoder, RefusesWhatIsNoRow) {
  EXPECT_EQ(slug_of("a,b\nc\n", 2), "delimited.field_count");
  EXPECT_EQ(slug_of("a,b\nc,d,e\n", 2), "delimited.field_count");
  EXPECT_EQ(slug_of("a,b\n\nc,d\n", 2), "delimited.field_count");
  EXPECT_EQ(slug_of("a,\"b\n", 2), "delimited.unclosed_quote");
  EXPECT_EQ(slug_of("a,b\"c\"\n", 2), "delimited.quote");
  EXPECT_EQ(slug_of("a,\"b\"c\n", 2), "delimited.quote");
  EXPECT_EQ(slug_of("a\"b,c\"d\n", 2), "delimited.quote");
  EXPECT_EQ(slug_of(std::string_view("a,b\0c\n", 6), 2), "delimited.zero_byte");
  EXPECT_EQ(slug_of("a,b\rc,d\n", 3), "delimited.line_end");
  EXPECT_EQ(slug_of("a,\xC3\x28\n", 2), "delimited.encoding");
  EXPECT_EQ(slug_of("a,\xC3", 2), "delimited.encoding");
}

TEST(DelimitedDecoder, LeavesWrongRowsOutWhenAsked) {
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += i % 1000 == 7 ? "x,bad" + std::to_string(i) + "\n" : std::to_string(i) + ",ok\n";
  text += "1\n2,\xFF\n3,ok\n4,o\"k\"\n5,";
  std::vector<std::string> rejected;
  DecoderOptions options;
  options.on_reject = [&](const RejectedRow& row) -> Status {
    rejected.push_back(std::to_string(row.row) + ":" + std::to_string(row.line) + " " + row.error.slug() + " " +
                       std::string(row.text.substr(0, row.text.find('\n'))));
    return {};
  };
  const auto rows = decode(text, layout_of({type_of(TypeKind::kInt32), type_of(TypeKind::kText)}), {}, options);
  ASSERT_TRUE(rows) << rows.error().to_line();
  EXPECT_EQ(rows->size(), 4997U);
  EXPECT_EQ((*rows)[7][0], "8");
  EXPECT_EQ(rows->back(), (std::vector<std::string>{"5", "NULL"}));
  ASSERT_EQ(rejected.size(), 8U);
  EXPECT_EQ(rejected[0], "8:8 delimited.value x,bad7");
  EXPECT_EQ(rejected[4], "4008:4008 delimited.value x,bad4007");
  EXPECT_EQ(rejected[5], "5001:5001 delimited.field_count 1");
  EXPECT_EQ(rejected[6], "5002:5002 delimited.encoding 2,\xFF");
  EXPECT_EQ(rejected[7], "5004:5004 delimited.quote 4,o\"k\"");
}

TEST(DelimitedDecoder, RefusesWhatTheColumnRulesOut) {
  DecodeLayout layout = texts(3);
  layout.schema[0].type = type_of(TypeKind::kInt32);
  layout.schema[0].is_nullable = false;
  layout.schema[1].type = type_of(TypeKind::kEnum);
  layout.schema[1].labels = {"new", "paid"};
  const std::string text = "1,new,a\n,new,b\n3,lost,c\n4,,d\n5,\"paid\",\n";
  const auto refused = decode(text, layout);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().slug(), "delimited.null");
  EXPECT_EQ(context(refused.error(), "row"), "2");
  EXPECT_EQ(context(refused.error(), "column"), "c1");
  std::vector<std::string> rejected;
  DecoderOptions options;
  options.on_reject = [&](const RejectedRow& row) -> Status {
    rejected.push_back(std::to_string(row.row) + " " + row.error.slug() + ": " + row.error.message());
    return {};
  };
  const auto rows = decode(text, layout, {}, options);
  ASSERT_TRUE(rows) << rows.error().to_line();
  EXPECT_EQ(*rows, (Rows{{"1", "new", "a"}, {"4", "NULL", "d"}, {"5", "paid", "NULL"}}));
  EXPECT_EQ(rejected, (std::vector<std::string>{
                          "2 delimited.null: the value '' is NULL, but the column requires a value",
                          "3 delimited.label: the value 'lost' is not a label of the column's type: new, paid"}));
  // In one column, before and behind a value that cannot be read.
  rejected.clear();
  layout = texts(2);
  layout.schema[0].type = type_of(TypeKind::kInt32);
  layout.schema[0].is_nullable = false;
  const std::string mixed = "1,a\n,b\n,c\nx,d\n,e\n6,f\n";
  const auto kept = decode(mixed, layout, {}, options);
  ASSERT_TRUE(kept) << kept.error().to_line();
  EXPECT_EQ(*kept, (Rows{{"1", "a"}, {"6", "f"}}));
  ASSERT_EQ(rejected.size(), 4U);
  EXPECT_EQ(rejected[0].substr(0, 16), "2 delimited.null");
  EXPECT_EQ(rejected[1].substr(0, 16), "3 delimited.null");
  EXPECT_EQ(rejected[2].substr(0, 17), "4 delimited.value");
  EXPECT_EQ(rejected[3].substr(0, 16), "5 delimited.null");
  EXPECT_EQ(context(decode(mixed, layout).error(), "row"), "2");
}

TEST(DelimitedDecoder, RefusesARowThatIsTooBig) {
  DecoderOptions options;
  options.max_row_bytes = 1 << 20;
  const std::string open = "a,\"" + std::string(5 << 20, 'x');
  const auto rows = decode("a,b\n" + open, texts(2), {}, options);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().slug(), "delimited.row_too_big");
  EXPECT_EQ(context(rows.error(), "row"), "2");
}

TEST(DelimitedDecoder, ReadsRowsBiggerThanItsBuffer) {
  const std::string big(3'000'000, 'y');
  EXPECT_EQ(rows_of("a,b\n\"" + big + "\n\",c\nd," + big, 2), (Rows{{"a", "b"}, {big + "\n", "c"}, {"d", big}}));
}

// Random texts: as read_record takes them apart, however they are cut into pieces.
TEST(DelimitedDecoder, ReadsRandomTextsAsTheSlowWayDoes) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    Rows expected;
    const std::size_t fields = 1 + random() % 5;
    const std::size_t count = random() % (round % 10 == 0 ? 3000 : 40);
    for (std::size_t row = 0; row < count; ++row) {
      expected.emplace_back();
      for (std::size_t i = 0; i < fields; ++i) {
        if (i != 0) text += ',';
        const bool is_quoted = random() % 3 == 0;
        std::string value;
        for (std::size_t size = random() % (random() % 50 == 0 ? 300 : 12); size > 0; --size) {
          constexpr std::string_view kPlain = "abc \xC3\xA9";
          const char c = "ab,\"\n\r x"[random() % 8];
          if (is_quoted || kPlain.find(c) != std::string_view::npos) {
            value += c;
          } else {
            value += "\xC3\xA9";
          }
        }
        if (!is_quoted) {
          text += value;
          expected.back().push_back(value.empty() ? "NULL" : value);
          continue;
        }
        text += '"';
        for (const char c : value) text.append(c == '"' ? 2 : 1, c);
        text += '"';
        expected.back().push_back(value);
      }
      text += random() % 4 == 0 ? "\r\n" : "\n";
    }
    const std::size_t piece = round % 3 == 0 ? 1 + random() % 100 : ~std::size_t{0};
    const auto rows = decode(text, texts(fields), {}, {}, piece);
    ASSERT_TRUE(rows) << rows.error().to_line() << "\n" << text;
    ASSERT_EQ(*rows, expected) << text;
    std::string_view rest = text;
    for (const auto& row : expected) {
      Record record = read_record(rest, {});
      for (std::size_t i = 0; i < fields; ++i) EXPECT_EQ(record.fields[i], row[i] == "NULL" ? "" : row[i]);
      rest.remove_prefix(record.bytes);
    }
    // And back.
    auto encoder = Encoder::create(texts(fields).schema, {});
    ASSERT_TRUE(encoder);
    auto decoder = Decoder::create(texts(fields), {});
    ASSERT_TRUE(decoder);
    std::string_view feed = text;
    std::string again;
    while (!feed.empty()) {
      const std::span<char> room = decoder->room();
      const std::size_t size = std::min(room.size(), feed.size());
      std::memcpy(room.data(), feed.data(), size);
      feed.remove_prefix(size);
      ASSERT_TRUE(decoder->commit(size));
      while (auto batch = decoder->take()) ASSERT_TRUE(encoder->encode(*batch, again));
    }
    auto last = decoder->finish();
    ASSERT_TRUE(last);
    if (*last) {
      ASSERT_TRUE(encoder->encode(**last, again));
    }
    const auto twice = decode(again, texts(fields));
    ASSERT_TRUE(twice) << twice.error().to_line();
    ASSERT_EQ(*twice, expected);
  }
}

TEST(DelimitedDecoder, LooksAtJsonWhenAsked) {
  const char* const text = "\"{\"\"a\"\": [1, null]}\"\n\n{bad\n";
  EXPECT_TRUE(decode(text, layout_of({type_of(TypeKind::kJsonb)})));
  DecoderOptions options;
  options.checks_json = true;
  const auto rows = decode(text, layout_of({type_of(TypeKind::kJsonb)}), {}, options);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().slug(), "delimited.value");
  EXPECT_EQ(context(rows.error(), "row"), "3");
  EXPECT_TRUE(decode("\"{\"\"a\"\": \"\"\\u0001\"\"}\"\n", layout_of({type_of(TypeKind::kJsonb)}), {}, options));
  // A jsonb keeps only the last of two equal keys, and the server says nothing of it.
  const char* const twice = "\"{\"\"a\"\": 1, \"\"a\"\": 2}\"\n";
  EXPECT_TRUE(decode(twice, layout_of({type_of(TypeKind::kJson)}), {}, options));
  for (const bool checks : {false, true}) {
    options.checks_json = checks;
    const auto refused = decode(twice, layout_of({type_of(TypeKind::kJsonb)}), {}, options);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug(), "json_rows.duplicate_key");
  }
  const char* const zero = "\"{\"\"a\"\": \"\"\\u0000\"\"}\"\n";
  EXPECT_TRUE(decode(zero, layout_of({type_of(TypeKind::kJson)}), {}, options));
  EXPECT_FALSE(decode(zero, layout_of({type_of(TypeKind::kJsonb)}), {}, options));
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  EXPECT_TRUE(decode(deep + "\n", layout_of({type_of(TypeKind::kJson)}), {}, options));
  EXPECT_NE(rows.error().message().find("'{bad' is not JSON"), std::string::npos) << rows.error().message();
}

// Quotes are searched 64 bytes at a time; a doubled quote may span two such windows.
TEST(DelimitedDecoder, ReadsDoubledQuotesWhereverTheyAre) {
  for (std::size_t size = 0; size < 200; ++size) {
    for (const std::size_t quotes : {1, 2, 3, 64, 65}) {
      const std::string value = std::string(size, 'a') + std::string(quotes, '"') + "b";
      const std::string doubled = std::string(size, 'a') + std::string(2 * quotes, '"') + "b";
      EXPECT_EQ(rows_of("\"" + doubled + "\",x\n", 2), (Rows{{value, "x"}})) << size << " " << quotes;
      // One of them too few opens or closes the value in the middle.
      EXPECT_FALSE(decode("\"" + doubled.substr(0, size) + doubled.substr(size + 1) + "\",x\n", texts(2))) << size;
    }
  }
}

// Fields that one row has too many and the next too few must not pass for each other's.
TEST(DelimitedDecoder, CountsTheFieldsOfEachRow) {
  for (const char* text : {"a,b\nc,d,e\nf\n", "a\nb,c,d\n", "a,b,c\nd\n", "a,b\nc\nd\n"}) {
    const auto rows = decode(text, texts(2));
    ASSERT_FALSE(rows) << text;
    EXPECT_EQ(rows.error().slug(), "delimited.field_count") << text;
  }
}

// A quote that is in the wrong place must not swallow the rows behind it.
TEST(DelimitedDecoder, FindsAStrayQuoteWhereItIs) {
  std::string good;
  for (int i = 0; i < 20'000; ++i) good += std::to_string(i) + ",\"ok\r\nok\"\r\n";
  for (const std::string bad : {"1,a\"b\n", "1,\"a\"b\n", "1,\"a\" \n", "1,\"a\nb\"c,\"\n"}) {
    const auto rows = decode(good + bad + good, texts(2));
    ASSERT_FALSE(rows) << bad;
    EXPECT_EQ(rows.error().slug(), "delimited.quote") << bad;
    EXPECT_EQ(context(rows.error(), "row"), "20001") << bad;
    EXPECT_EQ(context(rows.error(), "line"), "40001") << bad;
    EXPECT_EQ(context(rows.error(), "offset"), std::to_string(good.size())) << bad;
    for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{777}}) {
      std::vector<std::string> rejected;
      DecoderOptions options;
      options.on_reject = [&](const RejectedRow& row) -> Status {
        rejected.push_back(std::to_string(row.row) + ":" + std::to_string(row.line) + " " + row.error.slug() + " " +
                           std::string(row.text));
        return {};
      };
      const auto kept = decode(good + bad + good + bad + "x,y\n", texts(2), {}, options, piece);
      ASSERT_TRUE(kept) << bad << kept.error().to_line();
      ASSERT_EQ(kept->size(), 40'001U) << bad;
      EXPECT_EQ((*kept)[20'000], (std::vector<std::string>{"0", "ok\r\nok"}));
      EXPECT_EQ(kept->back(), (std::vector<std::string>{"x", "y"}));
      const bool is_two_lines = std::count(bad.begin(), bad.end(), '\n') == 2;
      EXPECT_EQ(rejected, (std::vector<std::string>{
                              "20001:40001 delimited.quote " + bad,
                              (is_two_lines ? "40002:80003 delimited.quote " : "40002:80002 delimited.quote ") + bad}));
    }
  }
  EXPECT_EQ(slug_of("1,a\"b", 2), "delimited.quote");
  EXPECT_EQ(slug_of("1,\"ab", 2), "delimited.unclosed_quote");
  EXPECT_EQ(slug_of("1,\"ab\n2,c\n", 2), "delimited.unclosed_quote");
}

TEST(DelimitedDecoder, HoldsRowsToTheirLimitHoweverTheyCome) {
  DecoderOptions options;
  options.max_row_bytes = 1000;
  const std::string good = "a,b\nc," + std::string(997, 'x') + "\n";
  const std::string bad = "a,b\nc," + std::string(998, 'x') + "\nd,e\n";
  for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{99}}) {
    EXPECT_TRUE(decode(good, texts(2), {}, options, piece));
    const auto rows = decode(bad, texts(2), {}, options, piece);
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().slug(), "delimited.row_too_big");
    EXPECT_EQ(context(rows.error(), "row"), "2");
    EXPECT_EQ(context(rows.error(), "line"), "2");
    EXPECT_EQ(context(rows.error(), "offset"), "4");
  }
}

// The first record of a chunk follows no mark: its place once was 4 GiB behind the text.
TEST(DelimitedDecoder, RefusesARowThatIsTooBigAtTheHeadOfAChunk) {
  DecoderOptions options;
  options.max_row_bytes = 300'000;
  options.on_reject = [](const RejectedRow&) { return Status(); };
  const std::string big = "1," + std::string(300'100, 'x') + "\n";
  for (const std::string& before : {std::string(), std::string("a,b\n"), "a," + std::string(131'068, 'y') + "\n"}) {
    for (const std::string& row : {big, "\"" + big + "\",2\n", "1,2," + big}) {
      for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{4096}}) {
        const auto rows = decode(before + row + "2,b\n", texts(2), {}, options, piece);
        ASSERT_FALSE(rows);
        EXPECT_EQ(rows.error().slug(), "delimited.row_too_big");
        EXPECT_EQ(context(rows.error(), "row"), before.empty() ? "1" : "2");
        EXPECT_EQ(context(rows.error(), "line"), before.empty() ? "1" : "2");
        EXPECT_EQ(context(rows.error(), "offset"), std::to_string(before.size()));
      }
    }
  }
}

TEST(DelimitedDecoder, HandsARejectedLastRowOverAsItStands) {
  std::vector<std::string> rejected;
  DecoderOptions options;
  options.on_reject = [&](const RejectedRow& row) -> Status {
    rejected.emplace_back(row.text);
    return {};
  };
  EXPECT_TRUE(decode("1\nx", layout_of({type_of(TypeKind::kInt32)}), {}, options));
  EXPECT_EQ(rejected, std::vector<std::string>{"x"});
}

TEST(DelimitedDecoder, BoundsBatchesOfArrays) {
  DataType type = type_of(TypeKind::kArray);
  type.element = std::make_shared<const DataType>(type_of(TypeKind::kText));
  auto decoder = Decoder::create(layout_of({type}), {}, {.target_bytes = 1 << 20, .on_reject = {}});
  ASSERT_TRUE(decoder);
  int batches = 0;
  const std::string line = "\"{" + std::string(3000, 'x') + "," + std::string(3000, 'y') + "}\"\n";
  for (int i = 0; i < 2000; ++i) {
    std::memcpy(decoder->room().data(), line.data(), line.size());
    ASSERT_TRUE(decoder->commit(line.size()));
    while (decoder->take()) ++batches;
  }
  EXPECT_GE(batches, 8);
}

// A handful of bytes can stand for a very long number: batches must end before they fill memory.
TEST(DelimitedDecoder, BoundsBatchesOfNumbersThatExpand) {
  auto decoder = Decoder::create(layout_of({type_of(TypeKind::kNumeric)}), {});
  ASSERT_TRUE(decoder);
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "1e100000\n";
  std::memcpy(decoder->room().data(), text.data(), text.size());
  ASSERT_TRUE(decoder->commit(text.size()));
  std::int64_t rows = 0;
  for (auto batch = decoder->finish(); batch && *batch; batch = decoder->finish()) {
    rows += (*batch)->num_rows();
    EXPECT_LE((*batch)->memory_bytes(), 40 << 20);
  }
  EXPECT_EQ(rows, 1000);
}

// Line ends and quotes at every place of the decoder's chunks and blocks.
TEST(DelimitedDecoder, ReadsRecordsAcrossTheEdgesOfItsChunks) {
  const std::string record = "\"a\"\"\r\n,\",b\r\n\"\",\"\"\"\"\r\n";
  const Rows pair = {{"a\"\r\n,", "b"}, {"", "\""}};
  for (std::size_t shift = 0; shift < record.size(); ++shift) {
    std::string text = std::string(shift, 'x') + ",y\r\n";
    while (text.size() < 400'000) text += record;
    const auto rows = decode(text, texts(2));
    ASSERT_TRUE(rows) << rows.error().to_line();
    ASSERT_EQ(rows->size() % 2, 1U);
    for (std::size_t i = 1; i < rows->size(); ++i) ASSERT_EQ((*rows)[i], pair[(i - 1) % 2]) << shift << " " << i;
  }
}

TEST(DelimitedEncoder, QuotesWhatWouldPassForAByteOrderMark) {
  auto encoder = Encoder::create(texts(1).schema, {});
  BatchBuilder builder(texts(1).schema);
  builder.column(0).append_bytes("\xEF\xBB\xBFx");
  std::string out;
  ASSERT_TRUE(encoder->encode(*builder.finish(), out));
  EXPECT_EQ(rows_of(out, 1), (Rows{{"\xEF\xBB\xBFx"}}));
}

TEST(DelimitedEncoder, QuotesOnlyWhatNeedsIt) {
  auto decoder_layout = texts(4);
  decoder_layout.schema[3].name = "a,b";
  auto encoder = Encoder::create(decoder_layout.schema, {});
  ASSERT_TRUE(encoder);
  BatchBuilder builder(decoder_layout.schema);
  for (const char* value : {"plain", "with,comma", "", "two\nlines"}) {
    static int column = 0;
    builder.column(column++ % 4).append_bytes(value);
  }
  for (int i = 0; i < 3; ++i) builder.column(i).append_bytes(i == 0 ? "\"" : i == 1 ? "\r" : " ");
  builder.column(3).append_null();
  std::string out;
  encoder->append_header(out);
  const auto batch = builder.finish();
  ASSERT_TRUE(batch);
  ASSERT_TRUE(encoder->encode(*batch, out));
  EXPECT_EQ(out, "c1,c2,c3,\"a,b\"\nplain,\"with,comma\",\"\",\"two\nlines\"\n\"\"\"\",\"\r\", ,\n");
}

TEST(DelimitedEncoder, RefusesAZeroByteThatNobodyCouldReadBack) {
  auto encoder = Encoder::create(texts(1).schema, {});
  ASSERT_TRUE(encoder);
  BatchBuilder builder(texts(1).schema);
  builder.column(0).append_bytes("good");
  builder.column(0).append_bytes(std::string_view("a\0b", 3));
  std::string out;
  const Status status = encoder->encode(*builder.finish(), out);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().slug(), "delimited.zero_byte");
  EXPECT_EQ(context(status.error(), "row"), "2");
  EXPECT_EQ(out, "good\n");
}

TEST(DelimitedEncoder, RefusesAValueThatNeedsQuotesWhereThereAreNone) {
  DelimitedFormat format;
  format.quote = '\0';
  auto encoder = Encoder::create(texts(1).schema, format);
  ASSERT_TRUE(encoder);
  BatchBuilder builder(texts(1).schema);
  builder.column(0).append_bytes("a");
  builder.column(0).append_bytes("b,c");
  std::string out;
  const Status status = encoder->encode(*builder.finish(), out);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().slug(), "delimited.needs_quotes");
  EXPECT_EQ(context(status.error(), "row"), "2");
  EXPECT_EQ(out, "a\n");
}

TEST(DelimitedDecoder, AWideRowTakesMemoryForItsValuesOnlyNotForEachColumnAllOfThem) {
  constexpr std::size_t kColumns = 300;
  std::string row;
  for (std::size_t i = 0; i < kColumns; ++i) row += (i == 0 ? "" : ",") + std::string(200, 'x');
  std::string text;
  for (int i = 0; i < 60; ++i) text += row + "\n";
  auto decoder = Decoder::create(texts(kColumns), {});
  ASSERT_TRUE(decoder);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::span<char> room = decoder->room();
    const std::size_t count = std::min(room.size(), rest.size());
    std::memcpy(room.data(), rest.data(), count);
    rest.remove_prefix(count);
    ASSERT_TRUE(decoder->commit(count));
  }
  std::int64_t memory = 0;
  while (true) {
    const auto batch = decoder->finish();
    ASSERT_TRUE(batch);
    if (!*batch) break;
    memory += (*batch)->memory_bytes();
  }
  EXPECT_LE(memory, 3 * std::ssize(text));
}

TEST(DelimitedFormat, RefusesCharactersThatCannotBeToldApart) {
  DelimitedFormat format;
  EXPECT_TRUE(check(format));
  format.delimiter = '"';
  EXPECT_FALSE(check(format));
  format.delimiter = '\n';
  EXPECT_FALSE(check(format));
  format = {};
  format.null_text = "a,b";
  EXPECT_FALSE(check(format));
  format = {};
  format.delimiter = '\xA7';
  EXPECT_FALSE(check(format));
  format = {};
  format.quote = '\xAB';
  EXPECT_FALSE(check(format));
}

}  // namespace
}  // namespace dpone::delimited
