// A relation as sqlite_schema, the pragmas and `__dpone__columns` describe it. Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/data/type.h"

namespace dpone::sqlite {

// All that a plan for a relation rests on. Nothing of it changes by VACUUM.
struct Relation {
  struct Column {
    std::string name;
    std::string type;  // as declared
    bool is_not_null = false;
    std::optional<std::string> default_value;
    std::int64_t key_position = 0;  // in the primary key, from 1; 0: it is not in it
    bool is_generated = false;
    std::optional<std::string> collation;  // of a table's column
  };

  struct Index {
    std::string name;
    bool is_unique = false;
    std::string origin;  // c: CREATE INDEX, u: UNIQUE, pk: PRIMARY KEY
    bool is_partial = false;
    std::optional<std::string> sql;                   // absent: of a constraint
    std::vector<std::optional<std::string>> columns;  // absent: an expression, or the rowid
  };

  struct Trigger {
    std::string name;
    std::string sql;
  };

  // A foreign key that refers to the relation.
  struct IncomingKey {
    std::string table;
    std::string on_delete;
    bool is_own = false;                                // of the relation itself
    std::vector<std::optional<std::string>> refers_to;  // absent: the primary key
  };

  std::string name;
  std::string kind;  // table, view, virtual, shadow
  std::string sql;
  bool is_strict = false;
  bool has_rowid = false;
  std::optional<std::string> rowid_column;  // the column that is the rowid
  bool is_autoincrement = false;
  std::vector<Column> columns;
  std::vector<Index> indexes;
  std::vector<Trigger> triggers;
  std::int64_t foreign_keys = 0;  // of its own
  std::vector<IncomingKey> incoming;

  std::string fingerprint() const;
};

// A row of `__dpone__columns`.
struct ColumnEntry {
  std::optional<DataType> type;
  std::string native_type;
  std::string meaning;
  bool travels_as_text = false;
  std::int64_t key_position = 0;  // in the primary key that is kept as an index, from 1; 0: it is not in it
};
using ColumnEntries = std::map<std::string, ColumnEntry, std::less<>>;
// An empty one for a column without.
const ColumnEntry& entry_of(const ColumnEntries& entries, std::string_view column);

}  // namespace dpone::sqlite
