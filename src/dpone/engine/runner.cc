#include "dpone/engine/runner.h"

#include "dpone/base/clock.h"
#include "dpone/base/file.h"
#include "dpone/base/guarded.h"
#include "dpone/engine/process_lock.h"
#include "dpone/engine/pump.h"
#include "dpone/plan/planner.h"
#include "dpone/plan/type_map.h"

namespace dpone::engine {
namespace {

using evidence::GateResult;
using evidence::Verdict;

// What the state store and the ledger know; nothing for a strategy without a cursor.
Result<plan::PriorState> read_state(const Route& route, const PriorReceipts& prior, const std::string& target,
                                    const std::filesystem::path& state_dir) {
  plan::PriorState state;
  if (route.state == nullptr) return state;
  DPONE_TRY(state.stored, route.state->load(route.context.process, target));
  const auto& own = prior.newest_of_process;
  if (!own || !state.stored || state.stored->version < own->version || state.stored->run_id == own->run_id)
    return state;
  DPONE_TRY(const auto known, evidence::Ledger::find(state_dir, "run.outcome", own->run_id, own->version));
  state.is_receipt_known = known && known->body["outcome"].as_string() == "committed";
  return state;
}

// `target-max` is what the target says.
Result<plan::StartRequest> resolve_start(const Route& route, const Facts& source, const Facts& target) {
  plan::StartRequest request = route.start;
  if (request.start_cursor != "target-max") return request;
  const std::string cursor = route.manifest.source.options.text("cursor");
  // A cursor that the source has not is for the planner to refuse.
  if (!target.exists || source.find(cursor) == nullptr) {
    request.start_cursor = "none";
    return request;
  }
  DPONE_CHECK(plan::check_target_max(cursor, source, target));
  DPONE_TRY(const auto greatest, route.sink.greatest(cursor));
  request.start_cursor = greatest.value_or("none");
  return request;
}

Result<plan::RoutePlan> plan_with(const Route& route, const PriorReceipts& prior,
                                  const std::filesystem::path& state_dir) {
  DPONE_TRY(const Facts source, route.source.describe());
  DPONE_TRY(const Facts target, route.sink.describe(source));
  DPONE_TRY(const std::vector<std::string> columns, plan::select_columns(route.manifest, source));
  DPONE_TRY(const Facts proposed, route.sink.propose(target, source, columns));
  plan::PlanInput input{route.manifest, source, target, proposed, prior};
  DPONE_TRY(input.state, read_state(route, prior, target.relation, state_dir));
  DPONE_TRY(input.request, resolve_start(route, source, target));
  DPONE_TRY(plan::RoutePlan draft, plan::draft(input));
  std::vector<RawVerdict> verdicts;
  for (const WireFormat& format : route.source.raw_formats(draft.task)) {
    verdicts.push_back(route.sink.accepts_raw(format, draft.task));
  }
  DPONE_TRY(plan::RoutePlan plan, plan::complete(std::move(draft), input, verdicts));
  plan.statements = route.source.render(plan.task);
  for (Statement& statement : route.sink.render(plan.task)) plan.statements.push_back(std::move(statement));
  return plan;
}

GateResult row_count_gate(const ReadSummary& read, const WriteSummary& written) {
  GateResult gate;
  gate.name = "row_count";
  gate.facts.set("source_reported", read.rows_reported).set("counted_on_the_way", read.rows_counted);
  gate.facts.set("target_reported", written.rows);
  const bool agree = read.rows_reported == read.rows_counted && read.rows_counted == written.rows;
  gate.verdict = agree ? Verdict::kPass : Verdict::kFail;
  return gate;
}

GateResult key_gate(const plan::RoutePlan& plan, const StageFacts& facts) {
  GateResult gate;
  gate.name = "key";
  if (plan.task.key.empty()) {
    gate.verdict = Verdict::kNotApplicable;
    gate.reason = "no key is declared";
    return gate;
  }
  gate.facts.set("nulls", facts.key_nulls.value_or(-1)).set("duplicates", facts.key_duplicates.value_or(-1));
  if (!facts.key_nulls || !facts.key_duplicates) {
    gate.reason = "the sink did not look";
    return gate;
  }
  gate.verdict = *facts.key_nulls == 0 && *facts.key_duplicates == 0 ? Verdict::kPass : Verdict::kFail;
  return gate;
}

GateResult min_rows_gate(const plan::RoutePlan& plan, std::int64_t rows) {
  GateResult gate;
  gate.name = "min_rows";
  gate.facts.set("rows", rows);
  if (!plan.min_rows) {
    gate.verdict = Verdict::kNotApplicable;
    gate.reason = "quality.min_rows is not set";
    return gate;
  }
  gate.facts.set("min_rows", *plan.min_rows);
  // A run that finds nothing new never comes here, but for one that takes a table over or was told where to begin.
  if (rows == 0 && plan.task.cursor && plan.task.target.exists && !plan.task.target.is_empty) {
    gate.verdict = Verdict::kNotApplicable;
    gate.reason = "there is nothing new, and the target has its rows";
    return gate;
  }
  gate.verdict = rows >= *plan.min_rows ? Verdict::kPass : Verdict::kFail;
  return gate;
}

// Columns of the key, and what may be done about it.
Error key_error(const plan::RoutePlan& plan, const StageFacts& facts) {
  std::string columns;
  for (const std::string& column : plan.task.key) columns += (columns.empty() ? "" : ", ") + column;
  return Error(ErrorClass::kFailed, "gate.key",
               "gate key failed: of the loaded rows, " + std::to_string(*facts.key_nulls) + " have no key, and " +
                   std::to_string(*facts.key_duplicates) + " have one that another row has")
      .with("key", columns)
      .hint(
          "nothing was published; the target is unchanged. Look for them with GROUP BY and HAVING count(*) > 1 at the "
          "source; a merge can keep the latest of several rows of one key: sink.strategy.keep_latest_by");
}

Error gate_error(const GateResult& gate) {
  std::string said;
  for (const auto& [name, value] : gate.facts.as_object())
    said += (said.empty() ? "" : ", ") + name + " " + value.canonical();
  return Error(ErrorClass::kFailed, "gate." + gate.name, "gate " + gate.name + " failed: " + said)
      .hint("nothing was published; the target is unchanged");
}

class Run {
 public:
  Run(const Route& route, std::filesystem::path state_dir, Progress& progress)
      : route_(route), context_(route.context), state_dir_(std::move(state_dir)), progress_(progress) {}

  RunOutcome go() {
    Status status = guarded([this] { return steps(); });
    if (!status) outcome_.error = std::move(status).error();
    return std::move(outcome_);
  }

 private:
  Status steps() {
    DPONE_TRY(evidence::Ledger ledger, evidence::Ledger::open(state_dir_, *context_.clock));
    if (ledger.healed_bytes() > 0) warn("the ledger ended in a half-written record, which was cut off");
    DPONE_TRY(const FileDescriptor lock, lock_process(state_dir_, context_.process));
    DPONE_CHECK(context_.fault("run.locked"));
    progress_.stage("plan");
    DPONE_TRY(const PriorReceipts prior, route_.sink.read_receipts(context_.process, context_.run_id));
    if (prior.of_run) return repeat(*prior.of_run);
    drop_leftovers();
    DPONE_TRY(outcome_.plan, plan_with(route_, prior, state_dir_));
    DPONE_CHECK(correct_state());
    for (const std::string& warning : outcome_.plan->warnings) warn(warning);
    for (const std::string& column : outcome_.plan->task.new_columns) {
      warn("new column \"" + column + "\" of the source is added to the target");
    }
    tell_expected_rows();
    DPONE_CHECK(context_.fault("run.planned"));

    DPONE_TRY(const std::unique_ptr<Snapshot> snapshot, route_.source.open_snapshot(outcome_.plan->task.source));
    DPONE_TRY(const bool has_rows, find_bound(*snapshot));
    if (!has_rows) return end_unchanged(ledger);
    DPONE_TRY(const std::unique_ptr<Stage> stage, route_.sink.prepare(outcome_.plan->task));
    Status status = load_and_publish(*snapshot, *stage, ledger);
    if (!status && status.error().error_class() != ErrorClass::kOutcomeUnknown) {
      const Status dropped = stage->drop();
      if (!dropped) warn("the stage could not be dropped, `dpone cleanup` will: " + dropped.error().to_line());
    }
    return status;
  }

  // The state follows the receipt before anything is loaded.
  Status correct_state() {
    const auto& corrected = outcome_.plan->corrected_state;
    if (!corrected || route_.state == nullptr) return {};
    return store(*corrected);
  }

  // Over the record that the plan was made from, and no other.
  Status store(State state) {
    state.updated_at = format_rfc3339(context_.clock->now(), true);
    DPONE_CHECK(route_.state->apply(state, outcome_.plan->state_record));
    ++outcome_.plan->state_record;
    return {};
  }

  // Asks the source how far this run goes. False: there is nothing to read beyond the last run's end.
  Result<bool> find_bound(Snapshot& snapshot) {
    LoadTask& task = outcome_.plan->task;
    if (!task.cursor) return true;
    DPONE_TRY(const CursorBound bound, snapshot.find_bound(task));
    task.cursor->upper = bound.upper;
    task.cursor->is_bounded = true;
    cursor_after_ = bound.is_beyond_lower ? bound.upper : task.cursor->lower;
    is_beyond_lower_ = bound.is_beyond_lower;
    if (bound.has_rows && outcome_.plan->emptied) return *outcome_.plan->emptied;
    return bound.has_rows || is_first();
  }

  // A first load makes the target even if it has no rows, and takes over one that has them all: from then on it is
  // ours, and its receipt says where to go on.
  // So is one that was told where to begin, which would be forgotten.
  bool is_first() const {
    const plan::RoutePlan& plan = *outcome_.plan;
    return !plan.task.target.exists || plan.expected_version == 1 || plan.begins_as_told;
  }

  Status end_unchanged(evidence::Ledger& ledger) {
    outcome_.is_unchanged = true;
    Json body = Json::object();
    body.set("run_id", context_.run_id).set("process", context_.process).set("outcome", "unchanged");
    DPONE_TRY(outcome_.ledger_head, ledger.append("run.outcome", std::move(body)));
    return {};
  }

  // The source's estimate is of the whole relation.
  void tell_expected_rows() {
    const Options& options = route_.manifest.source.options;
    const auto estimate = outcome_.plan->task.source.estimated_rows;
    const auto& cursor = outcome_.plan->task.cursor;
    if (cursor && cursor->lower) return;
    if (estimate && !options.is_given("where") && !options.is_given("limit")) progress_.expect(*estimate);
  }

  // A run id that was published before is reported, not run again.
  Status repeat(const Receipt& receipt) {
    if (receipt.manifest_hash != route_.manifest.hash()) {
      return Error(ErrorClass::kRefused, "run_id.reused",
                   "run id \"" + context_.run_id + "\" published another manifest")
          .with("published_at", receipt.published_at)
          .hint("give this run another --run-id, or none");
    }
    outcome_.receipt = receipt;
    outcome_.is_repeated = true;
    outcome_.rows_read = receipt.rows_read;
    outcome_.rows_loaded = receipt.rows_loaded;
    return {};
  }

  void drop_leftovers() {
    const auto leftovers = route_.sink.cleanup(context_.process, false);
    if (!leftovers) {
      warn("leftovers of earlier runs could not be looked for: " + leftovers.error().to_line());
      return;
    }
    for (const Leftover& leftover : *leftovers)
      context_.info("dropped " + leftover.name + ", left by run " + leftover.run_id);
  }

  Status load_and_publish(Snapshot& snapshot, Stage& stage, evidence::Ledger& ledger) {
    progress_.stage("load");
    const auto started = context_.clock->steady_now();
    DPONE_TRY(const PumpResult moved, move_rows(snapshot, stage));
    DPONE_CHECK(snapshot.close());
    outcome_.load_duration = context_.clock->steady_now() - started;
    outcome_.rows_read = moved.read.rows_counted;
    outcome_.rows_loaded = moved.written.rows;
    outcome_.bytes = moved.read.bytes;
    if (moved.read.rows_rejected > 0) {
      const bool is_one = moved.read.rows_rejected == 1;
      warn(std::to_string(moved.read.rows_rejected) +
           (is_one ? " row is wrong and was left out" : " rows are wrong and were left out") + ": see " +
           moved.read.rejected_to);
    }
    DPONE_CHECK(context_.fault("load.finished"));
    DPONE_CHECK(judge(row_count_gate(moved.read, moved.written)));
    DPONE_CHECK(judge(min_rows_gate(*outcome_.plan, moved.written.rows)));
    DPONE_CHECK(guard_empty_source(moved.written.rows));
    progress_.stage("seal");
    const auto loaded = context_.clock->steady_now();
    auto sealed = stage.seal();
    outcome_.seal_duration = context_.clock->steady_now() - loaded;
    if (!sealed) return std::move(sealed).error();
    const StageFacts facts = *sealed;
    outcome_.rows_superseded = facts.rows_superseded;
    outcome_.rows_loaded -= facts.rows_superseded;
    if (!judge(key_gate(*outcome_.plan, facts))) return key_error(*outcome_.plan, facts);
    DPONE_TRY(const bool changes, changes_target(stage));
    if (!changes) {
      DPONE_CHECK(stage.drop());
      return end_unchanged(ledger);
    }
    return publish(stage, ledger);
  }

  // Rows that were read again because they share the last cursor, or lie in the overlap, may all be known; without a
  // cursor, every row is read again.
  Result<bool> changes_target(Stage& stage) {
    const LoadTask& task = outcome_.plan->task;
    const bool compares = task.method == PublishMethod::kMerge || task.only_new_rows;
    const bool may_be_known = !task.cursor || !is_beyond_lower_;
    if (!compares || !may_be_known || replaces_all(task.method) || is_first()) return true;
    return stage.changes_target();
  }

  Result<PumpResult> move_rows(Snapshot& snapshot, Stage& stage) {
    const Slice all;
    // The writer first: a source may compute for long before its first row, and a sink that waits in the middle of a
    // load is working, while one that waits before it sits idle in its transaction until the server ends it.
    const int most = stage.most_writers();
    if (outcome_.plan->task.is_raw) {
      DPONE_TRY(auto writer, stage.open_raw_writer({0, most}));
      WriterPool<RawWriter> writers(std::move(writer), most, [&](int index) {
        return stage.open_raw_writer({index, most});
      });
      DPONE_TRY(const auto reader, snapshot.open_raw(all, outcome_.plan->task));
      return pump(*reader, writers, context_, progress_);
    }
    DPONE_TRY(auto writer, stage.open_writer({0, most}));
    WriterPool<BatchWriter> writers(std::move(writer), most, [&](int index) {
      return stage.open_writer({index, most});
    });
    DPONE_TRY(const auto reader, snapshot.open(all, outcome_.plan->task));
    return pump(*reader, writers, context_, progress_);
  }

  Status judge(GateResult gate) {
    const bool failed = gate.verdict == Verdict::kFail;
    outcome_.gates.push_back(std::move(gate));
    if (failed) return gate_error(outcome_.gates.back());
    return {};
  }

  Status guard_empty_source(std::int64_t rows) const {
    const plan::RoutePlan& plan = *outcome_.plan;
    if (rows > 0 || plan.empty_source_refusal.empty() || plan.allow_empty_source) return {};
    return Error(ErrorClass::kRefused, "guard.empty_source", plan.empty_source_refusal)
        .with("source", plan.task.source.relation)
        .with("target", plan.task.target.relation)
        .hint("if an empty target is right, run with --allow-empty-source (sink.options.allow_empty_source: true)");
  }

  Status publish(Stage& stage, evidence::Ledger& ledger) {
    progress_.stage("publish");
    Receipt receipt = outcome_.plan->receipt();
    receipt.run_id = context_.run_id;
    receipt.rows_read = outcome_.rows_read;
    receipt.rows_loaded = outcome_.rows_loaded;
    const auto& cursor = outcome_.plan->task.cursor;
    if (cursor && cursor_after_) receipt.cursor_after = cursor_to_json(*cursor, *cursor_after_);
    DPONE_TRY(outcome_.ledger_head, ledger.append("run.intent", receipt.to_json()));
    const auto started = context_.clock->steady_now();
    auto published = stage.finalize(receipt);
    if (!published && published.error().error_class() == ErrorClass::kOutcomeUnknown)
      published = settle(published.error());
    outcome_.publish_duration = context_.clock->steady_now() - started;
    Json body = Json::object();
    body.set("run_id", context_.run_id).set("process", context_.process).set("version", receipt.version);
    if (published) {
      outcome_.receipt = published->receipt;
      outcome_.rows_inserted = published->rows_inserted;
      outcome_.rows_updated = published->rows_updated;
      body.set("outcome", "committed").set("receipt", published->receipt.to_json());
    } else {
      const bool is_unknown = published.error().error_class() == ErrorClass::kOutcomeUnknown;
      body.set("outcome", is_unknown ? "unknown" : "not_committed").set("error", published.error().slug());
    }
    // The data is published or not by now, whatever becomes of the ledger.
    const auto appended = ledger.append("run.outcome", std::move(body));
    if (appended) {
      outcome_.ledger_head = *appended;
    } else {
      warn("the outcome could not be written to the ledger: " + appended.error().to_line());
    }
    if (!published) return std::move(published).error();
    advance_state(published->receipt);
    if (context_.stop.stop_requested())
      warn("told to stop when the target had the new rows already: they are published");
    const Status reached = context_.fault("run.published");
    if (!reached) warn(reached.error().to_line());
    return {};
  }

  // The receipt is the record; a state that could not be written follows it before the next run.
  void advance_state(const Receipt& receipt) {
    if (route_.state == nullptr) return;
    const Status reached = context_.fault("state.before_write");
    Status stored = reached ? store(plan::state_after(receipt)) : reached;
    if (!stored) warn("the state could not be written, the next run goes by the receipt: " + stored.error().to_line());
  }

  Result<Published> settle(const Error& lost) {
    warn(lost.to_line());
    const auto wait = route_.manifest.runtime.duration("settle_wait");
    DPONE_TRY(const std::optional<Receipt> found, route_.sink.settle(context_.process, context_.run_id, wait));
    if (found) return Published{*found, {}, {}};
    return Error(ErrorClass::kUnavailable, "finalize.not_committed",
                 "the connection was lost while publishing, and the server says that nothing was published")
        .retry(Retry::kSafe)
        .hint("run again");
  }

  void warn(std::string message) {
    context_.warn(message);
    outcome_.warnings.push_back(std::move(message));
  }

  const Route& route_;
  const RunContext& context_;
  const std::filesystem::path state_dir_;
  Progress& progress_;
  RunOutcome outcome_;
  std::optional<CursorPosition> cursor_after_;
  bool is_beyond_lower_ = true;
};

}  // namespace

Result<plan::RoutePlan> make_plan(const Route& route, const std::filesystem::path& state_dir) {
  DPONE_TRY(const PriorReceipts prior, route.sink.read_receipts(route.context.process, route.context.run_id));
  return plan_with(route, prior, state_dir);
}

RunOutcome run(const Route& route, const std::filesystem::path& state_dir, Progress& progress) {
  return Run(route, state_dir, progress).go();
}

}  // namespace dpone::engine
