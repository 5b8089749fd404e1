#include "dpone/connectors/postgres/publish_options.h"

#include <gtest/gtest.h>

namespace dpone::postgres {
namespace {

// An ordinary table whose owner loads it.
Json plain_table() {
  return *Json::parse(R"({"schema":"s","name":"t","kind":"r","owner":"me","is_partition":false,"has_parents":false,
    "has_children":false,"of_type":false,"incoming_foreign_keys":[],"dependents":[],"triggers":[],"rules":[],
    "row_security":false,"policies":0,"publications":[],"schema_published":false,"subscribed":false,
    "security_labels":false,"extension":null,"indexes":[],"constraints":[],
    "rights":{"role":"me","is_superuser":false,"owns":true,"becomes_owner":true,"create_in_schema":true,
      "owner_creates_in_schema":true,"select":true,"insert":true,"truncate":true,"delete":true, "update": true,
      "foreign_grantors":[],"row_security_applies":false,"denied_tablespaces":[]}})");
}

std::vector<std::string> blockers(const Json& target, std::size_t option) {
  std::vector<std::string> texts;
  const std::vector<PublishOption> options = publish_options(target);
  for (const Blocker& blocker : options.at(option).blockers) texts.push_back(blocker.what);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(PublishOptions, NothingStandsAgainstAPlainTable) {
  const auto options = publish_options(plain_table());
  ASSERT_EQ(options.size(), 6U);
  EXPECT_EQ(options[0].method, "exchange");
  EXPECT_EQ(options[1].method, "truncate_insert");
  EXPECT_EQ(options[2].method, "delete_insert");
  EXPECT_EQ(options[3].method, "append");
  EXPECT_EQ(options[4].method, "merge");
  EXPECT_EQ(options[5].method, "replace");
  for (const auto& option : options) EXPECT_TRUE(option.blockers.empty()) << option.method;
}

TEST(PublishOptions, EachPropertyRulesOutExchangeAlone) {
  const auto against = [](const char* key, const char* value) {
    Json target = plain_table();
    target.set(key, *Json::parse(value));
    EXPECT_EQ(blockers(target, 1), Texts{}) << key;
    return blockers(target, 0);
  };
  EXPECT_EQ(against("kind", R"("p")"), Texts{"the table is partitioned"});
  EXPECT_EQ(against("is_partition", "true"), Texts{"the table is a partition"});
  EXPECT_EQ(against("has_parents", "true"), Texts{"the table inherits from another"});
  EXPECT_EQ(against("has_children", "true"), Texts{"other tables inherit from it"});
  EXPECT_EQ(against("of_type", "true"), Texts{"the table has a composite type (OF)"});
  EXPECT_EQ(against("dependents", R"(["view w"])"), Texts{"view w depends on it"});
  EXPECT_EQ(against("triggers", R"(["a","b"])"), Texts{"it has triggers: a, b"});
  EXPECT_EQ(against("row_security", "true"), Texts{"it has row-level security"});
  EXPECT_EQ(against("policies", "1"), Texts{"it has row-level security"});
  EXPECT_EQ(against("publications", R"(["p"])"),
            Texts{"it is published by p, and an exchange would stop its subscribers"});
  EXPECT_EQ(against("schema_published", "true"), Texts{"a publication covers its schema and would publish the stage"});
  EXPECT_EQ(against("subscribed", "true"), Texts{"a subscription writes to it"});
  EXPECT_EQ(against("security_labels", "true"), Texts{"it has security labels"});
  EXPECT_EQ(against("extension", R"("x")"), Texts{"it belongs to extension x"});
  EXPECT_EQ(against("indexes", R"([{"name":"i","is_valid":false}])"), Texts{"index i is invalid: REINDEX or drop it"});
  EXPECT_EQ(against("constraints", R"([{"name":"c","uses_whole_row":true}])"),
            Texts{"constraint c uses the whole row"});
}

TEST(PublishOptions, AForeignKeyOfAnotherTableStandsAgainstWhatItMustAndAnOwnOneOnlyAgainstExchange) {
  Json target = plain_table();
  target.set("incoming_foreign_keys",
             *Json::parse(R"([{"name":"k","table":"w","on_delete":"a","is_own":false,"may_read":true}])"));
  EXPECT_EQ(blockers(target, 0), Texts{"foreign key k of w refers to it"});
  EXPECT_EQ(blockers(target, 1), Texts{"foreign key k of w refers to it, which TRUNCATE refuses"});
  EXPECT_EQ(blockers(target, 2), Texts{});
  target.set("incoming_foreign_keys",
             *Json::parse(R"([{"name":"k","table":"w","on_delete":"a","is_own":false,"may_read":false}])"));
  EXPECT_EQ(blockers(target, 2),
            Texts{"foreign key k of w may have rows that refer to it, but role me may not SELECT them"});
  for (const char* action : {"c", "n", "d"}) {
    target.set("incoming_foreign_keys",
               *Json::parse(R"([{"name":"k","table":"w","is_own":false,"on_delete":")" + std::string(action) + "\"}]"));
    EXPECT_EQ(blockers(target, 2),
              Texts{"foreign key k of w would change its rows (CASCADE, SET NULL or SET DEFAULT)"});
  }
  target.set("incoming_foreign_keys", *Json::parse(R"([{"name":"k","table":"t","on_delete":"c","is_own":true}])"));
  EXPECT_EQ(blockers(target, 0), Texts{"its key k refers to the table itself"});
  EXPECT_EQ(blockers(target, 1), Texts{});
  EXPECT_EQ(blockers(target, 2), Texts{});
}

TEST(PublishOptions, RowsThatStayMayReferToThoseThatGo) {
  const auto against = [](const char* on_delete) {
    Json target = plain_table();
    target.set("incoming_foreign_keys", *Json::parse(R"([{"name":"k","table":"t","is_own":true,"on_delete":")" +
                                                     std::string(on_delete) + "\"}]"));
    return blockers(target, 5);
  };
  EXPECT_EQ(against("a"), Texts{}) << "PostgreSQL looks at each row that goes";
  for (const char* action : {"c", "n", "d"}) {
    EXPECT_EQ(against(action), Texts{"its key k would change rows (CASCADE, SET NULL or SET DEFAULT)"});
  }
}

TEST(PublishOptions, EachMissingRightIsNamed) {
  const auto without = [](const char* right, std::size_t option) {
    Json target = plain_table();
    Json rights = target["rights"];
    rights.set(right, false);
    target.set("rights", std::move(rights));
    return blockers(target, option);
  };
  EXPECT_EQ(without("owns", 0), Texts{"role me is not a member of its owner me"});
  EXPECT_EQ(without("becomes_owner", 0), Texts{"role me may not SET ROLE to its owner me"});
  EXPECT_EQ(without("owner_creates_in_schema", 0), Texts{"its owner me may not CREATE in schema s"});
  for (const std::size_t option : {0U, 1U, 2U}) {
    EXPECT_EQ(without("create_in_schema", option), Texts{"role me may not CREATE in schema s"});
  }
  EXPECT_EQ(without("select", 1), Texts{"role me lacks SELECT on it"});
  EXPECT_EQ(without("insert", 2), Texts{"role me lacks INSERT on it"});
  EXPECT_EQ(without("truncate", 1), Texts{"role me lacks TRUNCATE on it"});
  EXPECT_EQ(without("truncate", 2), Texts{});
  EXPECT_EQ(without("delete", 2), Texts{"role me lacks DELETE on it"});
  EXPECT_EQ(without("delete", 1), Texts{});
  for (const char* right : {"select", "insert", "delete"}) EXPECT_EQ(without(right, 5).size(), 1U) << right;
  EXPECT_EQ(without("truncate", 5), Texts{});
}

TEST(PublishOptions, WhatTheRoleMayNotDoIsNotPlanned) {
  Json target = plain_table();
  Json rights = target["rights"];
  rights.set("row_security_applies", true).set("denied_tablespaces", *Json::parse(R"(["fast"])"));
  target.set("rights", std::move(rights));
  EXPECT_EQ(blockers(target, 0), Texts{"role me may not CREATE in tablespace fast"});
  for (const std::size_t option : {1U, 2U, 3U, 4U}) {
    EXPECT_EQ(blockers(target, option), Texts{"row-level security applies to role me"});
  }
}

}  // namespace
}  // namespace dpone::postgres
