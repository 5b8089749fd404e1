"""truncate_insert and delete_insert: the right rows, and refusals that leave the target as it was."""

import pytest

FEED = "create table feed.t (id int, v text); insert into feed.t select g, 'new' from generate_series(1, 9) g;"
TARGET = "create table public.t (id int primary key, v text); insert into public.t values (1, 'old'), (2, 'old');"
METHODS = ("truncate_insert", "delete_insert")


def load(route, method, **keys):
    return route.adopt(options={"overwrite_type": method}, **keys)


def old_rows(db):
    return db.value("select count(*) from public.t where v = 'old'")


@pytest.mark.parametrize("method", METHODS)
def test_replaces_the_rows_in_place(route_each, method):
    route = route_each
    route.db.run(FEED + TARGET)
    oid = route.db.value("select 'public.t'::regclass::oid")
    load(route, method).expect(0)
    assert route.db.value("select 'public.t'::regclass::oid") == oid
    assert route.db.fingerprint("public.t") == route.db.fingerprint("feed.t")
    assert route.method() == method
    assert route.db.rows("select relname from pg_class where relname ~ '^__dpone_[0-9a-f]'") == []


@pytest.mark.parametrize("method", METHODS)
def test_children_of_a_parent_keep_their_rows(route, method):
    route.db.run(FEED + TARGET)
    route.db.run("create table public.child () inherits (public.t); insert into public.child values (500, 'child')")
    load(route, method).expect(0)
    assert route.db.rows("select * from public.child") == [(500, "child")]
    assert route.db.fingerprint("only public.t", columns=["id", "v"]) == route.db.fingerprint("feed.t")


@pytest.mark.parametrize("method", METHODS)
def test_a_partitioned_target_gets_every_row(route, method):
    route.db.run(FEED)
    route.db.run("create table public.t (id int, v text) partition by hash (id);"
                 "create table public.t0 partition of public.t for values with (modulus 2, remainder 0);"
                 "create table public.t1 partition of public.t for values with (modulus 2, remainder 1);"
                 "insert into public.t values (1, 'old'), (100, 'old')")  # fmt: skip
    load(route, method).expect(0)
    assert route.db.fingerprint("public.t") == route.db.fingerprint("feed.t")


@pytest.mark.parametrize("method", ("exchange", *METHODS))
def test_an_identity_column_takes_the_values_of_the_source(route, method):
    route.db.run(FEED)
    route.db.run("create table public.t (id int generated always as identity, v text);"
                 "insert into public.t (v) values ('old')")  # fmt: skip
    load(route, method).expect(0)
    assert route.db.fingerprint("public.t") == route.db.fingerprint("feed.t")


@pytest.mark.parametrize("action", ["no action", "restrict"])
def test_delete_insert_works_where_no_row_refers_to_the_target(route, action):
    route.db.run(FEED + TARGET)
    route.db.run(f"create table public.w (id int references public.t (id) on delete {action});"
                 "insert into public.w values (null)")  # fmt: skip
    load(route, "delete_insert").expect(0)
    assert route.db.value("select count(*) from public.t where v = 'new'") == 9


def test_delete_insert_is_refused_where_a_row_refers_to_the_target(route):
    route.db.run(FEED + TARGET)
    route.db.run("create table public.w (id int references public.t (id)); insert into public.w values (1)")
    said = route.refused(load(route, "delete_insert"), 3, "publish.referenced")
    assert "public.w" in said
    assert "incremental_merge" in said
    assert old_rows(route.db) == 2


def test_delete_insert_is_refused_where_the_role_may_not_read_what_refers_to_the_target(route, roles):
    route.db.run(FEED + TARGET + "create table public.w (id int references public.t (id), v text)")
    loader = route.as_role(roles, "grant select, insert, delete on public.t")
    said = route.refused(load(route, "delete_insert"), 3, "publish.referenced")
    assert f"w_id_fkey of public.w may have rows that refer to it, but role {loader} may not SELECT them" in said
    assert old_rows(route.db) == 2
    route.db.run(f'grant select (id) on public.w to "{loader}"; alter table public.w enable row level security')
    route.refused(load(route, "delete_insert"), 3, "publish.referenced")
    route.db.run("alter table public.w disable row level security")
    load(route, "delete_insert").expect(0)
    assert old_rows(route.db) == 0


@pytest.mark.parametrize("action", ["cascade", "set null", "set default"])
def test_delete_insert_is_refused_where_a_key_would_change_rows(route, action):
    route.db.run(FEED + TARGET)
    route.db.run(f"create table public.w (id int references public.t (id) on delete {action});"
                 "insert into public.w values (1)")  # fmt: skip
    route.refused(load(route, "delete_insert"), 3, "publish.referenced")
    assert old_rows(route.db) == 2
    assert route.db.rows("select id from public.w") == [(1,)]


@pytest.mark.parametrize("action", ["no action", "cascade", "restrict"])
@pytest.mark.parametrize("method", METHODS)
def test_a_foreign_key_of_the_target_to_itself_stands_in_no_way(route, method, action):
    route.db.run("create table feed.t (id int, parent int); insert into feed.t values (3, 4), (4, 3), (5, null);")
    route.db.run(f"create table public.t (id int primary key, parent int references public.t (id) on delete {action});"
                 "insert into public.t values (1, 2), (2, 1)")  # fmt: skip
    load(route, method).expect(0)
    assert route.db.fingerprint("public.t") == route.db.fingerprint("feed.t")


@pytest.mark.parametrize("method", METHODS)
def test_a_trigger_that_swallows_a_row_fails_the_count_gate(route, method):
    route.db.run(FEED + TARGET)
    route.db.run("create function public.f() returns trigger language plpgsql as"
                 " 'begin if new.id = 5 then return null; end if; return new; end';"
                 "create trigger tr before insert on public.t for each row execute function public.f()")  # fmt: skip
    said = route.refused(load(route, method), 1, "gate.row_count")
    assert "8" in said
    assert "9" in said
    assert old_rows(route.db) == 2
    assert route.db.value("select count(*) from public.__dpone__loads") == 0


def test_the_plan_names_triggers_and_what_a_reader_may_see(route):
    route.db.run(FEED + TARGET)
    route.db.run("create function public.f() returns trigger language plpgsql as 'begin return new; end';"
                 "create trigger tr before insert on public.t for each row execute function public.f()")  # fmt: skip
    notes = " ".join(route.plan(options={"overwrite_type": "truncate_insert"}).expect(0).json["notes"])
    assert "triggers of the table: tr" in notes
    assert "STABLE" in notes


def test_a_key_that_the_rows_do_not_meet_leaves_the_target(route):
    route.db.run(FEED + TARGET + "insert into feed.t values (3, 'again')")
    for method in ("exchange", *METHODS):
        route.refused(load(route, method), 1, "gate.key_duplicates")
        assert old_rows(route.db) == 2


def test_a_declared_key_is_counted_before_anything_is_published(route):
    route.db.run(FEED + "create table public.t (id int, v text); insert into public.t values (1, 'old'), (2, 'old');"
                 "insert into feed.t values (3, 'again'), (3, 'again'), (null, 'none')")  # fmt: skip
    run = route.adopt(strategy={"unique_key": "id"}).expect(1)
    (gate,) = [gate for gate in run.json["result"]["quality_gates"] if gate["name"] == "key"]
    assert gate["verdict"] == "fail"
    assert gate["facts"] == {"nulls": 1, "duplicates": 2}
    assert old_rows(route.db) == 2


@pytest.mark.parametrize("method", ("exchange", *METHODS))
def test_a_check_that_the_rows_do_not_meet_leaves_the_target(route, method):
    route.db.run(FEED + TARGET + "alter table public.t add check (id < 9)")
    route.refused(load(route, method), 1, "postgres.check")
    assert old_rows(route.db) == 2
