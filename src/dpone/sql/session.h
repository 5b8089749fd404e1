// Session: what control tables and state stores need of a connection, in two verbs. Loading and publishing use the
// vendor's own. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/result.h"

namespace dpone::sql {

// The rows of a statement as text, NULL absent.
struct Table {
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::int64_t affected = 0;  // rows that an INSERT or UPDATE touched

  // Empty for NULL. REQUIRES: the cell is there.
  std::string text(std::size_t row, std::size_t column) const { return rows[row][column].value_or(std::string()); }
};

class Session {
 public:
  virtual ~Session() = default;
  // One statement; its parameters are `$1`, `$2`, ...
  virtual Result<Table> query(const std::string& sql,
                              const std::vector<std::optional<std::string>>& parameters = {}) = 0;
  // One or more statements without results.
  virtual Status execute(const std::string& sql) = 0;
};

}  // namespace dpone::sql
