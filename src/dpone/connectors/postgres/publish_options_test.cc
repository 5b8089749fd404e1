#include "dpone/connectors/postgres/publish_options.h"

#include <gtest/gtest.h>

namespace dpone::postgres {
namespace {

// An ordinary table whose owner loads it.
NativeTarget plain_table() {
  NativeTarget target;
  target.relation.schema = "s";
  target.relation.name = "t";
  target.relation.owner = "me";
  TargetRelation::Rights& rights = target.relation.rights;
  rights.role = "me";
  rights.owns = rights.becomes_owner = rights.create_in_schema = rights.owner_creates_in_schema = true;
  rights.select = rights.insert = rights.truncate = rights.remove = rights.update = true;
  return target;
}

std::vector<std::string> blockers(const NativeTarget& target, std::size_t option) {
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
  const auto against = [](auto change) {
    NativeTarget target = plain_table();
    change(target.relation);
    EXPECT_EQ(blockers(target, 1), Texts{});
    return blockers(target, 0);
  };
  using Table = TargetRelation;
  EXPECT_EQ(against([](Table& t) { t.kind = "p"; }), Texts{"the table is partitioned"});
  EXPECT_EQ(against([](Table& t) { t.is_partition = true; }), Texts{"the table is a partition"});
  EXPECT_EQ(against([](Table& t) { t.has_parents = true; }), Texts{"the table inherits from another"});
  EXPECT_EQ(against([](Table& t) { t.has_children = true; }), Texts{"other tables inherit from it"});
  EXPECT_EQ(against([](Table& t) { t.is_of_type = true; }), Texts{"the table has a composite type (OF)"});
  EXPECT_EQ(against([](Table& t) { t.dependents = {"view w"}; }), Texts{"view w depends on it"});
  EXPECT_EQ(against([](Table& t) { t.triggers = {"a", "b"}; }), Texts{"it has triggers: a, b"});
  EXPECT_EQ(against([](Table& t) { t.has_row_security = true; }), Texts{"it has row-level security"});
  EXPECT_EQ(against([](Table& t) { t.policies = 1; }), Texts{"it has row-level security"});
  EXPECT_EQ(against([](Table& t) { t.publications = {"p"}; }),
            Texts{"it is published by p, and an exchange would stop its subscribers"});
  EXPECT_EQ(against([](Table& t) { t.is_schema_published = true; }),
            Texts{"a publication covers its schema and would publish the stage"});
  EXPECT_EQ(against([](Table& t) { t.is_subscribed = true; }), Texts{"a subscription writes to it"});
  EXPECT_EQ(against([](Table& t) { t.has_security_labels = true; }), Texts{"it has security labels"});
  EXPECT_EQ(against([](Table& t) { t.extension = "x"; }), Texts{"it belongs to extension x"});
  EXPECT_EQ(against([](Table& t) {
              t.indexes.emplace_back().name = "i";
              t.indexes[0].is_valid = false;
            }),
            Texts{"index i is invalid: REINDEX or drop it"});
  EXPECT_EQ(against([](Table& t) {
              t.constraints.emplace_back().name = "c";
              t.constraints[0].uses_whole_row = true;
            }),
            Texts{"constraint c uses the whole row"});
}

TEST(PublishOptions, AForeignKeyOfAnotherTableStandsAgainstWhatItMustAndAnOwnOneOnlyAgainstExchange) {
  NativeTarget target = plain_table();
  auto& keys = target.relation.incoming_foreign_keys;
  keys = {{"k", "w", "a", false, true, {}, {}}};
  EXPECT_EQ(blockers(target, 0), Texts{"foreign key k of w refers to it"});
  EXPECT_EQ(blockers(target, 1), Texts{"foreign key k of w refers to it, which TRUNCATE refuses"});
  EXPECT_EQ(blockers(target, 2), Texts{});
  keys[0].may_read = false;
  EXPECT_EQ(blockers(target, 2),
            Texts{"foreign key k of w may have rows that refer to it, but role me may not SELECT them"});
  for (const char* action : {"c", "n", "d"}) {
    keys[0].on_delete = action;
    EXPECT_EQ(blockers(target, 2),
              Texts{"foreign key k of w would change its rows (CASCADE, SET NULL or SET DEFAULT)"});
  }
  keys = {{"k", "t", "c", true, true, {}, {}}};
  EXPECT_EQ(blockers(target, 0), Texts{"its key k refers to the table itself"});
  EXPECT_EQ(blockers(target, 1), Texts{});
  EXPECT_EQ(blockers(target, 2), Texts{});
}

TEST(PublishOptions, RowsThatStayMayReferToThoseThatGo) {
  const auto against = [](const char* on_delete) {
    NativeTarget target = plain_table();
    target.relation.incoming_foreign_keys = {{"k", "t", on_delete, true, true, {}, {}}};
    return blockers(target, 5);
  };
  EXPECT_EQ(against("a"), Texts{}) << "PostgreSQL looks at each row that goes";
  for (const char* action : {"c", "n", "d"}) {
    EXPECT_EQ(against(action), Texts{"its key k would change rows (CASCADE, SET NULL or SET DEFAULT)"});
  }
}

TEST(PublishOptions, EachMissingRightIsNamed) {
  using Rights = TargetRelation::Rights;
  const auto without = [](bool Rights::*right, std::size_t option) {
    NativeTarget target = plain_table();
    target.relation.rights.*right = false;
    return blockers(target, option);
  };
  EXPECT_EQ(without(&Rights::owns, 0), Texts{"role me is not a member of its owner me"});
  EXPECT_EQ(without(&Rights::becomes_owner, 0), Texts{"role me may not SET ROLE to its owner me"});
  EXPECT_EQ(without(&Rights::owner_creates_in_schema, 0), Texts{"its owner me may not CREATE in schema s"});
  for (const std::size_t option : {0U, 1U, 2U}) {
    EXPECT_EQ(without(&Rights::create_in_schema, option), Texts{"role me may not CREATE in schema s"});
  }
  EXPECT_EQ(without(&Rights::select, 1), Texts{"role me lacks SELECT on it"});
  EXPECT_EQ(without(&Rights::insert, 2), Texts{"role me lacks INSERT on it"});
  EXPECT_EQ(without(&Rights::truncate, 1), Texts{"role me lacks TRUNCATE on it"});
  EXPECT_EQ(without(&Rights::truncate, 2), Texts{});
  EXPECT_EQ(without(&Rights::remove, 2), Texts{"role me lacks DELETE on it"});
  EXPECT_EQ(without(&Rights::remove, 1), Texts{});
  for (const auto right : {&Rights::select, &Rights::insert, &Rights::remove}) {
    EXPECT_EQ(without(right, 5).size(), 1U);
  }
  EXPECT_EQ(without(&Rights::truncate, 5), Texts{});
}

TEST(PublishOptions, WhatTheRoleMayNotDoIsNotPlanned) {
  NativeTarget target = plain_table();
  target.relation.rights.row_security_applies = true;
  target.relation.rights.denied_tablespaces = {"fast"};
  EXPECT_EQ(blockers(target, 0), Texts{"role me may not CREATE in tablespace fast"});
  for (const std::size_t option : {1U, 2U, 3U, 4U}) {
    EXPECT_EQ(blockers(target, option), Texts{"row-level security applies to role me"});
  }
}

}  // namespace
}  // namespace dpone::postgres
