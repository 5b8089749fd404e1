"""Every catalog row of a table, with what must differ after an exchange left out and names in the place of OIDs."""

import json

CLASS_DROPS = (
    "oid relname reltype relfilenode reltoastrelid relfrozenxid relminmxid relpages reltuples relallvisible"
    " relallfrozen relacl"
).split()
ATTRIBUTE_DROPS = "attrelid attcacheoff attacl attmissingval atthasmissing".split()
CONSTRAINT_DROPS = "oid conrelid conindid conparentid conbin consrc".split()
INDEX_DROPS = "indexrelid indrelid indexprs indpred indcheckxmin".split()
STATISTIC_DROPS = "oid stxrelid stxexprs".split()

# The table, its indexes and the sequences that it owns: (oid, name).
PARTS = """with t as (select %(table)s::regclass::oid as oid), parts as (
  select oid, 'table' as part from t
  union all select i.indexrelid, 'index ' || c.relname from pg_index i join pg_class c on c.oid = i.indexrelid, t
    where i.indrelid = t.oid
  union all select s.oid, 'sequence ' || s.relname from pg_class s join pg_depend d on d.objid = s.oid
    and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i'), t
    where s.relkind = 'S' and d.refobjid = t.oid) """


def catalog_rows(db, table):
    def ask(sql, drops=()):
        out = {}
        for key, *values in db.rows(PARTS + sql, {"table": table}):
            row = {}
            for value in values:
                row.update(value if isinstance(value, dict) else {f"value{len(row)}": value})
            out[key] = {name: value for name, value in row.items() if name not in drops}
        return json.loads(json.dumps(out, sort_keys=True, default=str))

    rows = {
        "pg_class": ask("select p.part, to_jsonb(c) from parts p join pg_class c on c.oid = p.oid", CLASS_DROPS),
        "acl": ask(
            "select p.part, (select jsonb_agg(to_jsonb(x) order by to_jsonb(x)::text) from aclexplode(coalesce(c.relacl,"
            " acldefault(case c.relkind when 'S' then 's'::\"char\" else 'r' end, c.relowner))) x)"
            " from parts p join pg_class c on c.oid = p.oid where c.relkind <> 'i'"
        ),
        "column acl": ask(
            "select a.attname::text, (select jsonb_agg(to_jsonb(x) order by to_jsonb(x)::text) from aclexplode(a.attacl)"
            " x) from t join pg_attribute a on a.attrelid = t.oid where attnum > 0"
        ),
        "toast": ask(
            "select 'toast', to_jsonb(c.reloptions) from t join pg_class r on r.oid = t.oid"
            " join pg_class c on c.oid = r.reltoastrelid"
        ),
        "pg_attribute": ask(
            "select p.part || '.' || a.attnum, to_jsonb(a) from parts p join pg_attribute a on a.attrelid = p.oid",
            ATTRIBUTE_DROPS,
        ),
        "pg_attrdef": ask(
            "select d.adnum::text, pg_get_expr(d.adbin, d.adrelid) from t join pg_attrdef d on d.adrelid = t.oid"
        ),
        "pg_constraint": ask(
            "select k.conname, to_jsonb(k), to_jsonb(pg_get_constraintdef(k.oid)),"
            " to_jsonb((select relname from pg_class where oid = k.conindid))"
            " from t join pg_constraint k on k.conrelid = t.oid where k.conparentid = 0",
            CONSTRAINT_DROPS,
        ),
        "pg_index": ask(
            "select p.part, to_jsonb(i), to_jsonb(pg_get_indexdef(i.indexrelid)) from parts p"
            " join pg_index i on i.indexrelid = p.oid",
            INDEX_DROPS,
        ),
        "pg_statistic_ext": ask(
            "select s.stxname, to_jsonb(s), to_jsonb(pg_get_statisticsobjdef(s.oid))"
            " from t join pg_statistic_ext s on s.stxrelid = t.oid",
            STATISTIC_DROPS,
        ),
        "pg_sequence": ask(
            "select p.part, to_jsonb(s) - 'seqrelid', to_jsonb(d.refobjsubid), to_jsonb(d.deptype)"
            " from parts p join pg_sequence s on s.seqrelid = p.oid join pg_depend d on d.objid = p.oid"
            " and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')"
        ),
        "comments": ask(
            "select k.key, to_jsonb(k.description) from ("
            " select p.part || '.' || d.objsubid, d.description from parts p join pg_description d on d.objoid = p.oid"
            "  and d.classoid = 'pg_class'::regclass"
            " union all select 'constraint ' || k.conname, d.description from t join pg_constraint k on"
            "  k.conrelid = t.oid join pg_description d on d.objoid = k.oid and d.classoid = 'pg_constraint'::regclass"
            " union all select 'statistics ' || s.stxname, d.description from t join pg_statistic_ext s on"
            "  s.stxrelid = t.oid join pg_description d on d.objoid = s.oid"
            "  and d.classoid = 'pg_statistic_ext'::regclass) k(key, description)"
        ),
        "position": {
            name: [str(value) for value in db.rows(f"select last_value, is_called from {name}")[0]]
            for (name,) in db.rows(
                PARTS + "select p.oid::regclass::text from parts p where p.part like 'sequence %%'", {"table": table}
            )
        },
    }
    return rows


def differences(before, after):
    """One line for each value that is not the same."""
    lines = []
    for section in before.keys() | after.keys():
        old, new = before.get(section, {}), after.get(section, {})
        for key in old.keys() | new.keys():
            if old.get(key) != new.get(key):
                left, right = old.get(key), new.get(key)
                if isinstance(left, dict) and isinstance(right, dict):
                    left, right = (
                        {name: one[name] for name in one if one.get(name) != other.get(name)}
                        for one, other in ((left, right), (right, left))
                    )
                lines.append(f"{section} {key}: {left} became {right}")
    return sorted(lines)
