// SqliteSource: a table, view or query of one SQLite file, read in one transaction. Owns its connection. Thread rule as
// in ports/source.h. What a column is: docs/connectors/sqlite.md.
#pragma once

#include <memory>
#include <string>

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/source.h"

namespace dpone::sqlite {

struct SourceSettings {
  ConnectionSettings connection;  // `path`, `busy_timeout` in ms
  std::string schema;             // empty or `main`
  std::string table;
  std::string query;  // instead of a table
  std::string where;
  std::int64_t limit = -1;
};

// Fails when the file is not there or is no database. `context` must outlive the source.
Result<std::unique_ptr<Source>> make_source(SourceSettings settings, const RunContext& context);

}  // namespace dpone::sqlite
