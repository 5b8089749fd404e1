#include "dpone/plan/planner.h"

#include <gtest/gtest.h>

#include "dpone/manifest/keys.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::plan {
namespace {

class Planner : public testing::Test {
 protected:
  Planner() {
    manifest_.name = "orders";
    manifest_.strategy.mode = "full_refresh";
    manifest_.source.options = Options(manifest::common_source_options());
    manifest_.sink.options = Options(manifest::common_sink_options());
    manifest_.runtime = Options(manifest::runtime_options());
    manifest_.quality = Options(manifest::quality_options());
    SourceColumn id;
    id.name = "id";
    id.native_type = "integer";
    id.type.kind = TypeKind::kInt32;
    source_.relation = "source";
    source_.columns = {id};
    target_.relation = "target";
    proposed_ = target_;
    proposed_.columns = {TargetColumn(id)};
  }

  // An existing table: empty or not, last replaced by `process` (empty: never replaced).
  void target_is(bool is_empty, const std::string& process, std::int64_t version = 3, std::int64_t epoch = 5) {
    target_.exists = true;
    target_.is_empty = is_empty;
    target_.identity = "table-1";
    target_.columns = proposed_.columns;
    target_.publish = {{"exchange", {}, {}}};
    if (process.empty()) return;
    Receipt receipt;
    receipt.process = process;
    receipt.run_id = "r-0";
    receipt.version = version;
    receipt.target_epoch = epoch;
    receipt.target_identity = "table-1";
    receipt.published_at = "2026-01-01T00:00:00Z";
    prior_.newest_of_target = receipt;
    prior_.identities = {"table-0", "table-1"};
    if (process == manifest_.name) prior_.newest_of_process = receipt;
  }

  Result<RoutePlan> plan(const std::vector<RawVerdict>& verdicts = {}) const {
    const PlanInput input{manifest_, source_, target_, proposed_, prior_};
    DPONE_TRY(RoutePlan drafted, draft(input));
    return complete(std::move(drafted), input, verdicts);
  }

  std::string refusal() const {
    const auto made = plan();
    return made ? "none" : made.error().slug();
  }

  manifest::Manifest manifest_;
  SourceFacts source_;
  TargetFacts target_;
  TargetFacts proposed_;
  PriorReceipts prior_;
};

TEST_F(Planner, AFirstLoadCreatesTheTarget) {
  const auto made = plan();
  ASSERT_TRUE(made) << made.error().to_line();
  EXPECT_EQ(made->load.method, "create");
  EXPECT_EQ(made->expected_version, 1);
  EXPECT_EQ(made->expected_epoch, 1);
  EXPECT_TRUE(made->target_created);
  EXPECT_EQ(made->load.target.columns.size(), 1U) << "the proposal is the target";
}

TEST_F(Planner, VersionsCountPerProcessAndEpochsPerTarget) {
  target_is(false, "orders", 3, 5);
  const auto made = plan();
  ASSERT_TRUE(made) << made.error().to_line();
  EXPECT_EQ(made->expected_version, 4);
  EXPECT_EQ(made->expected_epoch, 6);
  EXPECT_FALSE(made->target_created);
  EXPECT_EQ(made->receipt().version, 4);
}

TEST_F(Planner, AnEmptyTargetOfNobodyIsTaken) {
  target_is(true, "");
  EXPECT_EQ(refusal(), "none");
}

TEST_F(Planner, RowsOfNobodyAreKeptUnlessAdopted) {
  target_is(false, "");
  EXPECT_EQ(refusal(), "target.not_ours");
  manifest_.sink.options.set("adopt", true);
  EXPECT_EQ(refusal(), "none");
}

TEST_F(Planner, RowsThatAnotherProcessPublishedAreNotThoseOfNobody) {
  manifest_.strategy = strategy::begin(strategy::find("incremental_merge"));
  target_is(false, "other");
  const Status status = check_ownership({manifest_, source_, target_, target_, prior_});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().slug(), "target.not_ours");
  EXPECT_NE(status.error().message().find("process \"other\" published the target"), std::string::npos);
  EXPECT_NE(status.error().context_value("run_id"), "");
  EXPECT_NE(status.error().next_step().find("--adopt"), std::string::npos);
}

TEST_F(Planner, ATargetOfAnotherProcessIsKeptUnlessAdopted) {
  target_is(true, "other");
  EXPECT_EQ(refusal(), "target.other_process");
  manifest_.sink.options.set("adopt", true);
  const auto made = plan();
  ASSERT_TRUE(made);
  EXPECT_EQ(made->expected_version, 1);
  EXPECT_EQ(made->expected_epoch, 6);
}

TEST_F(Planner, RowsThatSomethingElsePutInItsPlaceAreKeptUnlessAdopted) {
  target_is(false, "orders");
  target_.identity = "table-2";
  EXPECT_EQ(refusal(), "target.not_ours");
  target_.identity = "table-0";
  EXPECT_EQ(refusal(), "none") << "an older one of ours was put back";
  target_.identity = "table-2";
  manifest_.sink.options.set("adopt", true);
  prior_.newest_of_process->target_created = true;
  ASSERT_TRUE(plan());
  EXPECT_FALSE(plan()->target_created) << "it gets no new columns";
  SourceColumn other;
  other.name = "other";
  source_.columns.push_back(other);
  proposed_.columns.emplace_back(other);
  EXPECT_EQ(refusal(), "schema.new_column");
}

TEST_F(Planner, AColumnThatTheTargetLostIsNotMadeAgain) {
  target_is(false, "orders");
  prior_.newest_of_process->target_created = true;
  SourceColumn other;
  other.name = "other";
  source_.columns.push_back(other);
  proposed_.columns.emplace_back(other);
  EXPECT_EQ(refusal(), "none") << "it is new";
  prior_.newest_of_process->columns = {"id", "other"};
  EXPECT_EQ(refusal(), "schema.target_column_gone");
}

TEST_F(Planner, AColumnThatTheSourceLostIsNoMatterWhereTheTargetIsMadeAgain) {
  target_is(false, "orders");
  prior_.newest_of_process->columns = {"id", "gone"};
  target_.columns.push_back(target_.columns[0]);
  target_.columns.back().name = "gone";
  EXPECT_EQ(refusal(), "schema.column_gone");
  target_.exists = false;
  EXPECT_EQ(refusal(), "none");
}

TEST_F(Planner, ATargetThatWasReplacedOrIsGoneIsNoted) {
  target_is(true, "orders");
  target_.identity = "table-2";
  ASSERT_TRUE(plan());
  EXPECT_NE(plan()->notes.back().find("it was replaced since"), std::string::npos);
  target_.exists = false;
  EXPECT_NE(plan()->notes.back().find("no longer exists and is created again"), std::string::npos);
}

TEST_F(Planner, AnObstacleOfTheProposalStopsThePlan) {
  proposed_.obstacles.push_back(Error(ErrorClass::kFailed, "type.differs", "x"));
  EXPECT_EQ(refusal(), "type.differs");
}

TEST_F(Planner, AKeyMustBeLoaded) {
  manifest_.strategy.set_unique_key({"number"});
  EXPECT_EQ(refusal(), "strategy.key_not_selected");
  manifest_.strategy.set_unique_key({"id"});
  const auto made = plan();
  ASSERT_TRUE(made);
  EXPECT_EQ(made->load.key, std::vector<std::string>{"id"});
}

TEST_F(Planner, TheFirstFormatThatIsAcceptedIsTaken) {
  const std::vector<RawVerdict> verdicts = {
      {{"binary", "b"}, false, {"why not"}}, {{"text", "t"}, true, {}}, {{"other", "o"}, true, {}}};
  const auto made = plan(verdicts);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->load.is_raw);
  EXPECT_EQ(made->load.format.name, "text");
  EXPECT_EQ(made->raw_reasons, std::vector<std::string>{"why not"});
  manifest_.runtime.set("raw", false);
  const auto typed = plan(verdicts);
  ASSERT_TRUE(typed);
  EXPECT_FALSE(typed->load.is_raw);
  EXPECT_EQ(typed->raw_reasons.size(), 1U);
}

TEST_F(Planner, AColumnWhoseBinaryFormIsRefusedTravelsAsText) {
  const std::vector<RawVerdict> verdicts = {{{"binary", "b", false}, true, {}}, {{"text", "t", true}, true, {}}};
  PlanInput input{manifest_, source_, target_, proposed_, prior_};
  input.text_columns = {{"id", "it was refused"}};
  const auto plan_of = [&](const std::vector<RawVerdict>& given) { return *complete(*draft(input), input, given); };
  const RoutePlan raw = plan_of(verdicts);
  EXPECT_EQ(raw.load.format.name, "text");
  EXPECT_FALSE(raw.load.columns[0].travels_as_text) << "the format is text for all of them";
  EXPECT_EQ(raw.raw_reasons, std::vector<std::string>{"column id: it was refused"});
  EXPECT_EQ(raw.warnings, std::vector<std::string>{"column \"id\" travels as text: it was refused"});
  EXPECT_EQ(raw.notes, raw.warnings);
  const RoutePlan typed = plan_of({verdicts[0]});
  EXPECT_FALSE(typed.load.is_raw);
  for (const ColumnPolicy* column : {&typed.load.columns[0], &typed.read.columns[0]}) {
    EXPECT_TRUE(column->travels_as_text);
    EXPECT_EQ(column->type.kind, TypeKind::kText);
    EXPECT_EQ(column->sink_type.kind, TypeKind::kText);
  }
  EXPECT_FALSE(typed.load.columns[1].travels_as_text);
}

TEST_F(Planner, AReasonIsGivenOnce) {
  const auto made = plan({{{"binary", "b"}, false, {"one", "two"}}, {{"text", "t"}, false, {"two", "one"}}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->raw_reasons, (std::vector<std::string>{"one", "two"}));
}

TEST_F(Planner, TheSameFactsGiveTheSamePlanWhateverTheEstimates) {
  target_is(false, "orders");
  const auto first = plan();
  source_.estimated_rows = 1'000'000;
  source_.estimated_bytes = 5;
  const auto second = plan();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->to_json().canonical(), second->to_json().canonical());
  EXPECT_EQ(first->hash(), second->hash());
  manifest_.quality.set("min_rows", 5);
  EXPECT_NE(plan()->hash(), first->hash());
}

TEST_F(Planner, TheSelectionsFingerprintKnowsWhatIsSelected) {
  const std::string before = plan()->selection_fingerprint;
  manifest_.source.options.set("where", "id > 5");
  EXPECT_NE(plan()->selection_fingerprint, before);
  manifest_.source.options = Options(manifest::common_source_options());
  manifest_.strategy.set_unique_key({"id"});
  EXPECT_NE(plan()->selection_fingerprint, before);
}

}  // namespace
}  // namespace dpone::plan
