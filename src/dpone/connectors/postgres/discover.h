// Lists the tables and views of a database by its catalog alone: for `dpone connections discover`.
#pragma once

#include <vector>

#include "dpone/base/result.h"
#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/discovery.h"

namespace dpone::postgres {

// By schema and name, without partitions and dpone's own tables (`__dpone__...`). Slug postgres.no_schema, naming the
// nearest, for a schema that does not exist.
Result<std::vector<RelationSummary>> discover(const ConnectionSettings& settings, const DiscoverRequest& request,
                                              const RunContext& context);

}  // namespace dpone::postgres
