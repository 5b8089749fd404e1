// Receipt: the record that a sink writes in the transaction that publishes, and that outranks every other record
// (semantics §1; docs/formats/receipt.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/base/result.h"
#include "dpone/ports/facts.h"
#include "dpone/ports/position.h"
#include "dpone/ports/statement.h"

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
  std::int64_t part = 0;  // of a run that publishes several times: 1, 2, ...; (process, target, run_id, part) is unique
  std::string manifest_hash;
  std::string plan_hash;
  std::string selection_fingerprint;
  std::vector<std::string> columns;
  // Of a target that dpone made: columns whose type was guessed from values, and the keys that it made. Earlier builds
  // kept neither.
  std::optional<std::vector<std::string>> guessed_columns;
  std::vector<KeyFacts> made_keys;
  std::optional<Position> position;  // how far the source has been read; absent if the strategy has no position
  std::int64_t rows_read = 0;
  std::int64_t rows_loaded = 0;
  std::string method;
  std::string outcome;       // `committed`
  std::string published_at;  // RFC 3339, UTC, the server's clock

  // The whole of it.
  Json to_json() const;
  // What a sink keeps beside its fence columns: without `target_identity` and `published_at`, which are the system's.
  Json body_json() const;
  // The one reader of receipts, of any sink and of any earlier form. Slug: receipts.unreadable.
  static Result<Receipt> from_json(const Json& json);
};

// What the sink's control table knows before planning.
struct PriorReceipts {
  std::optional<Receipt> newest_of_process;  // of (process, target)
  std::optional<Receipt> newest_of_target;   // of the target, any process, by epoch
  std::optional<Receipt> of_run;             // the receipt of this run id, if it was used before
  bool is_target_made = false;               // some run, of any process, created the target
  std::vector<std::string> identities;       // of what the runs of the target have published
  std::vector<Statement> asked;              // how they were read: the plan shows it
};

// Version and epoch of the receipt that comes next.
std::int64_t next_version(const PriorReceipts& prior);
std::int64_t next_epoch(const PriorReceipts& prior, bool replaces_all);

}  // namespace dpone
