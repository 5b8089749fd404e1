#include "dpone/connectors/sqlite/set_aside.h"

#include <algorithm>

#include "dpone/connectors/sqlite/catalog.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/native_facts.h"
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
      const std::string table = quote_name(native_of(target).relation.name);
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

bool is_referred_to(const Relation& target, const std::string& column) {
  const bool is_primary = std::any_of(target.columns.begin(), target.columns.end(), [&](const Relation::Column& known) {
    return known.key_position > 0 && equal_names(known.name, column);
  });
  return std::any_of(target.incoming.begin(), target.incoming.end(), [&](const Relation::IncomingKey& key) {
    return std::any_of(key.refers_to.begin(), key.refers_to.end(),
                       [&](const auto& name) { return name ? equal_names(*name, column) : is_primary; });
  });
}

}  // namespace

sql::SetAsides find_set_asides(const TargetFacts& target, const std::vector<std::string>& key,
                               const std::vector<std::string>& columns, const std::string& stage) {
  sql::SetAsides out;
  const Relation& relation = native_of(target).relation;
  std::vector<Relation::Index> indexes = relation.indexes;
  if (relation.rowid_column) {
    Relation::Index index;
    index.name = "the primary key";
    index.is_unique = true;
    index.columns = {relation.rowid_column};
    indexes.push_back(std::move(index));
  }
  for (const Relation::Index& index : indexes) {
    if (!index.is_unique) continue;
    sql::SetAside aside;
    bool is_of_columns = true;
    bool is_written = false;
    for (const auto& part : index.columns) {
      is_of_columns = is_of_columns && part.has_value();
      const std::string* const name = part ? find_name(columns, *part) : nullptr;
      const bool is_key = name != nullptr && find_name(key, *name) != nullptr;
      is_written = is_written || !part || (name != nullptr && !is_key);
      if (name == nullptr) continue;
      aside.parts.push_back({*name});
      const TargetColumn* const facts = target.find(*name);
      const bool is_bound = is_key || facts == nullptr || is_referred_to(relation, *name);
      if (!is_bound) aside.offer(*name, value_aside(target, *facts, stage));
    }
    if (is_written) out.add(std::move(aside), is_of_columns, index.name);
  }
  return out;
}

}  // namespace dpone::sqlite
