// SqliteSource: a table, view or query of one SQLite file, read in one transaction. Owns its connection. Thread rule as
// in ports/source.h. What a column is: docs/connectors/sqlite.md.
#pragma once

#include <memory>
#include <string>

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/source.h"
#include "dpone/ports/table_end.h"

namespace dpone::sqlite {

// The connection has `path`, and `busy_timeout` in ms; the schema is empty or `main`. Fails when the file is not there
// or is not a database. `context` must outlive the source.
Result<std::unique_ptr<Source>> make_source(TableSource settings, const RunContext& context);

}  // namespace dpone::sqlite
