#include "dpone/ports/state_store.h"

#include <gtest/gtest.h>

namespace dpone {
namespace {

TEST(State, ComesBackWhole) {
  State state{"orders", R"("s"."t")", 3,    Position{"cursor", *Json::parse(R"({"value":"7"})")}, 4, 5, "16401",
              "run-1",  "f",          "now"};
  for (int round = 0; round < 2; ++round) {
    const auto back = State::from_json(state.to_json());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->to_json().canonical(), state.to_json().canonical());
    EXPECT_EQ(back->position, state.position);
    state.position.reset();
  }
}

TEST(State, WithoutAFieldIsUnreadable) {
  const std::string whole = State().to_json().canonical();
  ASSERT_TRUE(State::from_json(*Json::parse(whole)));
  for (const char* key : {"schema_version", "process", "target", "record", "version", "epoch", "target_identity",
                          "run_id", "selection_fingerprint", "updated_at"}) {
    Json json = *Json::parse(whole);
    json.set(key, Json::array());
    const auto read = State::from_json(json);
    ASSERT_FALSE(read) << key;
    EXPECT_EQ(read.error().slug(), "state.unreadable");
  }
  EXPECT_FALSE(State::from_json(Json(*Json::parse(whole)).set("position", "7")));
}

TEST(State, OfTheFirstFormHasACursor) {
  Json json = State().to_json();
  json.set("schema_version", "dpone.state.v1").set("cursor", *Json::parse(R"({"value":"7"})"));
  const auto state = State::from_json(json);
  ASSERT_TRUE(state);
  ASSERT_TRUE(state->position);
  EXPECT_EQ(state->position->to_json().canonical(), R"({"kind":"cursor","value":{"value":"7"}})");
  EXPECT_TRUE(State::from_json(json.set("cursor", Json())));
  EXPECT_FALSE(State::from_json(json.set("cursor", "7")));
}

}  // namespace
}  // namespace dpone
