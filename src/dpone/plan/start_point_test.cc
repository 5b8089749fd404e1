#include "dpone/plan/start_point.h"

#include <gtest/gtest.h>

#include "dpone/manifest/keys.h"

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
    out.cursor_after = cursor_to_json(range_, {"7", {}});
    return out;
  }

  Result<StartPoint> find() { return find_start({manifest_, target_, prior_, state_, request_, range_, fingerprint_}); }

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
  Facts target_;
  CursorRange range_;
  Receipt receipt_;
  PriorReceipts prior_;
  PriorState state_;
  StartRequest request_;
  std::string fingerprint_ = "f";
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
  prior_.newest_of_process->rows_loaded = 0;
  EXPECT_FALSE(find()->emptied) << "it may have had none";
  state_.stored->cursor = Json();
  EXPECT_EQ(begins(), "beginning") << "after a reset";
}

TEST_F(StartPointTest, AnAppendGoesOnInATargetThatWasEmptiedAndSaysSo) {
  manifest_.strategy.mode = "incremental_append";
  empty_target();
  prior_.newest_of_process->rows_loaded = 3;
  EXPECT_EQ(begins(), "7");
  EXPECT_FALSE(find()->emptied);
  EXPECT_NE(find()->notes.at(0).find("the target is empty"), std::string::npos);
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
  state_.stored->cursor = Json();  // reset
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

TEST_F(StartPointTest, APositionIsNotOverriddenByTheWay) {
  request_.start_cursor = "1";
  EXPECT_EQ(begins(), "start_cursor.has_position");
}

TEST_F(StartPointTest, AResetBeginsAnewButDoublesNothing) {
  state_.stored->cursor = Json();
  EXPECT_EQ(begins(), "beginning");
  EXPECT_FALSE(find()->corrected);
  manifest_.strategy.mode = "incremental_append";
  EXPECT_EQ(begins(), "append.would_repeat");
  manifest_.strategy.only_new_rows = true;
  EXPECT_EQ(begins(), "beginning");
  manifest_.strategy.only_new_rows = false;
  empty_target();
  EXPECT_EQ(begins(), "beginning");
  target_.is_empty = false;
  request_.start_cursor = "7";
  EXPECT_EQ(begins(), "7");
}

TEST_F(StartPointTest, AFirstLoadWithoutRowsLeavesNoPosition) {
  prior_.newest_of_process->cursor_after = Json();
  state_.stored->cursor = Json();
  EXPECT_EQ(begins(), "beginning");
}

TEST_F(StartPointTest, AKeyBelongsToThePosition) {
  range_.key = {"k"};
  EXPECT_EQ(begins(), "state.definition_changed");
  prior_.newest_of_process->cursor_after = cursor_to_json(range_, {"7", {"a"}});
  EXPECT_EQ(begins(), "7");
  EXPECT_EQ(find()->lower->key, std::vector<std::string>{"a"});
  fingerprint_ = "g";
  request_.start_cursor = "3";
  EXPECT_EQ(begins(), "start_cursor.needs_unique");
}

}  // namespace
}  // namespace dpone::plan
