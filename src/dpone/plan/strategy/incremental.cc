#include "dpone/plan/strategy/incremental.h"

#include "dpone/plan/cursor_kind.h"
#include "dpone/plan/type_map.h"

namespace dpone::plan::strategy {
namespace {

Result<const ColumnFacts*> find_column(const Facts& source, const std::string& name, const char* option) {
  if (const ColumnFacts* column = source.find(name)) return column;
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
                 "an overlap of " + text + " cannot be taken from a cursor of this type")
        .with("option", "source.options.overlap")
        .hint("write a number for a number, a duration such as 2h for a date or timestamp; text has none");
  }
  if (span->number) overlap.number = *span->number;
  if (span->duration) overlap.duration = *span->duration;
  return overlap;
}

// The sink's name of the column that tells which of several rows of a key is kept; empty without one.
Result<std::string> latest_by(const PlanInput& input, RoutePlan& plan) {
  const std::string& name = input.manifest.strategy.keep_latest_by;
  if (name.empty()) return name;
  DPONE_TRY(const ColumnFacts* column, find_column(input.source, name, "sink.strategy.keep_latest_by"));
  for (const ColumnPolicy& policy : plan.task.columns) {
    if (policy.name != name) continue;
    // What is read in one order is kept in the same one: a number that the target has as a text is not.
    ColumnFacts read = *column;
    ColumnFacts kept = *column;
    read.type = policy.type;
    kept.type = policy.sink_type;
    const bool is_number = cursor_kind(read) == CursorKind::kNumber && cursor_kind(kept) == CursorKind::kNumber;
    const bool is_text = read.type.kind == TypeKind::kText && kept.type.kind == TypeKind::kText && !column->is_inferred;
    const bool is_time = cursor_kind(read) == CursorKind::kTime && read.type.kind == kept.type.kind;
    if (!is_number && !is_time && !is_text) break;
    plan.notes.push_back("of several rows of one key, the one with the greatest \"" + name + "\" is kept" +
                         (is_text ? "; as texts, 9 is greater than 10" : ""));
    return policy.sink_name;
  }
  const bool is_guess = column->is_inferred && column->type.kind == TypeKind::kText;
  if (is_guess) {
    return Error(ErrorClass::kFailed, "strategy.keep_latest_by",
                 "column \"" + name + "\" cannot tell which row is the latest: nobody has declared that it is a text")
        .with("option", "sink.strategy.keep_latest_by")
        .hint("declare its type, --type '" + name + "=text' (source.options.types); as texts, 9 is greater than 10");
  }
  return Error(ErrorClass::kFailed, "strategy.keep_latest_by",
               "column \"" + name +
                   "\" cannot tell which row is the latest: it is not loaded, or is not the same at both "
                   "ends: a number, date, timestamp or text")
      .with("option", "sink.strategy.keep_latest_by")
      .hint("name a loaded column of numbers, dates or timestamps");
}

}  // namespace

Result<CursorRange> cursor_range(const manifest::Manifest& manifest, const Facts& source) {
  const Options& options = manifest.source.options;
  CursorRange range;
  DPONE_TRY(const ColumnFacts* cursor, find_column(source, options.text("cursor"), "source.options.cursor"));
  const CursorKind kind = cursor_kind(*cursor);
  if (kind == CursorKind::kNone) {
    return Error(ErrorClass::kFailed, "cursor.type",
                 "column \"" + cursor->name + "\" is " + cursor->native_type + ", which no position can be kept of")
        .with("option", "source.options.cursor")
        .hint("name a whole number, numeric, date, timestamp, text, uuid or pg_lsn column");
  }
  range.column = cursor->name;
  range.type = cursor->type;
  range.native_type = cursor->native_type;
  DPONE_TRY(range.overlap, overlap_of(options.text("overlap"), kind));
  const std::string nulls = options.text("cursor_nulls");
  range.nulls = nulls == "ignore"   ? CursorNulls::kIgnore
                : nulls == "always" ? CursorNulls::kAlways
                                    : CursorNulls::kFail;
  // Rows that are read again do no harm where they are found by their key.
  range.is_inclusive = manifest.strategy.mode == "incremental_merge" || manifest.strategy.only_new_rows;
  if (range.is_inclusive || has_key_of(source.keys, {cursor->name})) return range;
  if (manifest.strategy.unique_key.empty()) {
    return Error(ErrorClass::kFailed, "cursor.needs_key",
                 "several rows may have the same \"" + cursor->name +
                     "\", and a run could end between them: incremental_append needs a key to tell them apart")
        .with("relation", source.relation)
        .hint("give sink.strategy.unique_key, or a cursor with a unique index of its own at the source");
  }
  for (const std::string& name : manifest.strategy.unique_key) {
    if (name == range.column) continue;
    DPONE_TRY(const ColumnFacts* column, find_column(source, name, "sink.strategy.unique_key"));
    if (cursor_kind(*column) == CursorKind::kNone) {
      return Error(ErrorClass::kFailed, "cursor.type",
                   "key column \"" + name + "\" is " + column->native_type + ", which no position can be kept of")
          .with("option", "sink.strategy.unique_key")
          .hint("use only_new_rows, or a key of whole numbers, numerics, times, texts or uuids");
    }
    range.key.push_back(name);
    range.key_native_types.push_back(column->native_type);
  }
  return range;
}

Status plan_incremental(const PlanInput& input, RoutePlan& plan) {
  const bool is_merge = input.manifest.strategy.mode == "incremental_merge";
  plan.task.only_new_rows = input.manifest.strategy.only_new_rows;
  DPONE_TRY(plan.task.keep_latest_by, latest_by(input, plan));
  if (plan.task.cursor) {
    plan.notes.emplace_back(
        "rows that are committed behind the cursor are missed unless source.options.overlap covers them");
  }
  if (!input.target.exists) {
    plan.task.method = PublishMethod::kCreate;
    for (const PublishOption& option : input.target.publish) {
      if (option.method == "create") plan.notes.insert(plan.notes.end(), option.notes.begin(), option.notes.end());
    }
    return {};
  }
  plan.task.method = is_merge ? PublishMethod::kMerge : PublishMethod::kAppend;
  const std::string wanted(to_string(plan.task.method));
  std::string refusals;
  for (const PublishOption& option : input.target.publish) {
    if (option.method != wanted) continue;
    if (option.blockers.empty()) {
      plan.notes.insert(plan.notes.end(), option.notes.begin(), option.notes.end());
      return {};
    }
    for (const std::string& blocker : option.blockers) refusals += (refusals.empty() ? "" : "; ") + blocker;
  }
  return Error(ErrorClass::kRefused, "publish.no_method",
               "the target cannot be loaded by " + input.manifest.strategy.mode + ". " + refusals)
      .with("target", input.target.relation)
      .hint("remove what stands against it, or grant the missing rights");
}

}  // namespace dpone::plan::strategy
