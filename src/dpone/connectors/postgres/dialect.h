// The statements with which the PostgreSQL connector reads, rendered from a ReadTask alone, and the dialect for the
// shared SQL. Text only, no I/O; golden tests need no server. load_sql.h has the statements of a load.
#pragma once

#include <string>
#include <string_view>

#include "dpone/ports/extraction.h"
#include "dpone/sql/dialect.h"

namespace dpone::postgres {

const sql::Dialect& dialect();

// Columns of `task` (source names) as a COPY TO statement; `format` is `binary` or `text`. Columns that travel as text
// are printed by their type's output function, unless the bytes are passed through.
std::string render_copy_out(const ReadTask& task, std::string_view format, bool is_raw);
// The SELECT behind it, for the describe that checks it.
std::string render_select(const ReadTask& task, bool is_raw);

// The text of `expression`, by its type's output function: a cast to text may be a user's own function.
std::string printed(const std::string& expression);

// The query of bound(): the greatest cursor beyond the lower bound as text, then whether it is greater than the lower
// bound itself; no row if no cursor is beyond it.
std::string render_upper_bound(const ReadTask& task);
// The greatest cursor of all rows; no row if all are NULL.
std::string render_greatest(const ReadTask& task);
// One row if a row of the selection has no value in `column`.
std::string render_find_null(const ReadTask& task, const std::string& column);

// A guard that ends the transaction with SQLSTATE 22P02 and a message `dpone:<slug>:<detail>` unless `condition` holds.
// It needs no procedural language. `detail` is an SQL expression of type text.
std::string render_guard(const std::string& condition, std::string_view slug, const std::string& detail);

}  // namespace dpone::postgres
