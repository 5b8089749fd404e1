"""Schemas and types that a new table needs: made once, whatever else makes them at the same time, and all or nothing."""

import pytest

from harness.held import eventually, leftovers
from harness.manifest import full_refresh

MOOD = "create schema kinds; create type kinds.mood as enum ('sad', 'happy'); create domain kinds.small as int check (value < 100);"


@pytest.fixture
def moods(src, dpone):
    """moods(table) -> the manifest of a first load of that table; all of them need the same new schema and types."""
    src.run(MOOD)

    def make(table, **sections):
        src.run(f"create table public.{table} (m kinds.mood, s kinds.small); insert into public.{table} values ('sad', 1)")
        return dpone.write(f"{table}.yaml", full_refresh(f"public.{table}", name=table, **sections))

    return make


def test_two_first_loads_that_need_the_same_types(moods, dpone, dst, hold):
    manifests = [moods("one"), moods("two")]
    runs = [hold(dpone, "run", manifest, at="run.planned") for manifest in manifests]
    for run in runs:
        run.resume()
    for run in runs:
        run.end().expect(0)
    assert dst.rows("select * from public.one union all select * from public.two") == [("sad", 1)] * 2


def test_two_first_loads_take_turns_at_the_types(moods, dpone, dst, hold, other_session, sql):
    """The second begins to prepare while the first has not committed what it makes: it waits, then finds it."""
    first, second = other_session(dst), other_session(dst)
    first.autocommit = False
    sql(first, MOOD)
    run = hold(dpone, "run", moods("one"))
    eventually(lambda: sql(second, "select 1 from pg_locks where not granted"), "a wait for the other session")
    first.commit()
    run.end().expect(0)
    assert dst.rows("select * from public.one") == [("sad", 1)]


def test_a_type_that_somebody_else_makes_otherwise_meanwhile_is_an_error(moods, dpone, dst, hold):
    run = hold(dpone, "run", moods("one"), at="run.planned")
    dst.run("create schema kinds; create type kinds.mood as enum ('blue')")
    assert "type.differs" in run.finish().expect(1).err
    # All or nothing: the domain was not made either.
    assert dst.value("select to_regtype('kinds.small')") is None
    assert dst.value("select to_regclass('public.one')") is None


def test_a_run_that_fails_says_which_types_stay(moods, dpone, dst):
    manifest = moods("one", quality={"min_rows": 5})
    said = dpone("run", manifest).expect(1).err
    assert "this run created objects that remain" in said
    for what in ('SCHEMA "kinds"', 'TYPE "kinds"."mood"', 'DOMAIN "kinds"."small"'):
        assert what in said
    assert leftovers(dst) == []
    again = dpone("run", manifest).expect(1).err
    assert "this run created" not in again
    assert "this run created" not in dpone("run", moods("two")).expect(0).err


def test_the_plan_shows_that_types_are_made_in_one_transaction(moods, dpone, dst):
    steps = dpone("plan", moods("one"), "--format", "json").expect(0).json["statements"]
    prepare = [step["sql"].split(" AS ")[0] for step in steps if step["phase"] == "prepare"]
    first = prepare.index("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
    made = ['CREATE SCHEMA "kinds"', 'CREATE TYPE "kinds"."mood"', 'CREATE DOMAIN "kinds"."small"']
    assert prepare[first + 1].startswith("SELECT pg_advisory_xact_lock(")
    assert prepare[first + 2 : first + 6] == [*made, "COMMIT"]
