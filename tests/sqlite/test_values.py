"""Values and names: what is stored, what is read back, and what is refused with its row and column."""

import pytest

from harness.program import ROOT

EDGE = (ROOT / "bench/data/edge.sql").read_text()


def copy(dpone, table, *more, source="source.db", target="target.db"):
    return dpone("copy", "--from", source, "--to", target, "--table", table, *more)


def test_edge_values_go_to_sqlite_and_back_with_their_types(dpone, src, dst, target):
    src.run(EDGE)
    copy(dpone, "edge", "-q", source="src").expect(0)
    assert target.rows("select typeof(n_big), typeof(b), typeof(i2), typeof(f8), typeof(e) from edge where id = 1") == [
        ("text", "blob", "integer", "real", "text")
    ]
    copy(dpone, "edge", "-q", source="target.db", target="dst").expect(0)
    # Only the enum is a plain text now: its labels are not known to SQLite.
    described = "select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'edge'::regclass and attnum > 0 order by attnum"
    types = dict(src.rows(described))
    assert dict(dst.rows(described)) == {**types, "e": "text"}
    assert dst.rows("select edge::text from edge order by id") == src.rows("select edge::text from edge order by id")
    assert dst.value("select count(*) from pg_constraint where conrelid = 'edge'::regclass and contype = 'p'") == 1


def test_infinite_and_far_values_go_to_sqlite_and_back(dpone, src, dst):
    src.run(EDGE)
    run = copy(dpone, "edge_inf", source="src").expect(1)
    assert "value.does_not_fit" in run.err and "column: f8" in run.err and "row: 1" in run.err
    copy(dpone, "edge_inf", "--exclude", "f8", "-q", source="src").expect(0)
    copy(dpone, "edge_inf", "-q", source="target.db", target="dst").expect(0)
    select = "select (id, n, tz, d)::text from edge_inf order by id"
    assert dst.rows(select) == src.rows(select)


def test_a_target_of_the_first_types_takes_the_rows_back(dpone, src, dst):
    src.run("create type mood as enum ('sad', 'ok'); create table t (id int primary key, r int4range, m mood, p point, "
            "n numeric(6,2)[]); insert into t values (1, '[1,5)', 'ok', '(1,2)', '{1.50,NULL}'), (2, null, null, null, null)")
    copy(dpone, "t", "-q", source="src").expect(0)
    dst.run("create type mood as enum ('sad', 'ok'); create table t (id int primary key, r int4range, m mood, p point, n numeric(6,2)[])")
    copy(dpone, "t", "-q", source="target.db", target="dst").expect(0)
    assert dst.rows("select t::text from t order by id") == src.rows("select t::text from t order by id")


@pytest.mark.parametrize("value", ["'-0'", "'NaN'"])
@pytest.mark.parametrize("type_", ["real", "double precision"])
def test_a_float_that_sqlite_would_change_is_refused(value, type_, dpone, src, target):
    src.run(f"create table t (id int primary key, x {type_}); insert into t values (1, 1), (2, {value})")
    run = copy(dpone, "t", source="src").expect(1)
    assert "value.does_not_fit" in run.err and "column: x" in run.err and "row: 2" in run.err
    assert not target.has("t")


@pytest.mark.parametrize(
    "declared, value",
    [
        ("integer", "1.5"),
        ("integer", "'seven'"),
        ("integer", "x'00'"),
        ("text", "x'00'"),
        ("varchar(5)", "x'ff'"),
        ("real", "'much'"),
        ("blob", "'text'"),
        ("blob", "7"),
        ("date", "x'00'"),
        ("", "x'00'"),
    ],
)
def test_a_stored_value_that_is_not_of_its_column_is_refused(declared, value, dpone, source, target):
    source.run(f'create table t (id integer primary key, v {declared}); insert into t values (1, null), (2, {value})')
    run = copy(dpone, "t").expect(1)
    assert "source.value_type" in run.err and "column: v" in run.err and "row: 2" in run.err
    assert not target.has("t")


def test_a_text_that_is_no_utf8_is_refused(dpone, source):
    source.run("create table t (v text); insert into t values (cast(x'ff' as text))")
    run = copy(dpone, "t").expect(1)
    assert "source.invalid_text" in run.err and "row: 1" in run.err


def test_columns_that_hold_anything_are_read_as_text(dpone, source, target):
    source.run("create table t (a, d date, p decimal(10,2), b boolean); "
               "insert into t values (1, '2024-01-02', '1.10', true), ('x', 20240102, '12345678901234567890.5', 'yes'), (2.5, null, 7, null)")
    copy(dpone, "t", "-q").expect(0)
    # What NUMERIC affinity made of a number is what is stored, and so what is read.
    assert target.rows("select * from t") == [
        ("1", "2024-01-02", "1.1", "1"),
        ("x", "20240102", "1.2345678901234567e+19", "yes"),
        ("2.5", None, "7", None),
    ]


def test_a_database_in_utf16_is_read_and_written(dpone, source, target):
    source.run("pragma encoding = 'UTF-16le'; create table t (id integer primary key, v text); insert into t values (1, 'ü😀'), (2, '')")
    target.run("pragma encoding = 'UTF-16be'; create table other (n)")
    copy(dpone, "t", "-q").expect(0)
    copy(dpone, "t", "-q").expect(0)
    assert target.rows("select * from t") == [(1, "ü😀"), (2, "")]
    assert target.value("pragma encoding") == "UTF-16be"
    assert len(target.receipts()) == 2


@pytest.mark.parametrize("name", ['quo"ted', "o'brien", "😀 table", "select", "a.b", "semi;colon", "back`tick", "[bracket]", "ümlaut", "%s"])
def test_unusual_names(name, dpone, source, target, manifest):
    quoted = '"' + name.replace('"', '""') + '"'
    source.run(f"create table {quoted} (id integer primary key, {quoted} text, key text unique); insert into {quoted} values (1, 'x', 'k')")
    path = manifest(table=name)
    dpone("run", path, "-q").expect(0)
    dpone("run", path, "-q").expect(0)
    assert target.rows(f"select {quoted} from {quoted}") == [("x",)]
    assert target.leftovers() == []


def test_names_have_no_case(dpone, source, target):
    source.run("create table Orders (ID integer primary key, Name text); insert into orders values (1, 'a')")
    target.run("create table ORDERS (id integer primary key, NAME text)")
    copy(dpone, "orders", "-q").expect(0)
    copy(dpone, "orders", "-q").expect(0)
    assert target.rows("select * from orders") == [(1, "a")]


def test_columns_that_differ_by_case_only_are_refused(dpone, src):
    src.run('create table t (a int, "A" int)')
    assert "target.column_names" in copy(dpone, "t", source="src").expect(1).err


def test_a_table_without_columns_is_refused(dpone, src):
    src.run("create table t ()")
    assert "target.no_columns" in copy(dpone, "t", source="src").expect(1).err


def test_a_name_that_an_index_has_is_refused_by_the_plan(dpone, source, target):
    source.run("create table t (id integer primary key); insert into t values (1)")
    target.run("create table other (a int); create index T on other (a)")
    assert "target.name_taken" in copy(dpone, "t", "--dry-run").expect(1).err
    assert "target.name_taken" in copy(dpone, "t").expect(1).err


def test_zero_rows_make_the_table_and_later_are_refused(dpone, source, target):
    source.run("create table t (id integer primary key, v text)")
    copy(dpone, "t", "-q").expect(0)
    assert target.value("select count(*) from t") == 0
    source.run("insert into t values (1, 'a')")
    copy(dpone, "t", "-q").expect(0)
    source.run("delete from t")
    assert "guard.empty_source" in copy(dpone, "t").expect(3).err
    copy(dpone, "t", "-q", "--allow-empty-source").expect(0)
    assert target.value("select count(*) from t") == 0


def test_views_queries_conditions_and_limits(dpone, source, target, manifest):
    source.run("create table t (id integer primary key, v text) strict; insert into t values (1, 'a'), (2, 'b'), (3, 'c'); "
               "create view seen as select id, upper(v) as v from t")
    copy(dpone, "seen", "-q").expect(0)
    assert target.rows("select * from seen") == [(1, "A"), (2, "B"), (3, "C")]
    copy(dpone, "t", "--where", "t.id > 1 -- the rest", "--limit", "1", "-q").expect(0)
    assert target.value("select count(*) from t") == 1
    path = manifest(table="q", name="query", source={"query": "select id, count(*) over () as n from t;"})
    text = path.read_text().replace("  table:\n    name: q\n", "", 1)
    path.write_text(text)
    dpone("run", path, "-q").expect(0)
    assert target.rows("select id, n from q") == [(1, "3"), (2, "3"), (3, "3")]
    for query in ("delete from t", "select 1); delete from t; --", "select id, id from t", "explain select 1", "nonsense"):
        path.write_text(text.replace("select id, count(*) over () as n from t;", query))
        dpone("run", path).expect(1)
    assert "sqlite.two_statements" in copy(dpone, "t", "--where", "1); delete from t; --").expect(1).err
    assert source.value("select count(*) from t") == 3


def test_a_null_in_a_rowid_is_not_made_a_number(dpone, src, target):
    src.run("create table t (id int unique, v text); insert into t values (1, 'a'), (null, 'b')")
    target.run("create table t (id integer primary key, v text)")
    for _ in range(2):
        run = copy(dpone, "t", source="src").expect(1)
        assert "gate.key_nulls" in run.err and "row: 2" in run.err
    assert target.value("select count(*) from t") == 0


@pytest.mark.parametrize("declared", ["decimal(10,2)", "numeric", "stamp"])
def test_texts_that_affinity_would_change_are_refused(declared, dpone, src, target):
    src.run("create table t (id int primary key, n numeric(20,4)); insert into t values (1, 1234567890123456.1)")
    target.run(f"create table t (id integer primary key, n {declared})")
    assert "type.mismatch" in copy(dpone, "t", source="src").expect(1).err


def test_classic_declarations_take_what_they_keep(dpone, src, target):
    src.run("create table t (id int primary key, b boolean, d date, ts timestamptz, n bigint); "
            "insert into t values (1, true, '2024-02-29', '2024-01-01 00:00:00+00', 9007199254740993)")
    target.run("create table t (id integer primary key, b boolean, d date, ts datetime, n numeric)")
    copy(dpone, "t", "-q", source="src").expect(0)
    assert target.rows("select * from t") == [(1, 1, "2024-02-29", "2024-01-01 00:00:00+00", 9007199254740993)]


def test_constraints_that_drop_rows_in_silence_do_not(dpone, source, target):
    source.run("create table t (id integer, v text); insert into t values (1, 'a'), (2, 'a')")
    target.run("create table t (id integer, v text unique on conflict ignore)")
    assert "gate.key_duplicates" in copy(dpone, "t").expect(1).err
    assert "gate.key_duplicates" in copy(dpone, "t", "--overwrite-type", "truncate_insert").expect(1).err
    assert target.value("select count(*) from t") == 0


def test_a_schema_is_refused(dpone, source, target):
    source.run("create table t (id integer)")
    copy(dpone, "main.t", "-q").expect(0)
    assert "sqlite.no_schema" in copy(dpone, "other.t").expect(1).err
