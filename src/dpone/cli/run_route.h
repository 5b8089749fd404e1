// Runs a resolved route for `dpone run` and `dpone copy`: engine, report, summary, exit code.
#pragma once

#include "dpone/cli/route_setup.h"
#include "dpone/cli/session.h"

namespace dpone::cli {

// Writes the report on every way out. Returns the exit code; errors have been printed.
int run_route(const ResolvedRoute& route, Session& session, const plan::StartRequest& start);

}  // namespace dpone::cli
