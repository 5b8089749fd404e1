// A session for unit tests.
#pragma once

#include "dpone/sql/session.h"

namespace dpone::sql {

using Row = std::vector<std::optional<std::string>>;

// Answers every question with `table`, those for DISTINCT rows with `distinct`, and notes them all.
class FakeSession final : public Session {
 public:
  Result<Table> query(const std::string& asked, const std::vector<std::optional<std::string>>& with) override {
    sql = asked;
    statements.push_back(asked);
    parameters = with;
    return asked.starts_with("SELECT DISTINCT") ? distinct : table;
  }
  Status execute(const std::string&) override { return {}; }

  Table table;
  Table distinct;
  std::vector<std::string> statements;
  std::string sql;  // the last of them
  std::vector<std::optional<std::string>> parameters;
};

}  // namespace dpone::sql
