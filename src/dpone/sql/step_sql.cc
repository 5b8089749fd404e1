#include "dpone/sql/step_sql.h"

#include <algorithm>

#include "dpone/base/contains.h"

namespace dpone::sql {
namespace {

std::vector<std::string> sink_names(const LoadTask& task) {
  std::vector<std::string> names;
  for (const ColumnPolicy& column : task.columns) {
    if (!column.is_absence) names.push_back(column.sink_name);
  }
  return names;
}

// What a column of the target gets: the stage's value, or its own where the row of the stage does not have it.
std::string new_value(const Dialect& dialect, const LoadTask& task, const std::string& name) {
  const std::string column = dialect.quote_name(name);
  for (std::size_t i = 0; i < task.columns.size(); ++i) {
    if (task.columns[i].sink_name != name || !task.columns[i].may_be_absent) continue;
    return "CASE WHEN " + dialect.is_marked(kAbsenceColumn, i + 1) + " THEN t." + column + " ELSE s." + column + " END";
  }
  return "s." + column;
}

std::string differ(const Dialect& dialect, const LoadTask& task, const std::vector<std::string>& columns) {
  std::vector<std::string> values;
  values.reserve(columns.size());
  for (const std::string& column : columns) values.push_back(new_value(dialect, task, column));
  return dialect.differ(columns, values);
}

const ColumnPolicy* find_column(const LoadTask& task, const std::string& name) {
  for (const ColumnPolicy& column : task.columns) {
    if (column.sink_name == name) return &column;
  }
  return nullptr;
}

std::string value_of(const Dialect& dialect, const LoadTask& task, const std::string& name, const std::string& text) {
  const ColumnPolicy* const column = find_column(task, name);
  if (column != nullptr) return dialect.value(text, column->sink_type, column->sink_native);
  const TargetColumn* const facts = task.target.find(name);
  // Of a column that is not there, the system says so.
  if (facts == nullptr) return dialect.value(text, DataType(), "text");
  return dialect.value(text, facts->type, facts->native_type);
}

std::string same_key(const Dialect& dialect, const LoadTask& task, const std::vector<std::string>& key,
                     const std::string& target = "t", const std::string& stage = "s") {
  std::string out;
  for (const std::string& column : key) {
    const std::string name = dialect.quote_name(column);
    out += out.empty() ? "" : " AND ";
    out += target + "." + name + " " + dialect.key_operator(task, column) + " " + stage + "." + name;
  }
  return out;
}

// Whether two values that are equal as keys are the same bits: 1.0 and 1.00 are not, and neither are 'a' and 'A' in a
// case-insensitive collation.
bool has_one_spelling(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kBool:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kUuid:
    case TypeKind::kBytes:
      return true;
    default:
      return false;
  }
}

// Columns that a merge writes: all except keys whose equal values are identical; the system may forbid writing them
// (identity columns, row ids).
std::vector<std::string> updated_columns(const LoadTask& task, const std::vector<std::string>& key) {
  std::vector<std::string> names;
  for (const ColumnPolicy& column : task.columns) {
    if (column.is_absence) continue;
    const bool is_fixed = contains(key, column.sink_name) && has_one_spelling(column.sink_type);
    if (!is_fixed) names.push_back(column.sink_name);
  }
  return names;
}

// How the rows of the stage that the target has are joined with them.
std::string match(const Dialect& dialect, const LoadTask& task, const InsertRows& step) {
  std::string condition = same_key(dialect, task, step.key);
  if (step.which == InsertRows::Which::kNewAtPosition) {
    const std::string column = dialect.quote_name(step.cursor);
    const std::string value = value_of(dialect, task, step.cursor, step.at);
    condition += " AND t." + column + " = " + value + " AND s." + column + " = " + value;
  }
  return condition;
}

std::string missing_rows(const Dialect& dialect, const LoadTables& tables, const std::string& condition,
                         const std::string& key) {
  if (dialect.joins_to_find_missing) {
    return " LEFT JOIN " + tables.target + " AS t ON " + condition + " WHERE t." + dialect.quote_name(key) + " IS NULL";
  }
  return " WHERE NOT EXISTS (SELECT 1 FROM " + tables.target + " AS t WHERE " + condition + ")";
}

// The rows of the stage that publishing would add or change.
std::string changes(const Dialect& dialect, const LoadTask& task, const LoadTables& tables) {
  const InsertRows* const insert = find_step<InsertRows>(task.publish);
  const UpdateRows* const update = find_step<UpdateRows>(task.publish);
  std::string condition = match(dialect, task, *insert);
  const std::vector<std::string> columns =
      update == nullptr ? std::vector<std::string>() : updated_columns(task, update->key);
  const std::string rows = "SELECT 1 FROM " + tables.stage + " AS s";
  if (dialect.joins_to_find_missing) {
    return rows + " LEFT JOIN " + tables.target + " AS t ON " + condition + " WHERE t." +
           dialect.quote_name(insert->key.front()) + " IS NULL" +
           (columns.empty() ? "" : " OR " + differ(dialect, task, columns));
  }
  if (!columns.empty()) condition += " AND NOT (" + differ(dialect, task, columns) + ")";
  return rows + " WHERE NOT EXISTS (SELECT 1 FROM " + tables.target + " AS t WHERE " + condition + ")";
}

}  // namespace

std::string any_null(const Dialect& dialect, const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) {
    out += (out.empty() ? "" : " OR ") + dialect.quote_name(column) + " IS NULL";
  }
  return out;
}

std::string scope_condition(const Dialect& dialect, const LoadTask& task, const Scope& scope) {
  // A comment at the end of the user's predicate must not reach what follows.
  if (!scope.predicate.empty()) return "(" + scope.predicate + "\n)";
  std::string out;
  for (const ScopeTerm& term : scope.terms) {
    const std::string column = dialect.quote_name(term.column);
    std::string values;
    const char* const separator = term.op == "between" ? " AND " : ", ";
    for (const std::string& value : term.values) {
      values += (values.empty() ? "" : separator) + value_of(dialect, task, term.column, value);
    }
    const std::string op = term.op == "in" ? "IN" : term.op == "between" ? "BETWEEN" : term.op;
    out += (out.empty() ? "" : " AND ") + column + " " + op + " " + (term.op == "in" ? "(" + values + ")" : values);
  }
  return out;
}

std::string scope_probe(const Dialect& dialect, const TargetFacts& target, const Scope& scope) {
  LoadTask task;
  task.target = target;
  return "SELECT 1 FROM " + target.relation + " WHERE " + scope_condition(dialect, task, scope) + " LIMIT 0";
}

Error scope_error(Error error, const Scope& scope) {
  const bool is_predicate = !scope.predicate.empty();
  error.add("option", is_predicate ? "sink.strategy.custom_predicate" : "sink.strategy.scope");
  if (!error.next_step().empty()) return error;
  return std::move(error).hint(is_predicate ? "write one condition, as after WHERE in the target's SQL"
                                            : "name columns of the target, and values of their types");
}

std::vector<ScopeTerm> single_values(const Scope& scope) {
  std::vector<ScopeTerm> out;
  for (const ScopeTerm& term : scope.terms) {
    const std::string op = term.values.size() == 1 ? term.op : "=";
    for (const std::string& value : term.values) out.push_back({term.column, op, {value}});
  }
  return out;
}

Error scope_value_error(const TargetFacts& target, const ScopeTerm& term, const std::string& reason) {
  const TargetColumn* const column = target.find(term.column);
  const std::string type = column == nullptr || !reason.empty() ? "" : column->type.to_string();
  return Error(ErrorClass::kFailed, "strategy.scope_value",
               "'" + term.values.front() + "' in the scope is not a value of column \"" + term.column + "\"" +
                   (type.empty() ? "" : ", " + type) + (reason.empty() ? "" : ": " + reason))
      .with("target", target.relation)
      .with("option", "sink.strategy.scope")
      .hint("correct the condition of " + term.column + "; dates are written 2026-11-30");
}

void SetAside::offer(const std::string& name, std::string other_value) {
  if (other_value.empty() || value == "NULL" || (other_value != "NULL" && !value.empty())) return;
  column = name;
  value = std::move(other_value);
}

void SetAsides::add(SetAside aside, bool is_understood, const std::string& index) {
  if (is_understood && !aside.value.empty()) {
    ways.push_back(std::move(aside));
  } else {
    without.push_back(index);
  }
}

std::string render_set_aside(const Dialect& dialect, const LoadTask& task, const LoadTables& tables,
                             const UpdateRows& step, const SetAside& aside) {
  std::string wanted;
  std::vector<std::string> changing = aside.predicate;
  // A row whose value stays, and one that conflicts with what it had, may find itself.
  bool finds_itself = !aside.predicate.empty();
  for (const IndexPart& part : aside.parts) {
    if (!contains(changing, part.column)) changing.push_back(part.column);
    finds_itself = finds_itself || !part.conflict.empty() || !part.function.empty();
    const std::string name = dialect.quote_name(part.column);
    const auto of = [&](const char* row) {
      const std::string column = row + name;
      return part.function.empty() ? column : part.function + "(" + column + ")";
    };
    const std::string conflict = part.conflict.empty() ? dialect.key_operator(task, part.column) : part.conflict;
    std::string equal = of("t.") + " " + conflict + " " + of("o.");
    if (aside.has_equal_nulls) equal = "(" + equal + " OR (" + of("t.") + " IS NULL AND " + of("o.") + " IS NULL))";
    wanted += " AND " + equal;
  }
  if (finds_itself) wanted += " AND NOT (" + same_key(dialect, task, step.key, "t", "o") + ")";
  return std::string(dialect.update) + " " + tables.target + " AS t SET " + dialect.quote_name(aside.column) + " = " +
         aside.value + " FROM " + tables.stage + " AS s, " + tables.stage + " AS o, " + tables.target + " AS u WHERE " +
         same_key(dialect, task, step.key) + " AND (" + differ(dialect, task, changing) + ")" + wanted + " AND " +
         same_key(dialect, task, step.key, "u", "o");
}

std::optional<RowChange> render_update(const Dialect& dialect, const LoadTask& task, const LoadTables& tables,
                                       const UpdateRows& step) {
  const std::vector<std::string> columns = updated_columns(task, step.key);
  if (columns.empty()) return std::nullopt;
  std::string set;
  for (const std::string& column : columns) {
    const std::string name = dialect.quote_name(column);
    set += (set.empty() ? "" : ", ") + name + " = " + new_value(dialect, task, column);
  }
  const std::string condition =
      " WHERE " + same_key(dialect, task, step.key) + " AND (" + differ(dialect, task, columns) + ")";
  return RowChange{std::string(dialect.update) + " " + tables.target + " AS t SET " + set + " FROM " + tables.stage +
                       " AS s" + condition,
                   " FROM " + tables.target + " AS t, " + tables.stage + " AS s" + condition};
}

RowChange render_insert(const Dialect& dialect, const LoadTask& task, const LoadTables& tables,
                        const InsertRows& step) {
  std::string rows = " FROM " + tables.stage + " AS s";
  if (step.which != InsertRows::Which::kAll) {
    rows += missing_rows(dialect, tables, match(dialect, task, step), step.key.front());
  }
  const std::vector<std::string> names = sink_names(task);
  std::string statement = std::string(dialect.insert_into) + " " + tables.target;
  if (!names.empty()) statement += " (" + quote_names(dialect, names) + ")" + std::string(dialect.overriding);
  statement += " SELECT " + quote_names(dialect, names, "s.");
  if (names.empty()) statement.pop_back();
  return {statement + rows, rows};
}

std::string render_question(const Dialect& dialect, const LoadTask& task, const LoadTables& tables,
                            const Question& question) {
  std::string count = "SELECT count(*) FROM " + tables.stage;
  switch (question.kind) {
    case Question::Kind::kRows:
      return count;
    case Question::Kind::kKeyFaults: {
      const std::string has_null = any_null(dialect, question.columns);
      return "SELECT (" + count + " WHERE " + has_null +
             "), (SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n" + " FROM " + tables.stage +
             " WHERE NOT (" + has_null + ") GROUP BY " + quote_names(dialect, question.columns) +
             " HAVING count(*) > 1) AS repeated)";
    }
    case Question::Kind::kOutside:
      return count + " WHERE (" + scope_condition(dialect, task, question.scope) + ") IS NOT TRUE";
    case Question::Kind::kAt: {
      const std::string& column = question.columns.front();
      return count + " WHERE " + dialect.quote_name(column) + " = " +
             (question.value == "{position}" ? question.value : value_of(dialect, task, column, question.value));
    }
    case Question::Kind::kChanges:
      return "SELECT EXISTS (" + changes(dialect, task, tables) + ")";
  }
  return count;
}

}  // namespace dpone::sql
