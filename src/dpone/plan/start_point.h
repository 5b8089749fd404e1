// Where an incremental run begins: decided from the target's receipts, the stored state and the manifest, in the order
// of docs/adr/0007. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/manifest/manifest.h"
#include "dpone/ports/cursor.h"
#include "dpone/ports/extraction.h"
#include "dpone/ports/facts.h"
#include "dpone/ports/receipt.h"
#include "dpone/ports/state_store.h"

namespace dpone::plan {

// Facts about earlier runs besides the receipts.
struct PriorState {
  std::optional<State> stored;
  // Whether the ledger knows the run of the process's newest receipt, at its version: then a state that is ahead of it
  // was left by a target that has been restored, and not by another target.
  bool is_receipt_known = false;
};

struct StartRequest {
  // `--start-cursor`: a value, `none` for the beginning, or absent. `target-max` has become a value, or `none` where
  // the target has none.
  std::optional<std::string> start_cursor;
};

struct StartPoint {
  std::optional<CursorPosition> lower;  // absent: from the beginning
  // The correct stored state, if it differs: the engine writes it before it loads.
  std::optional<State> corrected;
  std::optional<Error> emptied;    // see RoutePlan
  std::vector<std::string> notes;  // the findings, one sentence each
};

struct StartInput {
  const manifest::Manifest& manifest;
  const TargetFacts& target;  // as described
  const PriorReceipts& prior;
  const PriorState& state;
  const StartRequest& request;
  const CursorRange& range;  // column, type and key
  const std::string& selection_fingerprint;
  const std::vector<std::string>& columns;  // to be loaded, as in Receipt::columns
};

// Slugs, all of class kRefused: state.target_mismatch, target.replaced, state.definition_changed,
// start_cursor.needed, start_cursor.has_position, append.would_repeat.
Result<StartPoint> find_start(const StartInput& input);

// Whether `--start-cursor target-max` can be answered: the greatest value there is the greatest here. Slug:
// start_cursor.target_max. REQUIRES: the target exists, and the source has the column.
Status check_target_max(const std::string& cursor, const SourceFacts& source, const TargetFacts& target);

// The policy for unexpected cursor values of a source: source.options.cursor_behind and cursor_max.
struct BoundPolicy {
  std::string behind = "auto";  // auto, fail, warn, restart
  std::string max;              // a value, `none`, or empty: one day from now for times, none for others
  bool adds_twice = false;      // a run that starts from the beginning would add rows that the target has
};
struct BoundVerdict {
  bool restarts = false;  // read from the beginning
  std::vector<std::string> warnings;
};
// Slugs: cursor.behind (class kRefused), cursor.beyond_max (class kFailed).
Result<BoundVerdict> judge_bound(const CursorRange& range, const ReadBound& bound, const BoundPolicy& policy,
                                 std::chrono::system_clock::time_point now);

// `found` rows of the target have the position's value, where its receipt says `expected`. Slug: target.rows_gone.
Status check_rows_at_position(const TargetFacts& target, const CursorRange& range, std::int64_t expected,
                              std::int64_t found);

// The state after `receipt` was written.
State state_after(const Receipt& receipt);

}  // namespace dpone::plan
