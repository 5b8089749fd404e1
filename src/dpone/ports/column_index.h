// ColumnIndex: finds many columns of facts by name, as in a header of 100,000 columns. The facts must outlive it and
// keep their columns.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "dpone/base/result.h"
#include "dpone/ports/facts.h"

namespace dpone {

template <class Column>
class ColumnIndex {
 public:
  explicit ColumnIndex(const RelationFacts<Column>& facts) {
    for (const Column& column : facts.columns) columns_.emplace(column.name, &column);
  }
  // As RelationFacts::find.
  const Column* find(std::string_view name) const {
    const auto found = columns_.find(name);
    return found == columns_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string_view, const Column*> columns_;
};

// Refuses to load more columns than a table of a sink can have, before any work on them. Slug
// schema.too_many_columns.
inline Status check_column_count(std::string_view relation, std::size_t columns, std::size_t most) {
  if (columns <= most) return {};
  return Error(ErrorClass::kFailed, "schema.too_many_columns",
               "the source has " + std::to_string(columns) + " columns, but a table of the target can have at most " +
                   std::to_string(most))
      .with("target", std::string(relation))
      .hint("select fewer with source.options.columns; if a file has another delimiter, set it with --delimiter");
}

}  // namespace dpone
