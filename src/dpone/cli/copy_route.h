// The route of `dpone copy`: a manifest made of --from, --to, --table and --to-table. `reconcile` and `cleanup` take
// the same four in place of a manifest, for what a copy left behind.
#pragma once

#include "dpone/base/option_spec.h"
#include "dpone/cli/route_setup.h"

namespace dpone::cli {

// REQUIRES: --from, --to and --table are given. The overrides (session.h) are left to the caller.
Result<ResolvedRoute> resolve_copy(const Options& options);

}  // namespace dpone::cli
