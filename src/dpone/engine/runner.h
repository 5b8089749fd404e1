// The runner: one process from receipts to publication, in the order of docs/architecture.md. It knows no system: it
// pairs a Source with a Sink, asks the planner, moves the rows, judges the gates, and lets the sink publish.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/run_context.h"
#include "dpone/engine/progress.h"
#include "dpone/evidence/gate.h"
#include "dpone/evidence/ledger.h"
#include "dpone/manifest/manifest.h"
#include "dpone/plan/route_plan.h"
#include "dpone/ports/sink.h"
#include "dpone/ports/source.h"

namespace dpone::engine {

// What a run needs; all of it outlives the call.
struct Route {
  const manifest::Manifest& manifest;
  Source& source;
  Sink& sink;
  const RunContext& context;
};

struct RunOutcome {
  std::optional<plan::RoutePlan> plan;
  std::optional<Receipt> receipt;  // published by this run, or earlier by the same run id
  bool is_repeated = false;        // the run id had been published before: nothing was done
  std::int64_t rows_read = 0;
  std::int64_t rows_loaded = 0;
  std::int64_t bytes = 0;
  std::vector<evidence::GateResult> gates;
  std::vector<std::string> warnings;
  std::optional<Error> error;
  std::string ledger_head;
  std::chrono::nanoseconds load_duration{0};
};

// Reads receipts and both catalogs and decides; writes nothing, reads no rows.
Result<plan::RoutePlan> make_plan(const Route& route);

// Runs it. The process is locked on this host (`<state_dir>/locks/`), leftovers of dead runs are dropped first, the
// ledger gets the intent before anything is published and the outcome after it.
RunOutcome run(const Route& route, const std::filesystem::path& state_dir, Progress& progress);

}  // namespace dpone::engine
