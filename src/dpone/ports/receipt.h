// Receipt: the record that a sink writes in the transaction that publishes, and that outranks every other record
// (semantics §1; docs/formats/receipt.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/ports/position.h"

namespace dpone {

struct Receipt {
  std::int64_t version = 0;  // 1, 2, ... for (process, target)
  std::string process;
  std::string target;           // quoted relation
  std::string target_identity;  // after publishing (PostgreSQL: OID)
  std::int64_t target_epoch =
      0;                        // one sequence for all processes of a target, raised by every whole replacement; from 1
  bool target_created = false;  // dpone created the target, in this or an earlier run of the process
  std::string run_id;
  std::string manifest_hash;
  std::string plan_hash;
  std::string selection_fingerprint;
  std::vector<std::string> columns;
  std::optional<Position> position;  // how far the source has been read; absent where nobody keeps one
  std::int64_t rows_read = 0;
  std::int64_t rows_loaded = 0;
  std::string method;
  std::string outcome;       // `committed`
  std::string published_at;  // RFC 3339, UTC, the server's clock

  Json to_json() const;
};

// What the sink's control table knows before planning.
struct PriorReceipts {
  std::optional<Receipt> newest_of_process;  // of (process, target)
  std::optional<Receipt> newest_of_target;   // of the target, any process, by epoch
  std::optional<Receipt> of_run;             // the receipt of this run id, if it was used before
  bool is_target_made = false;               // some run, of any process, created the target
  std::vector<std::string> identities;       // of what the runs of the target have published
};

// Version and epoch of the receipt that comes next.
std::int64_t next_version(const PriorReceipts& prior);
std::int64_t next_epoch(const PriorReceipts& prior, bool replaces_all);

}  // namespace dpone
