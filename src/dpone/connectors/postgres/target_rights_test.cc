#include "dpone/connectors/postgres/target_rights.h"

#include <gtest/gtest.h>

namespace dpone::postgres {
namespace {

std::vector<Lack> lacks(const char* text) { return lacks_from_json(Json::parse(text).value()).value(); }

TEST(LacksOfLoad, NamesRightAndObjectAndTheStatementThatGrantsIt) {
  const std::vector<Lack> known = lacks(
      R"j([{"kind":"row","loaded":null,"right":"EXECUTE","object":"FUNCTION","name":"f.g(text)","by":"index t.i"}])j");
  const std::vector<Error> found = lacks_of_load(known, "Me", "\"t\"", {"a"}, true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].slug(), "postgres.permission");
  EXPECT_EQ(found[0].message(), "role Me lacks EXECUTE on function f.g(text), which index t.i needs");
  EXPECT_EQ(found[0].next_step(), "GRANT EXECUTE ON FUNCTION f.g(text) TO \"Me\"");
  EXPECT_TRUE(lacks_of_exchange(known, "Me").empty());
}

TEST(LacksOfLoad, AsksForTheDefaultOfAColumnThatIsNotLoadedAndForTheTypeOfOneThatIs) {
  const std::vector<Lack> known = lacks(
      R"j([{"kind":"row","loaded":"a","right":"USAGE","object":"SEQUENCE","name":"s","by":"the default of column a"},
          {"kind":"type","loaded":"b","right":"USAGE","object":"SCHEMA","name":"n","by":"the stage"},
          {"kind":"type","loaded":"b","right":"USAGE","object":"TYPE","name":"n.t","by":"the stage"}])j");
  const auto count = [&](const std::vector<std::string>& columns, bool may_exchange) {
    return lacks_of_load(known, "me", "t", columns, may_exchange).size();
  };
  EXPECT_EQ(count({"a"}, false), 0U);
  EXPECT_EQ(count({}, false), 1U);
  EXPECT_EQ(count({"a", "b"}, false), 2U);
  EXPECT_EQ(count({"a", "b"}, true), 1U) << "an exchange looks up no name";
}

TEST(LacksOfExchange, TellsWhoLacksWhat) {
  const std::vector<Lack> known = lacks(
      R"j([{"kind":"exchange","loaded":null,"right":"USAGE","object":"SCHEMA","name":"f","by":"its index i"},
          {"kind":"exchange","loaded":null,"right":"SET ROLE","object":"ROLE","name":"o","by":"its statistics object s"},
          {"kind":"exchange","loaded":null,"right":"CREATE BY OWNER","object":"SCHEMA","name":"f","by":"its statistics object s"}])j");
  EXPECT_EQ(lacks_of_exchange(known, "me"),
            (std::vector<std::string>{"role me lacks USAGE on schema f, which its index i needs",
                                      "role me may not SET ROLE to o, the owner of its statistics object s",
                                      "the owner of its statistics object s lacks CREATE on schema f"}));
  EXPECT_TRUE(lacks_of_load(known, "me", "t", {}, false).empty());
}

}  // namespace
}  // namespace dpone::postgres
