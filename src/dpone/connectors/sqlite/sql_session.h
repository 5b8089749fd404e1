// A Database as the shared SQL sees it (sql/session.h).
#pragma once

#include <string>
#include <vector>

#include "dpone/connectors/sqlite/database.h"
#include "dpone/sql/session.h"

namespace dpone::sqlite {

class SqlSession final : public sql::Session {
 public:
  // `database` outlives the session.
  explicit SqlSession(Database& database) : database_(database) {}
  Result<sql::Table> query(const std::string& sql, const std::vector<std::optional<std::string>>& parameters) override;
  Status execute(const std::string& sql) override { return database_.execute(sql); }

 private:
  Database& database_;
};

}  // namespace dpone::sqlite
