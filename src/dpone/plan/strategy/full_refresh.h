// full_refresh: all rows of the selection replace all rows of the target. Chooses the publishing method. Pure.
#pragma once

#include "dpone/plan/planner.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::plan::strategy {

extern const Strategy kFullRefresh;

// Fails with `publish.no_method` if every method is blocked, naming the obstacles of each.
Status plan_full_refresh(const PlanInput& input, RoutePlan& plan);

}  // namespace dpone::plan::strategy
