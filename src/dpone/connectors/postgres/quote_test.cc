#include "dpone/connectors/postgres/quote.h"

#include <gtest/gtest.h>

#include "dpone/connectors/postgres/lock_keys.h"

namespace dpone::postgres {
namespace {

TEST(Quote, NamesAreQuotedWhateverTheyHold) {
  EXPECT_EQ(quote_name("orders"), R"("orders")");
  EXPECT_EQ(quote_name(R"(a"; DROP TABLE b; --)"), R"("a""; DROP TABLE b; --")");
  EXPECT_EQ(quote_name(R"("")"), R"("""""")");
  EXPECT_EQ(quote_name("s.t", "u"), R"("s.t"."u")");
  EXPECT_EQ(quote_names({"a", "b\"c"}), R"("a", "b""c")");
  EXPECT_EQ(quote_names({}), "");
}

TEST(Quote, LiteralsDoubleQuotesAndEscapeBackslashes) {
  EXPECT_EQ(quote_literal(""), "''");
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal(R"(a\b)"), R"(E'a\\b')");
  EXPECT_EQ(quote_literal(R"(\')"), R"(E'\\''')");
}

TEST(LockKeys, TheStagesLockKeyIsTheNumberInItsName) {
  EXPECT_EQ(stage_lock_key("__dpone_000000000000002a"), 42);
  EXPECT_EQ(stage_lock_key("__dpone_ffffffffffffffff"), -1);
  EXPECT_NE(target_lock_key("a"), control_lock_key("a"));
  EXPECT_EQ(target_lock_key("a"), target_lock_key("a"));
}

}  // namespace
}  // namespace dpone::postgres
