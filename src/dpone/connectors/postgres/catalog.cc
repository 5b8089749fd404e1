#include "dpone/connectors/postgres/catalog.h"

#include "dpone/base/nearest.h"
#include "dpone/connectors/postgres/dialect.h"
#include "dpone/connectors/postgres/quote.h"

namespace dpone::postgres {
namespace {

// ACL `acl` as an ordered list of single grants. A NULL ACL (nothing was ever granted or revoked) stays null; an empty
// one (everything was revoked) is an empty list.
std::string acl_sql(const std::string& acl) {
  return "(SELECT CASE WHEN " + acl +
         " IS NOT NULL THEN coalesce(jsonb_agg(jsonb_build_object('grantor', pg_get_userbyid(x.grantor), 'grantee', "
         "CASE WHEN x.grantee = 0 THEN NULL ELSE pg_get_userbyid(x.grantee) END, 'privilege', x.privilege_type, "
         "'grantable', x.is_grantable) ORDER BY x.ordinality), '[]'::jsonb) END FROM aclexplode(" +
         acl + ") WITH ORDINALITY x)";
}

// Shared by source and target: what a column is. `not_null` is the condition that it is so.
std::string column_core(const std::string& not_null) {
  return R"('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
    'type_oid', a.atttypid::int8, 'typmod', a.atttypmod, 'not_null', )" +
         not_null + R"(,
    'collation', (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
       FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace JOIN pg_type ct ON ct.oid = a.atttypid
       WHERE co.oid = a.attcollation AND a.attcollation <> ct.typcollation),
    'default', pg_get_expr(ad.adbin, ad.adrelid), 'generated', a.attgenerated::text, 'identity', a.attidentity::text)";
}

}  // namespace

Error no_relation(Connection& connection, const std::string& schema, const std::string& name) {
  const auto found = connection.query(
      "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r','p','v','m','f') AND n.nspname NOT IN ('pg_catalog','information_schema') "
      "AND n.nspname NOT LIKE 'pg\\_toast%' ORDER BY (n.nspname = $1) DESC, 1, 2 LIMIT 5000",
      {schema});
  if (!found) return found.error();
  const Rows& others = *found;
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(others.size()));
  for (int row = 0; row < others.size(); ++row) names.push_back(others.text(row, 0) + "." + others.text(row, 1));
  std::string near;
  for (const std::string& candidate : names) {
    if (candidate.substr(candidate.find('.') + 1) == name) {
      near = candidate;
      break;
    }
  }
  if (near.empty()) near = nearest_name(schema + "." + name, names);
  return Error(ErrorClass::kFailed, "postgres.no_relation", "there is no table or view " + quote_name(schema, name))
      .with("connection", connection.id())
      .hint(near.empty() ? "names are case-sensitive and not folded; check schema and database"
                         : "did you mean " + near + "? Names are case-sensitive and not folded");
}

namespace {

// A scalar expression, text: the JSON of `relation` (relation_sql).
std::string source_facts_sql(int server_version) {
  // Rows from before a NOT NULL that was never validated may be NULL.
  const std::string not_null =
      server_version >= 180000 ? "a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint nn WHERE nn.conrelid = c.oid "
                                 "AND nn.contype = 'n' AND nn.conkey = ARRAY[a.attnum] AND NOT nn.convalidated)"
                               : "a.attnotnull";
  return R"((SELECT jsonb_build_object(
  'oid', c.oid::int8, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind::text,
  'has_children', EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid),
  'lc_monetary', current_setting('lc_monetary'),
  'columns', (SELECT coalesce(jsonb_agg(jsonb_build_object()" +
         column_core(not_null) + R"(,
    'default_is_portable', NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_attrdef'::regclass
       AND d.objid = ad.oid AND d.refobjid >= 16384 AND d.refclassid <> 'pg_type'::regclass
       AND NOT (d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid)))
    ORDER BY a.attnum), '[]'::jsonb)
    FROM pg_attribute a LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'keys', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', k.conname, 'primary', k.contype = 'p',
      'definition', pg_get_constraintdef(k.oid), 'columns', (SELECT jsonb_agg(a.attname ORDER BY u.ordinality)
        FROM unnest(k.conkey) WITH ORDINALITY u(num, ordinality)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num),
      'included', (SELECT coalesce(jsonb_agg(a.attname ORDER BY u.ordinality), '[]'::jsonb) FROM pg_index i,
        unnest(i.indkey::int2[]) WITH ORDINALITY u(num, ordinality)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num
        WHERE i.indexrelid = k.conindid AND u.ordinality > i.indnkeyatts)) ORDER BY k.contype, k.conname), '[]'::jsonb)
    FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u')),
  'unique_indexes', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', ic.relname, 'columns',
      (SELECT jsonb_agg(a.attname ORDER BY u.ordinality) FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(num, ordinality)
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num WHERE u.ordinality <= i.indnkeyatts))
      ORDER BY ic.relname), '[]'::jsonb)
    FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indisready AND i.indpred IS NULL
      AND i.indexprs IS NULL
      AND NOT EXISTS (SELECT FROM unnest(i.indclass::oid[]) o(oid) JOIN pg_opclass x ON x.oid = o.oid
        WHERE NOT x.opcdefault)
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = ic.oid AND k.contype IN ('p', 'u', 'x')))
  )::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation.oid))";
}

std::string target_facts_sql(int server_version) {
  const std::string become = server_version >= 160000 ? "SET" : "MEMBER";  // SET ROLE, and giving a table away
  const std::string stats_target = server_version >= 130000 ? "s.stxstattarget" : "NULL";
  const std::string published_by_schema = server_version >= 150000
                                              ? " OR EXISTS (SELECT FROM pg_publication_namespace pn WHERE pn.pnpubid "
                                                "= p.oid AND pn.pnnspid = c.relnamespace)"
                                              : "";
  const std::string schema_publication =
      server_version >= 150000
          ? " OR EXISTS (SELECT FROM pg_publication_namespace pn WHERE pn.pnnspid = c.relnamespace)"
          : "";
  std::string sql = R"((SELECT jsonb_build_object(
  'oid', c.oid::int8, 'regclass', c.oid::regclass::text, 'schema', n.nspname, 'name', c.relname,
  'kind', c.relkind::text, 'persistence', c.relpersistence::text, 'owner', pg_get_userbyid(c.relowner), 'access_method', am.amname,
  'tablespace', (SELECT t.spcname FROM pg_tablespace t WHERE t.oid = c.reltablespace),
  'options', to_jsonb(c.reloptions),
  'toast_options', (SELECT to_jsonb(t.reloptions) FROM pg_class t WHERE t.oid = c.reltoastrelid),
  'acl', )" + acl_sql("c.relacl") +
                    R"(,
  'comment', obj_description(c.oid, 'pg_class'), 'replica_identity', c.relreplident::text,
  'row_security', c.relrowsecurity OR c.relforcerowsecurity, 'is_partition', c.relispartition,
  'of_type', c.reloftype <> 0,
  'partition_columns', (SELECT coalesce(jsonb_agg(a.attname ORDER BY a.attnum), '[]'::jsonb) FROM pg_partitioned_table pt
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (pt.partattrs::int2[]) WHERE pt.partrelid = c.oid),
  'has_children', EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid),
  'has_parents', EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid),
  'lc_monetary', current_setting('lc_monetary'),
  'columns', (SELECT coalesce(jsonb_agg(jsonb_build_object()";
  sql += column_core("a.attnotnull");
  sql += R"(,
    'number', a.attnum, 'statistics', nullif(a.attstattarget, -1), 'options', to_jsonb(a.attoptions),
    'acl', )" +
         acl_sql("a.attacl") + R"(, 'is_inherited', a.attinhcount > 0) ORDER BY a.attnum), '[]'::jsonb)
    FROM pg_attribute a LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'constraints', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', k.conname, 'type', k.contype::text,
      'definition', pg_get_constraintdef(k.oid), 'is_validated', k.convalidated,
      'comment', obj_description(k.oid, 'pg_constraint'), 'uses_whole_row', 0 = ANY (k.conkey),
      'columns', (SELECT coalesce(jsonb_agg(a.attname ORDER BY a.attnum), '[]'::jsonb) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)),
      'references_oid', k.confrelid::int8, 'may_lock_referenced', k.confrelid = 0 OR (
         has_table_privilege(k.confrelid, 'REFERENCES') AND has_table_privilege(k.confrelid, 'UPDATE, DELETE, TRUNCATE')),
      'references', CASE WHEN k.confrelid <> 0 THEN k.confrelid::regclass::text END) ORDER BY k.contype, k.conname), '[]'::jsonb)
    FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('c', 'f', 'n') AND k.conparentid = 0),
  'indexes', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', ic.relname, 'definition', pg_get_indexdef(i.indexrelid),
      'is_unique', i.indisunique, 'is_exclusion', i.indisexclusion, 'is_primary', i.indisprimary, 'is_clustered', i.indisclustered,
      'is_replica_identity', i.indisreplident, 'is_valid', i.indisvalid, 'is_partial', i.indpred IS NOT NULL,
      'uses_functions', EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
         AND d.refclassid = 'pg_proc'::regclass),
      'depends_on', (SELECT min(e.extname) FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
         WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.deptype = 'x'
           AND d.refclassid = 'pg_extension'::regclass),
      'tablespace', (SELECT t.spcname FROM pg_tablespace t WHERE t.oid = ic.reltablespace),
      'options', to_jsonb(ic.reloptions),
      'columns', (SELECT jsonb_agg(ka.attname ORDER BY u.ordinality) FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(num, ordinality)
         LEFT JOIN pg_attribute ka ON ka.attrelid = c.oid AND ka.attnum = u.num WHERE u.ordinality <= i.indnkeyatts),
      'functions', CASE WHEN i.indexprs IS NOT NULL THEN (SELECT jsonb_agg((SELECT jsonb_build_object('name', f.name, 'column',
             fa.attname) FROM pg_attribute fa, (VALUES ('lower'), ('upper')) f(name) WHERE fa.attrelid = c.oid AND fa.attnum > 0
           AND pg_get_indexdef(i.indexrelid, u.num, false) IN (f.name || '(' || quote_ident(fa.attname) || ')',
             f.name || '((' || quote_ident(fa.attname) || ')::text)') LIMIT 1) ORDER BY u.num)
         FROM generate_series(1, i.indnkeyatts) u(num)) END,
      'predicate_columns', CASE WHEN i.indpred IS NOT NULL THEN (SELECT coalesce(jsonb_agg(ka.attname ORDER BY ka.attnum),
           '[]'::jsonb) FROM pg_attribute ka WHERE ka.attrelid = c.oid AND ka.attnum > 0 AND EXISTS (SELECT FROM pg_depend d
             WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refclassid = 'pg_class'::regclass
               AND d.refobjid = c.oid AND d.refobjsubid = ka.attnum)) END,
      'operators', (SELECT jsonb_agg('OPERATOR(' || quote_ident(pn.nspname) || '.' || o.oprname || ')' ORDER BY u.ordinality)
         FROM unnest(k.conexclop) WITH ORDINALITY u(oid, ordinality) JOIN pg_operator o ON o.oid = u.oid
         JOIN pg_namespace pn ON pn.oid = o.oprnamespace),
      'comment', obj_description(ic.oid, 'pg_class'),
      'statistics', (SELECT jsonb_object_agg(ia.attnum::text, ia.attstattarget) FROM pg_attribute ia
         WHERE ia.attrelid = ic.oid AND ia.attstattarget >= 0),
      'constraint', k.conname, 'constraint_type', k.contype::text, 'constraint_definition', pg_get_constraintdef(k.oid),
      'is_deferrable', k.condeferrable, 'is_deferred', k.condeferred,
      'constraint_comment', obj_description(k.oid, 'pg_constraint')) ORDER BY ic.relname), '[]'::jsonb)
    FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
    LEFT JOIN pg_constraint k ON k.conindid = ic.oid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')
    WHERE i.indrelid = c.oid),
  'sequences', (SELECT coalesce(jsonb_agg(jsonb_build_object('schema', sn.nspname, 'name', sc.relname,
      'type', (SELECT format_type(q.seqtypid, NULL) FROM pg_sequence q WHERE q.seqrelid = sc.oid),
      'is_identity', d.deptype = 'i', 'column', a.attname, 'acl', )" +
         acl_sql("sc.relacl") + R"(,
      'comment', obj_description(sc.oid, 'pg_class')) ORDER BY sc.relname), '[]'::jsonb)
    FROM pg_depend d JOIN pg_class sc ON sc.oid = d.objid AND sc.relkind = 'S' JOIN pg_namespace sn ON sn.oid = sc.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
      AND d.deptype IN ('a', 'i')),
  'numbering', (SELECT coalesce(jsonb_agg(jsonb_build_object('column', a.attname,
      'sequence', quote_ident(sn.nspname) || '.' || quote_ident(sc.relname), 'step', q.seqincrement, 'min', q.seqmin,
      'max', q.seqmax, 'may_advance', has_schema_privilege(sn.oid, 'USAGE') AND has_sequence_privilege(sc.oid, 'SELECT')
        AND has_sequence_privilege(sc.oid, 'UPDATE'),
      'is_indexed', EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum
        AND i.indpred IS NULL AND i.indisvalid)) ORDER BY a.attnum, sc.relname), '[]'::jsonb)
    FROM pg_attribute a LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
    JOIN pg_depend d ON (d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
        AND d.refobjsubid = a.attnum AND d.deptype = 'i')
      OR (d.classid = 'pg_attrdef'::regclass AND d.objid = ad.oid AND d.refclassid = 'pg_class'::regclass)
    JOIN pg_class sc ON sc.oid = CASE WHEN d.classid = 'pg_attrdef'::regclass THEN d.refobjid ELSE d.objid END
      AND sc.relkind = 'S'
    JOIN pg_namespace sn ON sn.oid = sc.relnamespace JOIN pg_sequence q ON q.seqrelid = sc.oid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)),
  'statistics', (SELECT coalesce(jsonb_agg(jsonb_build_object('schema', sn.nspname, 'name', s.stxname,
      'definition', pg_get_statisticsobjdef(s.oid), 'owner', pg_get_userbyid(s.stxowner), 'target', nullif()" +
         stats_target + R"(, -1),
      'comment', obj_description(s.oid, 'pg_statistic_ext')) ORDER BY s.stxname), '[]'::jsonb)
    FROM pg_statistic_ext s JOIN pg_namespace sn ON sn.oid = s.stxnamespace WHERE s.stxrelid = c.oid),
  'default_sequence_grantees', (SELECT coalesce(jsonb_agg(DISTINCT CASE WHEN x.grantee = 0 THEN NULL ELSE
      pg_get_userbyid(x.grantee) END), '[]'::jsonb) FROM pg_default_acl d, aclexplode(d.defaclacl) x
    WHERE d.defaclobjtype = 'S' AND x.grantee <> d.defaclrole AND d.defaclnamespace IN (0, n.oid)
      AND d.defaclrole = (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user)),
  'triggers', (SELECT coalesce(jsonb_agg(t.tgname ORDER BY t.tgname), '[]'::jsonb) FROM pg_trigger t
    WHERE t.tgrelid = c.oid AND NOT t.tgisinternal),
  'has_triggers_below', EXISTS (WITH RECURSIVE tree(oid) AS (SELECT h.inhrelid FROM pg_inherits h WHERE h.inhparent = c.oid
      UNION SELECT h.inhrelid FROM pg_inherits h JOIN tree ON h.inhparent = tree.oid)
    SELECT FROM pg_trigger t JOIN tree ON t.tgrelid = tree.oid WHERE NOT t.tgisinternal),
  'rules', (SELECT coalesce(jsonb_agg(r.rulename ORDER BY r.rulename), '[]'::jsonb) FROM pg_rewrite r
    WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'),
  'policies', (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid),
  'publications', (SELECT coalesce(jsonb_agg(DISTINCT p.pubname ORDER BY p.pubname), '[]'::jsonb) FROM pg_publication p
    WHERE (p.puballtables AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p')
      OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = c.oid))" +
         published_by_schema + R"(),
  'schema_published', EXISTS (SELECT FROM pg_publication p WHERE p.puballtables))" +
         schema_publication + R"(,
  'subscribed', EXISTS (SELECT FROM pg_subscription_rel r WHERE r.srrelid = c.oid),
  'security_labels', EXISTS (SELECT FROM pg_seclabel l WHERE l.classoid = 'pg_class'::regclass AND l.objoid = c.oid),
  'extension', (SELECT x.extname FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass),
  'incoming_foreign_keys', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', k.conname, 'table', k.conrelid::regclass::text,
      'on_delete', k.confdeltype::text, 'is_own', k.conrelid = c.oid, 'may_read', (SELECT
         has_schema_privilege(r.relnamespace, 'USAGE') AND NOT row_security_active(r.oid)
           AND bool_and(has_column_privilege(r.oid, u.num, 'SELECT'))
         FROM pg_class r, unnest(k.conkey) u(num) WHERE r.oid = k.conrelid GROUP BY r.oid, r.relnamespace),
      'refers_to', (SELECT jsonb_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum = ANY (k.confkey)),
      'columns', (SELECT jsonb_agg(a.attname ORDER BY u.ordinality) FROM unnest(k.conkey) WITH ORDINALITY u(num, ordinality)
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num)) ORDER BY k.conrelid, k.conname), '[]'::jsonb)
    FROM pg_constraint k WHERE k.confrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0),
  'dependents', (SELECT coalesce(jsonb_agg(DISTINCT x.what ORDER BY x.what), '[]'::jsonb) FROM (
      SELECT CASE WHEN d.classid = 'pg_rewrite'::regclass
          THEN (SELECT 'view ' || rw.ev_class::regclass::text FROM pg_rewrite rw WHERE rw.oid = d.objid)
          ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END AS what
      FROM pg_depend d
      WHERE ((d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid)
          OR (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (c.reltype, (SELECT t.typarray FROM pg_type t WHERE t.oid = c.reltype))))
        AND d.deptype IN ('n', 'a', 'P', 'S')
        AND NOT (d.classid = 'pg_type'::regclass AND d.objid IN (c.reltype, (SELECT t.typarray FROM pg_type t WHERE t.oid = c.reltype)))
        AND NOT (d.classid = 'pg_class'::regclass AND d.objid IN (c.oid, c.reltoastrelid))
        AND NOT (d.classid = 'pg_class'::regclass AND d.objid IN (SELECT i.indexrelid FROM pg_index i WHERE i.indrelid = c.oid))
        AND NOT (d.classid = 'pg_class'::regclass AND d.deptype = 'a'
                 AND (SELECT q.relkind FROM pg_class q WHERE q.oid = d.objid) = 'S')
        AND NOT (d.classid = 'pg_attrdef'::regclass AND NOT (d.deptype = 'n' AND d.refobjid = c.oid AND d.refobjsubid = 0)
                 AND d.objid IN (SELECT q.oid FROM pg_attrdef q WHERE q.adrelid = c.oid))
        AND NOT (d.classid = 'pg_constraint'::regclass AND d.objid IN (SELECT q.oid FROM pg_constraint q
                 WHERE q.conrelid = c.oid OR q.confrelid = c.oid))
        AND NOT (d.classid = 'pg_rewrite'::regclass AND d.objid IN (SELECT q.oid FROM pg_rewrite q WHERE q.ev_class = c.oid))
        AND d.classid NOT IN ('pg_statistic_ext'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass,
                              'pg_publication_rel'::regclass)) x),
  'rights', jsonb_build_object(
    'is_superuser', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
    'owns', pg_has_role(c.relowner, 'USAGE'), 'becomes_owner', pg_has_role(c.relowner, ')" +
         become + R"('),
    'row_security_applies', row_security_active(c.oid),
    'denied_tablespaces', (SELECT coalesce(jsonb_agg(DISTINCT t.spcname), '[]'::jsonb) FROM pg_class x
       JOIN pg_tablespace t ON t.oid = x.reltablespace
       WHERE (x.oid = c.oid OR x.oid IN (SELECT i.indexrelid FROM pg_index i WHERE i.indrelid = c.oid))
         AND NOT has_tablespace_privilege(t.oid, 'CREATE')),
    'create_in_schema', has_schema_privilege(n.oid, 'CREATE'),
    'owner_creates_in_schema', has_schema_privilege(c.relowner, n.oid, 'CREATE'),
    'select', has_table_privilege(c.oid, 'SELECT'), 'insert', has_table_privilege(c.oid, 'INSERT'),
    'truncate', has_table_privilege(c.oid, 'TRUNCATE'), 'delete', has_table_privilege(c.oid, 'DELETE'),
    'update', has_table_privilege(c.oid, 'UPDATE'),
    'role', current_user::text,
    'foreign_grantors', (SELECT coalesce(jsonb_agg(DISTINCT pg_get_userbyid(x.grantor)), '[]'::jsonb)
       FROM (SELECT (aclexplode(c.relacl)).grantor UNION
             SELECT (aclexplode(a.attacl)).grantor FROM pg_attribute a WHERE a.attrelid = c.oid) x
       WHERE NOT pg_has_role(x.grantor, ')" +
         become + R"(')))
  )::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am am ON am.oid = c.relam
  WHERE c.oid = relation.oid))";
  return sql;
}

// FROM item `name` with the OID, if there is such a relation.
std::string relation_sql(const std::string& schema, const std::string& name) {
  return "(SELECT q.oid, q.relnamespace FROM pg_class q WHERE q.oid = " + current_oid_sql(schema, name) +
         " AND q.relkind IN ('r','p','v','m','f')) AS relation";
}

constexpr std::string_view kExpected = "dpone.expected_target";

}  // namespace

KeptStatement source_statement(const std::string& schema, const std::string& name, int server_version) {
  return {"dpone_source",
          "SELECT " + source_facts_sql(server_version) +
              ", has_table_privilege(relation.oid, 'SELECT'), current_user::text, "
              "has_any_column_privilege(relation.oid, 'SELECT'), "
              "has_schema_privilege(relation.relnamespace, 'USAGE'), row_security_active(relation.oid) FROM " +
              relation_sql(schema, name)};
}

KeptStatement target_statement(const std::string& schema, const std::string& name, int server_version) {
  const std::string facts = "(SELECT " + target_facts_sql(server_version) + " FROM " + relation_sql(schema, name) + ")";
  const std::string expected = "coalesce(current_setting('" + std::string(kExpected) + "', true), '')";
  const std::string is_expected =
      expected + " = '' OR " + expected + " = encode(sha256(convert_to(target.facts, 'UTF8')), 'hex')";
  return {std::string(kTargetStatement), "SELECT target.facts, (" +
                                             render_guard(is_expected, "finalize.target_changed", "'definition'") +
                                             ") FROM (SELECT " + facts + " AS facts OFFSET 0) AS target"};
}

std::string render_expected_target(const std::string& fingerprint) {
  return "SET LOCAL " + std::string(kExpected) + " = " + quote_literal(fingerprint);
}

Result<Estimates> read_estimates(Connection& connection, Oid oid, const std::string& schema, const std::string& name) {
  DPONE_TRY(
      const Rows rows,
      connection.query("WITH RECURSIVE tree(oid) AS (SELECT $1::oid UNION ALL SELECT i.inhrelid FROM pg_inherits i "
                       "JOIN tree t ON i.inhparent = t.oid) "
                       "SELECT coalesce(sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE 0 END)::int8, 0), "
                       "coalesce(sum(pg_relation_size(c.oid))::int8, 0), coalesce($1::oid = " +
                           current_oid_sql(schema, name) +
                           ", false) FROM tree t JOIN pg_class c ON c.oid = t.oid "
                           "WHERE c.relkind IN ('r', 'm', 'p')",
                       {std::to_string(oid)}));
  return Estimates{rows.integer(0, 0), rows.integer(0, 1), rows.boolean(0, 2)};
}

std::string current_oid_sql(const std::string& schema, const std::string& name) {
  return "(SELECT q.oid FROM pg_class q WHERE q.relname = " + quote_literal(name) +
         " AND q.relnamespace = (SELECT m.oid FROM pg_namespace m WHERE m.nspname = " + quote_literal(schema) + "))";
}

bool is_of_vanished(const Error& error) {
  return error.native_code() == "XX000" || error.native_code() == "42P01" || error.slug() == "source.changed" ||
         error.slug() == "target.changed";
}

Result<TypeCatalog> read_types(Connection& connection, const std::vector<Oid>& roots) {
  std::string array = "{";
  for (const Oid oid : roots) {
    if (!is_plain_type(oid)) array += (array.size() > 1 ? "," : "") + std::to_string(oid);
  }
  if (array.size() == 1) return TypeCatalog(connection.server_version());
  array += "}";
  DPONE_TRY(const Rows rows, connection.query(type_closure_sql(connection.server_version()), {array}));
  DPONE_TRY(const Json types, Json::parse(rows.text(0, 0)));
  return TypeCatalog::from_json(types, rows.text(0, 1), connection.server_version());
}

}  // namespace dpone::postgres
