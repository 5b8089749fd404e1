// replace: deletes the rows of the target inside a scope and inserts those of the source; other rows stay. Pure.
#pragma once

#include "dpone/plan/planner.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::plan::strategy {

extern const Strategy kReplace;

// Slugs: publish.no_method, strategy.scope_not_loaded.
Status plan_replace(const PlanInput& input, RoutePlan& plan);

}  // namespace dpone::plan::strategy
