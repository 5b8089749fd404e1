#include "dpone/plan/start_point.h"

#include "dpone/plan/cursor_kind.h"

namespace dpone::plan {
namespace {

Error refused(const StartInput& input, const char* slug, std::string message) {
  return Error(ErrorClass::kRefused, slug, std::move(message))
      .with("target", input.target.relation)
      .with("process", input.manifest.name);
}

bool has_rows(const StartInput& input) { return input.target.exists && !input.target.is_empty; }

// Somebody set the state back after the newest receipt was written.
bool is_reset(const StartInput& input) {
  const auto& stored = input.state.stored;
  const auto& own = input.prior.newest_of_process;
  return stored && own && stored->cursor.is_null() && !own->cursor_after.is_null() && stored->version == own->version &&
         stored->run_id == own->run_id;
}

// The table behind this process's newest receipt is no longer the one that is there.
Status check_same_target(const StartInput& input, const Receipt& own) {
  const auto& newest = input.prior.newest_of_target;
  const char* const cure =
      "check what the table holds now; --adopt with --start-cursor takes its rows over; `dpone state reset` with an "
      "empty or absent target loads it from the beginning";
  if (!input.target.exists) {
    return refused(input, "target.replaced", "the target that run " + own.run_id + " loaded is gone").hint(cure);
  }
  if (newest && newest->target_epoch != own.target_epoch) {
    return refused(input, "target.replaced",
                   "process \"" + newest->process + "\" replaced the target in run " + newest->run_id + " at " +
                       newest->published_at)
        .hint(cure);
  }
  if (input.target.identity != own.target_identity) {
    return refused(input, "target.replaced",
                   "the target is not the table that run " + own.run_id + " loaded: something else replaced it")
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
                         std::to_string(own.version) + ", which the ledger here does not know")
          .hint(
              "this may be another database under the same name; if the target is right, `dpone state reset "
              "--to-receipt` "
              "takes its receipt for the truth");
    }
    start.notes.push_back("the target was set back to run " + own.run_id + " (version " + std::to_string(own.version) +
                          "): the state follows it");
  } else if (stored) {
    start.notes.push_back("the state is of version " + std::to_string(stored->version) + ", the target's receipt of " +
                          std::to_string(own.version) + ": the state follows it");
  } else {
    start.notes.push_back("no state is stored; the target's receipt of run " + own.run_id + " says where to go on");
  }
  start.corrected = state_after(own);
  start.corrected->record = stored ? stored->record : 0;
  return {};
}

Result<StartPoint> from_request(const StartInput& input, StartPoint start) {
  const std::string& value = *input.request.start_cursor;
  if (value == "none") return start;
  if (!input.range.key.empty()) {
    return refused(input, "start_cursor.needs_unique",
                   "rows of the same cursor are told apart by their key, which --start-cursor cannot name")
        .hint("use --start-cursor none with only_new_rows, or incremental_merge");
  }
  start.lower = CursorPosition{value, {}};
  start.notes.push_back(
      input.range.is_inclusive
          ? "the run begins at the cursor value that --start-cursor names"
          : "the run begins behind the cursor value that --start-cursor names: rows that have it are not read");
  return start;
}

}  // namespace

Status check_target_max(const std::string& cursor, const Facts& source, const Facts& target) {
  const ColumnFacts* const from = source.find(cursor);
  const ColumnFacts* const to = target.find(cursor);
  std::string why;
  if (to == nullptr) {
    why = "the target has no column \"" + cursor + "\"";
  } else if (from->type.kind == TypeKind::kText) {
    why = "the order of texts is not the same everywhere";
  } else if (from->type.kind != to->type.kind &&
             !(cursor_kind(*from) == CursorKind::kNumber && cursor_kind(*to) == CursorKind::kNumber)) {
    why = "column \"" + cursor + "\" is " + from->native_type + " at the source and " + to->native_type +
          " at the target, which have another order";
  }
  if (why.empty()) return {};
  return Error(ErrorClass::kRefused, "start_cursor.target_max", "the target's greatest value says nothing: " + why)
      .with("target", target.relation)
      .hint("say --start-cursor VALUE, or --start-cursor none to read everything");
}

State state_after(const Receipt& receipt) {
  State state;
  state.process = receipt.process;
  state.target = receipt.target;
  state.cursor = receipt.cursor_after;
  state.version = receipt.version;
  state.epoch = receipt.target_epoch;
  state.target_identity = receipt.target_identity;
  state.run_id = receipt.run_id;
  state.selection_fingerprint = receipt.selection_fingerprint;
  return state;
}

Result<StartPoint> find_start(const StartInput& input) {
  StartPoint start;
  const auto& own = input.prior.newest_of_process;
  const auto& stored = input.state.stored;
  const bool is_requested = input.request.start_cursor.has_value();
  if (!own) {
    if (stored && !stored->cursor.is_null() && !is_requested) {
      return refused(input, "state.target_mismatch",
                     "the state knows run " + stored->run_id + " of this process, and the target has no receipt of it")
          .hint(
              "this may be another database under the same name; if it is right to begin anew, run `dpone state "
              "reset`");
    }
    if (is_requested) return from_request(input, std::move(start));
    if (has_rows(input)) {  // adopted, or the planner has refused it before
      return refused(input, "start_cursor.needed",
                     "the target is taken over with its rows: where the run begins has to be said")
          .hint("add --start-cursor VALUE, --start-cursor target-max, or --start-cursor none to read everything");
    }
    return start;
  }
  // Told both to take over what is there and where to begin, a position in another table is no matter.
  if (is_requested && input.manifest.sink.options.flag("adopt") && has_rows(input) && !check_same_target(input, *own)) {
    start.notes.push_back("the target is not the table that run " + own->run_id + " loaded: it is taken over");
    return from_request(input, std::move(start));
  }
  if (is_reset(input)) {
    if (has_rows(input)) DPONE_CHECK(check_same_target(input, *own));
    start.notes.push_back("the state was reset: the run begins anew");
    if (is_requested) return from_request(input, std::move(start));
    const bool repeats = input.manifest.strategy.mode == "incremental_append" && !input.manifest.strategy.only_new_rows;
    if (repeats && has_rows(input)) {
      return refused(input, "append.would_repeat",
                     "the state was reset, and the target still has the rows that would be added again")
          .hint(
              "empty the target, or say --start-cursor VALUE or target-max; none reads everything, and adds what is "
              "there again");
    }
    return start;
  }
  DPONE_CHECK(judge_state(input, *own, start));
  DPONE_CHECK(check_same_target(input, *own));
  if (own->selection_fingerprint != input.selection_fingerprint) {
    if (is_requested) return from_request(input, std::move(start));
    return refused(input, "state.definition_changed",
                   "the source, its columns, condition, key or cursor are not those of run " + own->run_id +
                       ", which the stored position belongs to")
        .hint(
            "say where to begin: --start-cursor VALUE, target-max or none; or undo the change, or give the process "
            "another name");
  }
  if (is_requested) {
    return refused(input, "start_cursor.has_position", "the process has a position already, from run " + own->run_id)
        .hint("leave --start-cursor out; `dpone state reset` forgets the position");
  }
  // Whoever empties a table that is only added to may have moved its rows on; a merge keeps the whole of its source.
  // A run that published none may have left it empty.
  if (input.target.is_empty && !own->cursor_after.is_null() && own->rows_loaded > 0) {
    const std::string what = "the target is empty, and the position of run " + own->run_id + " is not the beginning";
    if (input.manifest.strategy.mode != "incremental_append") {
      start.emptied =
          refused(input, "target.emptied", what + ": the rows up to it would be missing")
              .hint(
                  "`dpone state reset` and a run load it from the beginning; or reset it and say --start-cursor VALUE");
      start.notes.push_back(what + ": a run that finds new rows is refused");
    } else {
      start.notes.push_back(what + ": only what came since is added");
    }
  }
  start.lower = cursor_from_json(input.range, own->cursor_after);
  if (!start.lower && !own->cursor_after.is_null()) {
    return refused(input, "state.definition_changed", "the position of run " + own->run_id + " is of another cursor")
        .hint("say where to begin: --start-cursor VALUE, target-max or none");
  }
  return start;
}

}  // namespace dpone::plan
