// RoutePlan: what a run will do, decided from facts alone. The same facts give the same plan, byte for byte: it
// contains the run id as `{run_id}`, and estimates are outside the hashed part. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/ports/extraction.h"
#include "dpone/ports/receipt.h"
#include "dpone/ports/state_store.h"
#include "dpone/ports/steps.h"

namespace dpone::plan {

struct RoutePlan {
  std::string process;
  std::string mode;  // `full_refresh`
  ReadTask read;
  LoadTask load;
  std::vector<std::string> method_reasons;  // why a better method was not taken
  std::vector<std::string> raw_reasons;     // why bytes are not passed through
  std::vector<std::string> notes;
  std::vector<std::string> warnings;  // those of the notes that a run has to say too
  std::vector<Statement> statements;  // filled by the engine, from source and sink
  std::string manifest_hash;
  std::string selection_fingerprint;
  std::int64_t expected_version = 1;  // of the receipt to be written
  std::int64_t expected_epoch = 1;
  bool target_created = false;
  std::vector<std::string> guessed_columns;  // of the target, after the run
  std::vector<KeyFacts> dropped_keys;        // of these, that an exchange leaves out
  std::vector<KeyFacts> made_keys;           // dpone's own keys of the target, after the run
  // Why an empty source is refused, empty if it is not: rows that the target has, or that the last receipt had.
  std::string empty_source_refusal;
  bool allow_empty_source = false;
  std::optional<std::int64_t> min_rows;
  // Raised by a run that would add rows to a target which lost those before them; without rows it does no harm.
  std::optional<Error> emptied;
  bool begins_as_told = false;  // by --start-cursor: a run that finds nothing new is published too, or it would be lost
  // How many rows the target had at the position when it was written; absent if they were not counted.
  std::optional<std::int64_t> rows_at_position;
  // What the stored state should say before the run, where it does not. Not part of the hash: the notes tell of it.
  std::optional<State> corrected_state;
  std::int64_t state_record = 0;  // of the stored state that the plan was made from; 0: no state

  // A first load makes the target even if it has no rows, and takes over one that has them all: from then on it is
  // ours, and its receipt says where to go on. So is one that was told where to begin, which would be forgotten.
  bool publishes_anyway() const { return !load.target.exists || expected_version == 1 || begins_as_told; }

  std::size_t columns_loaded() const;

  // The hashed part.
  Json to_json() const;
  std::string hash() const;
  // For people; keeps `{run_id}`.
  std::string to_text() const;
  // The receipt that publishing this plan writes; counts, run id and time are the caller's.
  Receipt receipt() const;
};

}  // namespace dpone::plan
