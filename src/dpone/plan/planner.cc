#include "dpone/plan/planner.h"

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/base/sha256.h"
#include "dpone/plan/strategy/incremental.h"
#include "dpone/plan/strategy/strategy.h"
#include "dpone/plan/type_map.h"

namespace dpone::plan {

Status check_ownership(const PlanInput& input) {
  const bool adopts = input.manifest.sink.options.flag("adopt");
  const auto& own = input.prior.newest_of_process;
  const auto& newest = input.prior.newest_of_target;
  if (adopts || !input.target.exists) return {};
  const bool is_replacing = strategy::of(input.manifest).replaces;
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
                 "the target is not the table that run " + newest->run_id +
                     " published: another program created it, with rows that no run of dpone published")
        .with("target", input.target.relation)
        .with("process", input.manifest.name)
        .hint("check whether its rows are still needed; then take it over with --adopt (sink.options.adopt: true)");
  }
  if (!own && !input.target.is_empty && newest && is_known) {
    const bool needs_start = input.manifest.has_cursor();
    return Error(ErrorClass::kRefused, "target.not_ours",
                 "process \"" + newest->process + "\" published the target; process \"" + input.manifest.name +
                     "\" has not loaded it")
        .with("target", input.target.relation)
        .with("process", input.manifest.name)
        .with("run_id", newest->run_id)
        .with("published_at", newest->published_at)
        .hint(std::string("if this process is to load the same table, take it over once with --adopt") +
              (needs_start ? " and --start-cursor VALUE, target-max or none" : " (sink.options.adopt: true)") +
              "; otherwise load into another table");
  }
  if (!own && !input.target.is_empty) {
    return Error(ErrorClass::kRefused, "target.not_ours", "the target has rows that no run of dpone has published")
        .with("target", input.target.relation)
        .with("process", input.manifest.name)
        .hint("check that it is the right table; then take it over with --adopt (sink.options.adopt: true)");
  }
  return {};
}

namespace {

std::string fingerprint_of(const manifest::Manifest& manifest, const SourceFacts& source,
                           const std::vector<std::string>& columns, const CursorRange* cursor) {
  Json names = Json::array();
  for (const std::string& name : columns) names.push(name);
  Json key = Json::array();
  for (const std::string& column : manifest.strategy.unique_key()) key.push(column);
  Json json = Json::object();
  json.set("relation", source.relation).set("query", manifest.source.options.text("query"));
  json.set("where", manifest.source.options.text("where")).set("columns", std::move(names)).set("key", std::move(key));
  if (cursor != nullptr) json.set("cursor", cursor->column).set("cursor_type", cursor->native_type);
  return sha256_hex(json.canonical());
}

std::vector<std::string> sorted_names(const std::vector<ColumnPolicy>& columns) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const ColumnPolicy& column : columns) names.push_back(column.name);
  std::sort(names.begin(), names.end());
  return names;
}

// Earlier builds took the columns in the order in which they were loaded, which the receipt has.
bool is_of_earlier_build(const PlanInput& input, const RoutePlan& plan, const Receipt& own) {
  std::vector<std::string> loaded = own.columns;
  std::sort(loaded.begin(), loaded.end());
  return loaded == sorted_names(plan.load.columns) &&
         own.selection_fingerprint == fingerprint_of(input.manifest, input.source, own.columns, plan.read.cursor());
}

// What receipts keep of how dpone made the target, over runs of any process.
void keep_origin(const PlanInput& input, const ColumnMap& map, RoutePlan& plan) {
  const auto& newest = input.prior.newest_of_target;
  const bool is_same = newest && input.target.exists && newest->target_identity == input.target.identity;
  const auto was_guessed = [&](const std::string& name) {
    return is_same && newest->guessed_columns && contains(*newest->guessed_columns, name);
  };
  for (const ColumnPolicy& column : plan.load.columns) {
    const bool is_new = !input.target.exists || input.target.find(column.sink_name) == nullptr;
    if (is_new ? column.is_guessed : column.is_guessed || was_guessed(column.sink_name)) {
      plan.guessed_columns.push_back(column.sink_name);
    }
  }
  for (const TargetColumn& column : input.target.columns) {
    if (was_guessed(column.name) && !contains(plan.guessed_columns, column.name)) {
      plan.guessed_columns.push_back(column.name);
    }
  }
  plan.dropped_keys = map.dropped_keys;
  if (!input.target.exists) {
    plan.made_keys = input.proposed.keys;
  } else if (is_same) {
    plan.made_keys = newest->made_keys;
  }
  std::erase_if(plan.made_keys, [&](const KeyFacts& key) {
    return std::any_of(map.dropped_keys.begin(), map.dropped_keys.end(),
                       [&](const KeyFacts& dropped) { return dropped.name == key.name; });
  });
}

}  // namespace

std::string selection_fingerprint(const manifest::Manifest& manifest, const SourceFacts& source,
                                  const std::vector<ColumnPolicy>& columns, const CursorRange* cursor) {
  // Columns match by name: their order in the source is not part of a selection.
  return fingerprint_of(manifest, source, sorted_names(columns), cursor);
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
  plan.load.columns = std::move(map.columns);
  keep_origin(input, map, plan);
  if (!map.new_columns.empty()) plan.load.publish.emplace_back(AddColumns{std::move(map.new_columns)});
  plan.read.source = input.source;
  plan.read.columns = plan.load.columns;
  plan.load.source = input.source;
  plan.load.target = input.target;
  if (!input.target.exists) {
    plan.load.target = input.proposed;
  } else {
    // What the sink adds for new columns, in its own words.
    plan.load.target.native = input.proposed.native;
  }
  for (const std::string& column : input.manifest.strategy.unique_key()) {
    const bool is_loaded = std::any_of(plan.load.columns.begin(), plan.load.columns.end(),
                                       [&](const ColumnPolicy& policy) { return policy.name == column; });
    if (!is_loaded) {
      return Error(ErrorClass::kFailed, "strategy.key_not_selected", "key column \"" + column + "\" is not loaded")
          .with("option", "sink.strategy.unique_key")
          .hint("name a column of the source, or select it");
    }
    plan.load.key.push_back(column);
  }
  if (input.manifest.source.options.is_given("cursor")) {
    DPONE_TRY(CursorRange range, strategy::cursor_range(input.manifest, input.source));
    plan.read.extraction = ReadBeyond{std::move(range)};
  }
  plan.selection_fingerprint =
      selection_fingerprint(input.manifest, input.source, plan.load.columns, plan.read.cursor());
  if (CursorRange* range = plan.read.cursor()) {
    PriorReceipts prior = input.prior;
    auto& own = prior.newest_of_process;
    if (own && is_of_earlier_build(input, plan, *own)) own->selection_fingerprint = plan.selection_fingerprint;
    std::vector<std::string> names;
    for (const ColumnPolicy& column : plan.load.columns) names.push_back(column.sink_name);
    DPONE_TRY(StartPoint start, find_start({input.manifest, input.target, prior, input.state, input.request, *range,
                                            plan.selection_fingerprint, names}));
    plan.emptied = std::move(start.emptied);
    plan.begins_as_told = input.request.start_cursor.has_value();
    if (start.corrected || (start.lower && input.target.is_empty)) plan.warnings = start.notes;
    if (start.lower) {
      range->lower = start.lower->value;
      range->relation = start.lower->relation;
      if (!plan.begins_as_told) plan.rows_at_position = start.lower->rows;
    }
    plan.corrected_state = std::move(start.corrected);
    plan.state_record = input.state.stored ? input.state.stored->record : 0;
    plan.notes.insert(plan.notes.begin(), start.notes.begin(), start.notes.end());
  }
  const auto& own = input.prior.newest_of_process;
  plan.expected_version = next_version(input.prior);
  const bool is_same = own && own->target_identity == input.target.identity;
  plan.target_created = !input.target.exists || (is_same && own->target_created);
  if (own && input.target.exists && !is_same) {
    plan.notes.push_back("the target is not the table that run " + own->run_id + " published: it was replaced since");
  }
  if (own && !input.target.exists) {
    plan.notes.push_back("the target that run " + own->run_id + " published no longer exists and is created again");
  }
  if (input.manifest.quality.is_given("min_rows")) plan.min_rows = input.manifest.quality.integer("min_rows");
  return plan;
}

namespace {

// What the gates ask of the stage, and whether there is anything to publish.
void add_questions(const PlanInput& input, RoutePlan& plan) {
  LoadTask& load = plan.load;
  if (input.manifest.quality.flag("recount")) {
    if (load.target.can_recount) load.questions.push_back({Question::Kind::kRows, {}});
    if (!load.target.can_recount) plan.notes.emplace_back("rows that were sent away cannot be counted again");
  }
  if (!load.key.empty()) load.questions.push_back({Question::Kind::kKeyFaults, load.key});
  const InsertRows* const insert = find_step<InsertRows>(load.publish);
  const bool finds_rows = insert != nullptr && insert->which != InsertRows::Which::kAll;
  if (finds_rows && !plan.publishes_anyway()) load.questions.push_back({Question::Kind::kChanges, {}});
}

// Loaded numbers that the target's own sequence has not reached would be given again.
Status plan_sequences(const PlanInput& input, RoutePlan& plan) {
  if (!input.target.exists) return {};
  const Options& options = input.manifest.sink.options;
  const bool is_asked = options.is_given("advance_sequences") && options.flag("advance_sequences");
  const bool is_wanted = options.is_given("advance_sequences") ? is_asked : plan.target_created;
  AdvanceSequences step;
  for (const ColumnPolicy& column : plan.load.columns) {
    const TargetColumn* const facts = input.target.find(column.sink_name);
    if (facts == nullptr || facts->sequence.empty()) continue;
    if (is_asked && !facts->sequence_obstacle.empty()) {
      return Error(ErrorClass::kFailed, "publish.sequence",
                   "sequence " + facts->sequence + " cannot be advanced: " + facts->sequence_obstacle)
          .with("target", input.target.relation)
          .with("column", column.sink_name)
          .hint("grant what is missing, or leave out sink.options.advance_sequences");
    }
    if (is_wanted && facts->sequence_obstacle.empty()) {
      step.columns.push_back(column.sink_name);
      continue;
    }
    plan.notes.push_back(
        "sequence " + facts->sequence + " of column \"" + column.sink_name +
        "\" stays where it is, and may give a number again that was loaded" +
        (facts->sequence_obstacle.empty() ? "; advance_sequences moves it on" : ": " + facts->sequence_obstacle));
  }
  if (!step.columns.empty()) plan.load.publish.emplace_back(std::move(step));
  return {};
}

// Where each row names its own columns, the stage has to know which ones a row does not have.
void plan_absence(const PlanInput& input, RoutePlan& plan) {
  const UpdateRows* const update = find_step<UpdateRows>(plan.load.publish);
  if (update == nullptr || !input.source.keeps_absent) return;
  for (ColumnPolicy& column : plan.load.columns) column.may_be_absent = !contains(update->key, column.sink_name);
  ColumnPolicy absence;
  absence.name = absence.sink_name = kAbsenceColumn;
  absence.type.kind = absence.sink_type.kind = TypeKind::kText;
  absence.source_native = absence.sink_native = "text";
  absence.is_absence = true;
  plan.load.columns.push_back(std::move(absence));
  plan.read.columns = plan.load.columns;
  plan.notes.emplace_back(
      "a key that a row lacks leaves the value that the target has; source.options.missing: "
      "\"null\" makes it NULL");
}

// Bytes that pass through are text already.
void plan_text_columns(const PlanInput& input, RoutePlan& plan) {
  for (const TextColumn& text : input.text_columns) {
    plan.warnings.push_back("column \"" + text.name + "\" travels as text: " + text.reason);
    plan.notes.push_back(plan.warnings.back());
    for (ColumnPolicy& column : plan.load.columns) {
      if (plan.load.is_raw || column.sink_name != text.name || !column.may_be_printed()) continue;
      column.type = column.sink_type = {};
      column.type.kind = column.sink_type.kind = TypeKind::kText;
      column.travels_as_text = true;
    }
  }
  plan.read.columns = plan.load.columns;
}

}  // namespace

Result<RoutePlan> complete(RoutePlan plan, const PlanInput& input, const std::vector<RawVerdict>& verdicts) {
  if (!input.manifest.runtime.flag("raw")) {
    plan.raw_reasons.push_back("raw pass-through is turned off (runtime.raw)");
  } else {
    for (const TextColumn& column : input.text_columns) {
      plan.raw_reasons.push_back("column " + column.name + ": " + column.reason);
    }
    for (const RawVerdict& verdict : verdicts) {
      if (!verdict.format.is_text && !input.text_columns.empty()) continue;
      if (verdict.is_accepted) {
        plan.load.is_raw = true;
        plan.load.format = verdict.format;
        break;
      }
      for (const std::string& reason : verdict.reasons) {
        if (!contains(plan.raw_reasons, reason)) {
          plan.raw_reasons.push_back(reason);
        }
      }
    }
  }
  plan_text_columns(input, plan);
  DPONE_CHECK(strategy::of(input.manifest).plan(input, plan));
  for (Step& step : plan.load.publish) {
    if (auto* place = std::get_if<TakePlace>(&step)) place->without = plan.dropped_keys;
  }
  DPONE_CHECK(plan_sequences(input, plan));
  plan_absence(input, plan);
  add_questions(input, plan);
  plan.read.key = plan.load.key;
  plan.read.checks_json = !plan.load.target.checks_json;
  plan.read.is_raw = plan.load.is_raw;
  plan.read.format = plan.load.format;
  // One transaction that creates and loads the table freezes its rows, so that older snapshots see them too. If the
  // table replaces one that others read, that matters more than speed.
  const bool is_exchange = plan.load.target.exists && takes_place(plan.load);
  const Options& runtime = input.manifest.runtime;
  plan.load.loaders = runtime.is_given("loaders") ? static_cast<int>(runtime.integer("loaders")) : is_exchange ? 1 : 2;
  if (is_exchange && plan.load.loaders > 1) {
    plan.notes.emplace_back(
        "transactions with a snapshot from before the load see the new table empty; with runtime.loaders: 1 they see "
        "its "
        "rows");
  }
  plan.expected_epoch = next_epoch(input.prior, replaces_all(plan.load));
  return plan;
}

}  // namespace dpone::plan
