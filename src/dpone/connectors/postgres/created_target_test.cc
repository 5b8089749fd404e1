#include "dpone/connectors/postgres/created_target.h"

#include <gtest/gtest.h>

#include "dpone/connectors/postgres/native_facts.h"

namespace dpone::postgres {
namespace {

KeyFacts unique(std::vector<std::string> columns) { return {"", std::move(columns), false}; }

NativeSource of_table(const char* name) {
  NativeSource native;
  native.name = name;
  return native;
}

std::string repeated(const char* text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(CreatedTarget, AKeyIsCalledAsAtTheSourceWhereTheTableIs) {
  SourceFacts source;
  source.system = "postgres";
  source.native = of_table("t");
  const KeyFacts key{"mine", {"a"}, true};
  EXPECT_EQ(key_name(source, "t", key, 0), "mine");
  EXPECT_EQ(key_name(source, "t", key, 2), "mine2");
  EXPECT_EQ(key_name(source, "u", key, 0), "u_pkey");
  EXPECT_EQ(key_name(source, "u", unique({"a", "b"}), 0), "u_a_b_key");
}

TEST(CreatedTarget, ANameIsCutBetweenCharacters) {
  const SourceFacts source;
  // "_" and five emoji are 21 bytes; a sixth does not fit into 24.
  EXPECT_EQ(key_name(source, "t", unique({repeated("😀", 9)}), 0), "t_" + repeated("😀", 5) + "_key");
  // 63 bytes less "_pkey" leave 58: 14 emoji.
  const std::string name = key_name(source, repeated("😀", 15), {"", {"a"}, true}, 0);
  EXPECT_EQ(name, repeated("😀", 14) + "_pkey");
  // The number of a later attempt takes its place from the name.
  EXPECT_EQ(key_name(source, repeated("é", 31), {"", {"a"}, true}, 12).size(), 63U);
  SourceFacts same = source;
  same.system = "postgres";
  same.native = of_table("t");
  const KeyFacts long_name{"a" + repeated("😀", 15), {"a"}, true};
  EXPECT_EQ(key_name(same, "t", long_name, 10), "a" + repeated("😀", 15) + "10");
  EXPECT_EQ(key_name(same, "t", {"abc" + repeated("😀", 15), {"a"}, true}, 10), "abc" + repeated("😀", 14) + "10");
}

TEST(CreatedTarget, TwoKeysNeverGetOneName) {
  SourceFacts source;
  source.keys = {unique({"a_long_name_of_a_column_1"}), unique({"a_long_name_of_a_column_2"}),
                 unique({"a_long_name_of_a_column_3"})};
  TargetFacts facts;
  facts.native = NativeTarget();
  native_of(facts).taken_names = {"t_a_long_name_of_a_column_key1"};
  const std::vector<std::string> columns = {"a_long_name_of_a_column_1", "a_long_name_of_a_column_2",
                                            "a_long_name_of_a_column_3"};
  propose_keys(source, "t", columns, facts);
  ASSERT_EQ(native_of(facts).new_keys.size(), 3U);
  EXPECT_EQ(facts.keys[0].name, "t_a_long_name_of_a_column_key");
  EXPECT_EQ(facts.keys[1].name, "t_a_long_name_of_a_column_key2");
  EXPECT_EQ(facts.keys[2].name, "t_a_long_name_of_a_column_key3");
}

TEST(CreatedTarget, AKeyIsMadeWithItsFlagsWhereAllOfItsColumnsAreLoaded) {
  SourceFacts source;
  source.keys = {{"k", {"a", "b"}, false}, {"p", {"c"}, true}};
  NativeSource native;
  native.keys = {{"k", false, "UNIQUE NULLS NOT DISTINCT (a, b) DEFERRABLE INITIALLY DEFERRED", {"a", "b"}, {}},
                 {"p", true, "PRIMARY KEY (c) INCLUDE (a, d)", {"c"}, {"a", "d"}}};
  source.native = native;
  const auto proposed = [&](const std::vector<std::string>& columns, int server_version) {
    TargetFacts facts;
    facts.native = NativeTarget();
    native_of(facts).server_version = server_version;
    propose_keys(source, "t", columns, facts);
    std::string said;
    for (const NativeTarget::NewKey& key : native_of(facts).new_keys) said += key.name + " " + key.definition;
    for (const std::string& note : facts.notes) said += "; " + note;
    return said;
  };
  EXPECT_EQ(proposed({"a", "b"}, 150000),
            R"(t_a_b_key UNIQUE NULLS NOT DISTINCT ("a", "b") DEFERRABLE INITIALLY DEFERRED)");
  EXPECT_EQ(proposed({"a", "b"}, 140000),
            R"(t_a_b_key UNIQUE ("a", "b") DEFERRABLE INITIALLY DEFERRED; key k is created without )"
            "NULLS NOT DISTINCT, which needs PostgreSQL 15");
  EXPECT_EQ(proposed({"a", "c"}, 150000),
            R"(t_pkey PRIMARY KEY ("c") INCLUDE ("a"); key p does not include "d", which is not loaded)");
  native.keys = {{"k", false, "UNIQUE (a, b WITHOUT OVERLAPS)", {"a", "b"}, {}}};
  source.native = native;
  EXPECT_EQ(proposed({"a", "b"}, 180000), "; key k is omitted: dpone does not create keys WITHOUT OVERLAPS");
}

}  // namespace
}  // namespace dpone::postgres
