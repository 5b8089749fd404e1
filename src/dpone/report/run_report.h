// The run report: a RunRecord for people and programs. Written last, on every way out.
// Format: docs/formats/run-report.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "dpone/base/json.h"
#include "dpone/base/result.h"
#include "dpone/evidence/run_record.h"

namespace dpone::report {

using evidence::GateResult;
using evidence::RunRecord;
using evidence::Verdict;

// docs/formats/run-report.md
Json to_json(const RunRecord& record);

// Writes `<state_dir>/runs/<run_id>/run.json` atomically and returns that path; if the report of a run that published
// exists, `run.2.json` and so on. An id that is not a plain file name is refused (class kUsage, slug `run_id.invalid`).
Result<std::filesystem::path> write_report(const RunRecord& report, const std::filesystem::path& state_dir);

// Whether `run_id` may name a folder: letters, digits, `.`, `_`, `-`, `:`, `+`, at most 128, not beginning with a dot.
Status check_run_id(std::string_view run_id);

// A few lines for the end of a run on a terminal, with a final newline. `report_path` is where the report is.
std::string render_summary(const RunRecord& report, const std::filesystem::path& report_path, bool color);

}  // namespace dpone::report
