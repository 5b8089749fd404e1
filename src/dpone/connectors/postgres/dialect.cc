#include "dpone/connectors/postgres/dialect.h"

#include <algorithm>

#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/connectors/postgres/quote.h"
#include "dpone/sql/extraction_condition.h"
#include "dpone/sql/relation_sql.h"

namespace dpone::postgres {
namespace {

// The text after FROM; a query always has an alias.
std::string relation_of(const NativeSource& native, const std::string& alias = {}) {
  if (!native.query.empty()) return "(" + native.query + "\n) AS " + (alias.empty() ? "query" : alias);
  const std::string table = quote_name(native.schema, native.name);
  return alias.empty() ? table : table + " AS " + alias;
}

// Whether the source prints the values: in its text format, COPY does.
bool is_printed(const ColumnPolicy& column, bool is_raw) { return column.travels_as_text && !is_raw; }

// format() makes '' of NULL. A row of NULLs is not NULL, though IS NULL says so.
std::string printed_or_null(const std::string& name) {
  return "CASE WHEN " + name + " IS DISTINCT FROM NULL THEN " + printed(name) + " END";
}

std::string literal_of(const std::string& value, const DataType&, const std::string& type) {
  return quote_literal(value) + "::" + type;
}

std::string as_it_is(const std::string& column, const DataType&) { return column; }

std::string lowered(const CursorRange& range) {
  std::string bound = literal_of(*range.lower, range.type, range.native_type);
  if (range.overlap.number != 0) bound += " - " + std::to_string(range.overlap.number);
  if (range.overlap.duration.count() != 0) {
    bound += " - " + quote_literal(std::to_string(range.overlap.duration.count()) + " microseconds") + "::interval";
  }
  return bound;
}

// Operators by their full name: the statement may run under a search_path that is not ours.
std::string key_operator(const LoadTask& task, const std::string& column) {
  const auto& operators = native_of(task.target).key_operators;
  const auto found = operators.find(column);
  return found == operators.end() ? "OPERATOR(pg_catalog.=)" : found->second;
}

// Bit by bit: 1.0 and 1.00 differ, NULL equals NULL, and types without equality are compared too.
std::string differ(const std::vector<std::string>& columns, const std::vector<std::string>& values) {
  std::string target;
  std::string stage;
  for (const std::string& column : columns) target += (target.empty() ? "t." : ", t.") + quote_name(column);
  for (const std::string& value : values) stage += (stage.empty() ? "" : ", ") + value;
  // Without the casts the comparison is taken apart, column by column.
  return "ROW(" + target + ")::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(" + stage + ")::pg_catalog.record";
}

std::string is_marked(const std::string& column, std::size_t position) {
  return "pg_catalog.substr(s." + quote_name(column) + ", " + std::to_string(position) +
         ", 1) OPERATOR(pg_catalog.=) '1'";
}

std::string source_column(const std::string& column) { return quote_name(column); }

sql::RelationColumn column_of(const ReadTask& task, const std::string& column) {
  return {relation_of(native_of(task.source), "rows_of"),
          "rows_of." + quote_name(column),
          {},
          native_of(task.source).where};
}

sql::RelationColumn cursor_of(const ReadTask& task) {
  sql::RelationColumn column = column_of(task, task.cursor()->column);
  column.type = task.cursor()->type;
  return column;
}

std::string quoted(std::string_view name) { return quote_name(name); }
}  // namespace

const sql::Dialect& dialect() {
  static constexpr sql::Dialect kDialect{.quote_name = quoted,
                                         .value = literal_of,
                                         .ordered = as_it_is,
                                         .printed = printed,
                                         .lowered = lowered,
                                         .key_operator = key_operator,
                                         .differ = differ,
                                         .is_marked = is_marked,
                                         .overriding = " OVERRIDING SYSTEM VALUE"};
  return kDialect;
}

std::string render_upper_bound(const ReadTask& task) {
  return sql::render_upper_bound(dialect(), cursor_of(task), *task.cursor());
}

std::string render_greatest(const ReadTask& task) { return sql::render_greatest(dialect(), cursor_of(task)); }

std::string render_find_null(const ReadTask& task, const std::string& column) {
  return sql::render_find_null(column_of(task, column));
}

std::string render_select(const ReadTask& task, bool is_raw) {
  const NativeSource& native = native_of(task.source);
  std::string columns;
  for (const ColumnPolicy& column : task.columns) {
    const std::string name = quote_name(column.name);
    columns += (columns.empty() ? "" : ", ") + (is_printed(column, is_raw) ? printed_or_null(name) : name);
  }
  std::string sql = "SELECT " + columns + " FROM " + relation_of(native) +
                    sql::where_clause(native.where, sql::extraction_condition(dialect(), task, source_column));
  if (native.limit) sql += " LIMIT " + std::to_string(*native.limit);
  return sql;
}

std::string render_copy_out(const ReadTask& task, std::string_view format, bool is_raw) {
  const NativeSource& native = native_of(task.source);
  const bool is_plain = native.kind == "r" && !native.has_children && native.where.empty() && !native.limit &&
                        !task.columns.empty() && std::holds_alternative<ReadAll>(task.extraction);
  const bool has_printed = std::any_of(task.columns.begin(), task.columns.end(),
                                       [&](const ColumnPolicy& column) { return is_printed(column, is_raw); });
  const bool has_generated = std::any_of(task.columns.begin(), task.columns.end(), [&](const ColumnPolicy& column) {
    const SourceColumn* facts = task.source.find(column.name);
    return facts != nullptr && facts->is_generated;
  });
  std::string sql = "COPY ";
  if (is_plain && !has_printed && !has_generated) {
    std::vector<std::string> names;
    for (const ColumnPolicy& column : task.columns) names.push_back(column.name);
    sql += quote_name(native.schema, native.name) + " (" + quote_names(names) + ")";
  } else {
    sql += "(" + render_select(task, is_raw) + ")";
  }
  return sql + " TO STDOUT (FORMAT " + std::string(format) + ")";
}

std::string printed(const std::string& expression) { return "pg_catalog.format('%s', " + expression + ")"; }

std::string render_guard(const std::string& condition, std::string_view slug, const std::string& detail) {
  // The planner evaluates constants, failing casts included, whichever branch is taken: the text must not be one.
  return "SELECT CASE WHEN " + condition + " THEN 1 ELSE (" + quote_literal("dpone:" + std::string(slug) + ":") +
         " || left(pg_backend_pid()::text, 0) || (" + detail + "))::integer END";
}

}  // namespace dpone::postgres
