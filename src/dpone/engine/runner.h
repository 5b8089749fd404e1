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
#include "dpone/plan/start_point.h"
#include "dpone/ports/sink.h"
#include "dpone/ports/source.h"
#include "dpone/ports/state_store.h"

namespace dpone::engine {

// What a run needs; all of it outlives the call.
struct Route {
  const manifest::Manifest& manifest;
  Source& source;
  Sink& sink;
  const RunContext& context;
  // Where the cursor is kept; null without one, and where only receipts are the record.
  StateStore* state = nullptr;
  plan::StartRequest start = {};
};

struct RunOutcome {
  std::optional<plan::RoutePlan> plan;
  std::optional<Receipt> receipt;             // published by this run, or earlier by the same run id
  bool is_repeated = false;                   // the run id had been published before: nothing was done
  bool is_unchanged = false;                  // the source has nothing new: nothing was published
  std::optional<std::int64_t> rows_inserted;  // by append and merge
  std::optional<std::int64_t> rows_updated;
  std::int64_t rows_read = 0;
  std::int64_t rows_loaded = 0;
  std::int64_t bytes = 0;
  std::vector<evidence::GateResult> gates;
  std::vector<std::string> warnings;
  std::optional<Error> error;
  std::string ledger_head;
  std::chrono::nanoseconds load_duration{0};
  std::int64_t rows_superseded = 0;  // read, and left out for a later row of the same key
  std::chrono::nanoseconds seal_duration{0};
  std::chrono::nanoseconds publish_duration{0};
};

// Reads receipts, state and both catalogs and decides; writes nothing, reads no rows but the target's greatest cursor
// when that is where the run is told to start.
Result<plan::RoutePlan> make_plan(const Route& route, const std::filesystem::path& state_dir);

// Runs it. The process is locked on this host (`<state_dir>/locks/`), leftovers of dead runs are dropped first, the
// ledger gets the intent before anything is published and the outcome after it.
RunOutcome run(const Route& route, const std::filesystem::path& state_dir, Progress& progress);

}  // namespace dpone::engine
