// RunReport: what one run did, for people and programs. Written last, on every way out; it proves nothing that receipt
// and ledger do not. Format: docs/formats/run-report.md. A plain value, filled by the command that ran.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/base/result.h"
#include "dpone/evidence/gate.h"

namespace dpone::report {

using evidence::GateResult;
using evidence::Verdict;

struct RunReport {
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
  Json cursor_after;  // of the receipt
  Json receipt;       // null when nothing was published

  std::vector<GateResult> gates;
  std::vector<std::string> notes;  // of the plan: what was decided about types, and why
  std::vector<std::string> warnings;
  std::vector<Error> errors;  // the first one decides status and exit code
  std::int64_t attempts = 1;
  std::int64_t max_attempts = 1;

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
  Json to_json() const;
};

// Writes `<state_dir>/runs/<run_id>/run.json` atomically and returns that path; where the report of a run that
// published lies there, `run.2.json` and so on. An id that is no plain file name is refused (class kUsage, slug
// `run_id.invalid`).
Result<std::filesystem::path> write_report(const RunReport& report, const std::filesystem::path& state_dir);

// Whether `run_id` may name a folder: letters, digits, `.`, `_`, `-`, `:`, `+`, at most 128, not beginning with a dot.
Status check_run_id(std::string_view run_id);

// A few lines for the end of a run on a terminal, with a final newline. `report_path` is where the report is.
std::string render_summary(const RunReport& report, const std::filesystem::path& report_path, bool color);

}  // namespace dpone::report
