// What is asked of a relation's rows before they are read or replaced: where a cursor ends, whether one is missing,
// whether there are any. Text only, pure.
#pragma once

#include <string>

#include "dpone/ports/extraction.h"
#include "dpone/sql/dialect.h"
#include "dpone/sql/extraction_condition.h"

namespace dpone::sql {

// A column of a relation as a statement names both.
struct RelationColumn {
  std::string relation;  // after FROM, with its alias
  std::string name;      // by its relation, so that ORDER BY cannot take it for an output name
  DataType type;
  std::string condition;  // of the user; empty without
};

// The greatest value; no row if all are NULL.
std::string render_greatest(const Dialect& dialect, const RelationColumn& column);
// One row if a row of the selection has no value there.
std::string render_find_null(const RelationColumn& column);
// `column` is the cursor of `range`. Its greatest value beyond the lower bound, then whether it is greater than the
// lower bound itself, then `further`, which begins with a comma; no row if no value is beyond it.
std::string render_upper_bound(const Dialect& dialect, const RelationColumn& column, const CursorRange& range,
                               const std::string& further = {});
// Whether a table has no rows.
std::string render_is_empty(const std::string& table);
// How many rows of a table have `value`, an expression, in a column.
std::string render_count_at(const Dialect& dialect, const std::string& table, const std::string& column,
                            const std::string& value);

}  // namespace dpone::sql
