#include "dpone/plan/strategy/incremental.h"

#include <gtest/gtest.h>

#include "dpone/manifest/keys.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::plan::strategy {
namespace {

SourceColumn column(std::string name, TypeKind kind, std::string native) {
  SourceColumn facts;
  facts.name = std::move(name);
  facts.native_type = std::move(native);
  facts.type.kind = kind;
  return facts;
}

class Incremental : public testing::Test {
 protected:
  Incremental() {
    manifest_.source.options = Options(manifest::common_source_options());
    manifest_.source.options.set("cursor", "at");
    manifest_.strategy = begin(kIncrementalAppend);
    manifest_.strategy.set_unique_key({"id"});
    source_.columns = {column("id", TypeKind::kInt64, "bigint"), column("at", TypeKind::kTimestampTz, "timestamptz"),
                       column("j", TypeKind::kJson, "json")};
    target_.exists = true;
    target_.publish = {{"exchange", {}, {}}, {"append", {}, {"of append"}}, {"merge", {}, {"of merge"}}};
  }

  // The decision about the cursor, or the slug of the error.
  std::string range() {
    const auto range = cursor_range(manifest_, source_);
    if (!range) return range.error().slug();
    std::string text = range->column + (range->is_inclusive ? " from" : " after");
    return text;
  }

  std::string method() {
    plan_ = RoutePlan();
    plan_.load.key = manifest_.strategy.unique_key();
    const Status status = find(manifest_.strategy.mode).plan({manifest_, source_, target_, target_, prior_}, plan_);
    return status ? plan_.load.method : status.error().slug();
  }

  manifest::Manifest manifest_;
  SourceFacts source_;
  TargetFacts target_;
  PriorReceipts prior_;
  RoutePlan plan_;
};

TEST_F(Incremental, AppendNeedsACursorOrNewKeysOnly) {
  const auto problems = [&] {
    std::string out;
    for (const auto& problem : manifest::strategy_problems(manifest_, declared())) out += problem.path + "\n";
    return out;
  };
  Options& source = manifest_.source.options;
  EXPECT_EQ(problems(), "");
  source.set("overlap", "2h");
  source.set("cursor_nulls", "always");
  EXPECT_EQ(problems(), "source.options.overlap\nsource.options.cursor_nulls\n");
  source = Options(manifest::common_source_options());
  EXPECT_EQ(problems(), "sink.strategy.mode\n");
  manifest_.strategy.options.set("only_new_rows", true);
  manifest_.strategy.options.set("keep_latest_by", "at");
  EXPECT_EQ(problems(), "");
  manifest_.strategy.set_unique_key({});
  EXPECT_EQ(problems(), "sink.strategy.only_new_rows\n");
  source.set("cursor", "at");
  manifest_.strategy.options.set("only_new_rows", false);
  EXPECT_EQ(problems(), "sink.strategy.keep_latest_by\n");
}

TEST_F(Incremental, AppendTellsRowsOfOneCursorApartByTheirKey) {
  EXPECT_EQ(range(), "at from");
  manifest_.strategy.set_unique_key({});
  EXPECT_EQ(range(), "cursor.needs_key");
  source_.keys = {{"k", {"at"}, false}};
  EXPECT_EQ(range(), "at after");
}

TEST_F(Incremental, AppendLeavesOutWhatTheTargetHasAtTheLastPosition) {
  ColumnPolicy at;
  at.name = "at";
  at.sink_name = "AT";
  RoutePlan plan;
  plan.load.key = {"id"};
  CursorRange range;
  range.column = "at";
  range.is_inclusive = true;
  range.lower = "2026-01-01";
  plan.read.extraction = ReadBeyond{range};
  EXPECT_EQ(plan_append({manifest_, source_, target_, target_, prior_}, plan).error().slug(), "cursor.not_loaded");
  plan.load.columns = {at};
  ASSERT_TRUE(plan_append({manifest_, source_, target_, target_, prior_}, plan));
  const auto& insert = std::get<InsertRows>(plan.load.publish.front());
  EXPECT_EQ(insert.which, InsertRows::Which::kNewAtPosition);
  EXPECT_EQ(insert.cursor, "AT");
  EXPECT_EQ(insert.at, "2026-01-01");
  EXPECT_EQ(plan.load.questions.front().kind, Question::Kind::kAt);
}

TEST_F(Incremental, WhereRowsAreFoundByTheirKeyTheLastCursorIsReadAgain) {
  manifest_.strategy.options.set("only_new_rows", true);
  EXPECT_EQ(range(), "at from");
  manifest_.strategy.options.set("only_new_rows", false);
  manifest_.strategy.mode = "incremental_merge";
  EXPECT_EQ(range(), "at from");
}

TEST_F(Incremental, ACursorHasATypeWithAnOrder) {
  manifest_.source.options.set("cursor", "j");
  EXPECT_EQ(range(), "cursor.type");
  manifest_.source.options.set("cursor", "att");
  EXPECT_EQ(range(), "source.no_column");
}

TEST_F(Incremental, AnOverlapSuitsItsCursor) {
  manifest_.source.options.set("overlap", "2h");
  EXPECT_EQ(range(), "at from");
  EXPECT_EQ(cursor_range(manifest_, source_)->overlap.duration, std::chrono::hours(2));
  manifest_.source.options.set("overlap", "100");
  EXPECT_EQ(range(), "cursor.overlap");
  manifest_.source.options.set("cursor", "id");
  manifest_.strategy.mode = "incremental_merge";
  EXPECT_EQ(cursor_range(manifest_, source_)->overlap.number, 100);
  manifest_.source.options.set("overlap", "2h");
  EXPECT_EQ(range(), "cursor.overlap");
}

TEST_F(Incremental, TheMethodIsTheOneOfTheMode) {
  EXPECT_EQ(method(), "append");
  EXPECT_EQ(plan_.notes, std::vector<std::string>{"of append"});
  manifest_.strategy.mode = "incremental_merge";
  EXPECT_EQ(method(), "merge");
  target_.publish[2].blockers.push_back({"role me lacks UPDATE on it"});
  EXPECT_EQ(method(), "publish.no_method");
  target_.exists = false;
  EXPECT_EQ(method(), "create");
}

TEST_F(Incremental, ThePlanSaysThatLateRowsAreMissed) {
  plan_.read.extraction = ReadBeyond{};
  const Status status = plan_merge({manifest_, source_, target_, target_, prior_}, plan_);
  ASSERT_TRUE(status);
  EXPECT_NE(plan_.notes.front().find("behind the cursor, are missed"), std::string::npos);
}

}  // namespace
}  // namespace dpone::plan::strategy
