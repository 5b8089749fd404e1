// The plan of a route, printed: for `dpone plan` and for --dry-run, and what `dpone check --live` tells of it.
#pragma once

#include "dpone/base/json.h"
#include "dpone/cli/route_setup.h"
#include "dpone/cli/session.h"
#include "dpone/plan/route_plan.h"

namespace dpone::cli {

// Connects to both ends and plans. Reads no rows and writes nothing.
Result<plan::RoutePlan> plan_of(const ResolvedRoute& route, const Session& session, const plan::StartRequest& start);
// Plans and prints it, as text or JSON.
Result<int> print_plan(const ResolvedRoute& route, const Session& session, const plan::StartRequest& start);
// `incremental_merge by merge, version 3`.
std::string method_text(const plan::RoutePlan& plan);
// The facts of both ends, for people and as JSON.
std::string found_text(const plan::RoutePlan& plan, const ResolvedRoute& route);
Json found_json(const plan::RoutePlan& plan);

}  // namespace dpone::cli
