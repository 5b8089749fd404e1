// RunRecord: every figure of one run, filled by the engine while it runs. Report and ledger read it, and so will
// metrics and lineage. It proves nothing that receipt and ledger do not. A plain value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/error.h"
#include "dpone/base/json.h"
#include "dpone/evidence/gate.h"

namespace dpone::evidence {

struct RunRecord {
  std::string manifest;  // path as given; for `copy` empty
  std::string process;
  std::string selector;
  std::string run_id;
  std::string source;  // as people know it, without credentials: `"public"."orders" of pg_src`
  std::string target;
  std::string manifest_hash;
  std::string plan_hash;
  std::string ledger_head;  // hash of the last ledger record, which anchors the chain

  std::int64_t rows_read = 0;
  std::int64_t rows_loaded = 0;
  std::optional<std::int64_t> final_rows;  // in the target after publishing, if known
  std::int64_t bytes = 0;                  // on the wire, read side
  bool is_raw = false;
  std::string method;        // `exchange`; empty: not published
  std::int64_t version = 0;  // of the receipt; 0: not published
  bool is_published = false;
  bool is_repeated = false;                   // the run id was published before: nothing was done
  bool is_unchanged = false;                  // the source has nothing new: nothing was published
  std::optional<std::int64_t> rows_inserted;  // by append and merge, where the target told
  std::optional<std::int64_t> rows_updated;
  std::optional<std::int64_t> rows_deleted;  // by steps that leave other rows where they are
  Json position;                             // of the receipt: how far the source has been read; null without one
  Json receipt;                              // null when nothing was published

  std::vector<GateResult> gates;
  std::vector<std::string> notes;  // of the plan: the decisions about types, and why
  std::vector<std::string> warnings;
  std::vector<Error> errors;  // the first one decides status and exit code
  std::int64_t attempts = 1;  // at publishing: attempts to get locks that others hold

  std::chrono::system_clock::time_point started_at;
  std::chrono::system_clock::time_point finished_at;
  std::chrono::nanoseconds duration{0};       // of the whole run, by the steady clock
  std::chrono::nanoseconds load_duration{0};  // first to last byte: what rates are made of
  std::int64_t rows_superseded = 0;
  std::chrono::nanoseconds seal_duration{0};  // gates and indexes of the stage
  std::chrono::nanoseconds publish_duration{0};

  // No error, and no gate failed.
  bool passed() const;
  int exit_code() const;
  // `success`, or the class of the first error: failed, refused, unavailable, outcome_unknown, interrupted, usage.
  std::string status() const;
};

}  // namespace dpone::evidence
