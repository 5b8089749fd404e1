#include "dpone/plan/strategy/incremental.h"

#include "dpone/plan/cursor_kind.h"
#include "dpone/plan/type_map.h"

namespace dpone::plan::strategy {
namespace {

constexpr OptionSpec kOnlyNewRows{.name = "only_new_rows",
                                  .kind = OptionKind::kFlag,
                                  .default_text = "false",
                                  .description = "Skip rows whose key the target already has"};
constexpr OptionSpec kKeepLatestBy{
    .name = "keep_latest_by",
    .description =
        "If a run reads several rows of one key, it keeps the row with the greatest value of this column; "
        "without it they fail the run",
    .value_name = "COLUMN"};
constexpr OptionSpec kTargetEmptied{
    .name = "target_emptied",
    .kind = OptionKind::kChoice,
    .choices = "fail|continue",
    .default_text = "fail",
    .description =
        "What an append does if its target has lost all rows: `fail` refuses the run, `continue` adds the rows since "
        "the last position, for a landing table that its consumer empties"};
constexpr OptionSpec kAppendOptions[] = {kOnlyNewRows, kKeepLatestBy, kTargetEmptied};
constexpr OptionSpec kMergeOptions[] = {kKeepLatestBy};

void check_append(const manifest::Manifest& manifest, manifest::RuleProblems& problems) {
  const Options& options = manifest.strategy.options;
  const Options& source = manifest.source.options;
  const std::string key = problems.key("sink.strategy.unique_key");
  const std::string only_new = problems.key("sink.strategy.only_new_rows");
  const bool only_new_rows = options.flag("only_new_rows");
  if (!manifest.has_cursor() && !only_new_rows) {
    problems.missing("sink.strategy.mode", problems.key("source.options.cursor") +
                                               " is missing: incremental_append adds the rows beyond it (or set " +
                                               only_new + " and " + key + ")");
  }
  if (only_new_rows && manifest.strategy.unique_key().empty()) {
    problems.missing("sink.strategy.only_new_rows", key + " is missing: " + only_new + " needs it");
  }
  if (options.is_given("keep_latest_by") && !only_new_rows) {
    problems.conflict("sink.strategy.keep_latest_by",
                      problems.key("sink.strategy.keep_latest_by") + " requires incremental_merge or " + only_new);
  }
  if (source.is_given("overlap") && manifest.has_cursor() && !only_new_rows) {
    problems.conflict("source.options.overlap", problems.key("source.options.overlap") +
                                                    " reads rows again: incremental_append needs " + only_new +
                                                    " and " + key + " with it");
  }
  if (source.text("cursor_behind") == "restart" && manifest.has_cursor() && !only_new_rows) {
    problems.conflict("source.options.cursor_behind", problems.key("source.options.cursor_behind") +
                                                          ": restart reads rows again: incremental_append needs " +
                                                          only_new + " and " + key + " with it");
  }
  if (source.text("cursor_nulls") == "always") {
    problems.conflict("source.options.cursor_nulls",
                      problems.key("source.options.cursor_nulls") + ": always requires incremental_merge");
  }
}

Result<const SourceColumn*> find_column(const SourceFacts& source, const std::string& name, const char* option) {
  if (const SourceColumn* column = source.find(name)) return column;
  return no_column(source, name, option);
}

Result<CursorOverlap> overlap_of(const std::string& text, CursorKind kind) {
  CursorOverlap overlap;
  if (text.empty()) return overlap;
  const auto span = parse_span(text);
  const bool suits =
      span && ((kind == CursorKind::kNumber && span->number) || (kind == CursorKind::kTime && span->duration));
  if (!suits) {
    return Error(ErrorClass::kFailed, "cursor.overlap",
                 "an overlap of " + text + " does not match the type of the cursor")
        .with("option", "source.options.overlap")
        .hint(
            "write a number for a number, and a duration such as 2h for a date or timestamp; text does not support "
            "overlap");
  }
  if (span->number) overlap.number = *span->number;
  if (span->duration) overlap.duration = *span->duration;
  return overlap;
}

// The sink's name of the column that tells which of several rows of a key is kept; empty without one.
Result<std::string> latest_by(const PlanInput& input, RoutePlan& plan) {
  const std::string name = input.manifest.strategy.options.text("keep_latest_by");
  if (name.empty()) return name;
  DPONE_TRY(const SourceColumn* column, find_column(input.source, name, "sink.strategy.keep_latest_by"));
  // A column of a file that looks like text; one of a database has been declared to be it.
  const bool is_undeclared = column->is_inferred && !input.source.guess_basis.empty();
  for (const ColumnPolicy& policy : plan.load.columns) {
    if (policy.name != name) continue;
    // The order of values must be the same at the source and at the target: that of a number stored as text is not.
    SourceColumn read = *column;
    SourceColumn kept = *column;
    read.type = policy.type;
    kept.type = policy.sink_type;
    const bool is_number = cursor_kind(read) == CursorKind::kNumber && cursor_kind(kept) == CursorKind::kNumber;
    const bool is_text = read.type.kind == TypeKind::kText && kept.type.kind == TypeKind::kText && !is_undeclared;
    const bool is_time = cursor_kind(read) == CursorKind::kTime && read.type.kind == kept.type.kind;
    if (!is_number && !is_time && !is_text) break;
    plan.notes.push_back("of several rows of one key, the run keeps the one with the greatest \"" + name + "\"" +
                         (is_text ? "; as texts, 9 is greater than 10" : ""));
    return policy.sink_name;
  }
  if (is_undeclared && column->type.kind == TypeKind::kText) {
    return Error(ErrorClass::kFailed, "strategy.keep_latest_by",
                 "column \"" + name + "\" cannot be used to pick the latest row: its type was inferred as text")
        .with("option", "sink.strategy.keep_latest_by")
        .hint("declare its type, --type '" + name + "=text' (source.options.types); as texts, 9 is greater than 10");
  }
  return Error(ErrorClass::kFailed, "strategy.keep_latest_by",
               "column \"" + name +
                   "\" cannot be used to pick the latest row: it is not loaded, or its type differs between the "
                   "ends or is not a number, date, timestamp or text")
      .with("option", "sink.strategy.keep_latest_by")
      .hint("name a loaded column of numbers, dates or timestamps");
}

}  // namespace

Result<CursorRange> cursor_range(const manifest::Manifest& manifest, const SourceFacts& source) {
  const Options& options = manifest.source.options;
  CursorRange range;
  DPONE_TRY(const SourceColumn* cursor, find_column(source, options.text("cursor"), "source.options.cursor"));
  const CursorKind kind = cursor_kind(*cursor);
  if (kind == CursorKind::kNone) {
    return Error(ErrorClass::kFailed, "cursor.type",
                 "column \"" + cursor->name + "\" is " + cursor->native_type + ", which cannot be a cursor")
        .with("option", "source.options.cursor")
        .hint("name an integer, numeric, date, timestamp, text, uuid or pg_lsn column");
  }
  range.column = cursor->name;
  range.type = cursor->type;
  range.native_type = cursor->native_type;
  DPONE_TRY(range.overlap, overlap_of(options.text("overlap"), kind));
  const std::string nulls = options.text("cursor_nulls");
  range.nulls = nulls == "ignore"   ? CursorNulls::kIgnore
                : nulls == "always" ? CursorNulls::kAlways
                                    : CursorNulls::kFail;
  // Reading rows again is harmless if they are found by their key. If several rows share a cursor value, those of the
  // last value must be read again, since there may be new ones.
  const bool is_unique = has_key_of(source.keys, {cursor->name});
  const bool is_found = finds_rows(manifest);
  range.is_inclusive = is_found || !is_unique;
  if (is_found || is_unique || !manifest.strategy.unique_key().empty()) return range;
  return Error(ErrorClass::kFailed, "cursor.needs_key",
               "\"" + cursor->name +
                   "\" is not unique. Add unique_key so that rows with equal values are neither lost nor added twice")
      .with("relation", source.relation)
      .hint("set --key (sink.strategy.unique_key), or use a cursor with a unique index on it alone at the source");
}

namespace {

// The sink's name of the cursor. The target's rows at the last position are found by it.
Result<std::string> loaded_cursor(const RoutePlan& plan) {
  const std::string& name = plan.read.cursor()->column;
  for (const ColumnPolicy& column : plan.load.columns) {
    if (column.name == name) return column.sink_name;
  }
  return Error(ErrorClass::kFailed, "cursor.not_loaded", "the cursor column \"" + name + "\" is not loaded")
      .with("option", "source.options.cursor")
      .hint("load it too: the target needs it to distinguish rows of the last position; or use only_new_rows");
}

// What append and merge have in common: the stage takes the place of a target that is not there, else `method` is
// carried out by `steps`.
Status plan_steps(const PlanInput& input, RoutePlan& plan, const char* method, std::vector<Step> steps) {
  DPONE_TRY(const std::string by, latest_by(input, plan));
  if (!by.empty()) plan.load.stage.emplace_back(KeepLatest{plan.load.key, by});
  if (plan.read.cursor() != nullptr) {
    plan.notes.emplace_back(
        "rows that commit late, behind the cursor, are missed unless source.options.overlap covers them");
  }
  if (!input.target.exists) {
    plan.load.method = "create";
    plan.load.publish.emplace_back(TakePlace{});
    const PublishOption* const create = find_option(input.target, "create");
    if (create != nullptr) plan.notes.insert(plan.notes.end(), create->notes.begin(), create->notes.end());
    return {};
  }
  plan.load.method = method;
  const PublishOption* const option = find_option(input.target, method);
  if (option != nullptr && option->blockers.empty()) {
    plan.notes.insert(plan.notes.end(), option->notes.begin(), option->notes.end());
    for (Step& step : steps) plan.load.publish.push_back(std::move(step));
    return {};
  }
  return Error(ErrorClass::kRefused, "publish.no_method",
               "the target cannot be loaded by " + input.manifest.strategy.mode + ". " +
                   (option == nullptr ? "" : obstacles(*option)))
      .with("target", input.target.relation)
      .hint("resolve the obstacles listed above, or grant the missing privileges");
}

}  // namespace

constinit const Strategy kIncrementalAppend{
    .declared = {.mode = "incremental_append",
                 .meaning = "adds the rows beyond the cursor",
                 .comment = "Every run adds the rows beyond the last run's position; existing rows stay.\n",
                 .options = kAppendOptions,
                 .takes_cursor = true,
                 .check = check_append},
    .only_adds = true,
    .needs = {.has_append = true},
    .plan = plan_append,
};

constinit const Strategy kIncrementalMerge{
    .declared = {.mode = "incremental_merge",
                 .meaning = "changes rows of the same key where they differ and adds the others",
                 .comment = "Every run changes the rows of the same key that differ, and adds the others.\n"
                            "A row that is deleted at the source stays.\n",
                 .options = kMergeOptions,
                 .takes_cursor = true,
                 .key_use = "finds rows by it"},
    .finds_rows = true,
    .needs = {.has_merge = true},
    .plan = plan_merge,
};

Status plan_append(const PlanInput& input, RoutePlan& plan) {
  InsertRows insert;
  insert.key = plan.load.key;
  const CursorRange* const range = plan.read.cursor();
  if (finds_rows(input.manifest)) {
    insert.which = InsertRows::Which::kNewKeys;
  } else if (range != nullptr && range->is_inclusive) {
    DPONE_TRY(insert.cursor, loaded_cursor(plan));
    plan.load.questions.push_back({Question::Kind::kAt, {insert.cursor}, "{position}"});
    if (range->lower) {
      insert.which = InsertRows::Which::kNewAtPosition;
      insert.at = *range->lower;
    } else {
      insert = {};
    }
  } else {
    insert.key.clear();
  }
  return plan_steps(input, plan, "append", {std::move(insert)});
}

Status plan_merge(const PlanInput& input, RoutePlan& plan) {
  return plan_steps(input, plan, "merge",
                    {UpdateRows{plan.load.key}, InsertRows{InsertRows::Which::kNewKeys, plan.load.key, {}, {}}});
}

}  // namespace dpone::plan::strategy
