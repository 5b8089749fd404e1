#include "dpone/connectors/sqlite/relation.h"

#include "dpone/base/json.h"
#include "dpone/base/sha256.h"

namespace dpone::sqlite {
namespace {

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

Json to_json(const Relation::Column& column) {
  Json json = Json::object();
  json.set("name", column.name).set("type", column.type).set("not_null", column.is_not_null);
  json.set("default", or_null(column.default_value)).set("pk", column.key_position);
  json.set("is_generated", column.is_generated);
  if (column.collation) json.set("collation", *column.collation);
  return json;
}

Json to_json(const std::vector<std::optional<std::string>>& names) {
  Json json = Json::array();
  for (const auto& name : names) json.push(or_null(name));
  return json;
}

Json to_json(const Relation::Index& index) {
  Json json = Json::object();
  json.set("name", index.name).set("is_unique", index.is_unique).set("origin", index.origin);
  json.set("is_partial", index.is_partial).set("sql", or_null(index.sql));
  return json.set("columns", to_json(index.columns));
}

Json to_json(const Relation::Trigger& trigger) {
  Json json = Json::object();
  return json.set("name", trigger.name).set("sql", trigger.sql);
}

Json to_json(const Relation::IncomingKey& key) {
  Json json = Json::object();
  json.set("table", key.table).set("on_delete", key.on_delete).set("is_own", key.is_own);
  return json.set("refers_to", to_json(key.refers_to));
}

template <class Part>
Json list_of(const std::vector<Part>& parts) {
  Json json = Json::array();
  for (const Part& part : parts) json.push(to_json(part));
  return json;
}

}  // namespace

// Receipts and plans of earlier builds have the hash of this form.
std::string Relation::fingerprint() const {
  Json json = Json::object();
  json.set("name", name).set("sql", sql).set("kind", kind).set("is_strict", is_strict).set("has_rowid", has_rowid);
  json.set("rowid_column", or_null(rowid_column)).set("is_autoincrement", is_autoincrement);
  json.set("columns", list_of(columns)).set("indexes", list_of(indexes)).set("triggers", list_of(triggers));
  json.set("foreign_keys", foreign_keys).set("incoming", list_of(incoming));
  return sha256_hex(json.canonical());
}

const ColumnEntry& entry_of(const ColumnEntries& entries, std::string_view column) {
  static const ColumnEntry kNone;
  const auto found = entries.find(column);
  return found == entries.end() ? kNone : found->second;
}

}  // namespace dpone::sqlite
