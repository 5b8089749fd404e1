#include "dpone/connectors/sqlite/set_aside.h"

#include <algorithm>

#include "dpone/connectors/sqlite/catalog.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/types.h"

namespace dpone::sqlite {
namespace {

// The one of `names` that is the same name, or null.
const std::string* find_name(const std::vector<std::string>& names, const std::string& name) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const std::string& other) { return equal_names(other, name); });
  return found == names.end() ? nullptr : &*found;
}

// A value of a row `t` that no row has.
std::string value_aside(const TargetFacts& target, const TargetColumn& column, const std::string& stage) {
  if (column.is_nullable) return "NULL";
  const std::string name = quote_name(column.name);
  switch (storage_of(column.type)) {
    case Storage::kInteger:
    case Storage::kReal: {
      const std::string table = quote_name(target.native["name"].as_string());
      return "2 * max((SELECT max(x." + name + ") FROM " + table + " AS x), (SELECT max(x." + name + ") FROM " + stage +
             " AS x)) + 1 - t." + name;
    }
    case Storage::kText:
      return "'__dpone_' || t." + name;
    case Storage::kBlob:
      return "CAST('__dpone_' || hex(t." + name + ") AS BLOB)";
  }
  return {};
}

bool is_referred_to(const TargetFacts& target, const std::string& column) {
  const auto& columns = target.native["columns"].as_array();
  const bool is_primary = std::any_of(columns.begin(), columns.end(), [&](const Json& known) {
    return known["pk"].as_int() > 0 && equal_names(known["name"].as_string(), column);
  });
  const auto& keys = target.native["incoming"].as_array();
  return std::any_of(keys.begin(), keys.end(), [&](const Json& key) {
    const auto& names = key["refers_to"].as_array();
    return std::any_of(names.begin(), names.end(), [&](const Json& name) {
      return name.is_null() ? is_primary : equal_names(name.as_string(), column);
    });
  });
}

}  // namespace

sql::SetAsides find_set_asides(const TargetFacts& target, const std::vector<std::string>& key,
                               const std::vector<std::string>& columns, const std::string& stage) {
  sql::SetAsides out;
  std::vector<Json> indexes = target.native["indexes"].as_array();
  if (target.native["rowid_column"].is_string()) {
    Json index = Json::object();
    index.set("name", "the primary key").set("is_unique", true);
    index.set("columns", Json(Json::Array{target.native["rowid_column"]}));
    indexes.push_back(std::move(index));
  }
  for (const Json& index : indexes) {
    if (!index["is_unique"].as_bool()) continue;
    sql::SetAside aside;
    bool is_of_columns = true;
    bool is_written = false;
    for (const Json& part : index["columns"].as_array()) {
      is_of_columns = is_of_columns && part.is_string();
      const std::string* const name = part.is_string() ? find_name(columns, part.as_string()) : nullptr;
      const bool is_key = name != nullptr && find_name(key, *name) != nullptr;
      is_written = is_written || !part.is_string() || (name != nullptr && !is_key);
      if (name == nullptr) continue;
      aside.columns.push_back(*name);
      const TargetColumn* const facts = target.find(*name);
      if (is_key || facts == nullptr || aside.value == "NULL") continue;
      if (is_referred_to(target, *name)) continue;
      std::string value = value_aside(target, *facts, stage);
      if (value != "NULL" && !aside.value.empty()) continue;
      aside.column = *name;
      aside.value = std::move(value);
    }
    if (is_written) out.add(std::move(aside), is_of_columns, index["name"].as_string());
  }
  return out;
}

}  // namespace dpone::sqlite
