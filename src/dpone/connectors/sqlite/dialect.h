// The statements with which the SQLite connector reads, rendered from a ReadTask alone, and the dialect for the shared
// SQL. Text only, no I/O; golden tests need no database. load_sql.h has the statements of a load.
#pragma once

#include <string>
#include <string_view>

#include "dpone/connectors/sqlite/native_facts.h"
#include "dpone/ports/extraction.h"
#include "dpone/sql/dialect.h"

namespace dpone::sqlite {

const sql::Dialect& dialect();

// What a reader sends.
std::string render_select(const ReadTask& task);
// The greatest cursor beyond the lower bound, then whether it is greater than the lower bound itself, then its storage
// class; no row if no cursor is beyond it.
std::string render_upper_bound(const ReadTask& task);
// The greatest cursor of all rows; no row if all are NULL.
std::string render_greatest(const ReadTask& task);
// One row if a row of the selection has no value in `column`.
std::string render_find_null(const ReadTask& task, const std::string& column);
// One row if some value of a time column is stored so that its order is not that of the times. Empty: none can be.
std::string render_find_disorder(const ReadTask& task, const std::string& column);

// `value` as a literal of the type's storage, in the format in which dpone stores it; a text that is not a value of the
// type stays a text. Never more than one literal.
std::string render_literal(const std::string& value, const DataType& type);
// False if `value` is not a text of the type.
bool is_value_of(const std::string& value, const DataType& type);

// The text after FROM; a query has the alias rows_of there.
std::string render_relation(const NativeSource& source);

}  // namespace dpone::sqlite
