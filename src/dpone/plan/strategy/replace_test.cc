#include "dpone/plan/strategy/replace.h"

#include <gtest/gtest.h>

#include "dpone/manifest/keys.h"

namespace dpone::plan::strategy {
namespace {

class Replace : public testing::Test {
 protected:
  Replace() {
    manifest_.source.options = Options(manifest::common_source_options());
    manifest_.sink.options = Options(manifest::common_sink_options());
    manifest_.strategy = begin(kReplace);
    target_.exists = true;
    target_.is_empty = false;
    target_.relation = "target";
    target_.publish = {{"exchange", {}, {}}, {"replace", {}, {"of replace"}}, {"create", {}, {"of create"}}};
  }

  void set_scope(const char* column, const char* text) {
    Json scope = Json::object();
    scope.set(column, text);
    manifest_.strategy.options.set("scope", std::move(scope));
  }

  // Path and message of each problem, a line each.
  std::string problems() {
    std::string out;
    for (const auto& problem : manifest::strategy_problems(manifest_, declared())) {
      out += problem.path + ": " + problem.message + "\n";
    }
    return out;
  }

  Status decide() {
    plan_ = RoutePlan();
    ColumnPolicy day;
    day.name = "day";
    day.sink_name = "DAY";
    day.sink_type.kind = TypeKind::kDate;
    plan_.load.columns = {day};
    return plan_replace({manifest_, source_, target_, target_, prior_}, plan_);
  }

  manifest::Manifest manifest_;
  SourceFacts source_;
  TargetFacts target_;
  PriorReceipts prior_;
  RoutePlan plan_;
};

TEST_F(Replace, HasOneScope) {
  EXPECT_EQ(problems(),
            "sink.strategy.mode: sink.strategy.scope is missing (or sink.strategy.custom_predicate): replace removes "
            "the rows inside it\n");
  set_scope("day", "2026-11-30");
  EXPECT_EQ(problems(), "");
  manifest_.strategy.options.set("custom_predicate", "day = '2026-11-30'");
  EXPECT_EQ(problems(),
            "sink.strategy.custom_predicate: sink.strategy.custom_predicate and sink.strategy.scope exclude each "
            "other; keep one\n");
}

TEST_F(Replace, AScopeIsReadBeforeAnythingIsConnected) {
  set_scope("day", ">=");
  EXPECT_EQ(problems(),
            "sink.strategy.scope: sink.strategy.scope: day lacks a value after >=; write a value, or >= VALUE and < "
            "VALUE, between VALUE and VALUE, in (VALUE, VALUE)\n");
  manifest_.strategy = begin(kReplace);
  manifest_.strategy.options.set("custom_predicate", "true");
  manifest_.source.options.set("limit", 5);
  EXPECT_EQ(problems(),
            "source.options.limit: source.options.limit skips rows, which replace would delete from the "
            "target\n");
}

TEST_F(Replace, AConditionThatAScopeDoesNotHaveIsNamed) {
  set_scope("day", "<> 2026-11-05");
  EXPECT_EQ(problems(),
            "sink.strategy.scope: sink.strategy.scope: day: `<>` is not a condition of a scope; use custom_predicate, "
            "or single quotes if it is part of a value: 'VALUE'\n");
}

TEST_F(Replace, AScopeWithoutAValueIsRefused) {
  set_scope("day", "between 2026-11-01 and 2026-10-01");
  EXPECT_EQ(decide().error().slug(), "strategy.scope_empty");
  set_scope("day", "between 2026-10-01 and 2026-11-01");
  EXPECT_TRUE(decide());
}

TEST_F(Replace, RemovesAndInsertsInsideTheScopeAndProvesThatEveryRowLiesThere) {
  set_scope("day", ">= 2026-11-01 and < 2026-12-01");
  ASSERT_TRUE(decide());
  EXPECT_EQ(plan_.load.method, "replace");
  ASSERT_EQ(plan_.load.publish.size(), 2U);
  const Scope& removed = std::get<DeleteRows>(plan_.load.publish[0]).scope;
  ASSERT_EQ(removed.terms.size(), 2U);
  EXPECT_EQ(removed.terms[1].column, "DAY") << "as the target has it";
  EXPECT_EQ(removed.terms[1].op, "<");
  EXPECT_EQ(std::get<InsertRows>(plan_.load.publish[1]).which, InsertRows::Which::kAll);
  ASSERT_EQ(plan_.load.questions.size(), 1U);
  EXPECT_EQ(plan_.load.questions[0].kind, Question::Kind::kOutside);
  EXPECT_EQ(plan_.load.questions[0].scope.terms.size(), 2U);
  EXPECT_EQ(plan_.notes.front(), "of replace");
  EXPECT_FALSE(replaces_all(plan_.load)) << "other rows stay, and with them the epoch";
}

TEST_F(Replace, AMissingTargetIsCreatedAndItsRowsAreProvedToo) {
  manifest_.strategy.options.set("custom_predicate", "day > 1");
  target_.exists = false;
  ASSERT_TRUE(decide());
  EXPECT_EQ(plan_.load.method, "create");
  EXPECT_TRUE(takes_place(plan_.load));
  EXPECT_EQ(plan_.load.questions[0].scope.predicate, "day > 1");
  EXPECT_TRUE(plan_.empty_source_refusal.empty());
  EXPECT_EQ(plan_.notes, std::vector<std::string>{"of create"});
}

TEST_F(Replace, AnEmptySourceIsRefusedWhereTheTargetHasRows) {
  set_scope("day", "1");
  ASSERT_TRUE(decide());
  EXPECT_NE(plan_.empty_source_refusal, "");
  EXPECT_FALSE(plan_.allow_empty_source);
  manifest_.sink.options.set("allow_empty_source", true);
  target_.is_empty = true;
  ASSERT_TRUE(decide());
  EXPECT_EQ(plan_.empty_source_refusal, "");
  EXPECT_TRUE(plan_.allow_empty_source);
}

TEST_F(Replace, SaysWhyItCannot) {
  set_scope("night", "1");
  EXPECT_EQ(decide().error().slug(), "strategy.scope_not_loaded");
  set_scope("day", "1");
  target_.publish[1].blockers.push_back({"role me lacks DELETE on it"});
  const Status status = decide();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().slug(), "publish.no_method");
  EXPECT_NE(status.error().message().find("role me lacks DELETE"), std::string::npos);
}

}  // namespace
}  // namespace dpone::plan::strategy
