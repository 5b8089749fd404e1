// The descriptor of PostgreSQL: all that the program knows of this connector. Static data.
#pragma once

#include "dpone/ports/connector.h"

namespace dpone::postgres {

extern const Connector kPostgres;

}  // namespace dpone::postgres
