#include "dpone/ports/cursor.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

CursorRange range_of(const char* column, const char* type) {
  CursorRange range;
  range.column = column;
  range.native_type = type;
  return range;
}

TEST(CursorPosition, ComesBackFromItsPosition) {
  const CursorRange range = range_of("id", "bigint");
  for (const CursorPosition& at : {CursorPosition{"7", 2, "16401/16402"}, CursorPosition{"7", {}, ""}}) {
    const auto back = cursor_position(range, to_position(range, at));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, at);
  }
  EXPECT_EQ(to_position(range, {"7", {}, ""}).value.canonical(), R"({"column":"id","type":"bigint","value":"7"})");
  EXPECT_EQ(to_position(range, {"7", 2, "r"}).to_json().canonical(),
            R"({"kind":"cursor","value":{"column":"id","relation":"r","rows":2,"type":"bigint","value":"7"}})");
}

TEST(CursorPosition, OfAnotherColumnTypeOrKindIsNone) {
  const Position position = to_position(range_of("id", "bigint"), {"7", {}, ""});
  EXPECT_TRUE(cursor_position(range_of("id", "bigint"), position));
  EXPECT_FALSE(cursor_position(range_of("at", "bigint"), position));
  EXPECT_FALSE(cursor_position(range_of("id", "text"), position));
  EXPECT_FALSE(cursor_position(range_of("id", "bigint"), {"lsn", position.value}));
  EXPECT_FALSE(cursor_position(range_of("id", "bigint"), {"cursor", *Json::parse(R"({"column":"id"})")}));
}

TEST(CursorNulls, HaveNames) {
  EXPECT_EQ(to_string(CursorNulls::kFail), "fail");
  EXPECT_EQ(to_string(CursorNulls::kIgnore), "ignore");
  EXPECT_EQ(to_string(CursorNulls::kAlways), "always");
}

}  // namespace
}  // namespace dpone
