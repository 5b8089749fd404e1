// Connects once and says what answers: for `dpone connections test`.
#pragma once

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/probe.h"

namespace dpone::postgres {

// `PostgreSQL 16.14, database shop, role me, TLSv1.3`. Half the time that the answer took is what the skew of the
// clocks may be wrong by.
Result<ProbeAnswer> probe(const ConnectionSettings& settings, const RunContext& context);

}  // namespace dpone::postgres
