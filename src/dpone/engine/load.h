// Load: moves the rows that a plan reads into a stage, asks the stage, judges the gates, and seals it.
#pragma once

#include <optional>

#include "dpone/engine/progress.h"
#include "dpone/engine/route.h"
#include "dpone/evidence/run_record.h"
#include "dpone/plan/route_plan.h"

namespace dpone::engine {

// Where a reading ends.
struct ReadEnd {
  bool has_rows = true;
  bool advances = true;              // beyond the position of the last run
  std::optional<Position> position;  // after the load; absent for extractions without one
};

// Asks the snapshot how far the plan's extraction goes, and fixes that in `plan.read`. Slugs: those of Snapshot::bound,
// cursor.behind, cursor.beyond_max, target.emptied.
Result<ReadEnd> find_end(const Route& route, plan::RoutePlan& plan, Snapshot& snapshot, evidence::RunRecord& record);

// Fills the record's counts, durations and gates, and `end.position`. False: the stage would change nothing in the
// target. Slugs: gate.*, guard.empty_source, those of reader, writer and stage.
Result<bool> load(const Route& route, const plan::RoutePlan& plan, Snapshot& snapshot, Stage& stage, ReadEnd& end,
                  Progress& progress, evidence::RunRecord& record);

}  // namespace dpone::engine
