// RelationSummary: one table or view of a connection, as its catalog has it, for people who look for theirs. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dpone {

struct RelationSummary {
  std::string schema;
  std::string name;
  std::string kind;  // table, partitioned_table, view, materialized_view, foreign_table
  bool is_readable = true;
  // By the system's statistics; absent where it has none, as for a view.
  std::optional<std::int64_t> estimated_rows;
  std::optional<std::int64_t> bytes;
};

struct DiscoverRequest {
  std::string schema;  // empty: all but the system's own
  std::string like;    // SQL's LIKE over the name, case ignored; empty: all
};

}  // namespace dpone
