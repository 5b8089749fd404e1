// PostgresSink: one table of one PostgreSQL database as a target. Owns its connections; the one that writes a stage
// also publishes it. Thread rule as in ports/sink.h.
#pragma once

#include <memory>
#include <string>

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/sink.h"

namespace dpone::postgres {

struct SinkSettings {
  ConnectionSettings connection;
  std::string schema;
  std::string table;
  std::string control_schema;  // empty: the target's
};

// Fails only when the first connection cannot be made. `context` must outlive the sink.
Result<std::unique_ptr<Sink>> make_sink(SinkSettings settings, const RunContext& context);

}  // namespace dpone::postgres
