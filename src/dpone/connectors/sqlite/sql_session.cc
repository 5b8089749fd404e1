#include "dpone/connectors/sqlite/sql_session.h"

#include <sqlite3.h>

namespace dpone::sqlite {

Result<sql::Table> SqlSession::query(const std::string& sql,
                                     const std::vector<std::optional<std::string>>& parameters) {
  DPONE_TRY(Query query, database_.prepare(sql));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    // By its name: `$2` may come before `$1`, or more than once.
    const int place = sqlite3_bind_parameter_index(query.handle(), ("$" + std::to_string(i + 1)).c_str());
    if (place == 0) continue;
    parameters[i] ? query.bind_text(place, *parameters[i]) : query.bind_null(place);
  }
  sql::Table table;
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) break;
    auto& cells = table.rows.emplace_back();
    for (int column = 0; column < query.column_count(); ++column) {
      cells.push_back(query.is_null(column) ? std::nullopt : std::optional(std::string(query.text(column))));
    }
  }
  table.affected = database_.changes();
  return table;
}

}  // namespace dpone::sqlite
