"""A value that the target's binary input refuses, although the source's binary output wrote it, arrives as text."""

import pytest

from harness.manifest import full_refresh

# A type whose binary input reads less than its text input: its texts have to be JSON.
ODD = """
create type public.odd;
create function public.odd_in(cstring) returns public.odd language internal immutable strict as 'textin';
create function public.odd_out(public.odd) returns cstring language internal immutable strict as 'textout';
create function public.odd_recv(internal) returns public.odd language internal immutable strict as 'json_recv';
create function public.odd_send(public.odd) returns bytea language internal immutable strict as 'textsend';
create type public.odd (input = public.odd_in, output = public.odd_out, receive = public.odd_recv,
    send = public.odd_send, like = text);
create type public.pair as (a int, o public.odd);
create domain public.odder as public.odd;
"""
# The same for a built-in type that dpone decodes, in one database.
SPOIL = "update pg_catalog.pg_type set typreceive = 'json_recv'::regproc where oid = 'varchar'::regtype"
VALUES = {
    "public.odd": "'{}'",
    "public.odd[]": "array['{}'::public.odd, null]",
    "public.pair": "row(1, '{}')::public.pair",
    "public.odder": "'{}'::public.odder",
    "varchar(30)": "'{}'",
    "varchar(30)[]": "array['{}', null]",
}
RAW = list(VALUES)
DECODED = ("varchar(30)", "varchar(30)[]")


def prepare(route, column, texts, *, spoils=True):
    if column.startswith("public."):
        route.src.run(ODD)
        route.dst.run(ODD)
    elif spoils:
        route.dst.run(SPOIL)
    route.src.run(f"create table public.cases (id int primary key, c {column}, t text)")
    for key, text in enumerate(texts, 1):
        route.src.run(f"insert into public.cases values ({key}, {VALUES[column].format(text)}, 't' || {key})")


def assert_arrived(route, report, code="22P02"):
    query = "select id, c::text, t from public.cases order by id"
    assert route.dst.rows(query) == route.src.rows(query)
    assert route.dst.value("select count(*) from pg_class where relname ~ '^__dpone_[0-9a-f]{16}'") == 0
    note = f'column "c" travels as text: the target refused one of its values in binary form ({code})'
    assert report["notes"].count(note) == 1
    assert report["warnings"].count(note) == 1


@pytest.mark.parametrize("column", RAW)
def test_a_refused_value_that_passed_through_is_sent_as_text(route, column):
    route = route(16, 18)
    prepare(route, column, ["1", "not json"])
    assert route.plan()["format"] == "postgres.copy_binary"
    report = route.run()
    assert report["is_raw"]
    assert_arrived(route, report)


@pytest.mark.parametrize("column", DECODED)
def test_a_refused_value_that_was_decoded_is_sent_as_text(route, column):
    route = route(16, 18)
    prepare(route, column, ["1", "not json", "it''s \\t a\ttab"])
    report = route.run("public.cases", "--no-raw")
    assert not report["is_raw"]
    assert_arrived(route, report)


def test_without_a_refused_value_nothing_travels_as_text(route):
    route = route(16, 18)
    prepare(route, "public.odd", ["1", "[]"])
    report = route.run()
    assert report["is_raw"]
    assert not [note for note in report["notes"] if "travels as text" in note]


@pytest.mark.parametrize("mode", [(), ("--no-raw",)], ids=["raw", "decoded"])
def test_nothing_doubles_where_rows_are_added(route, mode):
    route = route(16, 16)
    prepare(route, "varchar(30)", ["1"])
    strategy = {"mode": "incremental_append", "unique_key": ["id"]}
    source = {"options": {"cursor": "id"}}
    route.dpone.write("m.yaml", full_refresh("public.cases", source=source, sink={"strategy": strategy}))
    route.dpone("run", "m.yaml", *mode).expect(0)
    route.src.run("insert into public.cases values (2, 'not json', 'x'), (3, '3', 'y')")
    report = route.dpone("run", "m.yaml", "--format", "json", *mode).expect(0).json
    assert report["result"]["inserted_rows"] == 2
    assert_arrived(route, report)
    route.dpone("run", "m.yaml", *mode).expect(0)
    assert route.dst.value("select count(*) from public.cases") == 3
    assert route.dst.value("select count(*) from public.__dpone__loads") == 2


def test_several_loaders_give_way_to_the_second_attempt(route):
    route = route(16, 18)
    prepare(route, "varchar(30)", ["1"])
    route.src.run("insert into public.cases select n, '{}', repeat('x', 300) from generate_series(2, 120000) n")
    route.src.run("insert into public.cases values (0, 'not json', null)")
    document = full_refresh("public.cases", runtime={"loaders": 2})
    report = route.dpone("run", route.dpone.write("m.yaml", document), "--format", "json").expect(0).json
    assert_arrived(route, report)


def test_types_that_the_first_attempt_created_are_used(route):
    route = route(18, 18)
    route.dst.run(SPOIL)
    route.src.run("create type public.name_of as (v varchar(30)); create table public.cases (id int, c public.name_of, t text)")
    route.src.run("insert into public.cases values (1, row('not json'), null)")
    report = route.run()
    assert_arrived(route, report)
    assert not [warning for warning in report["warnings"] if "created objects" in warning]


@pytest.mark.parametrize("mode", [(), ("--no-raw",)], ids=["raw", "decoded"])
def test_a_value_whose_text_is_refused_too_ends_the_run(route, mode):
    """A negative radius comes from a function that does not look at it."""
    route = route(16, 16)
    route.src.run("create type public.mood as enum ('a'); create table public.cases (id int, c circle, m public.mood)")
    route.src.run("insert into public.cases values (1, circle(point(0, 0), 1), 'a'), (2, circle(point(0, 0), -1), null)")
    run = route.dpone("run", route.dpone.write("m.yaml", full_refresh("public.cases")), *mode).expect(1)
    assert "invalid input syntax for type circle" in run.err
    assert 'target: "public"."cases"' in run.err
    assert "column: c" in run.err
    assert "line 2" in run.err
    assert "postgres.value (22P02)" in run.err
    assert "created objects that remain" in run.err
    assert route.dst.value("select count(*) from pg_class where relname ~ '^(cases|__dpone_[0-9a-f]{16})'") == 0


def test_a_decoded_value_whose_text_is_refused_too_ends_the_run(route):
    route = route(18, 12)
    route.src.run("create table public.cases (id int, c numeric); insert into public.cases values (1, 1), (2, '-Infinity')")
    run = route.dpone("run", route.dpone.write("m.yaml", full_refresh("public.cases")), "--no-raw").expect(1)
    assert 'invalid input syntax for type numeric: "-Infinity"' in run.err
    assert 'target: "public"."cases"' in run.err
    assert "column: c" in run.err
    assert route.dst.value("select to_regclass('public.cases')::text") is None


@pytest.mark.parametrize("versions", [(12, 12), (18, 18), (14, 17), (18, 13)])
@pytest.mark.parametrize("column", ["tsquery", "tsquery[]", "public.question", "public.search"])
def test_an_empty_tsquery_travels_as_text_from_the_start(route, versions, column):
    """Its binary output writes a tree without nodes, which its binary input refuses in every version."""
    route = route(*versions)
    value = {"tsquery[]": "array['', 'a'::tsquery]", "public.question": "row('', 1)"}.get(column, "''")
    route.src.run("create domain public.search as tsquery; create type public.question as (q tsquery, n int)")
    route.src.run(f"create table public.cases (id int, c {column}); insert into public.cases values (1, {value}), (2, null)")
    for mode in ((), ("--no-raw",)):
        plan = route.plan("public.cases", *mode)
        assert plan["format"] == ("batches" if mode else "postgres.copy_text")
        if not mode and (column != "public.question" or min(versions) >= 14):
            assert "the server does not read if the value is empty" in " ".join(plan["format_reasons"])
        report = route.run("public.cases", *mode)
        assert not report["warnings"]
        query = "select id, c::text from public.cases order by id"
        assert route.dst.rows(query) == route.src.rows(query)


@pytest.mark.parametrize("mode", [(), ("--no-raw",)], ids=["raw", "decoded"])
@pytest.mark.parametrize("column", ["ltree", "ltree[]", "public.path_to", "public.step"])
def test_a_type_whose_older_extension_has_no_binary_form_travels_as_text_from_the_start(route, column, mode):
    """ltree has a binary form since PostgreSQL 13."""
    route = route(18, 12)
    for end in (route.src, route.dst):
        end.run("create extension ltree")
    value = {"ltree[]": "'{a.b,c}'", "public.step": "row('a.b', 1)"}.get(column, "'a.b'")
    route.src.run("create domain public.path_to as ltree; create type public.step as (p ltree, n int)")
    route.src.run(f"create table public.cases (id int, c {column}); insert into public.cases values (1, {value}), (2, null)")
    assert route.plan("public.cases", *mode)["format"] == "batches"
    report = route.run("public.cases", *mode)
    assert not report["warnings"]
    query = "select id, c::text from public.cases order by id"
    assert route.dst.rows(query) == route.src.rows(query)


def test_a_query_is_run_again_for_the_second_attempt(route):
    route = route(16, 16)
    prepare(route, "varchar(30)", ["1", "not json"])
    document = full_refresh("public.cases", query="select id, c, t from public.cases where id > 1")
    report = route.dpone("run", route.dpone.write("m.yaml", document), "--format", "json").expect(0).json
    assert report["result"]["final_rows"] == 1
    assert [warning for warning in report["warnings"] if "travels as text" in warning]
