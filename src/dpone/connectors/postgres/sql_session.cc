#include "dpone/connectors/postgres/sql_session.h"

namespace dpone::postgres {

Result<sql::Table> SqlSession::query(const std::string& sql,
                                     const std::vector<std::optional<std::string>>& parameters) {
  DPONE_TRY(const Rows rows, connection_.query(sql, parameters));
  sql::Table table;
  table.affected = rows.affected();
  for (int row = 0; row < rows.size(); ++row) {
    auto& cells = table.rows.emplace_back();
    for (int column = 0; column < rows.column_count(); ++column) {
      cells.push_back(rows.is_null(row, column) ? std::nullopt : std::optional(rows.text(row, column)));
    }
  }
  return table;
}

Status SqlSession::execute(const std::string& sql) {
  DPONE_CHECK(connection_.execute(sql));
  return {};
}

}  // namespace dpone::postgres
