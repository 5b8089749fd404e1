#include "dpone/plan/planner.h"

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/base/sha256.h"
#include "dpone/plan/strategy/full_refresh.h"
#include "dpone/plan/strategy/incremental.h"
#include "dpone/plan/type_map.h"

namespace dpone::plan {

Status check_ownership(const PlanInput& input) {
  const bool adopts = input.manifest.sink.options.flag("adopt");
  const auto& own = input.prior.newest_of_process;
  const auto& newest = input.prior.newest_of_target;
  if (adopts || !input.target.exists) return {};
  const bool is_replacing = !input.manifest.strategy.is_incremental();
  if (is_replacing && newest && newest->process != input.manifest.name) {
    return Error(ErrorClass::kRefused, "target.other_process",
                 "the target was last loaded by process \"" + newest->process + "\"")
        .with("target", input.target.relation)
        .with("run_id", newest->run_id)
        .with("published_at", newest->published_at)
        .hint("load into another table, or take this one over with --adopt (sink.options.adopt: true)");
  }
  // An older one of ours, restored or swapped back, may be replaced.
  const std::vector<std::string>& ours = input.prior.identities;
  const bool is_known = contains(ours, input.target.identity);
  if (is_replacing && newest && !input.target.is_empty && !is_known) {
    return Error(ErrorClass::kRefused, "target.not_ours",
                 "the target is not what run " + newest->run_id +
                     " published: something else put it there, with rows that no run of dpone knows")
        .with("target", input.target.relation)
        .with("process", input.manifest.name)
        .hint("check whether its rows are still wanted; then take it over with --adopt (sink.options.adopt: true)");
  }
  if (!own && !input.target.is_empty) {
    return Error(ErrorClass::kRefused, "target.not_ours", "the target has rows that no run of dpone has published")
        .with("target", input.target.relation)
        .with("process", input.manifest.name)
        .hint("check that it is the right table; then take it over with --adopt (sink.options.adopt: true)");
  }
  return {};
}

std::string selection_fingerprint(const manifest::Manifest& manifest, const Facts& source,
                                  const std::vector<ColumnPolicy>& columns, const std::optional<CursorRange>& cursor) {
  // Columns match by name: the order in which the source has them is no part of a selection.
  std::vector<std::string> sorted;
  for (const ColumnPolicy& column : columns) sorted.push_back(column.name);
  std::sort(sorted.begin(), sorted.end());
  Json names = Json::array();
  for (std::string& name : sorted) names.push(std::move(name));
  Json key = Json::array();
  for (const std::string& column : manifest.strategy.unique_key) key.push(column);
  Json json = Json::object();
  json.set("relation", source.relation).set("query", manifest.source.options.text("query"));
  json.set("where", manifest.source.options.text("where")).set("columns", std::move(names)).set("key", std::move(key));
  if (cursor) json.set("cursor", cursor->column).set("cursor_type", cursor->native_type);
  return sha256_hex(json.canonical());
}

Result<RoutePlan> draft(const PlanInput& input) {
  if (!input.proposed.obstacles.empty()) return input.proposed.obstacles.front();
  DPONE_CHECK(check_ownership(input));
  DPONE_TRY(ColumnMap map, map_columns(input.manifest, input.source, input.target, input.proposed, input.prior));
  RoutePlan plan;
  plan.process = input.manifest.name;
  plan.mode = input.manifest.strategy.mode;
  plan.manifest_hash = input.manifest.hash();
  plan.notes = input.source.notes;
  plan.notes.insert(plan.notes.end(), input.proposed.notes.begin(), input.proposed.notes.end());
  plan.notes.insert(plan.notes.end(), map.notes.begin(), map.notes.end());
  plan.task.columns = std::move(map.columns);
  plan.task.new_columns = std::move(map.new_columns);
  plan.task.source = input.source;
  plan.task.target = input.target;
  if (!input.target.exists) {
    plan.task.target = input.proposed;
  } else {
    // What the sink adds for new columns, in its own words.
    plan.task.target.native = input.proposed.native;
  }
  for (const std::string& column : input.manifest.strategy.unique_key) {
    const bool is_loaded = std::any_of(plan.task.columns.begin(), plan.task.columns.end(),
                                       [&](const ColumnPolicy& policy) { return policy.name == column; });
    if (!is_loaded) {
      return Error(ErrorClass::kFailed, "strategy.key_not_selected",
                   "key column \"" + column + "\" is not among the loaded columns")
          .with("option", "sink.strategy.unique_key")
          .hint("name a column of the source, or select it");
    }
    plan.task.key.push_back(column);
  }
  if (input.manifest.source.options.is_given("cursor")) {
    DPONE_TRY(plan.task.cursor, strategy::cursor_range(input.manifest, input.source));
  }
  plan.selection_fingerprint = selection_fingerprint(input.manifest, input.source, plan.task.columns, plan.task.cursor);
  if (plan.task.cursor) {
    DPONE_TRY(StartPoint start, find_start({input.manifest, input.target, input.prior, input.state, input.request,
                                            *plan.task.cursor, plan.selection_fingerprint}));
    plan.emptied = std::move(start.emptied);
    plan.begins_as_told = input.request.start_cursor.has_value();
    if (start.corrected || (start.lower && input.target.is_empty)) plan.warnings = start.notes;
    plan.task.cursor->lower = std::move(start.lower);
    plan.corrected_state = std::move(start.corrected);
    plan.state_record = input.state.stored ? input.state.stored->record : 0;
    plan.notes.insert(plan.notes.begin(), start.notes.begin(), start.notes.end());
  }
  const auto& own = input.prior.newest_of_process;
  plan.expected_version = next_version(input.prior);
  const bool is_same = own && own->target_identity == input.target.identity;
  plan.target_created = !input.target.exists || (is_same && own->target_created);
  if (own && input.target.exists && !is_same) {
    plan.notes.push_back("the target is not the table that run " + own->run_id +
                         " published: something else replaced it since");
  }
  if (own && !input.target.exists) {
    plan.notes.push_back("the target that run " + own->run_id + " published is gone and is created again");
  }
  if (input.manifest.quality.is_given("min_rows")) plan.min_rows = input.manifest.quality.integer("min_rows");
  return plan;
}

Result<RoutePlan> complete(RoutePlan plan, const PlanInput& input, const std::vector<RawVerdict>& verdicts) {
  if (!input.manifest.runtime.flag("raw")) {
    plan.raw_reasons.push_back("raw pass-through is turned off (runtime.raw)");
  } else {
    for (const RawVerdict& verdict : verdicts) {
      if (verdict.is_accepted) {
        plan.task.is_raw = true;
        plan.task.format = verdict.format;
        break;
      }
      for (const std::string& reason : verdict.reasons) {
        if (!contains(plan.raw_reasons, reason)) {
          plan.raw_reasons.push_back(reason);
        }
      }
    }
  }
  // A mode that is not in this build never gets past the manifest reader.
  DPONE_CHECK(input.manifest.strategy.is_incremental() ? strategy::plan_incremental(input, plan)
                                                       : strategy::plan_full_refresh(input, plan));
  // One transaction that makes and loads the table freezes its rows, so that snapshots from before it see them too.
  // Where the table takes the place of one that is read, that is worth more than speed.
  const bool is_exchange = plan.task.method == PublishMethod::kExchange;
  const Options& runtime = input.manifest.runtime;
  plan.task.loaders = runtime.is_given("loaders") ? static_cast<int>(runtime.integer("loaders")) : is_exchange ? 1 : 2;
  if (is_exchange && plan.task.loaders > 1) {
    plan.notes.emplace_back(
        "transactions with a snapshot from before the load see the new table empty; with runtime.loaders: 1 they see "
        "its "
        "rows");
  }
  plan.expected_epoch = next_epoch(input.prior, replaces_all(plan.task.method));
  return plan;
}

}  // namespace dpone::plan
