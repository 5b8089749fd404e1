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

Json obstacle(std::string slug, std::string message, std::string next_step) {
  Json out = Json::object();
  out.set("slug", std::move(slug)).set("message", std::move(message)).set("next_step", std::move(next_step));
  return out;
}

Json no_right(const std::string& role, const std::string& what, const std::string& grant) {
  return obstacle("postgres.permission", "role " + role + " may not " + what + ", which a new column needs",
                  "GRANT " + grant + " TO " + quote_name(role));
}

// Adds what the target has for the type to `extension_types`, or gives an obstacle.
Result<Json> compare_extension_type(Connection& connection, const Json& type, Json& extension_types) {
  const std::string& name = type["name"].as_string();
  const std::string& extension = type["extension"].as_string();
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
  Json theirs = Json::object();
  theirs.set("signature", type["signature"]).set("target_signature", types.signature(oid));
  theirs.set("type", type["formatted"]).set("target_type", found.text(0, 1));
  extension_types.push(std::move(theirs));
  if (found.boolean(0, 2)) return Json();
  return no_right(found.text(0, 4), "use schema " + found.text(0, 3), "USAGE ON SCHEMA " + found.text(0, 3));
}

// An extension may be in another schema than at the source, and statements use qualified type names.
bool is_elsewhere(const Json& extension_type) { return !(extension_type["type"] == extension_type["target_type"]); }

// Where a type is to be made: sets `key` in `finding` to what makes the schema, or gives an obstacle.
Result<Json> need_schema(Connection& connection, const std::string& schema, const char* key, Json& finding) {
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
  if (!is_there) finding.set(key, "CREATE SCHEMA " + name);
  return Json();
}

// A multirange is created with its range, since PostgreSQL 14.
Json compare_multirange(const std::string& name, const std::string& range, const Json& findings, int server_version) {
  const auto& made = findings.as_array();
  const bool is_made = std::any_of(made.begin(), made.end(), [&](const Json& finding) {
    return finding["name"].as_string() == range && !finding["create"].as_string().empty();
  });
  if (is_made && server_version >= 140000) return Json();
  return obstacle(
      "type.missing",
      "type " + name + " is the multirange of " + range +
          (server_version < 140000 ? ", and PostgreSQL has them since 14" : ", which the range at the target lacks"),
      "cast in a source query, or leave the column out with exclude");
}

// Sets what makes a type that is missing in `finding`, or gives an obstacle.
Result<Json> create_own_type(Connection& connection, const Json& type, const Json& extension_types,
                             const Json& findings, Json& finding) {
  const std::string name = quote_name(type["schema"].as_string(), type["name"].as_string());
  const bool has_multiranges = connection.server_version() >= 140000;
  if (type["range"].is_string())
    return compare_multirange(name, type["range"].as_string(), findings, connection.server_version());
  if (type["create"].as_string().empty()) {
    return obstacle(
        "type.missing", "type " + name + " does not exist in the target, and dpone does not create types of that kind",
        "create the type there with the source's definition, cast in a source query, or leave the column out "
        "with exclude");
  }
  DPONE_TRY(Json denied, need_schema(connection, type["schema"].as_string(), "create_schema", finding));
  if (denied.is_null() && has_multiranges && type["multirange_schema"].is_string()) {
    DPONE_TRY(denied,
              need_schema(connection, type["multirange_schema"].as_string(), "create_multirange_schema", finding));
  }
  if (!denied.is_null()) return denied;
  for (const Json& needed : extension_types.as_array()) {
    const bool is_part = type["signature"].as_string().find(needed["signature"].as_string()) != std::string::npos;
    if (!is_part || !is_elsewhere(needed)) continue;
    return obstacle("type.differs",
                    "type " + name + " uses " + needed["type"].as_string() + ", which is " +
                        needed["target_type"].as_string() + " at the target",
                    "create the type there, cast in a source query, or leave the column out with exclude");
  }
  finding.set("create", type[has_multiranges ? "create" : "create_before_14"]).set("name", name);
  return Json();
}

Result<Json> compare_own_type(Connection& connection, const Json& type, const Json& extension_types,
                              const Json& findings, Json& finding) {
  const std::string schema = quote_name(type["schema"].as_string());
  const std::string name = quote_name(type["schema"].as_string(), type["name"].as_string());
  DPONE_TRY(const Rows found,
            connection.query("SELECT t.oid, has_schema_privilege(n.oid, 'USAGE'), has_type_privilege(t.oid, 'USAGE'), "
                             "current_user FROM pg_namespace n JOIN pg_type t ON t.typnamespace = n.oid "
                             "WHERE n.nspname = $1 AND t.typname = $2",
                             {type["schema"].as_string(), type["name"].as_string()}));
  if (found.size() == 0) return create_own_type(connection, type, extension_types, findings, finding);
  const Oid oid = static_cast<Oid>(found.integer(0, 0));
  DPONE_TRY(const TypeCatalog types, read_types(connection, {oid}));
  const std::string expected = signature_on(type["signature"].as_string(), connection.server_version());
  if (across_versions(types.signature(oid)) != across_versions(expected)) {
    Json differs = obstacle("type.differs", "type " + name + " differs between source and target",
                            "make the types equal (ALTER TYPE), or load into another schema");
    differs.set("source", type["signature"]).set("target", types.signature(oid));
    return differs;
  }
  const std::string role = found.text(0, 3);
  if (!found.boolean(0, 1)) return no_right(role, "use schema " + schema, "USAGE ON SCHEMA " + schema);
  if (!found.boolean(0, 2)) return no_right(role, "use type " + name, "USAGE ON TYPE " + name);
  return Json();
}

// Built-in types have the same OIDs everywhere, but some came later: xid8, multiranges.
Status find_missing_builtins(Connection& connection, const SourceFacts& source, Json& findings) {
  std::string oids = "{";
  for (const Json& column : native_of(source)["columns"].as_array()) {
    if (column["type_oid"].as_int() < 10000)
      oids += (oids.size() > 1 ? "," : "") + std::to_string(column["type_oid"].as_int());
  }
  oids += "}";
  DPONE_TRY(const Rows missing, connection.query("SELECT DISTINCT x.oid::int8, current_setting('server_version') FROM "
                                                 "unnest($1::oid[]) x(oid) WHERE NOT EXISTS (SELECT FROM pg_type t "
                                                 "WHERE t.oid = x.oid)",
                                                 {oids}));
  for (int row = 0; row < missing.size(); ++row) {
    Json columns = Json::array();
    std::string name;
    for (const Json& column : native_of(source)["columns"].as_array()) {
      if (column["type_oid"].as_int() != missing.integer(row, 0)) continue;
      name = column["type"].as_string();
      columns.push(column["name"]);
    }
    Json finding = Json::object();
    finding.set("columns", std::move(columns));
    finding.set(
        "obstacle",
        obstacle("type.missing", "type " + name + " does not exist in the target, PostgreSQL " + missing.text(row, 1),
                 "load into a newer server, cast in a source query, or leave the column out with "
                 "exclude"));
    findings.push(std::move(finding));
  }
  return {};
}

// A new column keeps the collation of the source's column. Collations must be created by hand, since their rules depend
// on the provider.
Status find_missing_collations(Connection& connection, const SourceFacts& source, Json& findings) {
  for (const Json& column : native_of(source)["columns"].as_array()) {
    if (!column["collation"].is_string()) continue;
    const std::string& name = column["collation"].as_string();
    DPONE_TRY(
        const Rows found,
        connection.query("SELECT EXISTS (SELECT FROM pg_collation c JOIN pg_namespace n ON n.oid = "
                         "c.collnamespace WHERE quote_ident(n.nspname) || '.' || quote_ident(c.collname) = $1 AND "
                         "c.collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding())))",
                         {name}));
    if (found.boolean(0, 0)) continue;
    Json columns = Json::array();
    columns.push(column["name"]);
    Json finding = Json::object();
    finding.set("columns", std::move(columns)).set("is_for_new_columns", true);
    finding.set("obstacle",
                obstacle("collation.missing", "collation " + name + " does not exist in the target",
                         "CREATE COLLATION " + name +
                             " there with the source's definition; or create the column with another one, or "
                             "leave it out with source.options.exclude"));
    findings.push(std::move(finding));
  }
  return {};
}

}  // namespace

Status compare_types(Connection& connection, const SourceFacts& source, TargetFacts& target) {
  Json findings = Json::array();
  Json extension_types = Json::array();
  DPONE_CHECK(find_missing_builtins(connection, source, findings));
  DPONE_CHECK(find_missing_collations(connection, source, findings));
  for (const Json& type : native_of(source)["user_types"].as_array()) {
    Json finding = Json::object();
    finding.set("columns", type["columns"]);
    DPONE_TRY(Json found, type["extension"].as_string().empty()
                              ? compare_own_type(connection, type, extension_types, findings, finding)
                              : compare_extension_type(connection, type, extension_types));
    // An existing column was created by a role that had the privilege.
    if (found["slug"].as_string() == "postgres.permission") finding.set("is_for_new_columns", true);
    if (!found.is_null()) finding.set("obstacle", std::move(found));
    findings.push(std::move(finding));
  }
  native_of(target).set("needed_types", std::move(findings));
  native_of(target).set("extension_types", std::move(extension_types));
  native_of(target).set("is_before_14", connection.server_version() < 140000);
  return {};
}

Status find_origin_types(Connection& connection, const SourceFacts& source, TargetFacts& target) {
  Json found = Json::object();
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
    Json type = Json::object();
    type.set("oid", parsed->column_type(0)).set("typmod", parsed->column_typmod(0)).set("type", name.text(0, 0));
    found.set(column.name, std::move(type));
  }
  native_of(target).set("origin_types", std::move(found));
  return {};
}

DeclaredType declare_column(const SourceColumn& from, const Json& described) {
  const int server_version = static_cast<int>(described["server_version"].as_int());
  const Json& origin = described["origin_types"][from.name];
  if (origin["type"].is_string()) {
    auto restored = restored_type(static_cast<Oid>(origin["oid"].as_int()), static_cast<int>(origin["typmod"].as_int()),
                                  origin["type"].as_string(), from.type, from.travels_as_text, server_version);
    if (restored) return *std::move(restored);
  }
  return declared_type_for(from.type, server_version);
}

void propose_types(const TargetFacts& described, const SourceFacts& source, const std::vector<std::string>& columns,
                   TargetFacts& proposed) {
  const auto takes_type = [&](const Json& name) {
    if (!contains(columns, name.as_string())) return false;
    const SourceColumn* from = source.find(name.as_string());
    const TargetColumn* to = described.find(name.as_string());
    return to == nullptr || (from != nullptr && from->native_type == to->native_type);
  };
  const auto is_new = [&](const Json& name) { return takes_type(name) && described.find(name.as_string()) == nullptr; };
  std::vector<std::string> statements;
  const std::string own_schema = "CREATE SCHEMA " + quote_name(native_of(described)["schema"].as_string());
  for (const Json& finding : native_of(described)["needed_types"].as_array()) {
    const auto& needed_by = finding["columns"].as_array();
    const bool is_needed = finding["is_for_new_columns"].as_bool()
                               ? std::any_of(needed_by.begin(), needed_by.end(), is_new)
                               : std::any_of(needed_by.begin(), needed_by.end(), takes_type);
    if (!is_needed) continue;
    const Json& found = finding["obstacle"];
    if (!found.is_null()) {
      Error error(ErrorClass::kFailed, found["slug"].as_string(), found["message"].as_string());
      error.add("column", needed_by.front().as_string());
      for (const char* end : {"source", "target"}) {
        if (found[end].is_string()) error.add(end, found[end].as_string());
      }
      proposed.obstacles.push_back(std::move(error).hint(found["next_step"].as_string()));
    }
    if (!described.exists && finding["name"].as_string() == described.relation) {
      proposed.obstacles.push_back(name_taken(described.relation, "a type of the source's columns"));
    }
    for (const char* key : {"create_schema", "create_multirange_schema", "create"}) {
      const std::string& sql = finding[key].as_string();
      const bool is_planned = contains(statements, sql);
      // The target's own schema is created with the target.
      if (!sql.empty() && !is_planned && sql != own_schema) statements.push_back(sql);
    }
  }
  Json create = Json::array();
  for (const std::string& sql : statements) create.push(sql);
  native_of(proposed).set("create_types", std::move(create));
}

Json proposed_type(const Json& at_source, const Json& described) {
  std::string signature =
      signature_on(at_source["signature"].as_string(), static_cast<int>(described["server_version"].as_int()));
  for (const Json& type : described["extension_types"].as_array()) {
    const std::string& theirs = type["signature"].as_string();
    const std::string& ours = type["target_signature"].as_string();
    for (std::size_t at = signature.find(theirs); at != std::string::npos;
         at = signature.find(theirs, at + ours.size()))
      signature.replace(at, theirs.size(), ours);
  }
  Json detail = Json::object();
  detail.set("signature", signature);
  detail.set("raw_obstacle",
             at_source[described["is_before_14"].as_bool() ? "raw_obstacle_before_14" : "raw_obstacle"]);
  return detail;
}

std::string proposed_native_type(const std::string& at_source, const Json& described) {
  for (const Json& type : described["extension_types"].as_array()) {
    const std::string& theirs = type["type"].as_string();
    const bool is_it =
        at_source.rfind(theirs, 0) == 0 &&
        (at_source.size() == theirs.size() || at_source[theirs.size()] == '(' || at_source[theirs.size()] == '[');
    if (is_it) return type["target_type"].as_string() + at_source.substr(theirs.size());
  }
  return at_source;
}

}  // namespace dpone::postgres
