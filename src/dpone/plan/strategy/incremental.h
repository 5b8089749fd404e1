// incremental_append and incremental_merge: add rows, or change and add them by key, never replacing the target.
#pragma once

#include "dpone/plan/planner.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::plan::strategy {

extern const Strategy kIncrementalAppend;
extern const Strategy kIncrementalMerge;

// The range that is read, without its bounds. REQUIRES: the manifest names a cursor. Slugs: source.no_column,
// cursor.type, cursor.overlap, cursor.needs_key, capability.cursor.
Result<CursorRange> cursor_range(const manifest::Manifest& manifest, const SourceFacts& source);

// Slugs: publish.no_method, strategy.keep_latest_by, cursor.not_loaded.
Status plan_append(const PlanInput& input, RoutePlan& plan);
Status plan_merge(const PlanInput& input, RoutePlan& plan);

}  // namespace dpone::plan::strategy
