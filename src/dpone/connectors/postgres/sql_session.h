// A Connection as the shared SQL sees it (sql/session.h).
#pragma once

#include <string>
#include <vector>

#include "dpone/connectors/postgres/connection.h"
#include "dpone/sql/session.h"

namespace dpone::postgres {

class SqlSession final : public sql::Session {
 public:
  // `connection` outlives the session.
  explicit SqlSession(Connection& connection) : connection_(connection) {}
  Result<sql::Table> query(const std::string& sql, const std::vector<std::optional<std::string>>& parameters) override;
  Status execute(const std::string& sql) override;

 private:
  Connection& connection_;
};

}  // namespace dpone::postgres
