#include "dpone/rowfile/type_guess.h"

#include <gtest/gtest.h>

#include "dpone/data/batch_builder.h"
#include "dpone/data/type_name.h"
#include "dpone/data/value_parse.h"

namespace dpone::rowfile {
namespace {

using Values = std::vector<std::string>;

TypeGuess guess_of(const Values& values) {
  TypeGuess guess;
  std::int64_t row = 0;
  for (const std::string& value : values) guess.look(value, ++row);
  return guess;
}

std::string guessed(const Values& values) { return type_name(guess_of(values).verdict().type); }

TEST(TypeGuessTest, WhatAColumnIsTakenFor) {
  const std::pair<Values, const char*> kCases[] = {
      {{}, "text"},
      {{"1", "-20", "0", "9223372036854775807", "-9223372036854775808"}, "bigint"},
      {{"1", "9223372036854775808"}, "numeric"},
      {{"1", "-123456789012345678901234567890123456789012345"}, "numeric"},
      {{"007", "010"}, "text"},
      {{"1", "007"}, "text"},
      {{"00"}, "text"},
      {{"-0"}, "text"},
      {{"0"}, "bigint"},
      {{"+1"}, "text"},
      {{"1 "}, "text"},
      {{"1_000"}, "text"},
      {{"1,000"}, "text"},
      {{"0x10"}, "text"},
      {{"1.50", "-2.25", "0.00"}, "numeric(18,2)"},
      {{"1.5", "2.25"}, "numeric"},
      {{"1", "2.5"}, "numeric"},
      {{"-0.0"}, "text"},
      {{"01.5"}, "text"},
      {{".5"}, "text"},
      {{"5."}, "text"},
      {{"12345678901234567.25"}, "numeric(38,2)"},
      {{"1234567890123456789012345678901234567.25"}, "numeric"},
      {{"1.0e5", "2"}, "double precision"},
      {{"1.25e-3", "1.0e+20", "NaN"}, "double precision"},
      {{"1.0E5", "12345678901234567890"}, "numeric"},
      // Codes of hexadecimal digits and the like.
      {{"1e5", "2"}, "text"},
      {{"10E23456"}, "text"},
      {{"1E131071", "1.5"}, "text"},
      {{"1.5e400"}, "text"},
      {{"1.5e-99999999999999999999"}, "text"},
      {{std::string(20'000, '9')}, "text"},
      {{"0.1e1", "0.1234567890123456789"}, "numeric"},
      {{"NaN"}, "text"},
      {{"NaN", "1"}, "numeric"},
      {{"Infinity", "1.5", "-Infinity"}, "numeric"},
      {{"inf"}, "text"},
      {{"t", "f"}, "boolean"},
      {{"t", "t"}, "text"},
      {{"f"}, "text"},
      {{"T", "F"}, "text"},
      {{"true", "FALSE"}, "boolean"},
      {{"True"}, "boolean"},
      {{"yes", "no"}, "text"},
      {{"0", "1"}, "bigint"},
      {{"true", "1"}, "text"},
      {{"2024-02-29", "0001-01-01"}, "date"},
      {{"2023-02-29"}, "text"},
      {{"2024-2-9"}, "text"},
      {{"02/29/2024"}, "text"},
      {{"20240229"}, "bigint"},
      {{"infinity"}, "text"},
      {{"2024-01-02", "2024-01-02 03:04:05"}, "text"},
      {{"2024-01-02 03:04:05", "2024-01-02T03:04:05.123456"}, "timestamp without time zone"},
      {{"2024-01-02 03:04:05.1234567"}, "text"},
      {{"2024-01-02 25:00:00"}, "text"},
      {{"2024-01-02 03:04:05+00", "2024-01-02T03:04:05Z", "2024-01-02 03:04:05-03:30"}, "timestamp with time zone"},
      {{"2024-01-02 03:04:05", "2024-01-02 03:04:05Z"}, "text"},
      {{"123e4567-e89b-12d3-a456-426614174000", "FFFFFFFF-0000-0000-0000-00000000000f"}, "uuid"},
      {{"123e4567-e89b-12d3-a456-42661417400"}, "text"},
      {{"123e4567e89b12d3a456426614174000"}, "text"},
      {{"12:30:00"}, "text"},
      {{""}, "text"},
      {{"1", ""}, "text"},
      {{"1", "a"}, "text"},
      {{"a", "1"}, "text"},
      {{"{1,2}"}, "text"},
      {{"-"}, "text"},
      {{"1e"}, "text"},
      {{"e5"}, "text"},
  };
  for (const auto& [values, type] : kCases) {
    EXPECT_EQ(guessed(values), type) << (values.empty() ? "" : values[0]) << ", " << values.size() << " values";
  }
}

// Whatever it says, the values that it has seen are read as that.
TEST(TypeGuessTest, EveryValueThatWasSeenCanBeRead) {
  const Values kPool = {"1",
                        "-7",
                        "0.5",
                        "1.25",
                        "1.0e3",
                        "NaN",
                        "t",
                        "f",
                        "true",
                        "2024-01-01",
                        "x",
                        "123e4567-e89b-12d3-a456-426614174000",
                        "007",
                        "",
                        "2024-01-01 00:00:00",
                        "2024-01-01 00:00:00Z",
                        "99999999999999999999",
                        "Infinity"};
  for (const std::string& a : kPool) {
    for (const std::string& b : kPool) {
      for (const std::string& c : kPool) {
        ColumnBuilder builder(guess_of({a, b, c}).verdict().type);
        for (const std::string& value : {a, b, c}) {
          const char* const wrong = append_parsed_value(value, builder);
          ASSERT_EQ(wrong, nullptr) << a << " " << b << " " << c << ": " << value;
        }
      }
    }
  }
}

TEST(TypeGuessTest, GuessesOfSeveralFilesAddUp) {
  const Values kPool = {
      "1", "0.5", "1.25", "1.0e3", "NaN", "t", "f", "true", "2024-01-01", "x", "007", "", "99999999999999999999"};
  for (const std::string& a : kPool) {
    for (const std::string& b : kPool) {
      TypeGuess sum = guess_of({a});
      sum.add(guess_of({b}));
      EXPECT_EQ(type_name(sum.verdict().type), guessed({a, b})) << a << " and " << b;
      EXPECT_EQ(sum.value_count(), 2);
      sum = TypeGuess();
      sum.add(guess_of({a, b}));
      EXPECT_EQ(type_name(sum.verdict().type), guessed({a, b})) << a << " and " << b;
    }
  }
}

TEST(TypeGuessTest, TheReasonNamesARow) {
  EXPECT_EQ(guess_of({"1", "007", "x"}).verdict().reason, "a value has leading zeros (row 2)");
  EXPECT_EQ(guess_of({"1", "2"}).verdict().reason, "all 2 values are integers");
  EXPECT_EQ(guess_of({"1", ""}).verdict().reason, "a value is an empty text (row 2)");
  EXPECT_EQ(guess_of({"", "x"}).verdict().reason, "a value is an empty text (row 1)");
  EXPECT_EQ(guess_of({"x"}).verdict().reason, "a value has no other type (row 1)");
  EXPECT_EQ(guess_of({"1", "t"}).verdict().reason, "values are of several kinds (row 2)");
  TypeGuess text;
  text.look_at_text(3);
  EXPECT_EQ(text.verdict().reason, "a value is a text (row 3)");
}

}  // namespace
}  // namespace dpone::rowfile
