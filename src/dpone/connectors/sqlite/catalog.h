// What a database says of its tables: definitions, columns, keys and whatever hangs on a table, read from
// sqlite_schema, the pragmas and `__dpone__columns` (docs/connectors/sqlite.md). Reads the catalog only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/relation.h"
#include "dpone/ports/facts.h"

namespace dpone::sqlite {

inline constexpr const char* kColumnsTable = "__dpone__columns";
inline constexpr const char* kLoadsTable = "__dpone__loads";
inline constexpr const char* kStagesTable = "__dpone__stages";
// A marker view that is never queried: it follows every target in sqlite_schema, so that a recreated table gets another
// row there.
inline constexpr const char* kMarkView = "__dpone__mark";

// The stored name of the table or view: SQLite's names are case-insensitive in ASCII.
Result<std::optional<std::string>> find_relation(Database& database, const std::string& name);
Result<bool> has_table(Database& database, const std::string& name);
// Tables and views that are not SQLite's or dpone's own.
Result<std::vector<std::string>> relation_names(Database& database);

// REQUIRES: the relation is there.
Result<Relation> read_relation(Database& database, const std::string& name);

// The greatest rowid, which is the number of rows if none was deleted, and 0 without
// rows. Absent if the table has no rowids, or a column hides them. `asked` gets what was sent.
Result<std::optional<std::int64_t>> greatest_rowid(Database& database, const Relation& relation,
                                                   std::vector<Statement>& asked);

// Entries of `__dpone__columns` for the relation; those whose declaration has changed since are left out. `asked` gets
// what was sent, once for calls in a row.
Result<ColumnEntries> read_column_entries(Database& database, const Relation& relation, std::vector<Statement>& asked);

// `entries` says which columns are a primary key that is kept as an index.
std::vector<KeyFacts> keys_of(const Relation& relation, const ColumnEntries& entries);

// The values that distinguish a table from one recreated under its name.
struct TableIdentity {
  std::int64_t root_page = 0;
  std::int64_t schema_row = 0;  // of the table in sqlite_schema
  std::int64_t mark_row = 0;    // of the mark; 0 if it does not exist
  std::string definition;       // a hash

  bool is_marked() const { return mark_row > schema_row; }
  std::string to_string() const;  // `3:5:9:0123456789abcdef`
  static TableIdentity parse(std::string_view text);
};
Result<TableIdentity> read_identity(Database& database, const std::string& table);
// Inside a transaction that writes: puts the mark after the table.
Status move_mark(Database& database, const std::string& table);
std::vector<std::string> mark_statements();  // the statements of move_mark, unless the mark is in place

bool equal_names(std::string_view a, std::string_view b);

}  // namespace dpone::sqlite
