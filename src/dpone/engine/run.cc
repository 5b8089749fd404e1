#include "dpone/engine/run.h"

#include "dpone/base/guarded.h"
#include "dpone/engine/earlier_runs.h"
#include "dpone/engine/load.h"
#include "dpone/engine/planning.h"
#include "dpone/engine/process_lock.h"
#include "dpone/engine/publication.h"
#include "dpone/engine/retry.h"

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
    if (ledger.healed_bytes() > 0) warn("the ledger ended in an incomplete record, which was removed");
    DPONE_TRY(const FileDescriptor lock, lock_process(state_dir_, context_.process));
    DPONE_CHECK(context_.fault("run.locked"));
    progress_.stage("plan");
    DPONE_CHECK(recover(route_, record_));
    return retry_as_text(context_, [&](const auto& text_columns) { return attempt(text_columns, ledger); });
  }

 private:
  Status attempt(const std::vector<plan::TextColumn>& text_columns, evidence::Ledger& ledger) {
    SourceAnswer source_answer = ask(route_.source);
    DPONE_TRY(const PriorReceipts prior, route_.sink.read_receipts(context_.process, context_.run_id));
    if (prior.of_run) return repeat(route_, *prior.of_run, record_);
    if (text_columns.empty()) drop_leftovers(route_, record_);
    DPONE_TRY(plan_, make_plan(route_, state_dir_, prior, std::move(source_answer), text_columns));
    tell_plan();
    StateKeeper state(route_, plan_->state_record);
    // The state follows the receipt before anything is loaded.
    if (plan_->corrected_state && route_.state != nullptr) DPONE_CHECK(state.store(*plan_->corrected_state));
    DPONE_CHECK(context_.fault("run.planned"));

    DPONE_TRY(const std::unique_ptr<Snapshot> snapshot, route_.source.open_snapshot(plan_->read));
    DPONE_TRY(ReadEnd end, find_end(route_, *plan_, *snapshot, record_));
    if (!end.has_rows && !plan_->publishes_anyway()) return end_unchanged(ledger);
    DPONE_TRY(const std::unique_ptr<Stage> stage, route_.sink.open_stage(plan_->load));
    Status status = load_and_publish(*snapshot, *stage, end, ledger, state);
    if (!status && status.error().error_class() != ErrorClass::kOutcomeUnknown) {
      const Status dropped = stage->drop();
      if (!dropped) {
        warn("cannot drop the stage; `dpone cleanup` will drop it: " + dropped.error().to_line());
        return std::move(status).error().retry(Retry::kNever);
      }
    }
    return status;
  }

  Status load_and_publish(Snapshot& snapshot, Stage& stage, ReadEnd& end, evidence::Ledger& ledger,
                          StateKeeper& state) {
    DPONE_TRY(const bool changes, load(route_, *plan_, snapshot, stage, end, progress_, record_));
    if (!changes) {
      DPONE_CHECK(stage.drop());
      return end_unchanged(ledger);
    }
    progress_.stage("publish");
    return publish({route_, *plan_, end.position, ledger, state}, stage, record_);
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
    if (const auto rows = estimated_rows(route_, *plan_)) progress_.expect(*rows);
  }

  void warn(std::string message) { engine::warn(route_, record_, std::move(message)); }

  const Route& route_;
  const RunContext& context_;
  const std::filesystem::path state_dir_;
  Progress& progress_;
  evidence::RunRecord& record_;
  std::optional<plan::RoutePlan>& plan_;
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
