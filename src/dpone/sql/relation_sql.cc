#include "dpone/sql/relation_sql.h"

namespace dpone::sql {
namespace {

// The row with the greatest value, of those that have one and meet `condition`.
std::string last_of(const Dialect& dialect, const RelationColumn& column, const std::string& condition) {
  return " FROM " + column.relation +
         where_clause(column.condition, condition + (condition.empty() ? "" : " AND ") + column.name + " IS NOT NULL") +
         " ORDER BY " + dialect.ordered(column.name, column.type) + " DESC LIMIT 1";
}

}  // namespace

std::string render_greatest(const Dialect& dialect, const RelationColumn& column) {
  return "SELECT " + dialect.printed(column.name) + last_of(dialect, column, {});
}

std::string render_find_null(const RelationColumn& column) {
  return "SELECT 1 FROM " + column.relation + where_clause(column.condition, column.name + " IS NULL") + " LIMIT 1";
}

std::string render_upper_bound(const Dialect& dialect, const RelationColumn& column, const CursorRange& range,
                               const std::string& further) {
  const std::string is_beyond = range.lower ? dialect.ordered(column.name, column.type) + " > " +
                                                  dialect.value(*range.lower, range.type, range.native_type)
                                            : "true";
  const auto term = [&](const std::string&) { return column.name; };
  return "SELECT " + dialect.printed(column.name) + ", " + is_beyond + further +
         last_of(dialect, column, beyond_lower(dialect, range, term));
}

std::string render_is_empty(const std::string& table) { return "SELECT NOT EXISTS (SELECT 1 FROM " + table + ")"; }

std::string render_count_at(const Dialect& dialect, const std::string& table, const std::string& column,
                            const std::string& value) {
  return "SELECT count(*) FROM " + table + " AS t WHERE t." + dialect.quote_name(column) + " = " + value;
}

}  // namespace dpone::sql
