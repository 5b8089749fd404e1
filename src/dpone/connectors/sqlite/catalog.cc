#include "dpone/connectors/sqlite/catalog.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "dpone/base/sha256.h"
#include "dpone/data/value_parse.h"

namespace dpone::sqlite {
namespace {

Json text_or_null(const Query& query, int column) { return query.is_null(column) ? Json() : Json(query.text(column)); }

Result<Json> read_columns(Database& database, const std::string& name) {
  Json columns = Json::array();
  DPONE_TRY(Query query, database.prepare("SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM "
                                          "pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid"));
  query.bind_text(1, name);
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return columns;
    Json column = Json::object();
    column.set("name", query.text(0)).set("type", query.text(1)).set("not_null", query.integer(2) != 0);
    column.set("default", text_or_null(query, 3)).set("pk", query.integer(4));
    column.set("is_generated", query.integer(5) != 0);
    const char* collation = nullptr;  // of a table; views do not have one
    const int code =
        sqlite3_table_column_metadata(database.handle(), "main", name.c_str(), column["name"].as_string().c_str(),
                                      nullptr, &collation, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK && collation != nullptr) column.set("collation", collation);
    columns.push(std::move(column));
  }
}

Result<Json> read_indexes(Database& database, const std::string& name) {
  Json indexes = Json::array();
  DPONE_TRY(Query query, database.prepare("SELECT l.name, l.\"unique\", l.origin, l.partial, s.sql FROM "
                                          "pragma_index_list(?1) AS l LEFT JOIN sqlite_schema AS s ON s.type = 'index' "
                                          "AND s.name = l.name ORDER BY l.name"));
  query.bind_text(1, name);
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return indexes;
    Json index = Json::object();
    index.set("name", query.text(0)).set("is_unique", query.integer(1) != 0).set("origin", query.text(2));
    index.set("is_partial", query.integer(3) != 0).set("sql", text_or_null(query, 4));
    Json columns = Json::array();
    DPONE_TRY(Query parts, database.prepare("SELECT name FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno"));
    parts.bind_text(1, index["name"].as_string());
    while (true) {
      DPONE_TRY(const bool has_part, parts.step());
      if (!has_part) break;
      columns.push(text_or_null(parts, 0));  // null: an expression, or the rowid
    }
    index.set("columns", std::move(columns));
    indexes.push(std::move(index));
  }
}

Result<Json> read_triggers(Database& database, const std::string& name) {
  Json triggers = Json::array();
  DPONE_TRY(Query query, database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? "
                                          "COLLATE NOCASE ORDER BY name"));
  query.bind_text(1, name);
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return triggers;
    Json trigger = Json::object();
    triggers.push(std::move(trigger.set("name", query.text(0)).set("sql", query.text(1))));
  }
}

// Foreign keys of other tables that refer to it, and its own that do; a stage does not have any yet.
Result<Json> read_incoming(Database& database, const std::string& name) {
  Json incoming = Json::array();
  DPONE_TRY(Query query, database.prepare("SELECT m.name, f.id, f.on_delete, f.\"to\" FROM sqlite_schema AS m, "
                                          "pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' AND m.name NOT "
                                          "GLOB '__dpone_*' AND f.\"table\" = ?1 COLLATE "
                                          "NOCASE ORDER BY 1, 2, f.seq"));
  query.bind_text(1, name);
  Json key;
  std::int64_t id = 0;
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    const bool is_next =
        has_row && !key.is_null() && key["table"].as_string() == query.text(0) && id == query.integer(1);
    if (!is_next) {
      if (!key.is_null()) incoming.push(std::move(key));
      if (!has_row) return incoming;
      key = Json::object();
      key.set("table", query.text(0)).set("on_delete", query.text(2)).set("is_own", equal_names(query.text(0), name));
      id = query.integer(1);
    }
    Json refers_to = key["refers_to"];
    refers_to.push(text_or_null(query, 3));  // null: the primary key
    key.set("refers_to", std::move(refers_to));
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

Result<Json> read_relation(Database& database, const std::string& name) {
  Json relation = Json::object();
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
    relation.set("name", name).set("sql", query.text(0)).set("kind", query.text(1));
    relation.set("is_strict", query.integer(2) != 0).set("has_rowid", query.integer(3) == 0);
  }
  DPONE_TRY(Json columns, read_columns(database, name));
  // An INTEGER PRIMARY KEY is the rowid, unless it was declared DESC, which leaves an index behind.
  DPONE_TRY(Json indexes, read_indexes(database, name));
  Json rowid_column;
  int key_columns = 0;
  for (const Json& column : columns.as_array()) {
    if (column["pk"].as_int() == 0) continue;
    ++key_columns;
    if (upper(column["type"].as_string()) == "INTEGER") rowid_column = column["name"];
  }
  const auto& list = indexes.as_array();
  const bool has_key_index =
      std::any_of(list.begin(), list.end(), [](const Json& index) { return index["origin"].as_string() == "pk"; });
  if (key_columns != 1 || has_key_index || !relation["has_rowid"].as_bool()) rowid_column = Json();
  relation.set("rowid_column", rowid_column);
  relation.set("is_autoincrement", !rowid_column.is_null() &&
                                       upper(relation["sql"].as_string()).find("AUTOINCREMENT") != std::string::npos);
  relation.set("columns", std::move(columns)).set("indexes", std::move(indexes));
  DPONE_TRY(Json triggers, read_triggers(database, name));
  relation.set("triggers", std::move(triggers));
  DPONE_TRY(Query keys, database.prepare("SELECT count(DISTINCT id) FROM pragma_foreign_key_list(?)"));
  keys.bind_text(1, name);
  DPONE_CHECK(keys.step());
  relation.set("foreign_keys", keys.integer(0));
  DPONE_TRY(Json incoming, read_incoming(database, name));
  relation.set("incoming", std::move(incoming));
  return relation;
}

Result<std::optional<std::int64_t>> greatest_rowid(Database& database, const Json& relation,
                                                   std::vector<Statement>& asked) {
  const auto& columns = relation["columns"].as_array();
  const bool is_hidden = std::any_of(columns.begin(), columns.end(), [](const Json& column) {
    return equal_names(column["name"].as_string(), "_rowid_");
  });
  if (relation["kind"].as_string() != "table" || !relation["has_rowid"].as_bool() || is_hidden) {
    return std::optional<std::int64_t>();
  }
  asked.push_back({"prepare", "SELECT max(_rowid_) FROM " + quote_name(relation["name"].as_string())});
  DPONE_TRY(Query query, database.prepare(asked.back().text));
  DPONE_CHECK(query.step());
  return std::optional<std::int64_t>(query.integer(0));
}

Result<Json> read_column_entries(Database& database, const std::string& table, const Json& columns,
                                 std::vector<Statement>& asked) {
  Json entries = Json::object();
  DPONE_TRY(const bool is_there, has_table(database, kColumnsTable));
  if (!is_there) return entries;
  const std::string sql =
      std::string("SELECT column_name, declared, type, native_type, meaning, travels_as_text, key_position FROM ") +
      kColumnsTable + " WHERE table_name = ? COLLATE NOCASE";
  if (asked.empty() || asked.back().text != sql) asked.push_back({"prepare", sql});
  DPONE_TRY(Query query, database.prepare(sql));
  query.bind_text(1, table);
  while (true) {
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return entries;
    const std::string name(query.text(0));
    const std::string declared(query.text(1));
    const auto& list = columns.as_array();
    const bool is_same = std::any_of(list.begin(), list.end(), [&](const Json& column) {
      return column["name"].as_string() == name && column["type"].as_string() == declared;
    });
    if (!is_same) continue;
    auto type = Json::parse(query.text(2));
    if (!type) {
      return Error(ErrorClass::kFailed, "sqlite.bad_columns", std::string(kColumnsTable) + " cannot be read")
          .with("table", table)
          .with("column", name)
          .hint("delete that row: the column's type then comes from its declaration");
    }
    Json entry = Json::object();
    entry.set("type", *std::move(type)).set("native_type", query.text(3)).set("meaning", query.text(4));
    entry.set("travels_as_text", query.integer(5) != 0).set("key_position", query.integer(6));
    entries.set(name, std::move(entry));
  }
}

std::vector<KeyFacts> keys_of(const Json& relation, const Json& entries) {
  std::vector<KeyFacts> keys;
  struct Part {
    std::int64_t position;
    std::string name;
  };
  std::vector<Part> declared;
  std::vector<Part> kept;
  for (const Json& column : relation["columns"].as_array()) {
    const std::string& name = column["name"].as_string();
    if (column["pk"].as_int() > 0) declared.push_back({column["pk"].as_int(), name});
    const std::int64_t position = entries[name]["key_position"].as_int();
    if (position > 0) kept.push_back({position, name});
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
  for (const Json& index : relation["indexes"].as_array()) {
    if (!index["is_unique"].as_bool() || index["is_partial"].as_bool() || index["origin"].as_string() == "pk") continue;
    KeyFacts key{index["origin"].as_string() == "c" ? index["name"].as_string() : "", {}, false};
    bool is_of_columns = true;
    for (const Json& column : index["columns"].as_array()) {
      is_of_columns = is_of_columns && column.is_string();
      key.columns.push_back(column.as_string());
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
