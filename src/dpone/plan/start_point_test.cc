#include "dpone/plan/start_point.h"

#include <gtest/gtest.h>

#include "dpone/manifest/keys.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::plan {
namespace {

// A process that has loaded up to 7 in run r-3, version 3, and a state that says so.
class StartPointTest : public testing::Test {
 protected:
  StartPointTest() {
    manifest_.name = "orders";
    manifest_.strategy.mode = "incremental_merge";
    target_.exists = true;
    target_.is_empty = false;
    target_.relation = "t";
    target_.identity = "100";
    range_.column = "c";
    range_.native_type = "bigint";
    receipt_ = receipt(3);
    prior_.newest_of_process = receipt_;
    prior_.newest_of_target = receipt_;
    state_.stored = state_after(receipt_);
    state_.stored->record = 9;
  }

  Receipt receipt(std::int64_t version) const {
    Receipt out;
    out.process = "orders";
    out.target = "t";
    out.version = version;
    out.run_id = "r-" + std::to_string(version);
    out.target_epoch = 1;
    out.target_identity = "100";
    out.selection_fingerprint = "f";
    out.position = to_position(range_, {"7", {}, {}});
    return out;
  }

  Result<StartPoint> find() {
    return find_start({manifest_, target_, prior_, state_, request_, range_, fingerprint_, columns_});
  }

  // The value that the run begins at, `beginning`, or the slug of the refusal.
  std::string begins() {
    const auto start = find();
    if (!start) {
      EXPECT_EQ(start.error().error_class(), ErrorClass::kRefused);
      EXPECT_FALSE(start.error().next_step().empty());
      return start.error().slug();
    }
    return start->lower ? start->lower->value : "beginning";
  }

  void forget_receipts() { prior_ = PriorReceipts(); }
  void empty_target() { target_.is_empty = true; }

  manifest::Manifest manifest_;
  TargetFacts target_;
  CursorRange range_;
  Receipt receipt_;
  PriorReceipts prior_;
  PriorState state_;
  StartRequest request_;
  std::string fingerprint_ = "f";
  std::vector<std::string> columns_ = {"id"};
};

TEST_F(StartPointTest, GoesOnWhereTheReceiptSays) {
  EXPECT_EQ(begins(), "7");
  EXPECT_FALSE(find()->corrected);
  EXPECT_TRUE(find()->notes.empty());
}

TEST_F(StartPointTest, AnotherTableIsTakenOverWhereItIsSaidWhereToBegin) {
  target_.identity = "200";
  EXPECT_EQ(begins(), "target.replaced");
  manifest_.sink.options = Options(manifest::common_sink_options());
  manifest_.sink.options.set("adopt", true);
  EXPECT_EQ(begins(), "target.replaced");
  request_.start_cursor = "5";
  EXPECT_EQ(begins(), "5");
  target_.identity = "100";
  EXPECT_EQ(begins(), "start_cursor.has_position") << "it is ours: a nightly command must not begin anew each time";
}

TEST_F(StartPointTest, AMergeIntoATargetThatWasEmptiedIsRefused) {
  empty_target();
  prior_.newest_of_process->rows_loaded = 3;
  ASSERT_TRUE(find()->emptied);
  EXPECT_EQ(find()->emptied->slug(), "target.emptied");
  EXPECT_NE(find()->notes.at(0).find("a run that finds rows at it or beyond it is refused"), std::string::npos);
  prior_.newest_of_process->rows_loaded = 0;
  EXPECT_FALSE(find()->emptied) << "it may have had none";
  state_.stored->position.reset();
  EXPECT_EQ(begins(), "beginning") << "after a reset";
}

TEST_F(StartPointTest, AnAppendToATargetThatWasEmptiedIsRefusedUnlessItMayContinue) {
  manifest_.strategy = strategy::begin(strategy::find("incremental_append"));
  empty_target();
  prior_.newest_of_process->rows_loaded = 3;
  ASSERT_TRUE(find()->emptied);
  EXPECT_EQ(find()->emptied->slug(), "target.emptied");
  EXPECT_NE(find()->emptied->next_step().find("target_emptied: continue"), std::string::npos);
  manifest_.strategy.options.set("target_emptied", "continue");
  EXPECT_EQ(begins(), "7");
  EXPECT_FALSE(find()->emptied);
  EXPECT_NE(find()->notes.at(0).find("the target is empty"), std::string::npos);
  range_.is_inclusive = true;
  ASSERT_TRUE(find()->emptied) << "the rows of the last value would be added again";
  EXPECT_NE(find()->emptied->next_step().find("needs a cursor with a unique index"), std::string::npos);
}

TEST_F(StartPointTest, AFirstLoadBeginsAtTheBeginning) {
  forget_receipts();
  state_ = PriorState();
  empty_target();
  EXPECT_EQ(begins(), "beginning");
  target_.exists = false;
  EXPECT_EQ(begins(), "beginning");
}

TEST_F(StartPointTest, ALostStateFollowsTheReceipt) {
  state_ = PriorState();
  EXPECT_EQ(begins(), "7");
  ASSERT_TRUE(find()->corrected);
  EXPECT_EQ(find()->corrected->version, 3);
  EXPECT_EQ(find()->corrected->record, 0);
  EXPECT_EQ(find()->notes.size(), 1U);
}

TEST_F(StartPointTest, AStateBehindTheReceiptFollowsIt) {
  state_.stored->version = 2;
  state_.stored->run_id = "r-2";
  EXPECT_EQ(begins(), "7");
  EXPECT_EQ(find()->corrected->version, 3);
  EXPECT_EQ(find()->corrected->record, 9);
}

TEST_F(StartPointTest, ATargetThatWasSetBackIsFollowedIfTheLedgerKnowsItsRun) {
  state_.stored->version = 5;
  state_.stored->run_id = "r-5";
  EXPECT_EQ(begins(), "state.target_mismatch");
  state_.is_receipt_known = true;
  EXPECT_EQ(begins(), "7");
  EXPECT_EQ(find()->corrected->version, 3);
}

TEST_F(StartPointTest, AnotherRunAtTheSameVersionIsAMismatch) {
  state_.stored->run_id = "another";
  EXPECT_EQ(begins(), "state.target_mismatch");
}

TEST_F(StartPointTest, AStateWithoutReceiptsIsAMismatch) {
  forget_receipts();
  empty_target();
  EXPECT_EQ(begins(), "state.target_mismatch");
  state_.stored->position.reset();  // reset
  EXPECT_EQ(begins(), "beginning");
}

TEST_F(StartPointTest, AnAdoptedTargetNeedsAStart) {
  forget_receipts();
  state_ = PriorState();
  EXPECT_EQ(begins(), "start_cursor.needed");
  request_.start_cursor = "42";
  EXPECT_EQ(begins(), "42");
  request_.start_cursor = "none";
  EXPECT_EQ(begins(), "beginning");
}

TEST_F(StartPointTest, AReplacedTargetIsNotAddedTo) {
  target_.identity = "200";
  EXPECT_EQ(begins(), "target.replaced");
  target_.identity = "100";
  prior_.newest_of_target->target_epoch = 2;
  prior_.newest_of_target->process = "other";
  EXPECT_EQ(begins(), "target.replaced");
  EXPECT_NE(find().error().message().find("other"), std::string::npos);
  prior_.newest_of_target = receipt_;
  target_.exists = false;
  EXPECT_EQ(begins(), "target.replaced");
}

TEST_F(StartPointTest, AnotherDefinitionNeedsAStart) {
  fingerprint_ = "g";
  EXPECT_EQ(begins(), "state.definition_changed");
  request_.start_cursor = "target-max";  // resolved by the engine before
  request_.start_cursor = "6";
  EXPECT_EQ(begins(), "6");
}

TEST_F(StartPointTest, SaysWhichColumnsMakeAnotherDefinition) {
  fingerprint_ = "g";
  prior_.newest_of_process->columns = {"id"};
  EXPECT_NE(find().error().message().find("the key or the cursor"), std::string::npos);
  columns_ = {"a", "id", "b"};
  EXPECT_NE(find().error().message().find("the columns (new: a, b) differ from those"), std::string::npos);
  columns_ = {"a"};
  EXPECT_NE(find().error().message().find("(new: a; no longer loaded: id)"), std::string::npos);
}

TEST_F(StartPointTest, APositionIsNotOverriddenByTheWay) {
  request_.start_cursor = "1";
  EXPECT_EQ(begins(), "start_cursor.has_position");
}

TEST_F(StartPointTest, AResetBeginsAnewButDoublesNothing) {
  state_.stored->position.reset();
  EXPECT_EQ(begins(), "beginning");
  EXPECT_FALSE(find()->corrected);
  manifest_.strategy.mode = "incremental_append";
  EXPECT_EQ(begins(), "append.would_repeat");
  manifest_.strategy.options.set("only_new_rows", true);
  EXPECT_EQ(begins(), "beginning");
  manifest_.strategy.options.set("only_new_rows", false);
  empty_target();
  EXPECT_EQ(begins(), "beginning");
  target_.is_empty = false;
  request_.start_cursor = "7";
  EXPECT_EQ(begins(), "7");
}

TEST_F(StartPointTest, AFirstLoadWithoutRowsLeavesNoPosition) {
  prior_.newest_of_process->position.reset();
  state_.stored->position.reset();
  EXPECT_EQ(begins(), "beginning");
}

TEST_F(StartPointTest, APositionOfAnEarlierBuildIsTakenWithoutItsKey) {
  Position old = to_position(range_, {"7", {}, {}});
  Json key = Json::object();
  old.value.set("key", std::move(key.set("k", "a")));
  prior_.newest_of_process->position = old;
  EXPECT_EQ(begins(), "7");
  EXPECT_FALSE(find()->lower->rows) << "nobody counted them";
}

TEST_F(StartPointTest, APositionOfAnotherColumnIsRefused) {
  range_.column = "d";
  EXPECT_EQ(begins(), "state.definition_changed");
  request_.start_cursor = "5";
  EXPECT_EQ(begins(), "5") << "as its next step says";
}

class Bound : public testing::Test {
 protected:
  Bound() {
    range_.column = "at";
    range_.lower = "2026-01-01";
    range_.type.kind = TypeKind::kDate;
  }
  // The slug of the refusal, or the warnings.
  std::string judged() {
    const auto verdict = judge_bound(range_, bound_, policy_, now_);
    if (!verdict) return verdict.error().slug();
    std::string out = verdict->restarts ? "restarts: " : "";
    for (const std::string& warning : verdict->warnings) out += warning;
    return out;
  }
  void reach(const char* value) { bound_.until = to_position(range_, {value, {}, {}}); }

  CursorRange range_;
  ReadBound bound_;
  BoundPolicy policy_;
  const std::chrono::system_clock::time_point now_{std::chrono::hours(24 * 20454) +
                                                   std::chrono::hours(12)};  // 2026-01-01
};

TEST_F(Bound, ATimeMoreThanADayAheadEndsTheRunUnlessItMayBeThere) {
  reach("2026-01-02");
  EXPECT_EQ(judged(), "");
  for (const char* value : {"2026-01-03", "9999-12-31"}) {
    reach(value);
    EXPECT_EQ(judged(), "cursor.beyond_max") << value;
  }
  policy_.max = "none";
  EXPECT_EQ(judged(), "");
  policy_.max = "2030-01-01";
  EXPECT_EQ(judged(), "cursor.beyond_max");
  reach("2029-12-31");
  EXPECT_EQ(judged(), "");
}

TEST_F(Bound, ANumberHasALimitOnlyWhereOneIsGiven) {
  range_.type.kind = TypeKind::kInt64;
  reach("9223372036854775807");
  EXPECT_EQ(judged(), "");
  policy_.max = "1000";
  EXPECT_EQ(judged(), "cursor.beyond_max");
  reach("999");
  EXPECT_EQ(judged(), "") << "compared as numbers, not as texts";
}

TEST_F(Bound, ASourceBelowThePositionWarnsOrFailsAndFailsWhereItWasMadeAgain) {
  bound_.is_behind = true;
  bound_.greatest = "2025-06-01";
  EXPECT_NE(judged().find("is 2025-06-01, below the position 2026-01-01"), std::string::npos) << judged();
  policy_.behind = "fail";
  EXPECT_EQ(judged(), "cursor.behind");
  policy_.behind = "auto";
  range_.relation = "1/2";
  bound_.relation = "1/3";
  EXPECT_EQ(judged(), "cursor.behind");
  policy_.behind = "warn";
  EXPECT_NE(judged().find("emptied, recreated or rewritten"), std::string::npos);
  policy_.behind = "restart";
  EXPECT_TRUE(judged().starts_with("restarts: "));
}

TEST_F(Bound, ASourceThatWasMadeAgainIsToldEvenWhereItsValuesHaveOvertakenThePosition) {
  reach("2026-01-02");
  range_.relation = "1/2";
  bound_.relation = "1/3";
  EXPECT_NE(judged().find("emptied, recreated or rewritten"), std::string::npos);
  policy_.behind = "fail";
  EXPECT_EQ(judged(), "cursor.behind");
  policy_.behind = "restart";
  EXPECT_TRUE(judged().starts_with("restarts: "));
}

TEST_F(Bound, ARestartThatWouldAddRowsAgainIsNotAdvised) {
  bound_.is_behind = true;
  policy_.behind = "fail";
  policy_.adds_twice = true;
  const auto verdict = judge_bound(range_, bound_, policy_, now_);
  ASSERT_FALSE(verdict);
  EXPECT_NE(verdict.error().next_step().find("only_new_rows: true and"), std::string::npos);
}

}  // namespace
}  // namespace dpone::plan
