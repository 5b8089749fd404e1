#include "dpone/plan/start_point.h"

#include <algorithm>
#include <cstdlib>

#include "dpone/data/batch_builder.h"
#include "dpone/data/temporal.h"
#include "dpone/data/value_parse.h"
#include "dpone/plan/cursor_kind.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::plan {
namespace {

Error refused(const StartInput& input, const char* slug, std::string message) {
  return Error(ErrorClass::kRefused, slug, std::move(message))
      .with("target", input.target.relation)
      .with("process", input.manifest.name);
}

bool has_rows(const StartInput& input) { return input.target.exists && !input.target.is_empty; }

// The state was reset after the newest receipt was written.
bool is_reset(const StartInput& input) {
  const auto& stored = input.state.stored;
  const auto& own = input.prior.newest_of_process;
  return stored && own && !stored->position && own->position && stored->version == own->version &&
         stored->run_id == own->run_id;
}

// The table behind this process's newest receipt is no longer the one that is there.
Status check_same_target(const StartInput& input, const Receipt& own) {
  const auto& newest = input.prior.newest_of_target;
  const char* const cure =
      "check the table's rows; --adopt with --start-cursor takes them over; `dpone state reset MANIFEST` with an "
      "empty or missing target loads it from the beginning";
  if (!input.target.exists) {
    return refused(input, "target.replaced", "the target that run " + own.run_id + " loaded no longer exists")
        .hint(cure);
  }
  if (newest && newest->target_epoch != own.target_epoch) {
    return refused(input, "target.replaced",
                   "process \"" + newest->process + "\" replaced the target in run " + newest->run_id + " at " +
                       newest->published_at)
        .hint(cure);
  }
  if (input.target.identity != own.target_identity) {
    return refused(input, "target.replaced",
                   "the target is not the table that run " + own.run_id + " loaded: it was replaced")
        .hint(cure);
  }
  return {};
}

// The stored state against the newest receipt of the process; the receipt is the truth.
Status judge_state(const StartInput& input, const Receipt& own, StartPoint& start) {
  const auto& stored = input.state.stored;
  if (stored && stored->version == own.version && stored->run_id == own.run_id) return {};
  if (stored && stored->version >= own.version) {
    if (!input.state.is_receipt_known) {
      return refused(input, "state.target_mismatch",
                     "the stored state is of run " + stored->run_id + ", version " + std::to_string(stored->version) +
                         ", and the target's newest receipt of run " + own.run_id + ", version " +
                         std::to_string(own.version) + ", which the local ledger does not have")
          .hint(
              "this may be another database under the same name; if the target is right, `dpone state reset "
              "MANIFEST --to-receipt` sets the state to its receipt");
    }
    start.notes.push_back("the target was restored to run " + own.run_id + " (version " + std::to_string(own.version) +
                          "): the state is set to the receipt");
  } else if (stored) {
    start.notes.push_back("the state is of version " + std::to_string(stored->version) + ", the target's receipt of " +
                          std::to_string(own.version) + ": the state is set to the receipt");
  } else {
    start.notes.push_back("no state is stored; the target's receipt of run " + own.run_id + " gives the position");
  }
  start.corrected = state_after(own);
  start.corrected->record = stored ? stored->record : 0;
  return {};
}

Result<StartPoint> from_request(const StartInput& input, StartPoint start) {
  const std::string& value = *input.request.start_cursor;
  if (value == "none") return start;
  start.lower = CursorPosition{value, {}, {}};
  start.notes.push_back(
      input.range.is_inclusive
          ? "the run begins at the cursor value that --start-cursor names"
          : "the run begins after the cursor value that --start-cursor names: rows with that value are not read");
  return start;
}

// The fingerprint tells only that something is different; of the columns, the receipt knows the names.
std::string what_changed(const std::vector<std::string>& columns, const Receipt& own) {
  const auto missing_in = [](const std::vector<std::string>& there, const std::vector<std::string>& names) {
    std::string missing;
    for (const std::string& name : names) {
      if (std::find(there.begin(), there.end(), name) != there.end()) continue;
      missing += (missing.empty() ? "" : ", ") + name;
    }
    return missing;
  };
  const std::string added = missing_in(own.columns, columns);
  const std::string removed = missing_in(columns, own.columns);
  std::string what = added.empty() ? "" : "new: " + added;
  if (!removed.empty()) what += (what.empty() ? "" : "; ") + ("no longer loaded: " + removed);
  if (!what.empty()) return "the columns (" + what + ") differ from those of run " + own.run_id;
  return "the source, its condition, the key or the cursor differs from run " + own.run_id;
}

}  // namespace

namespace {

constexpr std::chrono::microseconds kDay = std::chrono::hours(24);
// From 1970 to 2000, where times in batches begin.
constexpr std::int64_t kMicrosTo2000 = std::int64_t{10957} * kMicrosPerDay;

// A time as microseconds of its type's epoch; absent for other types, and for invalid values.
std::optional<std::int64_t> micros_of(const std::string& text, const DataType& type) {
  ColumnBuilder builder(type);
  if (append_parsed_value(text, builder) != nullptr) return std::nullopt;
  const Column column = builder.release();
  if (type.kind == TypeKind::kDate) return std::int64_t{column.value_at<std::int32_t>(0)} * kMicrosPerDay;
  const bool is_time = type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampTz;
  return is_time ? std::optional(column.value_at<std::int64_t>(0)) : std::nullopt;
}

bool is_time(const DataType& type) {
  return type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampTz;
}

// Whether `value` is beyond the limit of a cursor; `limit` is its description for a message.
bool is_beyond_max(const CursorRange& range, const std::string& value, const BoundPolicy& policy,
                   std::chrono::system_clock::time_point now, std::string& limit) {
  if (policy.max == "none" || (policy.max.empty() && !is_time(range.type))) return false;
  if (policy.max.empty()) {
    limit = "more than a day in the future";
    const auto since_epoch = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch() + kDay);
    const auto found = micros_of(value, range.type);
    return found && *found > since_epoch.count() - kMicrosTo2000;
  }
  limit = "beyond cursor_max, " + policy.max;
  if (is_time(range.type)) {
    const auto found = micros_of(value, range.type);
    const auto most = micros_of(policy.max, range.type);
    return found && most && *found > *most;
  }
  if (range.type.kind == TypeKind::kText) return value > policy.max;
  return std::strtold(value.c_str(), nullptr) > std::strtold(policy.max.c_str(), nullptr);
}

}  // namespace

Result<BoundVerdict> judge_bound(const CursorRange& range, const ReadBound& bound, const BoundPolicy& policy,
                                 std::chrono::system_clock::time_point now) {
  BoundVerdict verdict;
  const auto upper = bound.until ? cursor_position(range, *bound.until) : std::nullopt;
  std::string limit;
  if (upper && is_beyond_max(range, upper->value, policy, now, limit)) {
    return Error(ErrorClass::kFailed, "cursor.beyond_max",
                 "the greatest value of cursor column \"" + range.column + "\" is " + upper->value + ", " + limit +
                     ": later rows with smaller values would not be read")
        .with("cursor", range.column)
        .hint(
            "correct that row, leave it out with source.options.where, or set source.options.cursor_max to a value "
            "or none");
  }
  const bool is_other = !range.relation.empty() && !bound.relation.empty() && range.relation != bound.relation;
  if (!bound.is_behind && !is_other) return verdict;
  const std::string other = "the source table was emptied, recreated or rewritten since the last run";
  const std::string what = !bound.is_behind
                               ? other
                               : "the greatest value of cursor column \"" + range.column + "\" is " + bound.greatest +
                                     ", below the position " + *range.lower + (is_other ? ": " + other : "");
  if (policy.behind == "restart") {
    verdict.restarts = true;
    verdict.warnings.push_back(what + "; the run starts from the beginning (cursor_behind: restart)");
    return verdict;
  }
  // Values that have overtaken the position may be all that is new.
  if (policy.behind == "fail" || (policy.behind == "auto" && is_other && bound.is_behind)) {
    const std::string once = policy.adds_twice ? "sink.strategy.only_new_rows: true and " : "";
    return Error(ErrorClass::kRefused, "cursor.behind", what)
        .with("cursor", range.column)
        .hint("check the source; then read it from the beginning once with " + once +
              "source.options.cursor_behind: restart, or keep waiting for greater values with cursor_behind: warn");
  }
  verdict.warnings.push_back(what + ": rows below the position are not read");
  return verdict;
}

Status check_rows_at_position(const TargetFacts& target, const CursorRange& range, std::int64_t expected,
                              std::int64_t found) {
  if (found >= expected) return {};
  return Error(ErrorClass::kRefused, "target.rows_gone",
               "the target has " + std::to_string(found) + " rows whose \"" + range.column + "\" is " + *range.lower +
                   ", but the last run left " + std::to_string(expected) +
                   ": an append would add the missing rows again")
      .with("target", target.relation)
      .hint(
          "restore them; or run `dpone state reset MANIFEST`, then run once with --start-cursor: target-max adds the "
          "rows from the target's greatest value on again, a VALUE beyond " +
          *range.lower + " goes on without them");
}

Status check_target_max(const std::string& cursor, const SourceFacts& source, const TargetFacts& target) {
  const SourceColumn* const from = source.find(cursor);
  const TargetColumn* const to = target.find(cursor);
  std::string why;
  if (to == nullptr) {
    why = "the target lacks column \"" + cursor + "\"";
  } else if (from->type.kind == TypeKind::kText) {
    why = "the order of texts differs between systems";
  } else if (from->type.kind != to->type.kind &&
             !(cursor_kind(*from) == CursorKind::kNumber && cursor_kind(*to) == CursorKind::kNumber)) {
    why = "column \"" + cursor + "\" is " + from->native_type + " at the source and " + to->native_type +
          " at the target, which sort differently";
  }
  if (why.empty()) return {};
  return Error(ErrorClass::kRefused, "start_cursor.target_max", "the target's greatest value cannot be used: " + why)
      .with("target", target.relation)
      .hint("use --start-cursor VALUE, or --start-cursor none to read everything");
}

State state_after(const Receipt& receipt) {
  State state;
  state.process = receipt.process;
  state.target = receipt.target;
  state.position = receipt.position;
  state.version = receipt.version;
  state.epoch = receipt.target_epoch;
  state.target_identity = receipt.target_identity;
  state.run_id = receipt.run_id;
  state.selection_fingerprint = receipt.selection_fingerprint;
  return state;
}

namespace {

// A position whose rows are no longer there. A run that published no rows may have left the table empty.
void judge_emptied(const StartInput& input, const Receipt& own, StartPoint& start) {
  if (!input.target.is_empty || !own.position || own.rows_loaded == 0) return;
  std::string what = "the target is empty, but the position of run " + own.run_id + " is not the beginning";
  std::string cure =
      "run `dpone state reset MANIFEST`, then run again to load it from the beginning, or with --start-cursor VALUE";
  if (strategy::of(input.manifest).only_adds) {
    // Rows of the last value are read again: without the target's rows, those that it had would be added again.
    const bool continues = input.manifest.strategy.options.text("target_emptied") == "continue";
    if (continues && !input.range.is_inclusive) {
      start.notes.push_back(what + ": the run adds only the rows since that position (target_emptied: continue)");
      return;
    }
    cure += continues ? "; target_emptied: continue needs a cursor with a unique index on it alone at the source, and "
                        "not only_new_rows"
                      : "; for a landing table that its consumer empties, set sink.strategy.target_emptied: continue";
  }
  start.notes.push_back(what + ": a run that finds rows at it or beyond it is refused");
  start.emptied = refused(input, "target.emptied", what + ": the rows up to that position would be missing").hint(cure);
}

}  // namespace

Result<StartPoint> find_start(const StartInput& input) {
  StartPoint start;
  const auto& own = input.prior.newest_of_process;
  const auto& stored = input.state.stored;
  const bool is_requested = input.request.start_cursor.has_value();
  if (!own) {
    if (stored && stored->position && !is_requested) {
      return refused(input, "state.target_mismatch",
                     "the state knows run " + stored->run_id + " of this process, but the target has no receipt of it")
          .hint(
              "this may be another database under the same name; to start from the beginning, run `dpone state "
              "reset MANIFEST`");
    }
    if (is_requested) return from_request(input, std::move(start));
    if (has_rows(input)) {  // adopted, or the planner has refused it before
      return refused(input, "start_cursor.needed",
                     "the run takes over the target with its rows and needs a start position")
          .hint("add --start-cursor VALUE, --start-cursor target-max, or --start-cursor none to read everything");
    }
    return start;
  }
  // With both --adopt and --start-cursor, a position in another table does not matter.
  if (is_requested && input.manifest.sink.options.flag("adopt") && has_rows(input) && !check_same_target(input, *own)) {
    start.notes.push_back("the target is not the table that run " + own->run_id + " loaded: the run takes it over");
    return from_request(input, std::move(start));
  }
  if (is_reset(input)) {
    if (has_rows(input)) DPONE_CHECK(check_same_target(input, *own));
    start.notes.push_back("the state was reset: the run starts from the beginning");
    if (is_requested) return from_request(input, std::move(start));
    if (strategy::adds_twice(input.manifest) && has_rows(input)) {
      return refused(input, "append.would_repeat",
                     "the state was reset, but the target still has the rows that the run would add again")
          .hint(
              "`dpone state reset MANIFEST --to-receipt` continues at the last position; or empty the target, or use "
              "--start-cursor VALUE or target-max; none reads everything, and adds existing rows again");
    }
    return start;
  }
  DPONE_CHECK(judge_state(input, *own, start));
  DPONE_CHECK(check_same_target(input, *own));
  if (own->selection_fingerprint != input.selection_fingerprint) {
    if (is_requested) return from_request(input, std::move(start));
    return refused(input, "state.definition_changed",
                   what_changed(input.columns, *own) + ", to which the stored position belongs")
        .hint(
            "set the start with --start-cursor VALUE, target-max or none; or undo the change, or give the process "
            "another name");
  }
  start.lower = own->position ? cursor_position(input.range, *own->position) : std::nullopt;
  const bool is_of_other_cursor = !start.lower && own->position;
  if (is_requested && is_of_other_cursor) return from_request(input, std::move(start));
  if (is_requested) {
    return refused(input, "start_cursor.has_position", "the process already has a position, from run " + own->run_id)
        .hint(
            "leave --start-cursor out; or run `dpone state reset MANIFEST`, which forgets the position, then run with "
            "--start-cursor");
  }
  judge_emptied(input, *own, start);
  if (is_of_other_cursor) {
    return refused(input, "state.definition_changed",
                   "the position of run " + own->run_id + " belongs to another cursor")
        .hint("set the start with --start-cursor VALUE, target-max or none");
  }
  return start;
}

}  // namespace dpone::plan
