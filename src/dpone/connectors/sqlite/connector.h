// The descriptor of SQLite: all that the program knows of this connector. Static data.
#pragma once

#include "dpone/ports/connector.h"

namespace dpone::sqlite {

extern const Connector kSqlite;

}  // namespace dpone::sqlite
