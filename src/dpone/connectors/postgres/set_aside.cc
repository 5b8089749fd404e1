#include "dpone/connectors/postgres/set_aside.h"

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/connectors/postgres/quote.h"

namespace dpone::postgres {
namespace {

constexpr int kShortestDigest = 16;  // characters that keep digests apart

std::string op(const char* name) { return std::string(" OPERATOR(pg_catalog.") + name + ") "; }

// Above all that is there and all that comes, in the order of the values turned round. Names in full: the statement
// runs under a path that is not ours.
std::string mirrored(const TargetFacts& target, const std::string& stage, const std::string& name,
                     const std::string& gap) {
  const std::string greatest = "greatest((SELECT pg_catalog.max(x." + name + ") FROM " + target.relation +
                               " AS x), (SELECT pg_catalog.max(x." + name + ") FROM " + stage + " AS x))";
  return greatest + op("+") + "(" + greatest + op("-") + "t." + name + ")" + op("+") + gap;
}

// A value of a row `t` that no row has; empty if none is known.
std::string value_aside(const TargetFacts& target, const TargetColumn& column, const std::string& stage,
                        bool takes_null) {
  const std::string name = quote_name(column.name);
  if (column.is_nullable && takes_null) return "NULL";
  if (!column.labels.empty()) return {};
  const std::string text = "t." + name + "::pg_catalog.text";
  switch (column.type.kind) {
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kDecimal:
    case TypeKind::kNumeric:
    case TypeKind::kDate:
      return mirrored(target, stage, name, "1");
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return mirrored(target, stage, name, "'1 second'::pg_catalog.interval");
    case TypeKind::kUuid:
      return "pg_catalog.md5(" + text + ")::pg_catalog.uuid";
    case TypeKind::kBytes:
      return "'\\x5f5f64706f6e655f'::pg_catalog.bytea" + op("||") + "t." + name;
    case TypeKind::kText:
      if (column.type.length == 0) return "'__dpone_'::pg_catalog.text" + op("||") + text;
      if (column.type.length < kShortestDigest) return {};
      return "pg_catalog.left(pg_catalog.md5(" + text + "), " + std::to_string(column.type.length) + ")";
    default:
      return {};
  }
}

bool is_named_in(const Json& keys, const char* member, const std::string& column) {
  const auto& list = keys.as_array();
  return std::any_of(list.begin(), list.end(), [&](const Json& key) {
    const bool is_key = member != std::string_view("columns") || key["type"].as_string() == "f";
    return is_key && contains(key[member].as_array(), Json(column));
  });
}

}  // namespace

sql::SetAsides find_set_asides(const TargetFacts& target, const std::vector<std::string>& key,
                               const std::vector<std::string>& columns, const std::string& stage) {
  sql::SetAsides out;
  for (const Json& index : native_of(target)["indexes"].as_array()) {
    if (!index["is_unique"].as_bool() && !index["is_exclusion"].as_bool()) continue;
    if (index["is_deferrable"].as_bool()) continue;
    sql::SetAside aside;
    aside.has_equal_nulls = index["definition"].as_string().find(" NULLS NOT DISTINCT") != std::string::npos;
    bool is_of_columns = index["is_unique"].as_bool() && !index["is_exclusion"].as_bool();
    bool is_written = false;
    for (const Json& part : index["columns"].as_array()) {
      const std::string& name = part.as_string();
      is_of_columns = is_of_columns && part.is_string();
      const bool is_loaded = contains(columns, name);
      is_written = is_written || !part.is_string() || (is_loaded && !contains(key, name));
      if (!is_loaded) continue;
      aside.columns.push_back(name);
      const TargetColumn* const facts = target.find(name);
      const bool is_bound = contains(key, name) || facts == nullptr || facts->is_generated ||
                            contains(native_of(target)["partition_columns"].as_array(), part) ||
                            is_named_in(native_of(target)["incoming_foreign_keys"], "refers_to", name);
      if (is_bound || aside.value == "NULL") continue;
      std::string value = value_aside(target, *facts, stage, !aside.has_equal_nulls);
      // What refers to another table has only its values.
      if (value != "NULL" && is_named_in(native_of(target)["constraints"], "columns", name)) continue;
      if (value.empty() || (value != "NULL" && !aside.value.empty())) continue;
      aside.column = name;
      aside.value = std::move(value);
    }
    if (is_written) out.add(std::move(aside), is_of_columns, index["name"].as_string());
  }
  return out;
}

}  // namespace dpone::postgres
