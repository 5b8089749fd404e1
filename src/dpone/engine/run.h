// The run: one process from receipts to publication, in the order of docs/architecture.md. It knows no system: it pairs
// a Source with a Sink, asks the planner, moves the rows, judges the gates, and lets the sink publish.
#pragma once

#include <filesystem>
#include <optional>

#include "dpone/engine/progress.h"
#include "dpone/engine/route.h"
#include "dpone/evidence/run_record.h"
#include "dpone/plan/route_plan.h"

namespace dpone::engine {

// The process is locked on this host (`<state_dir>/locks/`), what dead runs left is recovered and dropped first, the
// ledger gets the intent before anything is published and the outcome after it. `plan` gets the plan, once there is
// one.
evidence::RunRecord run(const Route& route, const std::filesystem::path& state_dir, Progress& progress,
                        std::optional<plan::RoutePlan>* plan = nullptr);

}  // namespace dpone::engine
