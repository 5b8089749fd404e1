// Opens a database once and describes it: for `dpone connections test`.
#pragma once

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/probe.h"

namespace dpone::sqlite {

// `SQLite 3.40.1, file shop.db, journal mode wal, UTF-8`.
Result<ProbeAnswer> probe(const ConnectionSettings& settings, const RunContext& context);

}  // namespace dpone::sqlite
