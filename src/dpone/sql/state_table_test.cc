#include "dpone/sql/state_table.h"

#include <gtest/gtest.h>

#include "dpone/sql/test_support.h"

namespace dpone::sql {
namespace {

const StateTable kStates("states", "the state folder", "state_text", ", touched = 1");

TEST(StateTable, TheFirstStateIsInsertedAndALaterOneReplacesTheExpected) {
  FakeSession session;
  session.table.affected = 1;
  State state;
  state.process = "p";
  state.target = "t";
  ASSERT_TRUE(kStates.apply(session, state, 0));
  EXPECT_EQ(session.sql,
            "INSERT INTO states (process, target, record, state) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING");
  State stored = state;
  stored.record = 1;
  EXPECT_EQ(session.parameters, (Row{"p", "t", stored.to_json().canonical()}));
  ASSERT_TRUE(kStates.apply(session, state, 4));
  EXPECT_EQ(session.sql,
            "UPDATE states SET record = record + 1, state = $3, touched = 1 WHERE process = $1 AND target = $2 AND "
            "record = 4");
  stored.record = 5;
  EXPECT_EQ(session.parameters, (Row{"p", "t", stored.to_json().canonical()}));
}

TEST(StateTable, WhatTouchesNoRowMetAnotherRun) {
  FakeSession session;
  const auto applied = kStates.apply(session, State(), 4);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().slug(), "state.conflict");
  EXPECT_EQ(applied.error().context_value("state"), "the state folder");
}

TEST(StateTable, StatesAreReadAndWhatIsNoneIsTold) {
  FakeSession session;
  auto none = kStates.load(session, "p", "t");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  State state;
  state.record = 3;
  session.table.rows = {{state.to_json().canonical()}};
  const auto found = kStates.load(session, "p", "t");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->record, 3);
  EXPECT_EQ(session.parameters, (Row{"p", "t"}));
  session.table.rows.push_back({R"({"schema_version":"dpone.state.v9"})"});
  const auto list = kStates.list(session);
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().slug(), "state.unreadable");
  EXPECT_EQ(list.error().context_value("state"), "the state folder");
}

}  // namespace
}  // namespace dpone::sql
