// PostgresSource: a table, view or query of one PostgreSQL database, read by COPY in one REPEATABLE READ snapshot that
// is taken after the relation's locks (semantics §4). Owns its connections. Thread rule as in ports/source.h.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dpone/base/option_spec.h"
#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/source.h"
#include "dpone/ports/table_end.h"

namespace dpone::postgres {

struct SourceSettings : TableSource {
  std::string search_path;  // `role`, or schemas between commas; empty: pg_catalog
};

// The options of `type: postgres` as a source.
std::span<const OptionSpec> source_options();

// Fails only when the first connection cannot be made. `context` must outlive the source.
Result<std::unique_ptr<Source>> make_source(SourceSettings settings, const RunContext& context);

}  // namespace dpone::postgres
