// PostgresSink: one table of one PostgreSQL database as a target. Owns its connections; the one that writes a stage
// also publishes it. Thread rule as in ports/sink.h.
#pragma once

#include <memory>
#include <string>

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/sink.h"
#include "dpone/ports/table_end.h"

namespace dpone::postgres {

// Fails only when the first connection cannot be made. `context` must outlive the sink.
Result<std::unique_ptr<Sink>> make_sink(TableSink settings, const RunContext& context);

}  // namespace dpone::postgres
