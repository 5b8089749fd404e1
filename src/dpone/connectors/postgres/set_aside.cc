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

bool is_referred_to(const TargetRelation& target, const std::string& column) {
  const auto& keys = target.incoming_foreign_keys;
  return std::any_of(keys.begin(), keys.end(),
                     [&](const TargetRelation::IncomingKey& key) { return contains(key.refers_to, column); });
}

bool refers(const TargetRelation& target, const std::string& column) {
  return std::any_of(target.constraints.begin(), target.constraints.end(),
                     [&](const TargetRelation::Constraint& constraint) {
                       return constraint.type == "f" && contains(constraint.columns, column);
                     });
}

// lower() and upper() of a column keep values apart that are apart by more than case. Empty: any other expression.
sql::IndexPart function_part(const std::optional<TargetRelation::Function>& function) {
  if (!function) return {};
  return {function->column, "OPERATOR(pg_catalog.=)", "pg_catalog." + function->name};
}

}  // namespace

sql::SetAsides find_set_asides(const TargetFacts& target, const std::vector<std::string>& key,
                               const std::vector<std::string>& columns, const std::string& stage) {
  sql::SetAsides out;
  const TargetRelation& relation = native_of(target).relation;
  for (const TargetRelation::Index& index : relation.indexes) {
    const bool is_exclusion = index.is_exclusion;
    if (index.is_deferrable || (!index.is_unique && !is_exclusion)) continue;
    sql::SetAside aside;
    aside.has_equal_nulls = index.definition.find(" NULLS NOT DISTINCT") != std::string::npos;
    bool is_understood = true;
    bool is_written = false;
    for (std::size_t i = 0; i < index.columns.size(); ++i) {
      sql::IndexPart part = index.columns[i] ? sql::IndexPart{*index.columns[i]} : function_part(index.functions.at(i));
      is_understood = is_understood && !part.column.empty() && !(is_exclusion && !part.function.empty());
      const bool is_loaded = contains(columns, part.column);
      const bool is_key = contains(key, part.column);
      is_written = is_written || part.column.empty() || (is_loaded && !is_key);
      if (!is_loaded) continue;
      if (is_exclusion) part.conflict = index.operators.at(i);
      const TargetColumn* const facts = target.find(part.column);
      const bool is_bound = is_key || facts == nullptr || facts->is_generated ||
                            contains(relation.partition_columns, part.column) || is_referred_to(relation, part.column);
      std::string value = is_bound ? "" : value_aside(target, *facts, stage, !aside.has_equal_nulls);
      // What refers to another table has only its values, and another operator may find any value in conflict.
      const bool is_free = !is_exclusion && !refers(relation, part.column);
      if (value == "NULL" || is_free) aside.offer(part.column, std::move(value));
      aside.parts.push_back(std::move(part));
    }
    for (const std::string& name : index.predicate_columns) {
      const bool is_part = std::any_of(aside.parts.begin(), aside.parts.end(),
                                       [&](const sql::IndexPart& part) { return part.column == name; });
      if (is_part || !contains(columns, name) || contains(key, name)) continue;
      aside.predicate.push_back(name);
      is_written = true;
    }
    if (is_written) out.add(std::move(aside), is_understood, index.name);
  }
  return out;
}

}  // namespace dpone::postgres
