#include "dpone/codec/json_rows/infer.h"

#include <gtest/gtest.h>

#include <map>

namespace dpone::json_rows {
namespace {

TEST(JsonRowsInfer, ListsKeysAndTheKindsOfTheirValues) {
  std::map<std::size_t, std::vector<std::string>> strings;
  InferOptions options;
  options.on_string = [&](std::size_t key, std::string_view value) { strings[key].emplace_back(value); };
  const std::string sample =
      "\xEF\xBB\xBF{\"id\":1,\"amount\":12.50,\"note\":\"a\\n\"}\n"
      "\n"
      "{\"id\":-200,\"at\":\"2024-01-01\",\"amount\":-0.125,\"on\":true}\r\n"
      "{\"amount\":1e5,\"note\":null,\"tags\":[1],\"x\":{\"deep\":1},\"i\\u0064\":9223372036854775808}\n"
      "{\"id\":\"x\",\"amount\":0}\n"
      "{\"id\":";
  const auto found = infer(sample, options);
  ASSERT_TRUE(found) << found.error().to_line();
  EXPECT_EQ(found->rows, 4);
  EXPECT_EQ(found->bytes, static_cast<std::int64_t>(sample.size() - 6));
  std::vector<std::string> names;
  for (const KeyFacts& facts : found->keys) names.push_back(facts.key);
  EXPECT_EQ(names, (std::vector<std::string>{"id", "amount", "note", "at", "on", "tags", "x"}));
  const KeyFacts& id = found->keys[0];
  EXPECT_EQ(id.integers, 3);
  EXPECT_EQ(id.strings, 1);
  EXPECT_EQ(id.whole_digits, 19);
  EXPECT_FALSE(id.fits_int64);
  EXPECT_EQ(id.values(), 4);
  const KeyFacts& amount = found->keys[1];
  EXPECT_EQ(amount.decimals, 2);
  EXPECT_EQ(amount.exponents, 1);
  EXPECT_EQ(amount.integers, 1);
  EXPECT_EQ(amount.whole_digits, 2);
  EXPECT_EQ(amount.fraction_digits, 3);
  EXPECT_TRUE(amount.fits_int64);
  EXPECT_EQ(found->keys[2].nulls, 1);
  EXPECT_EQ(found->keys[2].strings, 1);
  EXPECT_EQ(found->keys[4].bools, 1);
  EXPECT_EQ(found->keys[5].arrays, 1);
  EXPECT_EQ(found->keys[6].objects, 1);
  EXPECT_EQ(strings[0], std::vector<std::string>{"x"});
  EXPECT_EQ(strings[2], std::vector<std::string>{"a\n"});
  EXPECT_EQ(strings[3], std::vector<std::string>{"2024-01-01"});
}

TEST(JsonRowsInfer, ReadsALastLineOnlyIfTheSampleIsWhole) {
  EXPECT_EQ(infer("{\"a\":1}\n{\"b\":1}", {})->keys.size(), 1U);
  EXPECT_EQ(infer("{\"a\":1}\n{\"b\":1}", {.is_whole = true, .on_string = {}})->keys.size(), 2U);
  const auto cut = infer("{\"a\":1}\n{\"b\":", {.is_whole = true, .on_string = {}});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().slug(), "json_rows.truncated");
}

TEST(JsonRowsInfer, StopsAtItsLimits) {
  EXPECT_EQ(infer("{\"a\":1}\n{\"b\":1}\n{\"c\":x}\n", {.max_rows = 2, .on_string = {}})->keys.size(), 2U);
  const auto many = infer("{\"a\":1}\n{\"b\":1}\n", {.max_keys = 1, .on_string = {}});
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().slug(), "json_rows.too_many_keys");
}

TEST(JsonRowsInfer, NamesWhereALineIsWrong) {
  const auto wrong = infer("{\"a\":1}\n\n{\"a\":1,\"a\":2}\n", {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().slug(), "json_rows.duplicate_key");
  EXPECT_EQ(wrong.error().context_value("row"), "2");
  EXPECT_EQ(wrong.error().context_value("line"), "3");
  EXPECT_EQ(wrong.error().context_value("offset"), "9");
  EXPECT_EQ(infer("{\"a\":\"\\u0000\"}\n", {}).error().slug(), "json_rows.zero_byte");
  EXPECT_EQ(infer("[1]\n", {}).error().slug(), "json_rows.not_object");
  EXPECT_EQ(infer("{\"a\":\"\xFF\"}\n", {}).error().slug(), "json_rows.encoding");
}

}  // namespace
}  // namespace dpone::json_rows
