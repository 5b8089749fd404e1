"""Which column goes where, and what a source may be."""

import time

import pytest

FEED = "create table feed.t (id int, v text); insert into feed.t select g, 'v' || g from generate_series(1, 9) g;"
AWKWARD = ['semi;colon', 'dou"ble', "sin'gle", "emoji 🦆", "Mixed Case", "select", "back\\slash", "new\nline", "x" * 63, "é" * 31, "%s {rows} $1"]  # fmt: skip


def same(route, columns="id, v", target="public.t", source="feed.t"):
    sides = [route.db.rows(f"select {columns} from {table} order by 1") for table in (target, source)]
    assert sides[0] == sides[1]
    assert sides[0]


@pytest.mark.parametrize("method", ["exchange", "truncate_insert", "delete_insert"])
def test_columns_match_by_name_and_not_by_position(route, method):
    route.db.run("create table feed.t (a text, b text, c text); insert into feed.t values ('a', 'b', 'c')")
    route.db.run("create table public.t (c text, a text, b text)")
    route.run(options={"overwrite_type": method}).expect(0)
    assert route.db.rows("select a, b, c from public.t") == [("a", "b", "c")]
    assert route.db.rows("select * from public.t") == [("c", "a", "b")]


@pytest.mark.parametrize("method", ["exchange", "truncate_insert", "delete_insert"])
def test_a_new_nullable_column_is_followed_where_dpone_made_the_target(route, method):
    route.db.run(FEED)
    route.run().expect(0)
    route.db.run("alter table feed.t add w numeric(5,1) default 2.5")
    plan = route.plan(options={"overwrite_type": method}).expect(0).json
    assert plan["new_columns"] == ["w"]
    assert any('new column "w"' in note for note in plan["notes"])
    run = route.run(options={"overwrite_type": method}).expect(0)
    assert 'new column "w"' in run.out + run.err
    same(route, "id, v, w")


def test_a_new_column_of_a_user_type_is_followed(route):
    route.db.run(FEED)
    route.run().expect(0)
    route.db.run("create type feed.mood as enum ('ok', 'bad'); alter table feed.t add m feed.mood default 'bad'")
    route.run().expect(0)
    same(route, "id, v, m")


@pytest.mark.parametrize("case", ["adopted", "fail", "not_null"])
def test_a_new_column_is_refused_elsewhere(route, case):
    route.db.run(FEED)
    if case == "adopted":
        route.db.run("create table public.t (id int, v text)")
    route.run().expect(0)
    route.db.run("alter table feed.t add w int" + (" not null default 1" if case == "not_null" else ""))
    run = route.run(options={"new_columns": "fail"} if case == "fail" else {})
    assert '"w"' in route.refused(run, 3, "schema.new_column")
    assert route.db.rows("select attname from pg_attribute where attrelid = 'public.t'::regclass and attnum > 0") == [
        ("id",), ("v",)]  # fmt: skip


def test_a_column_that_the_source_lost_is_refused(route):
    route.db.run(FEED)
    route.run().expect(0)
    route.db.run("alter table feed.t drop v")
    assert '"v"' in route.refused(route.run(), 3, "schema.column_gone")
    assert route.db.value("select count(v) from public.t") == 9


def test_a_required_column_that_the_source_lacks_is_an_error(route):
    route.db.run(FEED + "create table public.t (id int, v text, must int not null)")
    assert '"must"' in route.refused(route.run(), 1, "schema.column_required")


@pytest.mark.parametrize("method", ["exchange", "truncate_insert", "delete_insert"])
def test_what_is_not_loaded_takes_its_default_and_generated_columns_are_computed(route, method):
    route.db.run("create table feed.t (id int, g int); insert into feed.t values (1, 77)")
    route.db.run("create table public.t (id int, d text not null default 'dflt', n int,"
                 " i int generated always as identity, g int generated always as (id * 10) stored)")  # fmt: skip
    route.run(options={"overwrite_type": method}).expect(0)
    assert route.db.rows("select id, d, n, i, g from public.t") == [(1, "dflt", None, 1, 10)]


def test_a_selection_loads_no_more_than_it_names(route):
    route.db.run("create table feed.t (a int, b int, c int, d int); insert into feed.t select g,g,g,g from generate_series(1,9) g")
    route.run(target="public.x", source_options={"columns": ["c", "a"], "where": "b > 2 -- it's", "limit": 4}, name="xxx").expect(0)
    assert route.db.value("select count(*) from public.x where a > 2 and a = c") == 4
    assert {name for (name,) in route.db.rows("select attname from pg_attribute where attrelid = 'public.x'::regclass and attnum > 0")} == {"a", "c"}
    route.run(target="public.y", source_options={"exclude": ["b", "d"]}, name="yyy").expect(0)
    assert route.db.rows("select * from public.y order by 1")[0] == (1, 1)


@pytest.mark.parametrize("option", ["columns", "exclude"])
def test_a_selected_column_that_is_not_there_names_the_nearest(route, option):
    route.db.run("create table feed.t (price int)")
    said = route.refused(route.run(source_options={option: ["pirce"]}), 1, "source.no_column")
    assert '"price"' in said


def test_a_query_is_a_source(route):
    route.db.run(FEED)
    query = "select id * 2 as twice, upper(v) as \"V\" from feed.t where v <> ';' -- the end"
    route.run(source=None, source_options={"query": query}).expect(0)
    assert route.db.rows('select twice, "V" from public.t order by 1 limit 1') == [(2, "V1")]
    assert route.db.value("select count(*) from public.t") == 9


def test_a_query_locks_the_relations_that_it_reads(route):
    route.db.run(FEED)
    other = route.db.connect()
    other.autocommit = False
    other.cursor().execute("lock table feed.t in access exclusive mode")
    path = route.manifest(source=None, source_options={"query": "select * from feed.t"})
    running = route.dpone.start("run", path)
    waits = "select count(*) from pg_locks where relation = 'feed.t'::regclass and mode = 'AccessShareLock' and not granted"
    try:
        deadline = time.monotonic() + 20
        while route.db.value(waits) == 0:
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < deadline
        cursor = other.cursor()
        cursor.execute("truncate feed.t")
        cursor.execute("insert into feed.t values (42, 'whole')")
        other.commit()
        out, err = running.communicate(timeout=30)
        assert running.returncode == 0, err
    finally:
        running.kill()
        other.close()
    assert route.db.rows("select * from public.t") == [(42, "whole")]


SOURCES = {
    "view": "create view feed.s as select id, v from feed.t",
    "materialized_view": "create materialized view feed.s as select id, v from feed.t",
    "partitioned_table": "create table feed.s (id int, v text) partition by range (id);"
    "create table feed.s1 partition of feed.s for values from (0) to (5);"
    "create table feed.s2 (v text, extra int, id int); alter table feed.s2 drop extra;"
    "alter table feed.s attach partition feed.s2 default; insert into feed.s select * from feed.t",
    "inheritance_parent": "create table feed.s (id int, v text); create table feed.c (more int) inherits (feed.s);"
    "insert into feed.s select * from feed.t where id < 5; insert into feed.c select id, v, 1 from feed.t where id >= 5",
    "generated_column": "create table feed.s (id int, v int generated always as (id * 3) stored);"
    "insert into feed.s values (1), (2)",
    "unlogged_table": "create unlogged table feed.s as select * from feed.t",
}


@pytest.mark.parametrize("raw", [True, False], ids=["raw", "decoded"])
@pytest.mark.parametrize("kind", SOURCES)
def test_loads_from(route, kind, raw):
    route.db.run(FEED)
    route.db.run(SOURCES[kind])
    route.run(*([] if raw else ["--no-raw"]), source="feed.s").expect(0)
    same(route, source="feed.s")


@pytest.mark.parametrize("name", AWKWARD, ids=[str(i) for i in range(len(AWKWARD))])
def test_any_name_may_stand_anywhere(route, name):
    quoted = '"' + name.replace('"', '""') + '"'
    key = "k" + name[1:]  # an index may not have its table's name
    quoted_key = '"' + key.replace('"', '""') + '"'
    cursor = route.db.connect().cursor()
    cursor.execute(f"create schema {quoted}; create table {quoted}.{quoted} ({quoted} int constraint {quoted_key} primary key, v text);"
                   f"insert into {quoted}.{quoted} values (1, 'one'), (2, 'two')")  # fmt: skip
    plain = "to " + name if len(name.encode()) < 60 else "to"
    other = '"' + plain.replace('"', '""') + '"'
    for method in ("exchange", "exchange", "truncate_insert", "delete_insert"):
        route.run(source=(name, name), target=(plain, name), options={"overwrite_type": method}).expect(0)
        cursor.execute(f"select {quoted}, v from {other}.{quoted} order by 1")
        assert cursor.fetchall() == [(1, "one"), (2, "two")]
    cursor.execute("select conname from pg_constraint where contype = 'p' and connamespace = %s::regnamespace", (other,))
    assert (key,) in cursor.fetchall()
    cursor.connection.close()
