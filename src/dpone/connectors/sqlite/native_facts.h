// What SQLite's facts have beside those of the ports. Values.
#pragma once

#include <any>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dpone/connectors/sqlite/control_table.h"
#include "dpone/connectors/sqlite/relation.h"
#include "dpone/ports/facts.h"

namespace dpone::sqlite {

struct NativeSource {
  std::string name;   // empty for a query
  std::string query;  // instead of a table
  std::string where;
  std::optional<std::int64_t> limit;
  bool is_strict = false;
  std::set<std::string, std::less<>> any_columns;  // of any storage class: nothing says what their values are
};

struct NativeTarget {
  struct NewKey {
    std::string name;
    std::vector<std::string> columns;
  };

  Relation relation;  // of one that is not there yet, what is to be
  bool is_new_database = false;
  bool is_marked = false;
  ControlForm control;
  std::vector<std::string> taken_names;  // in the database; only of a relation that is not there
  // Of propose().
  ColumnEntries new_entries;  // without types: those are of the columns that a load has
  std::vector<NewKey> new_keys;
};

// REQUIRES: `facts` are of this connector.
inline const NativeSource& native_of(const SourceFacts& facts) {
  return std::any_cast<const NativeSource&>(facts.native);
}
inline const NativeTarget& native_of(const TargetFacts& facts) {
  return std::any_cast<const NativeTarget&>(facts.native);
}
inline NativeTarget& native_of(TargetFacts& facts) { return std::any_cast<NativeTarget&>(facts.native); }

}  // namespace dpone::sqlite
