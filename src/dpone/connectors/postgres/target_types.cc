#include "dpone/connectors/postgres/target_types.h"

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/connectors/postgres/catalog.h"
#include "dpone/connectors/postgres/created_target.h"
#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/connectors/postgres/quote.h"
#include "dpone/connectors/postgres/types.h"

namespace dpone::postgres {
namespace {

using Obstacle = NativeTarget::Obstacle;
using ExtensionTypes = std::vector<NativeTarget::ExtensionType>;

Obstacle obstacle(std::string slug, std::string message, std::string next_step) {
  return {std::move(slug), std::move(message), std::move(next_step), {}, {}};
}

Obstacle no_right(const std::string& role, const std::string& what, const std::string& grant) {
  return obstacle("postgres.permission", "role " + role + " may not " + what + ", which a new column needs",
                  "GRANT " + grant + " TO " + quote_name(role));
}

// Adds what the target has for the type to `extension_types`, or gives an obstacle.
Result<std::optional<Obstacle>> compare_extension_type(Connection& connection, const NativeSource::UserType& type,
                                                       ExtensionTypes& extension_types) {
  const std::string& name = type.name;
  const std::string& extension = type.extension;
  const std::string extension_name = extension.substr(0, extension.find(' '));
  DPONE_TRY(const Rows found,
            connection.query(
                "SELECT t.oid, format_type(t.oid, NULL), has_schema_privilege(t.typnamespace, 'USAGE'), "
                "t.typnamespace::regnamespace::text, current_user FROM pg_type t JOIN pg_depend d ON d.classid = "
                "'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e' JOIN pg_extension x ON "
                "d.refclassid = 'pg_extension'::regclass AND x.oid = d.refobjid "
                "WHERE t.typname = $1 AND x.extname = $2",
                {name, extension_name}));
  if (found.size() == 0) {
    return obstacle(
        "type.extension_missing",
        "type " + quote_name(name) + " needs extension " + extension_name + ", which the target's database lacks",
        "CREATE EXTENSION " + quote_name(extension_name));
  }
  const Oid oid = static_cast<Oid>(found.integer(0, 0));
  DPONE_TRY(const TypeCatalog types, read_types(connection, {oid}));
  extension_types.push_back({type.signature, types.signature(oid), type.formatted, found.text(0, 1)});
  if (found.boolean(0, 2)) return std::optional<Obstacle>();
  return no_right(found.text(0, 4), "use schema " + found.text(0, 3), "USAGE ON SCHEMA " + found.text(0, 3));
}

// An extension may be in another schema than at the source, and statements use qualified type names.
bool is_elsewhere(const NativeTarget::ExtensionType& type) { return type.type != type.target_type; }

// Where a type is to be made: sets `create` to what makes the schema, or gives an obstacle.
Result<std::optional<Obstacle>> need_schema(Connection& connection, const std::string& schema, std::string& create) {
  DPONE_TRY(const Rows found,
            connection.query("SELECT n.oid IS NOT NULL, CASE WHEN n.oid IS NULL THEN "
                             "has_database_privilege(current_database(), 'CREATE') ELSE has_schema_privilege(n.oid, "
                             "'CREATE') AND has_schema_privilege(n.oid, 'USAGE') END, current_database(), current_user "
                             "FROM (SELECT 1) one LEFT JOIN pg_namespace n ON n.nspname = $1",
                             {schema}));
  const std::string name = quote_name(schema);
  const bool is_there = found.boolean(0, 0);
  if (!found.boolean(0, 1)) {
    return is_there ? no_right(found.text(0, 3), "create types in schema " + name, "CREATE, USAGE ON SCHEMA " + name)
                    : no_right(found.text(0, 3), "create schema " + name,
                               "CREATE ON DATABASE " + quote_name(found.text(0, 2)));
  }
  if (!is_there) create = "CREATE SCHEMA " + name;
  return std::optional<Obstacle>();
}

// A multirange is created with its range, since PostgreSQL 14.
std::optional<Obstacle> compare_multirange(const std::string& name, const std::string& range,
                                           const std::vector<NativeTarget::Needed>& needed, int server_version) {
  const bool is_made = std::any_of(needed.begin(), needed.end(), [&](const NativeTarget::Needed& other) {
    return other.name == range && !other.create.empty();
  });
  if (is_made && server_version >= 140000) return std::nullopt;
  return obstacle(
      "type.missing",
      "type " + name + " is the multirange of " + range +
          (server_version < 140000 ? ", and PostgreSQL has them since 14" : ", which the range at the target lacks"),
      "cast in a source query, or leave the column out with exclude");
}

// Sets what makes a type that is missing, or gives an obstacle.
Result<std::optional<Obstacle>> create_own_type(Connection& connection, const NativeSource::UserType& type,
                                                const NativeTarget& target, NativeTarget::Needed& needed) {
  const std::string name = quote_name(type.schema, type.name);
  const bool has_multiranges = connection.server_version() >= 140000;
  if (type.range) return compare_multirange(name, *type.range, target.needed, connection.server_version());
  if (type.create.empty()) {
    return obstacle(
        "type.missing", "type " + name + " does not exist in the target, and dpone does not create types of that kind",
        "create the type there with the source's definition, cast in a source query, or leave the column out "
        "with exclude");
  }
  DPONE_TRY(auto denied, need_schema(connection, type.schema, needed.create_schema));
  if (!denied && has_multiranges && type.multirange_schema) {
    DPONE_TRY(denied, need_schema(connection, *type.multirange_schema, needed.create_multirange_schema));
  }
  if (denied) return denied;
  for (const NativeTarget::ExtensionType& part : target.extension_types) {
    const bool is_part = type.signature.find(part.signature) != std::string::npos;
    if (!is_part || !is_elsewhere(part)) continue;
    return obstacle("type.differs",
                    "type " + name + " uses " + part.type + ", which is " + part.target_type + " at the target",
                    "create the type there, cast in a source query, or leave the column out with exclude");
  }
  needed.create = has_multiranges ? type.create : type.create_before_14;
  needed.name = name;
  return std::optional<Obstacle>();
}

Result<std::optional<Obstacle>> compare_own_type(Connection& connection, const NativeSource::UserType& type,
                                                 const NativeTarget& target, NativeTarget::Needed& needed) {
  const std::string schema = quote_name(type.schema);
  const std::string name = quote_name(type.schema, type.name);
  DPONE_TRY(const Rows found,
            connection.query("SELECT t.oid, has_schema_privilege(n.oid, 'USAGE'), has_type_privilege(t.oid, 'USAGE'), "
                             "current_user FROM pg_namespace n JOIN pg_type t ON t.typnamespace = n.oid "
                             "WHERE n.nspname = $1 AND t.typname = $2",
                             {type.schema, type.name}));
  if (found.size() == 0) return create_own_type(connection, type, target, needed);
  const Oid oid = static_cast<Oid>(found.integer(0, 0));
  DPONE_TRY(const TypeCatalog types, read_types(connection, {oid}));
  const std::string expected = signature_on(type.signature, connection.server_version());
  if (across_versions(types.signature(oid)) != across_versions(expected)) {
    Obstacle differs = obstacle("type.differs", "type " + name + " differs between source and target",
                                "make the types equal (ALTER TYPE), or load into another schema");
    differs.source = type.signature;
    differs.target = types.signature(oid);
    return std::optional(differs);
  }
  const std::string role = found.text(0, 3);
  if (!found.boolean(0, 1)) return no_right(role, "use schema " + schema, "USAGE ON SCHEMA " + schema);
  if (!found.boolean(0, 2)) return no_right(role, "use type " + name, "USAGE ON TYPE " + name);
  return std::optional<Obstacle>();
}

// Built-in types have the same OIDs everywhere, but some came later: xid8, multiranges.
Status find_missing_builtins(Connection& connection, const NativeSource& source, NativeTarget& target) {
  std::string oids = "{";
  for (const NativeSource::Column& column : source.columns) {
    if (column.type_oid < 10000) oids += (oids.size() > 1 ? "," : "") + std::to_string(column.type_oid);
  }
  oids += "}";
  DPONE_TRY(const Rows missing, connection.query("SELECT DISTINCT x.oid::int8, current_setting('server_version') FROM "
                                                 "unnest($1::oid[]) x(oid) WHERE NOT EXISTS (SELECT FROM pg_type t "
                                                 "WHERE t.oid = x.oid)",
                                                 {oids}));
  for (int row = 0; row < missing.size(); ++row) {
    NativeTarget::Needed needed;
    std::string name;
    for (const NativeSource::Column& column : source.columns) {
      if (column.type_oid != missing.integer(row, 0)) continue;
      name = column.type;
      needed.columns.push_back(column.name);
    }
    needed.obstacle =
        obstacle("type.missing", "type " + name + " does not exist in the target, PostgreSQL " + missing.text(row, 1),
                 "load into a newer server, cast in a source query, or leave the column out with "
                 "exclude");
    target.needed.push_back(std::move(needed));
  }
  return {};
}

// A new column keeps the collation of the source's column. Collations must be created by hand, since their rules depend
// on the provider.
Status find_missing_collations(Connection& connection, const NativeSource& source, NativeTarget& target) {
  for (const NativeSource::Column& column : source.columns) {
    if (!column.collation) continue;
    const std::string& name = *column.collation;
    DPONE_TRY(
        const Rows found,
        connection.query("SELECT EXISTS (SELECT FROM pg_collation c JOIN pg_namespace n ON n.oid = "
                         "c.collnamespace WHERE quote_ident(n.nspname) || '.' || quote_ident(c.collname) = $1 AND "
                         "c.collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding())))",
                         {name}));
    if (found.boolean(0, 0)) continue;
    NativeTarget::Needed needed;
    needed.columns = {column.name};
    needed.is_for_new_columns = true;
    needed.obstacle = obstacle("collation.missing", "collation " + name + " does not exist in the target",
                               "CREATE COLLATION " + name +
                                   " there with the source's definition; or create the column with another one, or "
                                   "leave it out with source.options.exclude");
    target.needed.push_back(std::move(needed));
  }
  return {};
}

}  // namespace

Status compare_types(Connection& connection, const SourceFacts& source, TargetFacts& target) {
  NativeTarget& native = native_of(target);
  native.needed.clear();
  native.extension_types.clear();
  const NativeSource* const theirs = native_if_ours(source);
  if (theirs == nullptr) return {};
  DPONE_CHECK(find_missing_builtins(connection, *theirs, native));
  DPONE_CHECK(find_missing_collations(connection, *theirs, native));
  for (const NativeSource::UserType& type : theirs->user_types) {
    NativeTarget::Needed needed;
    needed.columns = type.columns;
    DPONE_TRY(needed.obstacle, type.extension.empty()
                                   ? compare_own_type(connection, type, native, needed)
                                   : compare_extension_type(connection, type, native.extension_types));
    // An existing column was created by a role that had the privilege.
    needed.is_for_new_columns = needed.obstacle && needed.obstacle->slug == "postgres.permission";
    native.needed.push_back(std::move(needed));
  }
  return {};
}

Status find_origin_types(Connection& connection, const SourceFacts& source, TargetFacts& target) {
  NativeTarget& native = native_of(target);
  for (const SourceColumn& column : source.columns) {
    const bool is_plain = column.origin_type == declared_type_for(column.type, connection.server_version()).name &&
                          !column.travels_as_text;
    if (column.origin_type.empty() || is_plain) continue;
    // Parsed but not run: the name is external input, and statements use the server's own spelling.
    const auto parsed = connection.describe("SELECT NULL::" + column.origin_type);
    if (!parsed && !connection.is_alive()) return parsed.error();
    if (!parsed || parsed->column_count() != 1) continue;
    const std::string oid = std::to_string(parsed->column_type(0));
    const std::string typmod = std::to_string(parsed->column_typmod(0));
    DPONE_TRY(const Rows name, connection.query("SELECT format_type($1::oid, $2::int4)", {oid, typmod}));
    native.origin_types[column.name] = {parsed->column_type(0), parsed->column_typmod(0), name.text(0, 0)};
  }
  return {};
}

DeclaredType declare_column(const SourceColumn& from, const NativeTarget& described) {
  const auto origin = described.origin_types.find(from.name);
  if (origin != described.origin_types.end()) {
    const NativeTarget::OriginType& type = origin->second;
    auto restored = restored_type(static_cast<Oid>(type.oid), type.typmod, type.name, from.type, from.travels_as_text,
                                  described.server_version);
    if (restored) return *std::move(restored);
  }
  return declared_type_for(from.type, described.server_version);
}

void propose_types(const TargetFacts& described, const SourceFacts& source, const std::vector<std::string>& columns,
                   TargetFacts& proposed) {
  const auto takes_type = [&](const std::string& name) {
    if (!contains(columns, name)) return false;
    const SourceColumn* from = source.find(name);
    const TargetColumn* to = described.find(name);
    return to == nullptr || (from != nullptr && from->native_type == to->native_type);
  };
  const auto is_new = [&](const std::string& name) { return takes_type(name) && described.find(name) == nullptr; };
  const NativeTarget& native = native_of(described);
  std::vector<std::string> statements;
  const std::string own_schema = "CREATE SCHEMA " + quote_name(native.relation.schema);
  for (const NativeTarget::Needed& needed : native.needed) {
    const bool is_needed = needed.is_for_new_columns
                               ? std::any_of(needed.columns.begin(), needed.columns.end(), is_new)
                               : std::any_of(needed.columns.begin(), needed.columns.end(), takes_type);
    if (!is_needed) continue;
    if (needed.obstacle) {
      Error error(ErrorClass::kFailed, needed.obstacle->slug, needed.obstacle->message);
      error.add("column", needed.columns.front());
      if (!needed.obstacle->source.empty()) error.add("source", needed.obstacle->source);
      if (!needed.obstacle->target.empty()) error.add("target", needed.obstacle->target);
      proposed.obstacles.push_back(std::move(error).hint(needed.obstacle->next_step));
    }
    if (!described.exists && needed.name == described.relation) {
      proposed.obstacles.push_back(name_taken(described.relation, "a type of the source's columns"));
    }
    for (const std::string* sql : {&needed.create_schema, &needed.create_multirange_schema, &needed.create}) {
      // The target's own schema is created with the target.
      if (!sql->empty() && !contains(statements, *sql) && *sql != own_schema) statements.push_back(*sql);
    }
  }
  native_of(proposed).create_types = std::move(statements);
}

NativeTarget::Type proposed_type(const NativeSource& source, const std::string& column, const NativeTarget& described) {
  const auto found = source.types.find(column);
  if (found == source.types.end()) return {};
  std::string signature = signature_on(found->second.signature, described.server_version);
  for (const NativeTarget::ExtensionType& type : described.extension_types) {
    const std::string& theirs = type.signature;
    const std::string& ours = type.target_signature;
    for (std::size_t at = signature.find(theirs); at != std::string::npos;
         at = signature.find(theirs, at + ours.size()))
      signature.replace(at, theirs.size(), ours);
  }
  return {std::move(signature),
          described.server_version < 140000 ? found->second.raw_obstacle_before_14 : found->second.raw_obstacle};
}

std::string proposed_native_type(const std::string& at_source, const NativeTarget& described) {
  for (const NativeTarget::ExtensionType& type : described.extension_types) {
    const std::string& theirs = type.type;
    const bool is_it =
        at_source.rfind(theirs, 0) == 0 &&
        (at_source.size() == theirs.size() || at_source[theirs.size()] == '(' || at_source[theirs.size()] == '[');
    if (is_it) return type.target_type + at_source.substr(theirs.size());
  }
  return at_source;
}

}  // namespace dpone::postgres
