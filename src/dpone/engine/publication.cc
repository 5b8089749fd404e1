#include "dpone/engine/publication.h"

#include "dpone/base/clock.h"
#include "dpone/base/contains.h"
#include "dpone/engine/retry.h"
#include "dpone/engine/settle.h"

namespace dpone::engine {
namespace {

Receipt receipt_of(const PublicationInput& input, const evidence::RunRecord& record) {
  Receipt receipt = input.plan.receipt();
  receipt.run_id = input.route.context.run_id;
  receipt.rows_read = record.rows_read;
  receipt.rows_loaded = record.rows_loaded;
  receipt.position = input.position;
  return receipt;
}

// A lost answer is neither success nor failure: the receipt in the target decides.
Result<PublishOutcome> settle_lost(const PublicationInput& input, const Error& lost, evidence::RunRecord& record) {
  const Route& route = input.route;
  warn(route, record, lost.to_line());
  const auto wait = route.manifest.runtime.duration("settle_wait");
  auto settled = settle(route.sink, route.context, route.context.process, route.context.run_id, wait);
  if (!settled) return std::move(settled).error().with("target", input.plan.load.target.relation);
  if (settled->state == PublishState::kCommitted) return settled;
  if (settled->state == PublishState::kPartial) {
    return Error(ErrorClass::kOutcomeUnknown, "finalize.outcome_unknown", "the load is partly published")
        .with("target", input.plan.load.target.relation)
        .hint("run again: the next run completes the publication first");
  }
  return Error(ErrorClass::kUnavailable, "finalize.not_committed",
               "the connection was lost during publishing, and the target shows that nothing was published")
      .retry(Retry::kSafe)
      .hint("run again");
}

void count_changes(const plan::RoutePlan& plan, const PublishOutcome& outcome, evidence::RunRecord& record) {
  if (replaces_all(plan.load) || outcome.counts.empty()) return;
  record.rows_inserted = 0;
  for (const StepCount& count : outcome.counts) {
    const Step& step = plan.load.publish[count.step];
    if (std::holds_alternative<InsertRows>(step)) *record.rows_inserted += count.rows;
    if (std::holds_alternative<UpdateRows>(step)) record.rows_updated = record.rows_updated.value_or(0) + count.rows;
    if (std::holds_alternative<DeleteRows>(step)) record.rows_deleted = record.rows_deleted.value_or(0) + count.rows;
  }
  if (!record.rows_updated && !record.rows_deleted) record.rows_updated = 0;
}

// The receipt is the record; a state that could not be written follows it before the next run.
void advance_state(const PublicationInput& input, const Receipt& receipt, evidence::RunRecord& record) {
  if (input.route.state == nullptr) return;
  const Status reached = input.route.context.fault("state.before_write");
  Status stored = reached ? input.state.store(plan::state_after(receipt)) : reached;
  if (stored) return;
  warn(input.route, record, "cannot write the state; the next run uses the receipt: " + stored.error().to_line());
}

}  // namespace

void warn(const Route& route, evidence::RunRecord& record, std::string message) {
  if (contains(record.warnings, message)) return;
  route.context.warn(message);
  record.warnings.push_back(std::move(message));
}

Status StateKeeper::store(State state) {
  state.updated_at = format_rfc3339(route_.context.clock->now(), true);
  DPONE_CHECK(route_.state->apply(state, record_));
  ++record_;
  return {};
}

Status publish(const PublicationInput& input, Stage& stage, evidence::RunRecord& record) {
  const Route& route = input.route;
  const RunContext& context = route.context;
  const Receipt receipt = receipt_of(input, record);
  DPONE_TRY(record.ledger_head, input.ledger.append("run.intent", receipt.to_json()));
  const auto started = context.clock->steady_now();
  Result<PublishOutcome> outcome = PublishOutcome{};
  Status done = retry(context, route.manifest.sink.options.duration("publish_wait"), record.attempts, [&]() -> Status {
    DPONE_TRY(outcome, route.sink.publish(stage, input.plan.load, receipt));
    return {};
  });
  if (!done) outcome = std::move(done).error();
  if (!outcome && outcome.error().error_class() == ErrorClass::kOutcomeUnknown) {
    outcome = settle_lost(input, outcome.error(), record);
  }
  record.publish_duration = context.clock->steady_now() - started;
  Json body = Json::object();
  body.set("run_id", context.run_id).set("process", context.process).set("version", receipt.version);
  if (outcome) {
    record.receipt = outcome->receipt->to_json();
    record.version = outcome->receipt->version;
    record.method = outcome->receipt->method;
    record.is_published = true;
    if (replaces_all(input.plan.load)) record.final_rows = outcome->receipt->rows_loaded;
    if (outcome->receipt->position) record.position = outcome->receipt->position->to_json();
    count_changes(input.plan, *outcome, record);
    body.set("outcome", "committed").set("receipt", record.receipt);
  } else {
    const bool is_unknown = outcome.error().error_class() == ErrorClass::kOutcomeUnknown;
    body.set("outcome", is_unknown ? "unknown" : "not_committed").set("error", outcome.error().slug());
  }
  // The data is published or not by now, whatever becomes of the ledger.
  const auto appended = input.ledger.append("run.outcome", std::move(body));
  if (appended) {
    record.ledger_head = *appended;
  } else {
    warn(route, record, "cannot write the outcome to the ledger: " + appended.error().to_line());
  }
  if (!outcome) return std::move(outcome).error();
  advance_state(input, *outcome->receipt, record);
  if (input.position) {
    const Status told = route.source.acknowledge(*input.position);
    if (!told) warn(route, record, "cannot report the position to the source: " + told.error().to_line());
  }
  if (context.stop.stop_requested()) {
    warn(route, record, "the run was interrupted after the load was published");
  }
  const Status reached = context.fault("run.published");
  if (!reached) warn(route, record, reached.error().to_line());
  return {};
}

}  // namespace dpone::engine
