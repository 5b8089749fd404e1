"""What subscribers see of a load into a schema that a publication covers: the target under its name, and nothing else."""

import contextlib
import re

import pytest

from harness.held import eventually
from harness.postgres import Database, quoted

FEED = "create table feed.t (id int primary key, v text); insert into feed.t select g, 'new' from generate_series(1, 9) g;"
COVERED = {"control_schema": "control"}


@pytest.fixture
def covered(route):
    """`public` is covered by publication p, and what p publishes is kept for `published`."""
    route.db.run(FEED + "create schema control; create publication p for tables in schema public")
    slot = f"slot_{route.db.name}"
    route.db.run("select pg_create_logical_replication_slot(%s, 'pgoutput')", (slot,))
    yield route
    route.db.run("select pg_drop_replication_slot(%s)", (slot,))


def published(db):
    """[(kind, table)] of each change that a subscriber of p would get, in order: I insert, T truncate."""
    changes = []
    names = {}
    for (message,) in db.rows("select data from pg_logical_slot_get_binary_changes(%s, null, null, 'proto_version', '1',"
                              " 'publication_names', 'p')", (f"slot_{db.name}",)):  # fmt: skip
        data = bytes(message)
        kind = chr(data[0])
        if kind == "R":
            names[data[1:5]] = data[5:].split(b"\0")[1].decode()
        elif kind == "T":
            changes.append((kind, names[data[6:10]]))
        elif kind in "IUD":
            changes.append((kind, names[data[1:5]]))
    return changes


def test_a_first_load_publishes_the_rows_once_under_the_targets_name(covered):
    plan = covered.plan(options=COVERED).expect(0).json
    assert plan["method"] == "create"
    assert any("publication p will publish the new table" in note for note in plan["notes"])
    assert any(step["sql"].startswith("CREATE UNLOGGED TABLE") for step in plan["statements"])
    covered.run(options=COVERED).expect(0)
    assert published(covered.db) == [("I", "t")] * 9
    assert covered.db.fingerprint("public.t") == covered.db.fingerprint("feed.t")
    assert covered.db.rows("select relpersistence, pg_get_constraintdef(k.oid) from pg_class c join pg_constraint k on"
                           " k.conrelid = c.oid and k.contype = 'p' where c.oid = 'public.t'::regclass") == [("p", "PRIMARY KEY (id)")]  # fmt: skip
    assert covered.db.value("select reltuples from pg_class where oid = 'public.t'::regclass") == 9
    assert covered.db.value("select obj_description('public.t'::regclass)") is None
    assert covered.db.rows("select receipt->>'method', (receipt->>'rows_loaded')::int from control.__dpone__loads") == [("create", 9)]
    assert covered.db.rows("select relname from pg_class where relname ~ '^__dpone_[0-9a-f]'") == []


def test_a_first_load_has_the_default_privileges(covered, roles):
    reader = roles.create(covered.db, "reader")
    covered.db.run(f'alter default privileges grant select on tables to "{reader}"')
    covered.run(options=COVERED).expect(0)
    assert covered.db.value(f"select has_table_privilege('{reader}', 'public.t', 'select')")
    assert not covered.db.value(f"select has_table_privilege('{reader}', 'public.t', 'insert')")
    covered.db.run(f'drop owned by "{reader}"')


def test_a_reload_publishes_one_truncate_and_the_rows(covered):
    covered.run(options=COVERED).expect(0)
    published(covered.db)
    covered.run(options=COVERED).expect(0)
    assert covered.db.rows("select receipt->>'method' from control.__dpone__loads order by version") == [("create",), ("truncate_insert",)]
    assert published(covered.db) == [("T", "t")] + [("I", "t")] * 9


def test_a_first_load_whose_rows_break_the_key_publishes_nothing(covered):
    covered.db.run("create table feed.twice (id int, v text); insert into feed.twice values (1), (1)")
    run = covered.run(options=COVERED, source="feed.twice", strategy={"unique_key": "id"})
    covered.refused(run, 1, "gate.key")
    assert covered.db.value("select to_regclass('public.t')") is None
    assert published(covered.db) == []


def test_a_subscriber_goes_on_and_gets_the_new_table(route, databases):
    db = route.db
    db.run(FEED + "create schema control; create table public.other (id int); create publication p for tables in schema public")
    subscriber: Database = databases(db.server)
    subscriber.run("create table public.other (id int); create table public.t (id int primary key, v text)")
    slot = f"sub_{db.name}"
    # Within one server CREATE SUBSCRIPTION would wait for itself: the slot is made before.
    db.run("select pg_create_logical_replication_slot(%s, 'pgoutput')", (slot,))
    with contextlib.ExitStack() as stack:
        stack.callback(db.run, "select pg_drop_replication_slot(%s)", (slot,))
        subscriber.run(f"create subscription {quoted(slot)} connection '{db.url}' publication p"
                       f" with (create_slot = false, slot_name = {quoted(slot)})")  # fmt: skip
        stack.callback(subscriber.run, f"alter subscription {quoted(slot)} disable;"
                                       f"alter subscription {quoted(slot)} set (slot_name = none);"
                                       f"drop subscription {quoted(slot)}")  # fmt: skip
        route.run(options=COVERED).expect(0)
        db.run("insert into public.other values (1)")
        eventually(lambda: subscriber.rows("select * from public.other") == [(1,)], "the subscriber goes on")
        subscriber.run(f"alter subscription {quoted(slot)} refresh publication")
        eventually(lambda: subscriber.fingerprint("public.t") == db.fingerprint("feed.t"), "the new table's rows")
        assert subscriber.value("select apply_error_count from pg_stat_subscription_stats") == 0


@pytest.mark.parametrize("major", [12, 14])
def test_a_publication_for_all_tables_is_refused_before_anything_is_made(make_route, servers, major):
    route = make_route(servers[major])
    route.db.run(FEED + "create schema control; create publication p for all tables")
    before = route.db.rows("select relname from pg_class where relnamespace in ('public'::regnamespace, 'control'::regnamespace)")
    for options in ({}, COVERED):
        said = route.refused(route.run(options=options), 3, "control.published")
        assert re.search("FOR ALL TABLES", said)
    assert before == route.db.rows(
        "select relname from pg_class where relnamespace in ('public'::regnamespace, 'control'::regnamespace)")  # fmt: skip
