// Lists the tables and views of a database by its catalog alone: for `dpone connections discover`.
#pragma once

#include <vector>

#include "dpone/base/result.h"
#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/discovery.h"

namespace dpone::sqlite {

// By name, without SQLite's and dpone's own tables; a database has no schemas (capability.schema). The number of rows
// is the greatest rowid, which is exact if no row was deleted.
Result<std::vector<RelationSummary>> discover(const ConnectionSettings& settings, const DiscoverRequest& request,
                                              const RunContext& context);

}  // namespace dpone::sqlite
