#include "dpone/connectors/postgres/created_target.h"

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/base/sha256.h"
#include "dpone/base/utf8.h"
#include "dpone/connectors/postgres/members.h"
#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/connectors/postgres/quote.h"

namespace dpone::postgres {
namespace {

constexpr std::size_t kMaxNameBytes = 63;
constexpr int kAttempts = 100;

std::string cut(std::string_view text, std::size_t max_bytes) { return std::string(cut_utf8(text, max_bytes)); }

std::string default_key_name(const std::string& table, const KeyFacts& key) {
  std::string suffix = "_pkey";
  if (!key.is_primary) {
    std::string columns;
    for (const std::string& column : key.columns) columns += "_" + column;
    suffix = cut(columns, 24) + "_key";
  }
  return cut(table, kMaxNameBytes - suffix.size()) + suffix;
}

// The definition of `key` for a new table of `columns`; empty if the target cannot have it. Appends to `notes` the
// properties that it lacks.
std::string key_definition(const SourceFacts& source, const KeyFacts& key, const std::vector<std::string>& columns,
                           int server_version, std::vector<std::string>& notes) {
  std::string of_source;
  std::vector<std::string> included;
  const NativeSource* const theirs = native_if_ours(source);
  for (const NativeSource::Key& known : theirs == nullptr ? std::vector<NativeSource::Key>() : theirs->keys) {
    if (known.name != key.name) continue;
    of_source = known.definition;
    for (const std::string& name : known.included) {
      if (contains(columns, name)) {
        included.push_back(name);
      } else {
        notes.push_back("key " + key.name + " does not include \"" + name + "\", which is not loaded");
      }
    }
  }
  const auto has = [&](const char* words) { return of_source.find(words) != std::string::npos; };
  // It is a constraint of ranges, by operators that an extension gives.
  if (has(" WITHOUT OVERLAPS")) {
    notes.push_back("key " + key.name + " is omitted: dpone does not create keys WITHOUT OVERLAPS");
    return {};
  }
  const bool is_distinct = has(" NULLS NOT DISTINCT");
  if (is_distinct && server_version < 150000) {
    notes.push_back("key " + key.name + " is created without NULLS NOT DISTINCT, which needs PostgreSQL 15");
  }
  return std::string(key.is_primary ? "PRIMARY KEY" : "UNIQUE") +
         (is_distinct && server_version >= 150000 ? " NULLS NOT DISTINCT" : "") + " (" + quote_names(key.columns) +
         ")" + (included.empty() ? "" : " INCLUDE (" + quote_names(included) + ")") +
         (has(" DEFERRABLE") ? " DEFERRABLE" : "") + (has(" INITIALLY DEFERRED") ? " INITIALLY DEFERRED" : "");
}

// A new table must not have the name of any other relation or type, since each table also defines a type. The server
// renames an array type by itself.
constexpr const char* kNameTaken = R"(coalesce(
  (SELECT CASE c.relkind WHEN 'S' THEN 'a sequence' WHEN 'c' THEN 'a composite type' ELSE 'an index' END
     FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = $2),
  (SELECT 'a type' FROM pg_type t WHERE t.typnamespace = n.oid AND t.typname = $2
     AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid))))";

void add_obstacles(const std::string& schema, TargetFacts& facts) {
  const NativeTarget& native = native_of(facts);
  const TargetRelation::Rights& rights = native.relation.rights;
  if (!rights.create_in_schema) {
    facts.obstacles.push_back(
        native.lacks_schema
            ? Error(ErrorClass::kFailed, "postgres.no_schema",
                    "schema \"" + schema + "\" does not exist, and role " + rights.role + " may not create it")
                  .hint("CREATE SCHEMA " + quote_name(schema) + " AUTHORIZATION " + quote_name(rights.role))
            : Error(ErrorClass::kFailed, "postgres.permission",
                    "role " + rights.role + " may not create a table in schema \"" + schema + "\"")
                  .hint("GRANT CREATE ON SCHEMA " + quote_name(schema) + " TO " + quote_name(rights.role)));
  }
  if (!native.name_taken.empty()) facts.obstacles.push_back(name_taken(facts.relation, native.name_taken));
}

struct AbsentTarget {
  struct Rights {
    std::string role;
    bool create_in_schema = false;
  };
  std::string schema;
  std::string name;
  bool schema_exists = false;
  std::string name_taken;
  std::vector<std::string> taken_names;
  std::vector<std::string> publications;
  Rights rights;
};

void read_members(const Members& members, AbsentTarget::Rights& out) {
  members.read("role", out.role);
  members.read("create_in_schema", out.create_in_schema);
}

void read_members(const Members& members, AbsentTarget& out) {
  members.read("schema", out.schema);
  members.read("name", out.name);
  members.read("schema_exists", out.schema_exists);
  members.read("name_taken", out.name_taken);
  members.read("taken_names", out.taken_names);
  members.read("publications", out.publications);
  members.read_one("rights", out.rights);
}

}  // namespace

bool has_portable_default(const NativeSource::Column& column) {
  return column.default_value && column.is_default_portable && column.generated.empty();
}

Status find_unknown_defaults(Connection& connection, const SourceFacts& source, TargetFacts& facts) {
  NativeTarget& native = native_of(facts);
  const NativeSource* const theirs = native_if_ours(source);
  if (theirs != nullptr && theirs->server_version / 10000 != connection.server_version() / 10000) {
    for (const NativeSource::Column& column : theirs->columns) {
      if (!has_portable_default(column) || facts.find(column.name) != nullptr) continue;
      const auto parsed = connection.describe("SELECT " + *column.default_value);
      if (parsed) continue;
      if (!connection.is_alive()) return parsed.error();
      // A type or schema that is missing is not made yet.
      const std::string& code = parsed.error().native_code();
      if (code != "42704" && code != "3F000") native.unknown_defaults.push_back(column.name);
    }
  }
  return {};
}

Error name_taken(const std::string& relation, const std::string& by) {
  return Error(ErrorClass::kFailed, "target.name_taken", relation + " is the name of " + by)
      .with("target", relation)
      .hint("load into a table with another name or schema: tables, indexes, sequences and types share one namespace");
}

std::string key_name(const SourceFacts& source, const std::string& table, const KeyFacts& key, int attempt) {
  const NativeSource* const theirs = native_if_ours(source);
  const bool is_same_name = theirs != nullptr && theirs->name == table;
  std::string name = is_same_name && !key.name.empty() ? key.name : default_key_name(table, key);
  if (attempt == 0) return name;
  const std::string number = std::to_string(attempt);
  return cut(name, kMaxNameBytes - number.size()) + number;
}

Result<TargetFacts> describe_absent(Connection& connection, const std::string& schema, const std::string& table,
                                    const SourceFacts& source) {
  Json names = Json::array();
  for (const KeyFacts& key : source.keys) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) names.push(key_name(source, table, key, attempt));
  }
  const std::string by_schema =
      connection.server_version() >= 150000
          ? " OR EXISTS (SELECT FROM pg_publication_namespace s WHERE s.pnpubid = p.oid AND s.pnnspid = n.oid)"
          : "";
  DPONE_TRY(const Rows rows,
            connection.query(
                "SELECT jsonb_build_object('schema', $1::text, 'name', $2::text, 'schema_exists', n.oid IS NOT NULL, "
                "'kind', 'r', 'name_taken', " +
                    std::string(kNameTaken) +
                    ", 'taken_names', (SELECT coalesce(jsonb_agg(c.relname ORDER BY c.relname), '[]'::jsonb) FROM "
                    "pg_class c WHERE c.relnamespace = n.oid AND c.relname IN (SELECT jsonb_array_elements_text($3))), "
                    "'publications', (SELECT coalesce(jsonb_agg(p.pubname ORDER BY p.pubname), '[]'::jsonb) FROM "
                    "pg_publication p WHERE p.puballtables" +
                    by_schema +
                    "), 'rights', jsonb_build_object('role', current_user::text, 'create_in_schema', "
                    "coalesce(has_schema_privilege(n.oid, 'CREATE'), has_database_privilege(current_database(), "
                    "'CREATE'))))::text FROM (SELECT 1) one LEFT JOIN pg_namespace n ON n.nspname = $1",
                {schema, table, names.canonical()}));
  TargetFacts facts;
  DPONE_TRY(const Json json, Json::parse(rows.text(0, 0)));
  DPONE_TRY(const AbsentTarget absent, from_members<AbsentTarget>(json));
  NativeTarget native;
  native.relation.schema = absent.schema;
  native.relation.name = absent.name;
  native.relation.publications = absent.publications;
  native.relation.rights.role = absent.rights.role;
  native.relation.rights.create_in_schema = absent.rights.create_in_schema;
  native.lacks_schema = !absent.schema_exists;
  native.name_taken = absent.name_taken;
  native.taken_names = absent.taken_names;
  facts.system = "postgres";
  facts.relation = quote_name(schema, table);
  facts.kind = "table";
  facts.fingerprint = sha256_hex(json.canonical());
  PublishOption create{"create", {}, {}};
  if (!absent.schema_exists) {
    create.notes.push_back("schema \"" + schema + "\" does not exist, and the run creates it");
  }
  for (const std::string& publication : absent.publications) {
    create.notes.push_back(
        "publication " + publication +
        " will publish the new table and its rows: its subscribers must have a table of that name first");
  }
  facts.publish.push_back(std::move(create));
  facts.native = std::move(native);
  add_obstacles(schema, facts);
  return facts;
}

void propose_keys(const SourceFacts& source, const std::string& table, const std::vector<std::string>& columns,
                  TargetFacts& facts) {
  NativeTarget& native = native_of(facts);
  for (const KeyFacts& key : source.keys) {
    const bool is_whole = std::all_of(key.columns.begin(), key.columns.end(),
                                      [&](const std::string& column) { return contains(columns, column); });
    if (!is_whole) continue;
    std::string definition = key_definition(source, key, columns, native.server_version, facts.notes);
    if (definition.empty()) continue;
    const auto is_free = [&](const std::string& name) {
      return !contains(native.taken_names, name) &&
             std::none_of(facts.keys.begin(), facts.keys.end(),
                          [&](const KeyFacts& other) { return other.name == name; });
    };
    int attempt = 0;
    while (!is_free(key_name(source, table, key, attempt)) && attempt + 1 < kAttempts) ++attempt;
    const std::string name = key_name(source, table, key, attempt);
    native.new_keys.push_back({name, std::move(definition)});
    facts.keys.push_back({name, key.columns, key.is_primary});
  }
}

}  // namespace dpone::postgres
