#include "dpone/connectors/postgres/members.h"

#include <gtest/gtest.h>

namespace dpone::postgres {

struct Whole {
  std::string name;
  std::optional<std::string> comment;
  bool is_there = true;
  std::vector<std::optional<std::string>> columns;
};

void read_members(const Members& members, Whole& out) {
  members.read("name", out.name);
  members.read("comment", out.comment);
  members.read("is_there", out.is_there);
  members.read("columns", out.columns);
}

namespace {

Result<Whole> read(const char* text) { return from_members<Whole>(*Json::parse(text)); }

TEST(Members, NullIsTheNeutralValueOfItsKind) {
  const auto whole = read(R"({"name":"n","comment":null,"is_there":null,"columns":["a",null],"other":1})");
  ASSERT_TRUE(whole) << whole.error().to_line();
  EXPECT_EQ(whole->name, "n");
  EXPECT_FALSE(whole->comment);
  EXPECT_FALSE(whole->is_there);
  EXPECT_EQ(whole->columns, (std::vector<std::optional<std::string>>{"a", std::nullopt}));
}

TEST(Members, OneThatIsMissingOrOfAnotherKindIsAnErrorThatNamesIt) {
  const auto without = read(R"({"name":"n","is_there":true,"columns":[]})");
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().message().find("no comment"), std::string::npos) << without.error().message();
  const auto other = read(R"({"name":1,"comment":null,"is_there":true,"columns":[]})");
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message().find("no name"), std::string::npos) << other.error().message();
}

}  // namespace
}  // namespace dpone::postgres
