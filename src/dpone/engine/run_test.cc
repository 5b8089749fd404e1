#include "dpone/engine/run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "dpone/base/clock.h"
#include "dpone/base/file.h"
#include "dpone/engine/fault_points.h"
#include "dpone/engine/gates.h"
#include "dpone/engine/planning.h"
#include "dpone/evidence/ledger.h"
#include "dpone/manifest/keys.h"

namespace dpone::engine {
namespace {

using Calls = std::vector<std::string>;

Error error(ErrorClass error_class, const char* slug) { return Error(error_class, slug, "as the test asked"); }

std::vector<TargetColumn> same_columns(const SourceFacts& source) {
  return std::vector<TargetColumn>(source.columns.begin(), source.columns.end());
}

// A source and a sink in memory; what the engine asks of them is written into one list.
struct World {
  Calls calls;
  SourceFacts source;
  TargetFacts target;
  PriorReceipts prior;
  std::vector<std::int64_t> batches = {3, 4};  // rows of each
  std::int64_t lost_rows = 0;                  // that the sink does not count
  bool takes_raw = false;
  Answer key_faults;
  ReadBound bound;
  bool counts = true;  // source and sink report counts
  bool has_changes = true;
  std::int64_t rows_at = 1;  // of the stage, at the position
  int seal_errors = 0;       // how often a lock is unavailable
  std::optional<Error> read_error;
  std::vector<Error> refusals;  // of a first writer, the next first
  std::optional<Error> finalize_error;
  std::optional<Error> settle_error;
  std::optional<Error> drop_error;
  bool is_settled = false;  // the receipt is there after a lost answer
  std::optional<Receipt> written;
  std::vector<Receipt> recovered;
  std::int64_t target_rows_at = 1;

  std::int64_t rows() const {
    std::int64_t sum = 0;
    for (const std::int64_t count : batches) sum += count;
    return sum;
  }
};

class MemoryReader final : public BatchReader, public RawReader {
 public:
  explicit MemoryReader(World& world) : world_(world) {}
  void give_up() override {}
  Result<std::optional<Batch>> next() override {
    if (next_ == world_.batches.size()) {
      if (world_.read_error) return *world_.read_error;
      return std::optional<Batch>();
    }
    return std::optional<Batch>(Batch(std::make_shared<const Schema>(), world_.batches[next_++], {}));
  }
  Status next(std::string& out, std::size_t) override {
    if (next_ < world_.batches.size()) out.assign(static_cast<std::size_t>(world_.batches[next_++]), 'r');
    return {};
  }
  std::int64_t rows_so_far() const override { return 0; }
  Result<ReadSummary> finish() override {
    return ReadSummary{world_.rows(), world_.counts ? std::optional(world_.rows()) : std::nullopt, 100};
  }

 private:
  World& world_;
  std::size_t next_ = 0;
};

class MemoryWriter final : public BatchWriter, public RawWriter {
 public:
  explicit MemoryWriter(World& world) : world_(world) {}
  ~MemoryWriter() override {
    if (!is_finished_) world_.calls.emplace_back("writer aborted");
  }
  MemoryWriter(const MemoryWriter&) = delete;
  MemoryWriter& operator=(const MemoryWriter&) = delete;
  Status write(const Batch& batch) override {
    DPONE_CHECK(refuse());
    rows_ += batch.num_rows();
    return {};
  }
  Status write(std::string_view bytes) override {
    DPONE_CHECK(refuse());
    rows_ += static_cast<std::int64_t>(bytes.size());
    return {};
  }
  Result<WriteSummary> finish() override {
    is_finished_ = true;
    return WriteSummary{rows_ - world_.lost_rows,
                        world_.counts ? std::optional(rows_ - world_.lost_rows) : std::nullopt};
  }

 private:
  Status refuse() {
    if (world_.refusals.empty()) return {};
    Error refusal = world_.refusals.front();
    world_.refusals.erase(world_.refusals.begin());
    return refusal;
  }
  World& world_;
  std::int64_t rows_ = 0;
  bool is_finished_ = false;
};

std::string texts_of(const std::vector<Statement>& statements) {
  std::string out;
  for (const Statement& statement : statements) out += (out.empty() ? "" : ", ") + statement.text;
  return out;
}

class MemorySnapshot final : public Snapshot, public RawSnapshot {
 public:
  explicit MemorySnapshot(World& world) : world_(world) {}
  Result<ReadBound> bound(const ReadTask&) override { return world_.bound; }
  RawSnapshot* raw() override { return this; }
  Result<std::unique_ptr<BatchReader>> open(const Slice&, const ReadTask&) override {
    world_.calls.emplace_back("source.open");
    return std::unique_ptr<BatchReader>(std::make_unique<MemoryReader>(world_));
  }
  Result<std::unique_ptr<RawReader>> open_raw(const Slice&, const ReadTask&) override {
    world_.calls.emplace_back("source.open_raw");
    return std::unique_ptr<RawReader>(std::make_unique<MemoryReader>(world_));
  }
  Status close() override {
    world_.calls.emplace_back("source.close");
    return {};
  }

 private:
  World& world_;
};

class MemorySource final : public Source {
 public:
  explicit MemorySource(World& world) : world_(world) {}
  Result<SourceFacts> describe() override { return world_.source; }
  std::vector<WireFormat> raw_formats(const ReadTask&) const override { return {{"memory", "m"}}; }
  std::vector<Statement> render(const ReadTask&) const override { return {{"extract", "read"}}; }
  Result<std::unique_ptr<Snapshot>> open_snapshot(const ReadTask&) override {
    world_.calls.emplace_back("source.snapshot");
    return std::unique_ptr<Snapshot>(std::make_unique<MemorySnapshot>(world_));
  }

 private:
  World& world_;
};

class MemoryStage final : public Stage, public RawStage {
 public:
  explicit MemoryStage(World& world) : world_(world) {}
  Result<std::unique_ptr<BatchWriter>> open_writer(const Slice&) override {
    world_.calls.emplace_back("stage.open");
    return std::unique_ptr<BatchWriter>(std::make_unique<MemoryWriter>(world_));
  }
  RawStage* raw() override { return this; }
  Result<std::unique_ptr<RawWriter>> open_raw_writer(const Slice&) override {
    world_.calls.emplace_back("stage.open_raw");
    return std::unique_ptr<RawWriter>(std::make_unique<MemoryWriter>(world_));
  }
  Result<std::vector<Answer>> ask(const std::vector<Question>& questions) override {
    std::vector<Answer> answers;
    for (const Question& question : questions) {
      if (question.kind == Question::Kind::kChanges) {
        world_.calls.emplace_back("stage.changes_target");
        answers.push_back({world_.has_changes ? 1 : 0, 0});
      } else {
        answers.push_back(question.kind == Question::Kind::kKeyFaults ? world_.key_faults : Answer{world_.rows_at, 0});
      }
    }
    return answers;
  }
  Status seal() override {
    world_.calls.emplace_back("stage.seal");
    if (world_.seal_errors > 0) {
      --world_.seal_errors;
      return error(ErrorClass::kUnavailable, "finalize.lock_timeout").retry(Retry::kAgain);
    }
    return {};
  }
  Status drop() override {
    world_.calls.emplace_back("stage.drop");
    if (world_.drop_error) return *world_.drop_error;
    return {};
  }

 private:
  World& world_;
};

class MemorySink final : public Sink {
 public:
  explicit MemorySink(World& world) : world_(world) {}
  Result<TargetFacts> describe(const TargetQuestion&) override { return world_.target; }
  Result<TargetFacts> propose(const TargetFacts& described, const SourceFacts& source,
                              const std::vector<std::string>&) const override {
    TargetFacts proposed = described;
    proposed.columns = same_columns(source);
    return proposed;
  }
  Result<PriorReceipts> read_receipts(std::string_view, std::string_view) override {
    world_.calls.emplace_back("sink.receipts");
    return world_.prior;
  }
  Result<std::optional<std::string>> greatest(const std::string&, std::vector<Statement>& asked) override {
    asked.push_back({"prepare", "greatest"});
    return std::optional<std::string>("7");
  }
  RawVerdict accepts_raw(const WireFormat& format, const LoadTask&) const override {
    return {format, world_.takes_raw, {}};
  }
  std::vector<Statement> render(const LoadTask&) const override { return {{"load", "write"}}; }
  Result<std::unique_ptr<Stage>> open_stage(const LoadTask&) override {
    world_.calls.emplace_back("sink.prepare");
    return std::unique_ptr<Stage>(std::make_unique<MemoryStage>(world_));
  }
  Result<std::int64_t> count_at(const std::string&, const std::string&, std::vector<Statement>& asked) override {
    asked.push_back({"prepare", "count at"});
    return world_.target_rows_at;
  }
  Result<PublishOutcome> publish(Stage&, const LoadTask&, const Receipt& receipt) override {
    world_.calls.emplace_back("sink.publish");
    world_.written = receipt;
    if (world_.finalize_error) return *world_.finalize_error;
    return PublishOutcome{PublishState::kCommitted, receipt, {}};
  }
  Result<PublishOutcome> look_up(std::string_view, std::string_view) override {
    world_.calls.emplace_back("sink.look_up");
    if (world_.settle_error) return *world_.settle_error;
    if (!world_.is_settled) return PublishOutcome{};
    return PublishOutcome{PublishState::kCommitted, world_.written, {}};
  }
  Result<std::vector<Receipt>> recover(std::string_view) override {
    world_.calls.emplace_back("sink.recover");
    return world_.recovered;
  }
  Result<std::vector<Leftover>> cleanup(std::string_view, bool) override {
    world_.calls.emplace_back("sink.cleanup");
    return std::vector<Leftover>();
  }

 private:
  World& world_;
};

// One state, and the order of calls to it.
class MemoryStore final : public StateStore {
 public:
  explicit MemoryStore(World& world) : world_(world) {}
  Result<std::optional<State>> load(std::string_view, std::string_view) override { return stored_; }
  Status apply(const State& state, std::int64_t expected) override {
    world_.calls.emplace_back("state.apply");
    if (is_broken_) return error(ErrorClass::kFailed, "test.state");
    if ((stored_ ? stored_->record : 0) != expected) return state_conflict(state, place());
    stored_ = state;
    stored_->record = expected + 1;
    return {};
  }
  Result<std::vector<State>> list() override { return std::vector<State>(); }
  std::string place() const override { return "memory"; }

  World& world_;
  std::optional<State> stored_;
  bool is_broken_ = false;
};

class QuietLogger final : public Logger {
 public:
  void log(LogLevel, std::string_view) override {}
};

class NoProgress final : public Progress {
 public:
  void stage(std::string_view) override {}
  void moved(std::int64_t, std::int64_t) override {}
};

class Run : public testing::Test {
 protected:
  Run() {
    context_.process = "orders";
    context_.run_id = "r-1";
    context_.logger = &logger_;
    context_.clock = &clock_;
    context_.faults = &faults_;
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
    world_.source.relation = "source";
    world_.source.columns = {id};
    world_.target.relation = "target";
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // The target is there, with rows that this process has published.
  void publish_before(std::int64_t version, std::int64_t rows) {
    world_.target.exists = true;
    world_.target.is_empty = rows == 0;
    world_.target.columns = same_columns(world_.source);
    world_.target.publish = {{"exchange", {}, {}}};
    Receipt receipt;
    receipt.process = "orders";
    receipt.run_id = "r-0";
    receipt.version = version;
    receipt.target_epoch = version;
    receipt.rows_loaded = rows;
    world_.prior.newest_of_process = world_.prior.newest_of_target = receipt;
    world_.prior.identities = {receipt.target_identity};
  }

  evidence::RunRecord run() {
    MemorySource source(world_);
    MemorySink sink(world_);
    plan_.reset();
    return engine::run({manifest_, source, sink, context_, state_, start_}, folder_, progress_, &plan_);
  }

  // The slug of a run that fails; world_.calls has its earlier calls.
  std::string failed() {
    const evidence::RunRecord outcome = run();
    return outcome.errors.empty() ? "no error" : outcome.errors[0].slug();
  }

  bool was_called(std::string_view call) const {
    return std::find(world_.calls.begin(), world_.calls.end(), call) != world_.calls.end();
  }

  // What the ledger says of the run; empty if it was never about to publish.
  std::string ledger_outcome() {
    const auto ledger = evidence::Ledger::open(folder_, clock_);
    EXPECT_TRUE(ledger && ledger->verify());
    const auto record = ledger->find("run.outcome", "r-1");
    EXPECT_TRUE(record);
    if (!record || !*record) return "";
    EXPECT_TRUE(*ledger->find("run.intent", "r-1")) << "an outcome without an intent";
    return (*record)->body["outcome"].as_string();
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("dpone_runner_" + std::to_string(::getpid()));
  World world_;
  StateStore* state_ = nullptr;
  plan::StartRequest start_;
  manifest::Manifest manifest_;
  QuietLogger logger_;
  SystemClock clock_;
  NoFaults faults_;
  NoProgress progress_;
  RunContext context_;
  std::optional<plan::RoutePlan> plan_;  // of the last run
};

TEST_F(Run, APublicationTakesItsStepsInOrder) {
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_EQ(world_.calls, (Calls{"sink.recover", "sink.receipts", "sink.cleanup", "source.snapshot", "sink.prepare",
                                 "stage.open", "source.open", "source.close", "stage.seal", "sink.publish"}));
  EXPECT_EQ(outcome.rows_read, 7);
  EXPECT_EQ(outcome.rows_loaded, 7);
  ASSERT_TRUE(outcome.is_published);
  EXPECT_EQ(outcome.receipt["run_id"].as_string(), "r-1");
  EXPECT_EQ(outcome.receipt["version"].as_int(), 1);
  EXPECT_EQ(outcome.receipt["rows_loaded"].as_int(), 7);
  EXPECT_EQ(outcome.receipt["plan_hash"].as_string(), plan_->hash());
  EXPECT_EQ(ledger_outcome(), "committed");
}

TEST_F(Run, ARawLoadOpensTheWriterFirstToo) {
  world_.takes_raw = true;
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_EQ(world_.calls[5], "stage.open_raw");
  EXPECT_EQ(world_.calls[6], "source.open_raw");
  EXPECT_EQ(outcome.rows_loaded, 7);
}

TEST_F(Run, APlanReadsReceiptsAndTouchesNothing) {
  world_.prior.asked = {{"prepare", "receipts"}};
  world_.source.asked = {{"prepare", "source"}};
  world_.target.asked = {{"prepare", "target"}};
  MemorySource source(world_);
  MemorySink sink(world_);
  const auto plan = make_plan({manifest_, source, sink, context_}, "");
  ASSERT_TRUE(plan) << plan.error().to_line();
  EXPECT_EQ(world_.calls, Calls{"sink.receipts"});
  EXPECT_EQ(texts_of(plan->statements), "receipts, source, target, read, write");
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(Run, ARunIdThatWasPublishedIsReportedAndNothingIsDone) {
  publish_before(4, 7);
  world_.prior.of_run = world_.prior.newest_of_process;
  world_.prior.of_run->manifest_hash = manifest_.hash();
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_TRUE(outcome.is_repeated);
  EXPECT_EQ(outcome.receipt["version"].as_int(), 4);
  EXPECT_EQ(world_.calls, (Calls{"sink.recover", "sink.receipts"}));
}

TEST_F(Run, ARunIdThatPublishedAnotherManifestIsRefused) {
  publish_before(4, 7);
  world_.prior.of_run = world_.prior.newest_of_process;
  world_.prior.of_run->manifest_hash = "another";
  EXPECT_EQ(failed(), "run_id.reused");
  EXPECT_EQ(world_.calls, (Calls{"sink.recover", "sink.receipts"}));
}

TEST_F(Run, ASecondRunOfAProcessIsRefusedOnThisHost) {
  ASSERT_TRUE(make_directories(folder_ / "locks"));
  const auto held = try_lock_file(folder_ / "locks" / "orders.lock");
  ASSERT_TRUE(held && held->is_open());
  EXPECT_EQ(failed(), "run.locked");
  EXPECT_TRUE(world_.calls.empty());
}

TEST_F(Run, RowsThatAreLostOnTheWayFailTheGateBeforeTheSeal) {
  world_.lost_rows = 1;
  const evidence::RunRecord outcome = run();
  ASSERT_FALSE(outcome.errors.empty());
  EXPECT_EQ(outcome.errors[0].slug(), "gate.row_count");
  ASSERT_EQ(outcome.gates.size(), 1U);
  EXPECT_EQ(outcome.gates[0].verdict, evidence::Verdict::kFail);
  EXPECT_FALSE(was_called("stage.seal"));
  EXPECT_EQ(world_.calls.back(), "stage.drop");
  EXPECT_EQ(ledger_outcome(), "");
}

Error refused(const std::string& column) {
  return error(ErrorClass::kFailed, "postgres.value").native("22P03").with("column", column).retry(Retry::kAsText);
}

TEST_F(Run, AColumnWhoseBinaryFormIsRefusedIsLoadedAgainAsText) {
  for (const bool takes_raw : {false, true}) {
    world_.takes_raw = takes_raw;
    world_.refusals = {refused("id")};
    world_.calls.clear();
    const evidence::RunRecord outcome = run();
    ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
    const std::string writes = takes_raw ? "_raw" : "";
    EXPECT_EQ(world_.calls, (Calls{"sink.recover", "sink.receipts", "sink.cleanup", "source.snapshot", "sink.prepare",
                                   "stage.open" + writes, "source.open" + writes, "writer aborted", "stage.drop",
                                   "sink.receipts", "source.snapshot", "sink.prepare", "stage.open", "source.open",
                                   "source.close", "stage.seal", "sink.publish"}));
    const std::string note =
        "column \"id\" travels as text: the target refused one of its values in binary form (22P03)";
    EXPECT_EQ(outcome.warnings, std::vector<std::string>{note});
    EXPECT_EQ(std::count(outcome.notes.begin(), outcome.notes.end(), note), 1);
    EXPECT_EQ(outcome.rows_loaded, world_.rows());
    EXPECT_TRUE(plan_->load.columns[0].travels_as_text);
    EXPECT_EQ(plan_->hash(), outcome.plan_hash);
  }
}

TEST_F(Run, EachColumnIsLoadedAgainAsTextOnce) {
  world_.refusals = {refused("id"), refused("other"), refused("id")};
  const evidence::RunRecord outcome = run();
  ASSERT_EQ(outcome.errors.size(), 1U);
  EXPECT_EQ(outcome.errors[0].slug(), "postgres.value");
  EXPECT_EQ(outcome.errors[0].retry_class(), Retry::kNever);
  EXPECT_EQ(std::count(world_.calls.begin(), world_.calls.end(), "sink.prepare"), 3);
  EXPECT_EQ(world_.calls.back(), "stage.drop");
  EXPECT_FALSE(was_called("sink.publish"));
}

TEST_F(Run, ARefusalWithoutAColumnOrWithAStageThatStaysEndsTheRun) {
  world_.refusals = {refused("")};
  EXPECT_EQ(failed(), "postgres.value");
  EXPECT_EQ(std::count(world_.calls.begin(), world_.calls.end(), "sink.prepare"), 1);
  world_.refusals = {refused("id")};
  world_.drop_error = error(ErrorClass::kUnavailable, "test.drop");
  EXPECT_EQ(failed(), "postgres.value");
  EXPECT_EQ(std::count(world_.calls.begin(), world_.calls.end(), "sink.prepare"), 2);
}

TEST_F(Run, TooFewRowsFailTheirGate) {
  manifest_.quality.set("min_rows", 8);
  EXPECT_EQ(failed(), "gate.min_rows");
  EXPECT_FALSE(was_called("sink.publish"));
  world_.batches.push_back(1);
  EXPECT_EQ(failed(), "no error");
}

TEST_F(Run, DuplicatesOfTheKeyFailTheirGateBeforeTheSeal) {
  manifest_.strategy.set_unique_key({"id"});
  world_.key_faults = {0, 2};
  EXPECT_EQ(failed(), "gate.key");
  EXPECT_FALSE(was_called("sink.publish"));
  EXPECT_EQ(world_.calls.back(), "stage.drop");
  world_.key_faults = {1, 0};
  EXPECT_EQ(failed(), "gate.key");
  world_.key_faults = {0, 0};
  EXPECT_EQ(failed(), "no error");
}

TEST(KeyAdvice, FitsTheSourceAndTheMode) {
  plan::RoutePlan plan;
  plan.mode = "incremental_merge";
  plan.load.key = {"a", "b"};
  EXPECT_NE(key_advice(plan, true).find("GROUP BY a, b HAVING"), std::string::npos);
  EXPECT_NE(key_advice(plan, true).find("--keep-latest-by COLUMN (sink.strategy.keep_latest_by)"), std::string::npos);
  EXPECT_EQ(key_advice(plan, false).find("--keep-latest-by"), std::string::npos) << "NULL is not a key";
  plan.read.source.takes_query = false;
  EXPECT_EQ(key_advice(plan, true).find("GROUP BY"), std::string::npos);
  plan.mode = "full_refresh";
  EXPECT_EQ(key_advice(plan, true).find("--keep-latest-by"), std::string::npos);
}

TEST_F(Run, AnEmptySourceReplacesNoRowsUnlessItMay) {
  publish_before(4, 7);
  world_.batches = {};
  EXPECT_EQ(failed(), "guard.empty_source");
  EXPECT_FALSE(was_called("stage.seal"));
  manifest_.sink.options.set("allow_empty_source", true);
  EXPECT_EQ(failed(), "no error");
  EXPECT_EQ(world_.written->rows_loaded, 0);
}

TEST_F(Run, AnEmptySourceMayFillAnEmptyTarget) {
  publish_before(4, 0);
  world_.batches = {};
  EXPECT_EQ(failed(), "no error");
  EXPECT_EQ(world_.written->version, 5);
}

TEST_F(Run, AReadersErrorAbortsTheWriterAndDropsTheStage) {
  world_.read_error = error(ErrorClass::kUnavailable, "test.read");
  EXPECT_EQ(failed(), "test.read");
  ASSERT_GE(world_.calls.size(), 2U);
  EXPECT_EQ(world_.calls[world_.calls.size() - 2], "writer aborted");
  EXPECT_EQ(world_.calls.back(), "stage.drop");
  EXPECT_FALSE(was_called("source.close"));
}

TEST_F(Run, APublicationThatIsRefusedIsWrittenDownAndTheStageDropped) {
  world_.finalize_error = error(ErrorClass::kRefused, "finalize.fenced");
  EXPECT_EQ(failed(), "finalize.fenced");
  EXPECT_FALSE(was_called("sink.look_up"));
  EXPECT_EQ(world_.calls.back(), "stage.drop");
  EXPECT_EQ(ledger_outcome(), "not_committed");
}

TEST_F(Run, ALostAnswerIsSettledByTheReceipt) {
  world_.finalize_error = error(ErrorClass::kOutcomeUnknown, "finalize.answer_lost");
  world_.is_settled = true;
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_EQ(outcome.receipt["run_id"].as_string(), "r-1");
  EXPECT_EQ(std::count(world_.calls.begin(), world_.calls.end(), "sink.publish"), 1) << "nothing is sent again";
  EXPECT_EQ(world_.calls.back(), "sink.look_up");
  EXPECT_EQ(ledger_outcome(), "committed");
}

TEST_F(Run, ALostAnswerWithoutAReceiptIsNoPublication) {
  world_.finalize_error = error(ErrorClass::kOutcomeUnknown, "finalize.answer_lost");
  const evidence::RunRecord outcome = run();
  ASSERT_FALSE(outcome.errors.empty());
  EXPECT_EQ(outcome.errors[0].slug(), "finalize.not_committed");
  EXPECT_EQ(outcome.errors[0].exit_code(), 4);
  EXPECT_EQ(world_.calls.back(), "stage.drop");
  EXPECT_EQ(ledger_outcome(), "not_committed");
}

TEST_F(Run, ALostAnswerThatNobodyCanTellLeavesTheStage) {
  world_.finalize_error = error(ErrorClass::kOutcomeUnknown, "finalize.answer_lost");
  world_.settle_error = error(ErrorClass::kOutcomeUnknown, "finalize.outcome_unknown");
  const evidence::RunRecord outcome = run();
  ASSERT_FALSE(outcome.errors.empty());
  EXPECT_EQ(outcome.errors[0].exit_code(), 5);
  EXPECT_FALSE(was_called("stage.drop"));
  EXPECT_EQ(ledger_outcome(), "unknown");
}

TEST_F(Run, RowsThatOnlyDponeCountedAreUnverified) {
  world_.counts = false;
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_EQ(outcome.gates[0].name, "row_count");
  EXPECT_EQ(outcome.gates[0].verdict, evidence::Verdict::kUnverified);
  EXPECT_TRUE(outcome.gates[0].facts["source_reported"].is_null());
  EXPECT_FALSE(outcome.gates[0].reason.empty());
}

TEST_F(Run, WhatCouldNotBeLockedIsTriedAgainAndCounted) {
  world_.seal_errors = 2;
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_EQ(std::count(world_.calls.begin(), world_.calls.end(), "stage.seal"), 3);
  EXPECT_EQ(outcome.attempts, 3);
}

TEST_F(Run, WhatDiedHalfPublishedIsEndedBeforeTheReceiptsAreRead) {
  Receipt receipt;
  receipt.run_id = "r-dead";
  receipt.version = 3;
  world_.recovered = {receipt};
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  ASSERT_EQ(outcome.warnings.size(), 1U);
  EXPECT_NE(outcome.warnings[0].find("r-dead"), std::string::npos);
  EXPECT_EQ(world_.calls[0], "sink.recover");
}

class IncrementalRun : public Run {
 protected:
  IncrementalRun() {
    state_ = &store_;
    manifest_.strategy.mode = "incremental_merge";
    manifest_.strategy.set_unique_key({"id"});
    manifest_.source.options.set("cursor", "id");
    world_.bound.until = at("7");
  }

  static Position at(const char* value) {
    CursorRange range;
    range.column = "id";
    range.native_type = "integer";
    return to_position(range, {value, {}, {}});
  }
  static ReadBound nothing() {
    ReadBound bound;
    bound.has_rows = bound.advances = false;
    return bound;
  }

  // A first run, after which the target is there.
  void load_once() {
    const evidence::RunRecord outcome = run();
    ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
    world_.prior.newest_of_process = world_.prior.newest_of_target = *world_.written;
    world_.target.exists = true;
    world_.target.is_empty = false;
    world_.target.columns = same_columns(world_.source);
    world_.target.publish = {{"merge", {}, {}}, {"append", {}, {}}};
    world_.calls.clear();
    context_.run_id = "r-2";
  }

  MemoryStore store_{world_};
};

TEST_F(IncrementalRun, TheStateAdvancesAfterTheReceipt) {
  load_once();
  ASSERT_TRUE(store_.stored_);
  EXPECT_EQ(store_.stored_->version, 1);
  EXPECT_EQ(store_.stored_->position->value["value"].as_string(), "7");
  EXPECT_EQ(world_.written->position, store_.stored_->position);
  world_.bound.until = at("9");
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_EQ(plan_->load.method, "merge");
  EXPECT_EQ(plan_->read.cursor()->lower, "7");
  EXPECT_EQ(world_.calls.back(), "state.apply");
  EXPECT_EQ(store_.stored_->position->value["value"].as_string(), "9");
  EXPECT_EQ(store_.stored_->record, 2);
  EXPECT_EQ(world_.written->target_epoch, 1) << "a merge replaces nothing";
}

TEST_F(IncrementalRun, NothingBeyondTheLastRunEndsItBeforeAStageIsMade) {
  load_once();
  world_.bound = nothing();
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_TRUE(outcome.is_unchanged);
  EXPECT_EQ(world_.calls, (Calls{"sink.recover", "sink.receipts", "sink.cleanup", "source.snapshot"}));
  EXPECT_EQ(store_.stored_->record, 1);
}

TEST_F(IncrementalRun, RowsOfTheLastCursorThatAreKnownChangeNothing) {
  load_once();
  world_.bound.advances = false;
  world_.has_changes = false;
  evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_TRUE(outcome.is_unchanged);
  EXPECT_FALSE(was_called("sink.publish"));
  EXPECT_EQ(world_.calls.back(), "stage.drop");
  EXPECT_EQ(store_.stored_->record, 1);
  // One that is new is published, and the position stays.
  world_.has_changes = true;
  outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_TRUE(was_called("sink.publish"));
  EXPECT_EQ(world_.written->position->value["value"].as_string(), "7");
}

TEST_F(IncrementalRun, AStateThatIsLostIsWrittenFromTheReceiptBeforeAnythingIsLoaded) {
  load_once();
  store_.stored_.reset();
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_EQ(world_.calls[3], "state.apply");
  EXPECT_EQ(world_.calls[4], "source.snapshot");
}

TEST_F(IncrementalRun, AStateThatCannotBeWrittenAfterwardsIsAWarning) {
  load_once();
  world_.bound.until = at("9");
  store_.is_broken_ = true;
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  ASSERT_EQ(outcome.warnings.size(), 1U);
  EXPECT_NE(outcome.warnings[0].find("the next run uses the receipt"), std::string::npos);
  EXPECT_EQ(outcome.position["value"]["value"].as_string(), "9");
}

TEST_F(IncrementalRun, ATargetSetBackIsFollowedWhenTheLedgerKnowsItsRun) {
  load_once();
  // The target is as run r-1 left it; the state knows of a later one.
  store_.stored_->version = 2;
  store_.stored_->run_id = "r-later";
  EXPECT_EQ(failed(), "no error");
  world_.prior.newest_of_process->run_id = "r-unknown";
  store_.stored_->run_id = "r-later";
  store_.stored_->version = 3;
  EXPECT_EQ(failed(), "state.target_mismatch");
}

TEST_F(IncrementalRun, TargetMaxIsWhatTheTargetSays) {
  load_once();
  world_.prior = PriorReceipts();
  store_.stored_.reset();
  manifest_.sink.options.set("adopt", true);
  EXPECT_EQ(failed(), "start_cursor.needed");
  start_.start_cursor = "target-max";
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_EQ(plan_->read.cursor()->lower, "7");
  EXPECT_EQ(texts_of(plan_->statements), "greatest, read, write");
}

TEST_F(IncrementalRun, AnEmptySourceIsNoReasonToRefuse) {
  world_.batches.clear();
  world_.bound = nothing();
  const evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_FALSE(outcome.is_unchanged) << "the first run makes the target";
  EXPECT_TRUE(outcome.position.is_null());
}

TEST_F(IncrementalRun, AnAppendKeepsHowManyRowsHadTheLastPosition) {
  manifest_.strategy.mode = "incremental_append";
  world_.rows_at = 3;
  load_once();
  EXPECT_EQ(store_.stored_->position->value["rows"].as_int(), 3);
  EXPECT_TRUE(std::holds_alternative<TakePlace>(plan_->load.publish.front()));
  world_.bound.advances = false;
  world_.target_rows_at = 2;
  EXPECT_EQ(failed(), "target.rows_gone");
  world_.target_rows_at = 3;
  EXPECT_EQ(failed(), "no error");
  EXPECT_EQ(texts_of(plan_->statements), "count at, read, write");
  const auto& insert = std::get<InsertRows>(plan_->load.publish.front());
  EXPECT_EQ(insert.which, InsertRows::Which::kNewAtPosition);
  EXPECT_EQ(insert.at, "7");
}

TEST_F(IncrementalRun, ASourceThatLiesBelowThePositionIsNotTakenForNothingNew) {
  load_once();
  world_.bound = nothing();
  world_.bound.is_behind = true;
  world_.bound.greatest = "5";
  evidence::RunRecord outcome = run();
  ASSERT_TRUE(outcome.errors.empty()) << outcome.errors[0].to_line();
  EXPECT_TRUE(outcome.is_unchanged);
  ASSERT_EQ(outcome.warnings.size(), 1U);
  EXPECT_NE(outcome.warnings[0].find("below the position 7"), std::string::npos) << outcome.warnings[0];
  manifest_.source.options.set("cursor_behind", "fail");
  EXPECT_EQ(failed(), "cursor.behind");
}

}  // namespace
}  // namespace dpone::engine
