// Identity: which tables two connections reach, however their settings were spelled. For names that must stay the same
// from run to run, and to see that a route leads back to where it began. No secret and no user is part of it.
#pragma once

#include <string>

#include "dpone/base/json.h"
#include "dpone/connections/environment.h"
#include "dpone/connections/systems.h"
#include "dpone/ports/connection.h"

namespace dpone::connections {

// System, servers, database and service, with what the system's own client fills in where a setting is left out: its
// variables (FieldSpec::native_variable), the port's default, the user's name for the database. Behind a service
// nothing is filled in: its file decides. A host is the same in any case and with a final dot; a name is not compared
// with its address.
Json identity(const ConnectionSettings& settings, const Environment& environment, Systems systems);

// The schema of tables that are named without one.
std::string default_schema(const ConnectionSettings& settings, Systems systems);

}  // namespace dpone::connections
