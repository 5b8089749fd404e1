"""A target that does not exist is made like the source."""

import psycopg2
import pytest

from harness.manifest import full_refresh


def columns(db, table):
    return db.rows(
        "select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),"
        " (select collname from pg_collation where oid = attcollation)"
        " from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum"
        " where a.attrelid = %s::regclass and a.attnum > 0 order by a.attnum", (table,))  # fmt: skip


def keys(db, table):
    return db.rows("select conname, contype, pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass"
                   " and contype in ('p', 'u') order by 1", (table,))  # fmt: skip


def check_twice(run, src, dst):
    """A run into a new table, and one into what it has made: every row is there, whole."""
    for _ in range(2):
        run().expect(0)
        assert dst.rows("select x::text from public.t x") == src.rows("select x::text from public.t x")


@pytest.fixture
def two(src, dst, dpone):
    """Runs `public.t` from one database into another."""

    def run(*args, source_options=None, **sink):
        source = {"options": source_options} if source_options else {}
        path = dpone.write("orders.yaml", full_refresh("public.t", source=source, sink=sink))
        return dpone("run", path, *args, "--format", "json")

    return run


def test_types_nullability_defaults_and_keys_are_those_of_the_source(two, src, dst):
    src.run("""create table public.t (
      id bigint constraint "the key" primary key, code char(3) not null unique, name varchar(40) collate "C" default 'x',
      price numeric(10,2) not null default 1.5, at timestamptz(3) default now(), tags text[] default '{a}', u uuid,
      flag boolean default true, data jsonb, span int4range, bits bit varying(7), dur interval day to second(2),
      constraint both_of_them unique (name, u) deferrable initially deferred)""")
    src.run("insert into public.t (id, code) values (1, 'a'), (2, 'b')")
    two().expect(0)
    assert columns(dst, "public.t") == columns(src, "public.t")
    assert keys(dst, "public.t") == keys(src, "public.t")
    assert dst.fingerprint("public.t") == src.fingerprint("public.t")
    assert dst.value("select obj_description('public.t'::regclass)") is None


def test_a_default_that_needs_the_source_database_is_left_out(two, src, dst):
    src.run("create function public.mine() returns int language sql as 'select 7'; create sequence public.seq;"
            "create table public.t (id serial, a int default public.mine(), b int default nextval('public.seq'),"
            " c int default 3); insert into public.t (c) values (1)")  # fmt: skip
    two().expect(0)
    assert [(name, default) for name, _, _, default, _ in columns(dst, "public.t")] == [
        ("id", None), ("a", None), ("b", None), ("c", "3")]  # fmt: skip


USER_TYPES = """
create schema kinds;
create type kinds.mood as enum ('sad', 'it''s ok', 'Happy "x"');
create domain kinds.positive as int constraint above check (value > 0) not null;
create domain kinds.small as kinds.positive check (value < 100);
create type kinds.pair as (a int, "B b" kinds.mood);
create type kinds.span as range (subtype = numeric);
create table public.t (m kinds.mood default 'sad', p kinds.positive, s kinds.small, c kinds.pair, r kinds.span,
  ms kinds.mood[], cs kinds.pair[]);
insert into public.t values ('sad', 1, 2, row(1, 'sad'), '[1,2)', '{sad,"it''s ok"}', array[row(1, 'sad')::kinds.pair]);
"""


@pytest.mark.parametrize("args", [(), ("--no-raw",)], ids=["raw", "decoded"])
def test_user_types_are_made(two, src, dst, args):
    src.run(USER_TYPES)
    two(*args).expect(0)
    assert dst.fingerprint("public.t") == src.fingerprint("public.t")
    assert [row[:2] for row in columns(dst, "public.t")] == [row[:2] for row in columns(src, "public.t")]
    assert dst.rows("select enumlabel from pg_enum order by enumsortorder") == src.rows(
        "select enumlabel from pg_enum order by enumsortorder")  # fmt: skip
    with pytest.raises(psycopg2.errors.CheckViolation):
        dst.run("select (-1)::kinds.positive")
    # And are there already.
    src.run("insert into public.t select * from public.t")
    two(*args).expect(0)
    assert dst.fingerprint("public.t") == src.fingerprint("public.t")


@pytest.mark.parametrize(
    ("here", "there"),
    [("enum ('a', 'b')", "enum ('b', 'a')"), ("enum ('a', 'b')", "enum ('a', 'b', 'c')"), ("(a int)", "(a bigint)"),
     ("range (subtype = int)", "range (subtype = bigint)"), ("enum ('a')", "(a int)")],
)  # fmt: skip
def test_a_type_that_differs_is_an_error(two, src, dst, here, there):
    src.run(f"create type public.k as {here}; create table public.t (k public.k)")
    dst.run(f"create type public.k as {there}")
    run = two().expect(1)
    assert "type.differs" in run.err
    assert dst.value("select to_regclass('public.t')") is None


def test_a_missing_extension_names_the_statement(two, src, dst):
    src.run("create extension hstore; create table public.t (h public.hstore); insert into public.t values ('a=>1')")
    run = two().expect(1)
    assert "type.extension_missing" in run.err
    assert 'CREATE EXTENSION "hstore"' in run.err
    dst.run("create extension hstore")
    two().expect(0)
    assert dst.fingerprint("public.t") == src.fingerprint("public.t")


@pytest.mark.parametrize("typed", [[], ["--no-raw"]], ids=["raw", "typed"])
def test_an_extension_may_lie_in_another_schema_at_the_target(two, src, dst, typed):
    src.run("create extension hstore;"
            "create table public.t (id int, h public.hstore default '', hs public.hstore[]);"
            "insert into public.t values (1, 'a=>1', '{\"a=>2\",NULL}'), (2, null, null)")  # fmt: skip
    dst.run("create schema ext; create extension hstore schema ext")
    for _ in ("a new table", "the same again"):
        two(*typed).expect(0)
        assert [column[:2] for column in columns(dst, "public.t")] == [("id", "integer"), ("h", "ext.hstore"), ("hs", "ext.hstore[]")]
        assert dst.rows("select id, h::text, hs::text from public.t order by id") == src.rows("select id, h::text, hs::text from public.t order by id")


@pytest.mark.parametrize("majors", [(16, 16), (16, 12), (12, 18)], ids=lambda majors: f"from-{majors[0]}-to-{majors[1]}")
def test_a_type_that_dpone_made_is_the_same_the_next_time(dpone, databases, _server, majors):
    """The text of a CHECK is another one when it has been created from its text; an extension is of another version."""
    src, dst = (databases(_server(major)) for major in majors)
    dpone.connect("src", src.url)
    dpone.connect("dst", dst.url)
    src.run("create extension hstore; create domain public.code as varchar(10) not null check (value in ('AA', 'AB'));"
            "create domain public.day as date check (extract(year from value) > 1000);"
            "create domain public.tags as hstore; create type public.pair as (a hstore, b hstore);"
            "create table public.t (id int, c public.code, d public.day, t public.tags, p public.pair, ps public.pair[]);"
            "insert into public.t values (1, 'AA', '2024-01-02', 'a=>1', row('b=>2', null)::public.pair,"
            "  array[row('c=>3', 'd=>4')::public.pair])")  # fmt: skip
    dst.run("create extension hstore")
    path = dpone.write("m.yaml", full_refresh("public.t"))
    check_twice(lambda: dpone("run", path), src, dst)


def test_a_type_made_by_hand_of_an_extension_s_type_in_another_schema_is_the_same(two, src, dst):
    src.run("create extension hstore; create domain public.d as public.hstore; create type public.c as (a public.hstore, b public.hstore);"
            "create table public.t (d public.d, c public.c); insert into public.t values ('a=>1', row('b=>2', null))")  # fmt: skip
    dst.run("create schema ext; create extension hstore schema ext;"
            "create domain public.d as ext.hstore; create type public.c as (a ext.hstore, b ext.hstore)")  # fmt: skip
    check_twice(two, src, dst)


def test_a_multirange_comes_with_its_range_whatever_its_name(two, src, dst):
    src.run("create schema m; create type public.fr as range (subtype = float8, multirange_type_name = m.fmr);"
            "create table public.t (r public.fr, m m.fmr); insert into public.t values ('[1,2)', '{[1,2),[3,4)}')")  # fmt: skip
    check_twice(two, src, dst)


def test_a_range_comes_without_the_multirange_that_no_column_needs(two, src, dst):
    src.run("create schema m; create type public.fr as range (subtype = float8, multirange_type_name = m.fmr);"
            "create table public.t (r public.fr); insert into public.t values ('[1,2)')")  # fmt: skip
    two().expect(0)
    assert dst.value("select to_regtype('m.fmr') is null and to_regtype('public.fr_multirange') is not null")
    src.run("alter table public.t add m m.fmr")
    run = two("--dry-run").expect(1)
    assert "type.missing" in run.err and 'is the multirange of "public"."fr", which the range at the target lacks' in run.err
    assert dst.value("select to_regnamespace('m') is null")


def test_what_an_older_server_cannot_read_is_left_out_and_told(dpone, databases, _server):
    src, dst = databases(_server(16)), databases(_server(12))
    dpone.connect("src", src.url)
    dpone.connect("dst", dst.url)
    src.run("create type public.mood as enum ('sad'); create table public.t (id uuid primary key default gen_random_uuid(), m public.mood default 'sad',"
            "  e int default 7 + 1, n numeric default 'Infinity', j boolean default ('{}' is json), u text default system_user,"
            "  unique nulls not distinct (e)); insert into public.t (id, n) values ('aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa', 1)")  # fmt: skip
    plan = dpone("plan", dpone.write("m.yaml", full_refresh("public.t"))).expect(0)
    assert 'column "id" is created without the source\'s default, gen_random_uuid()' in plan.out
    assert "without NULLS NOT DISTINCT" in plan.out
    for _ in range(2):
        dpone("run", "m.yaml").expect(0)
    assert [column[3] for column in columns(dst, "public.t")] == [None, "'sad'::mood", "(7 + 1)", None, None, None]
    assert sorted(key[2] for key in keys(dst, "public.t")) == ["PRIMARY KEY (id)", "UNIQUE (e)"]


def test_rows_from_before_a_not_null_that_was_never_validated_arrive(dpone, databases, _server):
    src, dst = databases(_server(18)), databases(_server(18))
    dpone.connect("src", src.url)
    dpone.connect("dst", dst.url)
    src.run("create table public.t (id int, v text); insert into public.t values (1, null); alter table public.t add constraint nn not null v not valid")
    dpone("copy", "--from", "src", "--to", "dst", "--table", "public.t").expect(0)
    assert dst.rows("select * from public.t") == [(1, None)]


@pytest.mark.parametrize(
    ("source", "target", "grant"),
    [("create type public.k as enum ('a')", "", 'GRANT CREATE, USAGE ON SCHEMA "public"'),
     ("create schema s; create type s.k as enum ('a')", "", "GRANT CREATE ON DATABASE"),
     ("create schema s; create type s.k as enum ('a')", "create schema s; create type s.k as enum ('a')", 'GRANT USAGE ON SCHEMA "s"'),
     ("create schema s; create extension hstore schema s; create domain s.k as s.hstore", "create schema e; create extension hstore schema e",
      "GRANT USAGE ON SCHEMA e"),
     ("create schema s; create type s.k as enum ('a')", "create schema s; grant usage on schema s to public; create type s.k as enum ('a'); revoke usage on type s.k from public",
      'GRANT USAGE ON TYPE "s"."k"')],
    ids=["create", "schema", "usage", "extension", "type"],
)  # fmt: skip
def test_a_right_that_a_type_needs_is_named_by_the_plan(route, databases, postgres, roles, source, target, grant):
    other = databases(postgres)
    route.dpone.connect("src", other.url)
    other.run("create schema feed;" + source)
    schema = "public" if "public.k" in source else "s"
    column = f"{schema}.{'hstore' if 'hstore' in source else 'k'}"
    other.run(f"create table feed.t (id int, k {column})")
    route.db.run("create schema dest;" + target)
    loader = roles.create(route.db, "loader")
    route.db.run(f'grant create, usage on schema dest to "{loader}"; revoke create on schema public from public')
    route.dpone.connect("dst", roles.url(route.db, loader))
    run = route.dpone("plan", route.manifest(target="dest.t")).expect(1)
    assert "postgres.permission" in run.err and grant in run.err and f'TO "{loader}"' in run.err
    # The stage that takes the place of a table is made of its types, whose names nobody looks up.
    if "type s.k" in target:
        route.db.run(f'create table dest.t (id int, k s.k); alter table dest.t owner to "{loader}"')
        lacks_type = "ON TYPE" in grant
        plan = route.dpone("plan", route.manifest(target="dest.t")).expect(1 if lacks_type else 0)
        assert not lacks_type or grant.replace('"', '') in plan.err
        route.dpone("run", route.manifest(target="dest.t")).expect(1 if lacks_type else 0)


def test_a_type_that_is_made_of_an_extension_s_type_in_another_schema_is_an_error(two, src, dst):
    src.run("create extension hstore; create domain public.d as public.hstore; create table public.t (d public.d)")
    dst.run("create schema ext; create extension hstore schema ext")
    run = two("--dry-run").expect(1)
    assert "type.differs" in run.err and "public.hstore, which is ext.hstore at the target" in run.err


def test_a_missing_collation_is_found_by_the_plan(two, src, dst):
    src.run("create collation public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
            "create table public.t (id int, v text collate public.ci); insert into public.t values (1, 'a')")  # fmt: skip
    run = two("--dry-run").expect(1)
    assert "collation.missing" in run.err and "column: v" in run.err
    assert "CREATE COLLATION public.ci" in two().expect(1).err
    # A table that is there has one of its own.
    dst.run("create table public.t (id int, v text)")
    two().expect(0)
    dst.run("drop table public.t; create collation public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    two("--run-id", "again").expect(0)
    assert columns(dst, "public.t") == columns(src, "public.t")


@pytest.mark.parametrize("selection", [{"columns": ["id", "m"]}, {"exclude": ["h", "k", "s"]}], ids=["columns", "exclude"])
def test_a_column_that_is_not_selected_needs_no_type_at_the_target(two, src, dst, selection):
    src.run(
        "create extension hstore; create type public.k as enum ('a'); create schema elsewhere;"
        "create type elsewhere.s as enum ('x'); create type public.m as enum ('m');"
        "create table public.t (id int, h public.hstore, k public.k, s elsewhere.s, m public.m, ms public.m[]);"
        "insert into public.t values (1, 'a=>1', 'a', 'x', 'm', '{m}')"
    )
    dst.run("create type public.k as enum ('b')")
    two(source_options=selection).expect(0)
    assert dst.rows("select id, m::text from public.t") == [(1, "m")]
    assert dst.rows("select typname from pg_type where typname in ('s', 'm', 'hstore')") == [("m",)]
    # Into a target that is there, a column that has another type does not need the source's.
    dst.run("alter table public.t add k text")
    two(source_options={"columns": ["id", "m", "k"]}).expect(0)
    assert dst.rows("select id, m::text, k from public.t") == [(1, "m", "a")]
    assert "type.extension_missing" in two(source_options={"columns": ["id", "m", "k", "h"]}).expect(1).err


def test_a_built_in_type_that_the_target_is_too_old_for_is_refused_by_the_plan(dpone, databases, _server):
    src, dst = databases(_server(18)), databases(_server(12))
    dpone.connect("src", src.url)
    dpone.connect("dst", dst.url)
    src.run("create table public.t (id int, x xid8, r int4multirange[]); insert into public.t values (1, '7', '{}')")
    for column in ("x", "r"):
        source = {"options": {"columns": ["id", column]}}
        plan = dpone("plan", dpone.write("m.yaml", full_refresh("public.t", source=source))).expect(1)
        assert "type.missing" in plan.err
        assert f"column: {column}" in plan.err
        assert "PostgreSQL 12" in plan.err
    dpone("copy", "--from", "src", "--to", "dst", "--table", "public.t", "--columns", "id").expect(0)


def test_a_missing_schema_is_made(two, src, dst):
    src.run("create table public.t (id int primary key); insert into public.t values (1)")
    two(table={"schema": "not there", "name": "t"}).expect(0)
    assert dst.rows('select * from "not there".t') == [(1,)]


def test_a_table_without_columns_keeps_its_rows(two, src, dst):
    src.run("create table public.t (); insert into public.t default values; insert into public.t default values")
    two().expect(0)
    assert dst.value("select count(*) from public.t") == 2


def test_a_key_whose_name_is_taken_gets_another(two, src, dst):
    src.run("create table public.t (id int constraint taken primary key); insert into public.t values (1)")
    dst.run("create table public.taken (x int)")
    two().expect(0)
    ((name, kind, definition),) = keys(dst, "public.t")
    assert name != "taken"
    assert (kind, definition) == ("p", "PRIMARY KEY (id)")


@pytest.mark.parametrize(
    ("what", "sql"),
    [("a type", "create type public.t as enum ('a')"), ("a type", "create domain public.t as int"),
     ("a composite type", "create type public.t as (a int)"), ("a sequence", "create sequence public.t"),
     ("an index", "create table public.x (id int); create index t on public.x (id)")],
)  # fmt: skip
def test_a_target_whose_name_something_else_has_is_refused_in_the_plan(two, src, dst, what, sql):
    src.run("create table public.t (id int); insert into public.t values (1)")
    dst.run(sql)
    before = dst.rows("select relname from pg_class where relnamespace = 'public'::regnamespace order by 1")
    run = two().expect(1)
    assert "target.name_taken" in run.err
    assert what in run.err
    assert dst.rows("select relname from pg_class where relnamespace = 'public'::regnamespace order by 1") == before


def test_a_target_named_like_a_type_that_it_needs_is_refused_in_the_plan(two, src, dst):
    src.run("create type public.mood as enum ('sad'); create table public.t (m public.mood)")
    run = two(table={"schema": "public", "name": "mood"}).expect(1)
    assert "target.name_taken" in run.err
    assert dst.value("select to_regtype('public.mood')") is None


def test_an_array_type_of_the_targets_name_steps_aside(two, src, dst):
    src.run("create table public.t (id int); insert into public.t values (1)")
    dst.run("create type public.t as enum ('a')")
    two(table={"schema": "public", "name": "_t"}).expect(0)
    assert dst.rows("select * from public._t") == [(1,)]


def test_keys_whose_names_are_cut_alike_get_different_ones(two, src, dst):
    emoji = "\N{GRINNING FACE}"
    src.run(f'create table public.t (id int primary key, "{emoji * 9}" int unique, "{emoji * 9}2" int unique,'
            f' "a_rather_long_column_name_1" int unique, "a_rather_long_column_name_2" int unique);'
            "insert into public.t values (1, 1, 1, 1, 1)")  # fmt: skip
    two(table={"schema": "public", "name": emoji * 15}).expect(0)
    names = [name for name, _, _ in keys(dst, f'public."{emoji * 15}"')]
    assert len(names) == 5
    assert f"{emoji * 14}_pkey" in names


NARROW = {
    "bigint_to_int": ("bigint", "int", "2147483647", "2147483648"),
    "int_to_smallint": ("int", "smallint", "-32768", "-32769"),
    "numeric_scale": ("numeric", "numeric(5,2)", "999.99", "1.005"),
    "numeric_precision": ("numeric", "numeric(5,2)", "-999.99", "1000"),
    "varchar_length": ("text", "varchar(3)", "'äöü'", "'abcd'"),
    "timestamp_fraction": ("timestamp", "timestamp(3)", "'2020-01-01 00:00:00.123'", "'2020-01-01 00:00:00.1234'"),
    "timestamptz_fraction": ("timestamptz", "timestamptz(0)", "'2020-01-01 00:00:01+00'", "'2020-01-01 00:00:01.5+00'"),
    "time_fraction": ("time", "time(1)", "'01:02:03.4'", "'01:02:03.45'"),
}


@pytest.mark.parametrize("name", NARROW)
def test_a_value_that_does_not_fit_ends_the_run(two, src, dst, name):
    wide, narrow, fits, too_big = NARROW[name]
    src.run(f"create table public.t (id int, c {wide}); insert into public.t values (1, {fits}), (2, null)")
    dst.run(f"create table public.t (id int, c {narrow})")
    two().expect(0)
    assert dst.fingerprint("public.t") == src.fingerprint("public.t")
    src.run(f"insert into public.t values (3, {too_big})")
    run = two().expect(1)
    assert "value.does_not_fit" in run.err
    assert "column: c" in run.err
    assert "row: 3" in run.err
    assert dst.value("select count(*) from public.t") == 2


@pytest.mark.parametrize(
    ("narrow", "wide", "value"),
    [("smallint", "bigint", "-32768"), ("int", "numeric", "7"), ("real", "double precision", "1.5"),
     ("varchar(3)", "text", "'abc'"), ("numeric(5,2)", "numeric(9,4)", "1.25"), ("timestamp(0)", "timestamp", "'2020-01-01'")],
)  # fmt: skip
def test_a_wider_column_takes_every_value(two, src, dst, narrow, wide, value):
    src.run(f"create table public.t (c {narrow}); insert into public.t values ({value}), (null)")
    dst.run(f"create table public.t (c {wide})")
    two().expect(0)
    assert dst.rows(f"select c = ({value})::{narrow}::{wide} from public.t order by 1") == [(True,), (None,)]


@pytest.mark.parametrize(("here", "there"), [("text", "int"), ("text", "bytea"), ("timestamp", "timestamptz"), ("int", "uuid")])
def test_types_without_a_conversion_are_a_mismatch(two, src, dst, here, there):
    src.run(f"create table public.t (c {here})")
    dst.run(f"create table public.t (c {there})")
    assert "type.mismatch" in two().expect(1).err
