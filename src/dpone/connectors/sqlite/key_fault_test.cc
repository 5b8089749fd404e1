#include "dpone/connectors/sqlite/key_fault.h"

#include <gtest/gtest.h>

namespace dpone::sqlite {
namespace {

using Names = std::vector<std::string>;

Error from_sqlite(const char* message) {
  return Error(ErrorClass::kFailed, "sqlite.constraint", message).native("2067");
}

TEST(KeyFault, TheColumnsAreThoseOfSqlitesMessage) {
  EXPECT_EQ(violated_columns("a statement failed: UNIQUE constraint failed: __dpone_1.a, __dpone_1.b c"),
            (Names{"a", "b c"}));
  EXPECT_EQ(violated_columns("UNIQUE constraint failed: index 'by_lower'"), Names{});
  EXPECT_EQ(violated_columns("disk I/O error"), Names{});
}

TEST(KeyFault, TheMessageNamesColumnsAndValuesAndNoStage) {
  const Error error = duplicates_error({"a", "b"}, {"7", "x"}, from_sqlite("UNIQUE constraint failed: s.a, s.b"));
  EXPECT_EQ(error.slug(), "gate.key_duplicates");
  EXPECT_EQ(error.message(), "several rows have the same key of the target: a = 7, b = x");
  EXPECT_EQ(error.context_value("key"), "a, b");
  EXPECT_EQ(duplicates_error({"a"}, {}, from_sqlite("")).message(), "several rows have the same key of the target: a");
  const std::string long_value(100, 'x');
  EXPECT_NE(duplicates_error({"a"}, {long_value}, from_sqlite("")).message().find("x..."), std::string::npos);
}

TEST(KeyFault, AFaultOfTheRunsKeyIsThatOfItsGate) {
  const Error twice = as_key_gate(duplicates_error({"a"}, {"7"}, from_sqlite("")), {"a"});
  EXPECT_EQ(twice.slug(), "gate.key");
  EXPECT_EQ(twice.message(), "gate key failed: several rows have the key a = 7");
  EXPECT_TRUE(twice.next_step().empty());
  EXPECT_EQ(as_key_gate(duplicates_error({"b"}, {"7"}, from_sqlite("")), {"a"}).slug(), "gate.key_duplicates");
  EXPECT_EQ(as_key_gate(duplicates_error({"a"}, {"7"}, from_sqlite("")), {}).slug(), "gate.key_duplicates");

  const auto null_in = [](const char* column) {
    return Error(ErrorClass::kFailed, "value.null", "NULL").with("column", column).with("row", "2");
  };
  const Error null = as_key_gate(null_in("a"), {"a"});
  EXPECT_EQ(null.slug(), "gate.key");
  EXPECT_EQ(null.message(), "gate key failed: a row has a NULL in the key");
  EXPECT_EQ(null.context_value("row"), "2");
  EXPECT_EQ(as_key_gate(null_in("b"), {"a"}).slug(), "value.null");
}

}  // namespace
}  // namespace dpone::sqlite
