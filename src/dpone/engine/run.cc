#include "dpone/engine/run.h"

#include "dpone/base/file.h"
#include "dpone/base/guarded.h"
#include "dpone/engine/gates.h"
#include "dpone/engine/planning.h"
#include "dpone/engine/process_lock.h"
#include "dpone/engine/publication.h"
#include "dpone/engine/retry.h"
#include "dpone/engine/slice_loader.h"

namespace dpone::engine {
namespace {

class Run {
 public:
  Run(const Route& route, std::filesystem::path state_dir, Progress& progress, evidence::RunRecord& record,
      std::optional<plan::RoutePlan>& plan)
      : route_(route),
        context_(route.context),
        state_dir_(std::move(state_dir)),
        progress_(progress),
        record_(record),
        plan_(plan) {}

  Status steps() {
    DPONE_TRY(evidence::Ledger ledger, evidence::Ledger::open(state_dir_, *context_.clock));
    if (ledger.healed_bytes() > 0) warn("the ledger ended in a half-written record, which was cut off");
    DPONE_TRY(const FileDescriptor lock, lock_process(state_dir_, context_.process));
    DPONE_CHECK(context_.fault("run.locked"));
    progress_.stage("plan");
    DPONE_CHECK(recover());
    DPONE_TRY(const PriorReceipts prior, route_.sink.read_receipts(context_.process, context_.run_id));
    if (prior.of_run) return repeat(*prior.of_run);
    drop_leftovers();
    DPONE_TRY(plan_, make_plan(route_, state_dir_, prior));
    tell_plan();
    StateKeeper state(route_, plan_->state_record);
    // The state follows the receipt before anything is loaded.
    if (plan_->corrected_state && route_.state != nullptr) DPONE_CHECK(state.store(*plan_->corrected_state));
    DPONE_CHECK(context_.fault("run.planned"));

    DPONE_TRY(const std::unique_ptr<Snapshot> snapshot, route_.source.open_snapshot(plan_->read));
    DPONE_TRY(const bool has_rows, find_bound(*snapshot));
    if (!has_rows) return end_unchanged(ledger);
    DPONE_TRY(const std::unique_ptr<Stage> stage, route_.sink.open_stage(plan_->load));
    Status status = load_and_publish(*snapshot, *stage, ledger, state);
    if (!status && status.error().error_class() != ErrorClass::kOutcomeUnknown) {
      const Status dropped = stage->drop();
      if (!dropped) warn("the stage could not be dropped, `dpone cleanup` will: " + dropped.error().to_line());
    }
    return status;
  }

 private:
  Status load_and_publish(Snapshot& snapshot, Stage& stage, evidence::Ledger& ledger, StateKeeper& state) {
    progress_.stage("load");
    const auto started = context_.clock->steady_now();
    DPONE_TRY(const PumpResult moved, load_slices(*plan_, snapshot, stage, context_, progress_));
    DPONE_CHECK(snapshot.close());
    record_.load_duration = context_.clock->steady_now() - started;
    LoadFigures figures{*plan_, moved.read, moved.written, {}, {}, {}};
    tell_figures(figures);
    DPONE_CHECK(context_.fault("load.finished"));
    progress_.stage("seal");
    const auto loaded = context_.clock->steady_now();
    DPONE_CHECK(check_and_seal(stage, figures));
    record_.seal_duration = context_.clock->steady_now() - loaded;
    DPONE_TRY(const bool changes, changes_target(stage));
    if (!changes) {
      DPONE_CHECK(stage.drop());
      return end_unchanged(ledger);
    }
    progress_.stage("publish");
    return publish({route_, *plan_, position_, ledger, state}, stage, record_);
  }

  // Gates look before indexes are built: a gate counts, an index stops at the first.
  Status check_and_seal(Stage& stage, LoadFigures& figures) {
    DPONE_CHECK(ask(stage, figures, Question::Kind::kRows));
    DPONE_CHECK(judge(Gate::When::kLoaded, figures));
    DPONE_CHECK(guard_empty_source(figures.written.rows));
    DPONE_TRY(const std::vector<StepCount> removed, stage.apply());
    for (const StepCount& count : removed) record_.rows_superseded += count.rows;
    record_.rows_loaded -= record_.rows_superseded;
    for (const auto kind : {Question::Kind::kOutside, Question::Kind::kKeyFaults, Question::Kind::kAt}) {
      DPONE_CHECK(ask(stage, figures, kind));
    }
    DPONE_CHECK(judge(Gate::When::kAsked, figures));
    return retry(context_, route_.manifest.sink.options.duration("publish_wait"), record_.attempts,
                 [&] { return stage.seal(); });
  }

  // Puts the questions of one kind, of which the plan has one at most.
  Status ask(Stage& stage, LoadFigures& figures, Question::Kind kind) {
    for (Question question : plan_->load.questions) {
      if (question.kind != kind) continue;
      if (kind == Question::Kind::kAt) {
        const auto at = position_ ? cursor_position(*plan_->read.cursor(), *position_) : std::nullopt;
        if (!at) continue;
        question.value = at->value;
      }
      DPONE_TRY(const std::vector<Answer> answers, stage.ask({question}));
      const Answer& answer = answers.front();
      if (kind == Question::Kind::kRows) figures.recounted = answer.first;
      if (kind == Question::Kind::kOutside) figures.rows_outside = answer.first;
      if (kind == Question::Kind::kKeyFaults) figures.key_faults = answer;
      if (kind == Question::Kind::kAt) keep_rows_at_position(answer.first);
      if (kind == Question::Kind::kChanges) changes_ = answer.first != 0;
    }
    return {};
  }

  void keep_rows_at_position(std::int64_t rows) {
    const CursorRange& range = *plan_->read.cursor();
    auto at = cursor_position(range, *position_);
    at->rows = rows;
    position_ = to_position(range, *at);
  }

  Status judge(Gate::When when, const LoadFigures& figures) {
    for (const Gate& gate : gates()) {
      if (gate.when != when || (gate.is_of != nullptr && !gate.is_of(*plan_))) continue;
      record_.gates.push_back(gate.judge(figures));
      if (record_.gates.back().verdict == evidence::Verdict::kFail)
        return gate.error(gate, figures, record_.gates.back());
    }
    return {};
  }

  // Rows that were read again, because they share the last cursor or lie in the overlap, may all be known; without a
  // position, every row is read again.
  Result<bool> changes_target(Stage& stage) {
    if (plan_->read.cursor() != nullptr && advances_) return true;
    LoadFigures none{*plan_, {}, {}, {}, {}, {}};
    DPONE_CHECK(ask(stage, none, Question::Kind::kChanges));
    return changes_;
  }

  // Asks the source how far this run goes. False: there is nothing to read beyond the last run's end.
  Result<bool> find_bound(Snapshot& snapshot) {
    DPONE_TRY(ReadBound bound, snapshot.bound(plan_->read));
    if (CursorRange* range = plan_->read.cursor()) {
      const Options& options = route_.manifest.source.options;
      DPONE_TRY(const plan::BoundVerdict verdict,
                plan::judge_bound(*range, bound, {options.text("cursor_behind"), options.text("cursor_max")},
                                  context_.clock->now()));
      for (const std::string& warning : verdict.warnings) warn(warning);
      if (verdict.restarts) {
        range->lower.reset();
        DPONE_TRY(bound, snapshot.bound(plan_->read));
      }
      position_ = bound.until;
      // It never goes back: an overlap reads rows that lie before it.
      if (!bound.advances && range->lower) position_ = to_position(*range, {*range->lower, {}, range->relation});
    } else {
      position_ = bound.until;
    }
    plan_->read.until = std::move(bound.until);
    plan_->read.is_bounded = true;
    advances_ = bound.advances;
    if (bound.has_rows && plan_->emptied) return *plan_->emptied;
    return bound.has_rows || plan_->publishes_anyway();
  }

  Status end_unchanged(evidence::Ledger& ledger) {
    record_.is_unchanged = true;
    Json body = Json::object();
    body.set("run_id", context_.run_id).set("process", context_.process).set("outcome", "unchanged");
    DPONE_TRY(record_.ledger_head, ledger.append("run.outcome", std::move(body)));
    return {};
  }

  void tell_plan() {
    record_.plan_hash = plan_->hash();
    record_.is_raw = plan_->load.is_raw;
    record_.notes = plan_->notes;
    for (const std::string& warning : plan_->warnings) warn(warning);
    for (const std::string& column : added_columns(plan_->load)) {
      warn("new column \"" + column + "\" of the source is added to the target");
    }
    // The source's estimate is of the whole relation.
    const Options& options = route_.manifest.source.options;
    const auto& estimate = plan_->read.source.estimated_rows;
    const CursorRange* const range = plan_->read.cursor();
    const bool is_whole =
        !options.is_given("where") && !options.is_given("limit") && (range == nullptr || !range->lower);
    if (estimate && is_whole) progress_.expect(*estimate);
  }

  void tell_figures(const LoadFigures& figures) {
    record_.rows_read = figures.read.rows_counted;
    record_.rows_loaded = figures.written.rows;
    record_.bytes = figures.read.bytes;
    const std::int64_t rejected = figures.read.rows_rejected;
    if (rejected == 0) return;
    warn(std::to_string(rejected) + (rejected == 1 ? " invalid row was rejected" : " invalid rows were rejected") +
         "; see " + figures.read.rejected_to);
  }

  Status recover() {
    DPONE_TRY(const std::vector<Receipt> ended, route_.sink.recover(context_.process));
    for (const Receipt& receipt : ended) {
      warn("run " + receipt.run_id + " had died while it published version " + std::to_string(receipt.version) +
           ": it is published");
    }
    return {};
  }

  // A run id that was published before is reported, not run again.
  Status repeat(const Receipt& receipt) {
    if (receipt.manifest_hash != route_.manifest.hash()) {
      return Error(ErrorClass::kRefused, "run_id.reused",
                   "run id \"" + context_.run_id + "\" published another manifest")
          .with("published_at", receipt.published_at)
          .hint("give this run another --run-id, or none");
    }
    record_.receipt = receipt.to_json();
    record_.version = receipt.version;
    record_.method = receipt.method;
    if (receipt.position) record_.position = receipt.position->to_json();
    record_.is_published = true;
    record_.is_repeated = true;
    record_.rows_read = receipt.rows_read;
    record_.rows_loaded = receipt.rows_loaded;
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

  Status guard_empty_source(std::int64_t rows) const {
    if (rows > 0 || plan_->empty_source_refusal.empty() || plan_->allow_empty_source) return {};
    return Error(ErrorClass::kRefused, "guard.empty_source", plan_->empty_source_refusal)
        .with("source", plan_->read.source.relation)
        .with("target", plan_->load.target.relation)
        .hint("if an empty target is right, run with --allow-empty-source (sink.options.allow_empty_source: true)");
  }

  void warn(std::string message) { engine::warn(route_, record_, std::move(message)); }

  const Route& route_;
  const RunContext& context_;
  const std::filesystem::path state_dir_;
  Progress& progress_;
  evidence::RunRecord& record_;
  std::optional<plan::RoutePlan>& plan_;
  std::optional<Position> position_;
  bool advances_ = true;
  bool changes_ = true;
};

}  // namespace

evidence::RunRecord run(const Route& route, const std::filesystem::path& state_dir, Progress& progress,
                        std::optional<plan::RoutePlan>* plan) {
  evidence::RunRecord record;
  std::optional<plan::RoutePlan> own_plan;
  record.process = route.context.process;
  record.run_id = route.context.run_id;
  record.manifest_hash = route.manifest.hash();
  Run run(route, state_dir, progress, record, plan == nullptr ? own_plan : *plan);
  Status status = guarded([&] { return run.steps(); });
  if (!status) record.errors.push_back(std::move(status).error());
  return record;
}

}  // namespace dpone::engine
