// The slice loader: moves the rows of a snapshot's slices into a stage.
#pragma once

#include "dpone/base/run_context.h"
#include "dpone/engine/progress.h"
#include "dpone/engine/pump.h"
#include "dpone/plan/route_plan.h"
#include "dpone/ports/sink.h"
#include "dpone/ports/source.h"

namespace dpone::engine {

Result<PumpResult> load_slices(const plan::RoutePlan& plan, Snapshot& snapshot, Stage& stage, const RunContext& context,
                               Progress& progress);

}  // namespace dpone::engine
