#include "dpone/sql/extraction_condition.h"

namespace dpone::sql {
namespace {

std::string up_to_upper(const Dialect& dialect, const ReadTask& task, const ColumnTerm& term) {
  const CursorRange& range = *task.cursor();
  const std::string column = dialect.ordered(term(range.column), range.type);
  if (!task.is_bounded) return column + " <= {upper}";
  const auto upper = task.until ? cursor_position(range, *task.until) : std::nullopt;
  if (!upper) return "1 = 0";
  return column + " <= " + dialect.value(upper->value, range.type, range.native_type);
}

std::string window_condition(const Dialect& dialect, const ReadWindow& window, const ColumnTerm& term) {
  const std::string column = dialect.ordered(term(window.column), window.type);
  return column + " >= " + dialect.value(window.from, window.type, window.native_type) + " AND " + column + " < " +
         dialect.value(window.to, window.type, window.native_type);
}

}  // namespace

std::string beyond_lower(const Dialect& dialect, const CursorRange& range, const ColumnTerm& term) {
  if (!range.lower) return {};
  const std::string column = dialect.ordered(term(range.column), range.type);
  if (range.is_inclusive) return column + " >= " + dialect.lowered(range);
  return column + " > " + dialect.value(*range.lower, range.type, range.native_type);
}

std::string extraction_condition(const Dialect& dialect, const ReadTask& task, const ColumnTerm& term) {
  if (const auto* window = std::get_if<ReadWindow>(&task.extraction)) return window_condition(dialect, *window, term);
  const CursorRange* const range = task.cursor();
  if (range == nullptr) return {};
  std::string condition = beyond_lower(dialect, *range, term);
  condition += (condition.empty() ? "" : " AND ") + up_to_upper(dialect, task, term);
  if (range->nulls != CursorNulls::kAlways) return condition;
  return "(" + condition + " OR " + term(range->column) + " IS NULL)";
}

std::string where_clause(const std::string& user_condition, const std::string& condition) {
  // A comment at the end of the user's condition must not reach what follows.
  std::string where = user_condition.empty() ? "" : "(" + user_condition + "\n)";
  if (!condition.empty()) where += (where.empty() ? "" : " AND ") + condition;
  return where.empty() ? "" : " WHERE " + where;
}

}  // namespace dpone::sql
