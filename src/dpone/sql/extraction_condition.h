// The condition under which a row belongs to an extraction, in WHERE of the source's SELECT. Text only, pure.
#pragma once

#include <functional>
#include <string>

#include "dpone/ports/extraction.h"
#include "dpone/sql/dialect.h"

namespace dpone::sql {

// A column of the source as the statement names it: `"c"`, or `rows_of."c"`.
using ColumnTerm = std::function<std::string(const std::string& column)>;

// Rows beyond the lower bound; empty: from the beginning.
std::string beyond_lower(const Dialect& dialect, const CursorRange& range, const ColumnTerm& term);

// Of `task.extraction`, up to `task.until`; before the snapshot has been asked, a plan has `{upper}` in its place.
// Empty for ReadAll. REQUIRES: an extraction that the source's capabilities have.
std::string extraction_condition(const Dialect& dialect, const ReadTask& task, const ColumnTerm& term);

// ` WHERE ...` of the user's condition, which may be empty, and ours.
std::string where_clause(const std::string& user_condition, const std::string& condition);

}  // namespace dpone::sql
