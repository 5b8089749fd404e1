// Lists the tables and views of a database by its catalog alone: for `dpone connections discover`.
#pragma once

#include <vector>

#include "dpone/base/result.h"
#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/discovery.h"

namespace dpone::postgres {

// By schema and name. Neither partitions nor what dpone keeps for itself (`__dpone__...`) is among them. Slug
// postgres.no_schema, naming the nearest, for a schema that is not there.
Result<std::vector<RelationSummary>> discover(const ConnectionSettings& settings, const DiscoverRequest& request,
                                              const RunContext& context);

}  // namespace dpone::postgres
