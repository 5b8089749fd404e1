// A state store that many machines share: table `__dpone__state` of a PostgreSQL schema (docs/formats/state.md).
#pragma once

#include <memory>
#include <string>

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/state_store.h"

namespace dpone::postgres {

// Connects when it is first asked; schema and table are created by the first write. `context` must outlive the store.
std::unique_ptr<StateStore> make_state_store(ConnectionSettings settings, std::string schema,
                                             const RunContext& context);

}  // namespace dpone::postgres
