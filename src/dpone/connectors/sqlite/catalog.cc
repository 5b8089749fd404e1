#include "dpone/connectors/sqlite/catalog.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "dpone/base/json.h"
#include "dpone/base/sha256.h"
#include "dpone/connectors/sqlite/types.h"
#include "dpone/data/value_parse.h"

namespace dpone::sqlite {
namespace {

std::optional<std::string> text_or_null(const Query& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return std::string(query.text(column));
}

Result<std::vector<Relation::Column>> read_columns(Database& database, const std::string& name) {
  std::vector<Relation::Column> columns;
  DPONE_TRY(Query query, database.prepare("SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM "
                                          "pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid"));
  query.bind_text(1, name);
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return columns;
    Relation::Column column;
    column.name = query.text(0);
    column.type = query.text(1);
    column.is_not_null = query.integer(2) != 0;
    column.default_value = text_or_null(query, 3);
    column.key_position = query.integer(4);
    column.is_generated = query.integer(5) != 0;
    const char* collation = nullptr;  // views do not have one
    const int code = sqlite3_table_column_metadata(database.handle(), "main", name.c_str(), column.name.c_str(),
                                                   nullptr, &collation, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK && collation != nullptr) column.collation = collation;
    columns.push_back(std::move(column));
  }
}

Result<std::vector<Relation::Index>> read_indexes(Database& database, const std::string& name) {
  std::vector<Relation::Index> indexes;
  DPONE_TRY(Query query, database.prepare("SELECT l.name, l.\"unique\", l.origin, l.partial, s.sql FROM "
                                          "pragma_index_list(?1) AS l LEFT JOIN sqlite_schema AS s ON s.type = 'index' "
                                          "AND s.name = l.name ORDER BY l.name"));
  query.bind_text(1, name);
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return indexes;
    Relation::Index index;
    index.name = query.text(0);
    index.is_unique = query.integer(1) != 0;
    index.origin = query.text(2);
    index.is_partial = query.integer(3) != 0;
    index.sql = text_or_null(query, 4);
    DPONE_TRY(Query parts, database.prepare("SELECT name FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno"));
    parts.bind_text(1, index.name);
    while (true) {
      DPONE_TRY(const bool has_part, parts.step());
      if (!has_part) break;
      index.columns.push_back(text_or_null(parts, 0));
    }
    indexes.push_back(std::move(index));
  }
}

Result<std::vector<Relation::Trigger>> read_triggers(Database& database, const std::string& name) {
  std::vector<Relation::Trigger> triggers;
  DPONE_TRY(Query query, database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? "
                                          "COLLATE NOCASE ORDER BY name"));
  query.bind_text(1, name);
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return triggers;
    triggers.push_back({std::string(query.text(0)), std::string(query.text(1))});
  }
}

// Foreign keys of other tables that refer to it, and its own that do; a stage does not have any yet.
Result<std::vector<Relation::IncomingKey>> read_incoming(Database& database, const std::string& name) {
  std::vector<Relation::IncomingKey> incoming;
  DPONE_TRY(Query query, database.prepare("SELECT m.name, f.id, f.on_delete, f.\"to\" FROM sqlite_schema AS m, "
                                          "pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' AND m.name NOT "
                                          "GLOB '__dpone_*' AND f.\"table\" = ?1 COLLATE "
                                          "NOCASE ORDER BY 1, 2, f.seq"));
  query.bind_text(1, name);
  std::int64_t id = 0;
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return incoming;
    const bool is_same = !incoming.empty() && incoming.back().table == query.text(0) && id == query.integer(1);
    if (!is_same) {
      const std::string table(query.text(0));
      incoming.push_back({table, std::string(query.text(2)), equal_names(table, name), {}});
      id = query.integer(1);
    }
    incoming.back().refers_to.push_back(text_or_null(query, 3));
  }
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

}  // namespace

bool equal_names(std::string_view a, std::string_view b) { return upper(a) == upper(b); }

Result<std::optional<std::string>> find_relation(Database& database, const std::string& name) {
  DPONE_TRY(Query query, database.prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ? "
                                          "COLLATE NOCASE"));
  query.bind_text(1, name);
  DPONE_TRY(const bool has_row, query.step());
  if (!has_row) return std::optional<std::string>();
  return std::optional<std::string>(query.text(0));
}

Result<bool> has_table(Database& database, const std::string& name) {
  DPONE_TRY(const auto found, find_relation(database, name));
  return found.has_value();
}

Result<std::vector<std::string>> relation_names(Database& database) {
  std::vector<std::string> names;
  DPONE_TRY(Query query, database.prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT "
                                          "LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT GLOB '__dpone_*' ORDER BY name"));
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return names;
    names.emplace_back(query.text(0));
  }
}

Result<Relation> read_relation(Database& database, const std::string& name) {
  Relation relation;
  {
    DPONE_TRY(Query query, database.prepare("SELECT s.sql, l.type, l.strict, l.wr FROM sqlite_schema AS s, "
                                            "pragma_table_list(s.name) AS l WHERE s.name = ?1 AND s.type IN ('table', "
                                            "'view') AND l.schema = 'main'"));
    query.bind_text(1, name);
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) {
      return Error(ErrorClass::kUnavailable, "sqlite.schema_changed",
                   "the relation was dropped while dpone read its definition")
          .with("relation", quote_name(name))
          .retry(Retry::kSafe)
          .hint("run again");
    }
    relation.name = name;
    relation.sql = query.text(0);
    relation.kind = query.text(1);
    relation.is_strict = query.integer(2) != 0;
    relation.has_rowid = query.integer(3) == 0;
  }
  DPONE_TRY(relation.columns, read_columns(database, name));
  DPONE_TRY(relation.indexes, read_indexes(database, name));
  // An INTEGER PRIMARY KEY is the rowid, unless it was declared DESC, which leaves an index behind.
  int key_columns = 0;
  for (const Relation::Column& column : relation.columns) {
    if (column.key_position == 0) continue;
    ++key_columns;
    if (upper(column.type) == "INTEGER") relation.rowid_column = column.name;
  }
  const bool has_key_index = std::any_of(relation.indexes.begin(), relation.indexes.end(),
                                         [](const Relation::Index& index) { return index.origin == "pk"; });
  if (key_columns != 1 || has_key_index || !relation.has_rowid) relation.rowid_column.reset();
  relation.is_autoincrement = relation.rowid_column && upper(relation.sql).find("AUTOINCREMENT") != std::string::npos;
  DPONE_TRY(relation.triggers, read_triggers(database, name));
  DPONE_TRY(Query keys, database.prepare("SELECT count(DISTINCT id) FROM pragma_foreign_key_list(?)"));
  keys.bind_text(1, name);
  DPONE_CHECK(keys.step());
  relation.foreign_keys = keys.integer(0);
  DPONE_TRY(relation.incoming, read_incoming(database, name));
  return relation;
}

Result<std::optional<std::int64_t>> greatest_rowid(Database& database, const Relation& relation,
                                                   std::vector<Statement>& asked) {
  const bool is_hidden =
      std::any_of(relation.columns.begin(), relation.columns.end(),
                  [](const Relation::Column& column) { return equal_names(column.name, "_rowid_"); });
  if (relation.kind != "table" || !relation.has_rowid || is_hidden) return std::optional<std::int64_t>();
  asked.push_back({"prepare", "SELECT max(_rowid_) FROM " + quote_name(relation.name)});
  DPONE_TRY(Query query, database.prepare(asked.back().text));
  DPONE_CHECK(query.step());
  return std::optional<std::int64_t>(query.integer(0));
}

Result<ColumnEntries> read_column_entries(Database& database, const Relation& relation, std::vector<Statement>& asked) {
  ColumnEntries entries;
  DPONE_TRY(const bool is_there, has_table(database, kColumnsTable));
  if (!is_there) return entries;
  const std::string sql =
      std::string("SELECT column_name, declared, type, native_type, meaning, travels_as_text, key_position FROM ") +
      kColumnsTable + " WHERE table_name = ? COLLATE NOCASE";
  if (asked.empty() || asked.back().text != sql) asked.push_back({"prepare", sql});
  DPONE_TRY(Query query, database.prepare(sql));
  query.bind_text(1, relation.name);
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return entries;
    const std::string name(query.text(0));
    const std::string declared(query.text(1));
    const bool is_same =
        std::any_of(relation.columns.begin(), relation.columns.end(),
                    [&](const Relation::Column& column) { return column.name == name && column.type == declared; });
    if (!is_same) continue;
    const auto type = Json::parse(query.text(2));
    if (!type) {
      return Error(ErrorClass::kFailed, "sqlite.bad_columns", std::string(kColumnsTable) + " cannot be read")
          .with("table", relation.name)
          .with("column", name)
          .hint("delete that row: the column's type then comes from its declaration");
    }
    entries[name] = {type_from_json(*type), std::string(query.text(3)), std::string(query.text(4)),
                     query.integer(5) != 0, query.integer(6)};
  }
}

std::vector<KeyFacts> keys_of(const Relation& relation, const ColumnEntries& entries) {
  std::vector<KeyFacts> keys;
  struct Part {
    std::int64_t position;
    std::string name;
  };
  std::vector<Part> declared;
  std::vector<Part> kept;
  for (const Relation::Column& column : relation.columns) {
    if (column.key_position > 0) declared.push_back({column.key_position, column.name});
    const std::int64_t position = entry_of(entries, column.name).key_position;
    if (position > 0) kept.push_back({position, column.name});
  }
  const auto names_of = [](std::vector<Part> parts) {
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.position < b.position; });
    std::vector<std::string> names;
    names.reserve(parts.size());
    for (Part& part : parts) names.push_back(std::move(part.name));
    return names;
  };
  if (!declared.empty()) keys.push_back({"", names_of(declared), true});
  const std::vector<std::string> kept_key = names_of(kept);
  for (const Relation::Index& index : relation.indexes) {
    if (!index.is_unique || index.is_partial || index.origin == "pk") continue;
    KeyFacts key{index.origin == "c" ? index.name : "", {}, false};
    bool is_of_columns = true;
    for (const auto& column : index.columns) {
      is_of_columns = is_of_columns && column.has_value();
      key.columns.push_back(column.value_or(""));
    }
    if (!is_of_columns) continue;
    key.is_primary = declared.empty() && !kept_key.empty() && key.columns == kept_key;
    keys.push_back(std::move(key));
  }
  return keys;
}

std::string TableIdentity::to_string() const {
  return fmt::format("{}:{}:{}:{}", root_page, schema_row, mark_row, definition);
}

TableIdentity TableIdentity::parse(std::string_view text) {
  TableIdentity out;
  for (std::int64_t* part : {&out.root_page, &out.schema_row, &out.mark_row}) {
    const std::size_t end = std::min(text.find(':'), text.size());
    parse_integer(text.substr(0, end), part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out.definition = text;
  return out;
}

Result<TableIdentity> read_identity(Database& database, const std::string& table) {
  DPONE_TRY(Query query, database.prepare("SELECT rootpage, rowid, coalesce((SELECT rowid FROM sqlite_schema WHERE "
                                          "name = ?2), 0), sql FROM sqlite_schema WHERE type = 'table' AND name = ?1"));
  query.bind_text(1, table);
  query.bind_text(2, kMarkView);
  TableIdentity identity;
  DPONE_TRY(const bool has_row, query.step());
  if (!has_row) return identity;
  identity.root_page = query.integer(0);
  identity.schema_row = query.integer(1);
  identity.mark_row = query.integer(2);
  identity.definition = sha256_hex(query.text(3)).substr(0, 16);
  return identity;
}

Status move_mark(Database& database, const std::string& table) {
  DPONE_TRY(const TableIdentity identity, read_identity(database, table));
  if (identity.is_marked()) return {};
  for (const std::string& sql : mark_statements()) DPONE_CHECK(database.execute(sql));
  return {};
}

std::vector<std::string> mark_statements() {
  const std::string view = kMarkView;
  return {"DROP VIEW IF EXISTS " + view, "CREATE VIEW " + view + " AS SELECT 'of dpone' AS mark"};
}

}  // namespace dpone::sqlite
