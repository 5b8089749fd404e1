"""Functions that the target calls find what they would find in a plain session of the loading role; dpone's own
statements find pg_catalog whatever that session's search_path is."""

import pytest

FEED = "create table feed.t (id int primary key, v text); insert into feed.t select g, 'new' from generate_series(1, 9) g;"
REWRITING = ("truncate_insert", "delete_insert")
METHODS = ("exchange", *REWRITING)

# `helper` is found by a session whose search_path has schema helpers, and nowhere else.
HELPERS = """
create schema helpers;
create table helpers.audit (what text);
create function helpers.helper(int) returns int immutable language sql as 'select $1 * 2';
create function public.twice(int) returns int immutable language plpgsql as 'begin return helper($1); end';
create function public.note() returns trigger language plpgsql as
  $$ begin insert into audit values (tg_op || ' ' || tg_name); return null; end $$;
"""


@pytest.fixture
def helped(route):
    """A route whose sessions have `helpers` in their search_path by default."""
    route.db.run(FEED + HELPERS)
    route.db.run(f'alter database "{route.db.name}" set search_path = "$user", helpers, public')
    route.db.run("set search_path = helpers, public")
    return route


def load(route, method, *args, **keys):
    return route.adopt(*args, options={"overwrite_type": method}, **keys)


@pytest.mark.parametrize("method", REWRITING)
def test_triggers_of_the_target_find_unqualified_names(helped, method):
    helped.db.run("create table public.t (id int primary key, v text); insert into public.t values (1, 'old');"
                  "create trigger rows after insert or delete on public.t for each row execute function public.note();"
                  "create trigger late after insert on public.t for each statement execute function public.note();"
                  "create trigger cut before truncate on public.t execute function public.note();"
                  "create constraint trigger deferred after insert on public.t deferrable initially deferred"
                  " for each row execute function public.note()")  # fmt: skip
    load(helped, method).expect(0)
    assert helped.db.fingerprint("public.t") == helped.db.fingerprint("feed.t")
    emptied = ("TRUNCATE cut", 1) if method == "truncate_insert" else ("DELETE rows", 1)
    assert set(helped.db.rows("select what, count(*) from helpers.audit group by 1")) == {
        emptied, ("INSERT deferred", 9), ("INSERT late", 1), ("INSERT rows", 9)}  # fmt: skip


@pytest.mark.parametrize("args", [(), ("--no-raw",)], ids=["raw", "decoded"])
@pytest.mark.parametrize("method", METHODS)
def test_constraints_defaults_and_generated_columns_find_unqualified_names(helped, method, args):
    helped.db.run("""create domain public.small as text check (public.twice(length(value)) < 100);
      create table public.t (id int primary key check (public.twice(id) > 0), v public.small,
        d int default public.twice(4), g int generated always as (public.twice(id)) stored);
      insert into public.t (id, v) values (1, 'old')""")  # fmt: skip
    helped.db.run("alter table feed.t alter v type public.small")
    load(helped, method, *args).expect(0)
    assert helped.db.rows("select count(*), sum(g), min(d) from public.t") == [(9, 90, 8)]
    assert helped.method() == method


@pytest.mark.parametrize("major", [12, 16])
@pytest.mark.parametrize("method", METHODS)
def test_indexes_and_statistics_find_unqualified_names(make_route, servers, method, major):
    """From 17 on PostgreSQL itself builds an index with a fixed search_path: such an index cannot be there."""
    route = make_route(servers[major])
    route.db.run(FEED + HELPERS)
    route.db.run(f'alter database "{route.db.name}" set search_path = helpers, public')
    route.db.run("set search_path = helpers, public; create table public.t (id int primary key, v text);"
                 "create index i on public.t (public.twice(id)) where public.twice(id) > 1;"
                 "alter table public.t add constraint x exclude using btree (public.twice(id) with =);"
                 "insert into public.t values (1, 'old')")  # fmt: skip
    load(route, method).expect(0)
    assert route.db.fingerprint("public.t") == route.db.fingerprint("feed.t")
    assert route.method() == method


def test_a_new_table_with_a_domain_finds_unqualified_names(helped):
    helped.db.run("create domain public.small as text check (public.twice(length(value)) < 100);"
                  "alter table feed.t alter v type public.small")  # fmt: skip
    helped.run().expect(0)
    assert helped.db.fingerprint("public.t") == helped.db.fingerprint("feed.t")


TRAP = """
create schema trap;
create function trap.trapped() returns boolean language plpgsql as 'begin raise exception ''trapped''; end';
create function trap.sha256(bytea) returns bytea language sql as 'select null::bytea from trap.trapped()';
create function trap.encode(bytea, text) returns text language sql as 'select trap.trapped()::text';
create function trap.pg_backend_pid() returns int language sql as 'select 0 from trap.trapped()';
create function trap.set_config(text, text, boolean) returns text language sql as 'select trap.trapped()::text';
create function trap.setval(text, bigint, boolean) returns bigint language sql as 'select 0::bigint from trap.trapped()';
create function trap.pg_advisory_xact_lock(bigint) returns void language sql as 'select trap.trapped()';
create function trap.pg_get_serial_sequence(text, text) returns text language sql as 'select trap.trapped()::text';
create function trap.lower(text) returns text immutable language sql as 'select trap.trapped()::text';
create function trap.equal(bigint, bigint) returns boolean language sql as 'select trap.trapped()';
create operator trap.= (leftarg = bigint, rightarg = bigint, function = trap.equal);
create table trap.pg_class (trap int); create table trap.pg_attribute (trap int); create table trap.pg_type (trap int);
create table trap.t (trap int);
"""


@pytest.mark.parametrize("path", ["trap, pg_catalog", "trap, public"])
@pytest.mark.parametrize("method", METHODS)
def test_the_search_path_of_the_role_is_no_trap(route, method, path):
    route.db.run(TRAP + "create table feed.t (id int, v text, tags text[]);"
                 "insert into feed.t select g, 'new', array['a'] from generate_series(1, 9) g;"
                 "create table public.t (id bigint generated always as identity primary key, v varchar check (lower(v) <> ''),"
                 " tags text[]); create index on public.t (lower(v));"
                 "create statistics public.s on (lower(v)), id from public.t; insert into public.t (v) values ('old')")  # fmt: skip
    route.db.run(f'alter database "{route.db.name}" set search_path = {path}')
    for args in ((), ("--no-raw",)):
        load(route, method, *args).expect(0)
        assert route.method() == method
        assert route.db.rows("select count(*), min(v) from public.t") == [(9, "new")]


def test_the_plan_shows_the_search_path(route):
    route.db.run(FEED + "create table public.t (id int, v text)")
    for method in METHODS:
        steps = route.plan(options={"overwrite_type": method}).expect(0).json["statements"]
        path = ""
        for sql in (step["sql"] for step in steps):
            if sql == "COMMIT":
                path = ""
            if sql.startswith("SET LOCAL search_path"):
                path = sql.split()[-1]
            elif sql.startswith(("COPY \"public\"", "TRUNCATE", "DELETE", "INSERT INTO \"public\".\"t\"", "ANALYZE")):
                assert path == "DEFAULT", sql
            else:
                assert path != "DEFAULT" or sql == "SET CONSTRAINTS ALL IMMEDIATE", sql
        assert path in ("", "pg_catalog")


@pytest.mark.parametrize("method", REWRITING)
def test_a_trigger_that_misses_a_table_is_not_taken_for_a_changed_target(route, method):
    route.db.run(FEED + "create table public.t (id int, v text); insert into public.t values (1, 'old');"
                 "create function public.f() returns trigger language plpgsql as"
                 " 'begin insert into nowhere values (1); return new; end';"
                 "create trigger tr after insert on public.t for each row execute function public.f()")  # fmt: skip
    run = load(route, method)
    said = route.refused(run, 1, "postgres.no_relation")
    assert "finalize.target_changed" not in said
    assert "nowhere" in said
    assert "function f()" in said or "function public.f()" in said
    assert route.db.rows("select * from public.t") == [(1, "old")]
    assert route.db.rows("select relname from pg_class where relname ~ '^__dpone_[0-9a-f]'") == []
