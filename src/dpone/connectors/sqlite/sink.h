// SqliteSink: one table of one SQLite file as a target. Owns its connection; the one that writes a stage also publishes
// it. Thread rule as in ports/sink.h.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/sink.h"
#include "dpone/ports/table_end.h"

namespace dpone::sqlite {

// The connection as that of a source; schemas are empty or `main`. Fails when the file is there and cannot be read as a
// database. `context` must outlive the sink.
Result<std::unique_ptr<Sink>> make_sink(TableSink settings, const RunContext& context);

// Of `path` and `busy_timeout`; for both ends.
std::chrono::milliseconds busy_timeout_of(const ConnectionSettings& settings);
// Equal for two paths of one file; empty if the file does not exist.
std::string file_identity(const std::string& path);
// `sqlite.no_schema` unless `schema` is empty or `main`.
Status check_schema(const std::string& schema, const char* option);

}  // namespace dpone::sqlite
