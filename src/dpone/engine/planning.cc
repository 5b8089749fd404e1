#include "dpone/engine/planning.h"

#include <algorithm>

#include "dpone/base/guarded.h"
#include "dpone/evidence/ledger.h"
#include "dpone/plan/planner.h"
#include "dpone/plan/strategy/strategy.h"
#include "dpone/plan/type_map.h"

namespace dpone::engine {
namespace {

void append(std::vector<Statement>& statements, const std::vector<Statement>& more) {
  statements.insert(statements.end(), more.begin(), more.end());
}

// What the state store and the ledger know; nothing for a strategy without a position.
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
Result<plan::StartRequest> resolve_start(const Route& route, const SourceFacts& source, const TargetFacts& target,
                                         std::vector<Statement>& asked) {
  plan::StartRequest request = route.start;
  if (request.start_cursor != "target-max") return request;
  const std::string cursor = route.manifest.source.options.text("cursor");
  // A cursor that the source has not is for the planner to refuse.
  if (!target.exists || source.find(cursor) == nullptr) {
    request.start_cursor = "none";
    return request;
  }
  DPONE_CHECK(plan::check_target_max(cursor, source, target));
  DPONE_TRY(const auto greatest, route.sink.greatest(cursor, asked));
  request.start_cursor = greatest.value_or("none");
  return request;
}

// The further statements of a run that finds all rows below its position and starts from the beginning (cursor_behind:
// restart).
void append_restart(const Route& route, ReadTask task, std::vector<Statement>& statements) {
  const bool may_restart = route.manifest.source.options.text("cursor_behind") == "restart";
  if (!may_restart || task.cursor() == nullptr || !task.cursor()->lower) return;
  task.cursor()->lower.reset();
  for (Statement& statement : route.source.render(task)) {
    const bool is_known = std::any_of(statements.begin(), statements.end(),
                                      [&](const Statement& known) { return known.text == statement.text; });
    if (!is_known) statements.push_back(std::move(statement));
  }
}

// Rows that are left out because the target has them must be there.
Status check_rows_at_position(const Route& route, const plan::RoutePlan& plan, std::vector<Statement>& asked) {
  const InsertRows* const insert = find_step<InsertRows>(plan.load.publish);
  const bool looks = insert != nullptr && insert->which == InsertRows::Which::kNewAtPosition;
  if (!looks || !plan.rows_at_position || plan.load.target.is_empty) return {};
  DPONE_TRY(const std::int64_t found, route.sink.count_at(insert->cursor, insert->at, asked));
  return plan::check_rows_at_position(plan.load.target, *plan.read.cursor(), *plan.rows_at_position, found);
}

}  // namespace

Result<plan::RoutePlan> make_plan(const Route& route, const std::filesystem::path& state_dir) {
  SourceAnswer source_answer = ask(route.source);
  DPONE_TRY(const PriorReceipts prior, route.sink.read_receipts(route.context.process, route.context.run_id));
  return make_plan(route, state_dir, prior, std::move(source_answer));
}

SourceAnswer ask(Source& source) {
  return std::async(source.is_server() ? std::launch::async : std::launch::deferred,
                    [&source] { return guarded([&] { return source.describe(); }); });
}

Result<plan::RoutePlan> make_plan(const Route& route, const std::filesystem::path& state_dir,
                                  const PriorReceipts& prior, SourceAnswer source_answer,
                                  const std::vector<plan::TextColumn>& text_columns) {
  DPONE_TRY(const SourceFacts source, source_answer.get());
  DPONE_TRY(const TargetFacts target, route.sink.describe(plan::strategy::question_of(route.manifest, source)));
  DPONE_TRY(const std::vector<std::string> columns, plan::select_columns(route.manifest, source));
  DPONE_TRY(const TargetFacts proposed, route.sink.propose(target, source, columns));
  plan::PlanInput input{route.manifest, source, target, proposed, prior};
  input.text_columns = text_columns;
  DPONE_TRY(input.state, read_state(route, prior, target.relation, state_dir));
  // What planning itself has sent; statements of a plan are its beginning.
  std::vector<Statement> statements = prior.asked;
  append(statements, source.asked);
  append(statements, target.asked);
  DPONE_TRY(input.request, resolve_start(route, source, target, statements));
  DPONE_TRY(plan::RoutePlan draft, plan::draft(input));
  std::vector<RawVerdict> verdicts;
  for (const WireFormat& format : route.source.raw_formats(draft.read)) {
    verdicts.push_back(route.sink.accepts_raw(format, draft.load));
  }
  DPONE_TRY(plan::RoutePlan plan, plan::complete(std::move(draft), input, verdicts));
  DPONE_CHECK(check_rows_at_position(route, plan, statements));
  append(statements, route.source.render(plan.read));
  append_restart(route, plan.read, statements);
  append(statements, route.sink.render(plan.load));
  plan.statements = std::move(statements);
  return plan;
}

std::optional<std::int64_t> estimated_rows(const Route& route, const plan::RoutePlan& plan) {
  const Options& options = route.manifest.source.options;
  const CursorRange* const range = plan.read.cursor();
  const bool is_part = options.is_given("where") || options.is_given("limit") || (range != nullptr && range->lower);
  return is_part ? std::nullopt : plan.read.source.estimated_rows;
}

}  // namespace dpone::engine
