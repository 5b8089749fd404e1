#include "dpone/connectors/postgres/target_rights.h"

#include <algorithm>
#include <cctype>

#include "dpone/base/contains.h"
#include "dpone/connectors/postgres/members.h"
#include "dpone/connectors/postgres/quote.h"

namespace dpone::postgres {
namespace {

// $$OID$$ is the table, $$BECOME$$ the right to SET ROLE. `runs` are the objects whose expressions an INSERT evaluates,
// of the table and its partitions: PostgreSQL asks for EXECUTE on each function then, not when the object is made.
// Names in an expression that was parsed need no USAGE on their schemas; an exchange parses them again.
constexpr std::string_view kLacks = R"(WITH RECURSIVE tree(oid) AS (
  SELECT $$OID$$::oid UNION SELECT h.inhrelid FROM tree JOIN pg_inherits h ON h.inhparent = tree.oid
    JOIN pg_class x ON x.oid = h.inhrelid AND x.relispartition),
types(oid) AS (
  SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = $$OID$$ AND a.attnum > 0 AND NOT a.attisdropped
  UNION SELECT y.oid FROM types JOIN pg_type t ON t.oid = types.oid, LATERAL (VALUES (t.typbasetype), (t.typelem)) y(oid)
    WHERE y.oid <> 0),
runs(class, oid, by, loaded, skipped) AS (
  SELECT 'pg_constraint'::regclass, k.oid, 'constraint ' || quote_ident(k.conname), NULL::name, 0::oid FROM pg_constraint k
    WHERE k.contype = 'c' AND (k.conrelid IN (SELECT oid FROM tree) OR k.contypid IN (SELECT oid FROM types))
      AND coalesce((to_jsonb(k)->>'conenforced')::boolean, true)
  UNION ALL SELECT 'pg_class'::regclass, i.indexrelid, 'index ' || i.indexrelid::regclass, NULL, 0 FROM pg_index i
    WHERE i.indrelid IN (SELECT oid FROM tree) AND i.indisready
  UNION ALL SELECT 'pg_class'::regclass, tree.oid, 'the partition key of ' || tree.oid::regclass, NULL, 0 FROM tree
  UNION ALL SELECT 'pg_trigger'::regclass, t.oid, 'trigger ' || quote_ident(t.tgname), NULL, t.tgfoid FROM pg_trigger t
    WHERE t.tgrelid IN (SELECT oid FROM tree) AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
  UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, 'the ' || CASE a.attgenerated WHEN '' THEN 'default' ELSE 'expression' END
      || ' of column ' || quote_ident(a.attname), CASE a.attgenerated WHEN '' THEN a.attname END, 0
    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE d.adrelid = $$OID$$ AND a.attgenerated IN ('', 's')),
used(by, loaded, class, oid) AS (
  SELECT r.by, r.loaded, d.refclassid, d.refobjid FROM runs r JOIN pg_depend d ON d.classid = r.class AND d.objid = r.oid
    WHERE NOT (d.refclassid = 'pg_proc'::regclass AND d.refobjid = r.skipped)),
written(by, class, oid) AS (
  SELECT DISTINCT w.by, d.refclassid, d.refobjid FROM (
      SELECT 'pg_constraint'::regclass, k.oid, 'constraint ' || quote_ident(k.conname) FROM pg_constraint k
        WHERE k.conrelid = $$OID$$ AND k.contype IN ('c', 'f', 'x')
      UNION ALL SELECT 'pg_class'::regclass, i.indexrelid, 'index ' || i.indexrelid::regclass FROM pg_index i
        WHERE i.indrelid = $$OID$$
      UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, 'statistics object ' || quote_ident(s.stxname)
        FROM pg_statistic_ext s WHERE s.stxrelid = $$OID$$) w(class, oid, by)
    JOIN pg_depend d ON d.classid = w.class AND d.objid = w.oid),
statistics(oid, by, owner, is_own, may_become) AS (
  SELECT s.stxnamespace, 'its statistics object ' || quote_ident(s.stxname), s.stxowner,
      pg_get_userbyid(s.stxowner) = current_user, pg_has_role(s.stxowner, '$$BECOME$$')
    FROM pg_statistic_ext s WHERE s.stxrelid = $$OID$$),
lacks(kind, loaded, "right", object, name, by) AS (
  SELECT DISTINCT 'row', u.loaded, 'EXECUTE', 'FUNCTION', p.oid::regprocedure::text, u.by FROM used u
    JOIN pg_proc p ON p.oid = CASE u.class WHEN 'pg_proc'::regclass THEN u.oid
      WHEN 'pg_operator'::regclass THEN (SELECT o.oprcode FROM pg_operator o WHERE o.oid = u.oid) END
    WHERE NOT has_function_privilege(p.oid, 'EXECUTE')
  UNION ALL SELECT 'row', u.loaded, 'USAGE', 'SEQUENCE', u.oid::regclass::text, u.by FROM used u
    WHERE u.class = 'pg_class'::regclass AND CASE (SELECT q.relkind FROM pg_class q WHERE q.oid = u.oid)
      WHEN 'S' THEN NOT has_sequence_privilege(u.oid, 'USAGE, UPDATE') ELSE false END
  UNION ALL SELECT 'type', a.attname, 'USAGE', 'TYPE', format_type(t.oid, NULL), 'the stage'
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = $$OID$$ AND a.attnum > 0 AND NOT a.attisdropped AND NOT has_type_privilege(t.oid, 'USAGE')
  UNION ALL SELECT 'type', a.attname, 'USAGE', 'SCHEMA', quote_ident(n.nspname), 'the stage'
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE a.attrelid = $$OID$$ AND a.attnum > 0 AND NOT a.attisdropped AND NOT has_schema_privilege(n.oid, 'USAGE')
  UNION ALL SELECT 'exchange', NULL, 'USAGE', 'SCHEMA', quote_ident(n.nspname), 'its ' || w.by FROM written w,
    pg_identify_object(w.class, w.oid, 0) i JOIN pg_namespace n ON quote_ident(n.nspname) = i.schema
    WHERE w.oid <> $$OID$$ AND NOT has_schema_privilege(n.oid, 'USAGE')
  UNION ALL SELECT 'exchange', NULL, 'CREATE', 'SCHEMA', quote_ident(n.nspname), s.by FROM statistics s
    JOIN pg_namespace n ON n.oid = s.oid WHERE NOT has_schema_privilege(n.oid, 'CREATE')
  UNION ALL SELECT 'exchange', NULL, 'SET ROLE', 'ROLE', quote_ident(pg_get_userbyid(s.owner)), s.by FROM statistics s
    WHERE NOT s.is_own AND NOT s.may_become
  UNION ALL SELECT 'exchange', NULL, 'CREATE BY OWNER', 'SCHEMA', quote_ident(n.nspname), s.by FROM statistics s
    JOIN pg_namespace n ON n.oid = s.oid
    WHERE NOT s.is_own AND s.may_become AND NOT has_schema_privilege(s.owner, n.oid, 'CREATE'))
SELECT coalesce(jsonb_agg(DISTINCT to_jsonb(l)), '[]'::jsonb)::text FROM lacks l)";

std::string lack_text(const Lack& lack, const std::string& role) {
  if (lack.right == "SET ROLE") {
    return "role " + role + " may not SET ROLE to " + lack.name + ", the owner of " + lack.by;
  }
  if (lack.right == "CREATE BY OWNER") return "the owner of " + lack.by + " lacks CREATE on schema " + lack.name;
  std::string object = lack.object;
  std::transform(object.begin(), object.end(), object.begin(), [](unsigned char c) { return std::tolower(c); });
  return "role " + role + " lacks " + lack.right + " on " + object + " " + lack.name + ", which " + lack.by + " needs";
}

}  // namespace

void read_members(const Members& members, Lack& out) {
  members.read("kind", out.kind);
  members.read("loaded", out.loaded);
  members.read("right", out.right);
  members.read("object", out.object);
  members.read("name", out.name);
  members.read("by", out.by);
}

Result<std::vector<Lack>> lacks_from_json(const Json& json) { return list_from_members<Lack>(json); }

std::string lacks_statement(Oid oid, int server_version) {
  std::string sql(kLacks);
  const auto fill_in = [&](std::string_view mark, const std::string& value) {
    for (std::size_t at = sql.find(mark); at != std::string::npos; at = sql.find(mark, at))
      sql.replace(at, mark.size(), value);
  };
  fill_in("$$OID$$", std::to_string(oid));
  fill_in("$$BECOME$$", server_version >= 160000 ? "SET" : "MEMBER");
  return sql;
}

std::vector<std::string> lacks_of_exchange(const std::vector<Lack>& lacks, const std::string& role) {
  std::vector<std::string> out;
  for (const Lack& lack : lacks) {
    if (lack.kind == "exchange") out.push_back(lack_text(lack, role));
  }
  return out;
}

std::vector<Error> lacks_of_load(const std::vector<Lack>& lacks, const std::string& role, const std::string& target,
                                 const std::vector<std::string>& columns, bool may_exchange) {
  std::vector<Error> out;
  for (const Lack& lack : lacks) {
    const bool is_type = lack.kind == "type";
    if (!is_type && lack.kind != "row") continue;
    const bool is_loaded = lack.loaded && contains(columns, *lack.loaded);
    // The default of a column that is loaded is not asked for.
    if (is_type ? !is_loaded || (may_exchange && lack.object == "SCHEMA") : is_loaded) continue;
    Error error(ErrorClass::kFailed, "postgres.permission", lack_text(lack, role));
    error.add("target", target);
    if (lack.loaded) error.add("column", *lack.loaded);
    out.push_back(std::move(error).hint("GRANT " + lack.right + " ON " + lack.object + " " + lack.name + " TO " +
                                        quote_name(role)));
  }
  return out;
}

}  // namespace dpone::postgres
