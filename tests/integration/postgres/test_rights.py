"""A right that a run needs and the role lacks: the plan refuses what the run would fail at, and not more."""

import re

import pytest

from harness.manifest import full_refresh

# What a role gets to load into a table of somebody else, by method: (strategy, sink options, rights on the table).
METHODS = {
    "truncate_insert": ({"mode": "full_refresh"}, {"overwrite_type": "truncate_insert"}, ["select", "insert", "truncate"]),
    "delete_insert": ({"mode": "full_refresh"}, {"overwrite_type": "delete_insert"}, ["select", "insert", "delete"]),
    "append": ({"mode": "incremental_append"}, {}, ["select", "insert"]),
    "append of new keys": ({"mode": "incremental_append", "unique_key": "id", "only_new_rows": True}, {}, ["select", "insert", "update"]),
    "replace": ({"mode": "replace", "scope": {"id": "> 0"}}, {}, ["select", "insert", "delete"]),
    "merge": ({"mode": "incremental_merge", "unique_key": "id"}, {}, ["select", "insert", "update"]),
}
LACKS = {
    "schema usage": "revoke usage on schema t from {role}", "schema create": "revoke create on schema t from {role}",
    "control usage": "revoke usage on schema loads from {role}", "control create": "revoke create on schema loads from {role}",
    "type usage": "revoke usage on type t.mood from public", "type schema": "revoke usage on schema kinds from {role}",
    **{right: f"revoke {right} on t.orders from {{role}}" for right in ("select", "insert", "update", "delete", "truncate")},
}  # fmt: skip


# What a refusal names: the object, and the right that is missing.
NAMES = {
    "schema usage": 'schema "?t', "schema create": 'CREATE .*schema "?t|create a table in schema "t"', "control usage": 'USAGE.* SCHEMA "loads"',
    "control create": 'CREATE ON SCHEMA "loads"', "type usage": "USAGE ON TYPE .*mood", "type schema": "USAGE ON SCHEMA .*kinds",
    **{right: f"{right.upper()}.* on it|may not lock it" for right in ("insert", "update", "delete", "truncate")},
    "select": 'lacks SELECT on "t"."orders"',
}  # fmt: skip


def agree(plan, check, run, lack):
    assert (plan.code, check.code) == (run.code, run.code), (plan, check, run)
    assert check.err == plan.err
    if run.code:
        assert plan.err == run.err.partition("report: ")[0]
        assert re.search(NAMES[lack], plan.err), plan.err


@pytest.fixture
def rights(dpone, src, dst):
    role = f"loader_{dst.name}"
    ddl = "create schema kinds; create type kinds.size as enum ('s', 'l'); create schema t; create type t.mood as enum ('sad', 'happy')"
    src.run(f"{ddl}; create table t.orders (id int primary key, state text, mood t.mood, size kinds.size); insert into t.orders select n, 'x', 'sad', 's' from generate_series(1, 5) n")
    dst.run(f"create role {role} login password '{role}'; {ddl}; create schema loads")
    dst.run("create table t.orders (id int primary key, state text, mood t.mood, size kinds.size default 's')")
    dst.run(f"revoke all on schema public from public; grant usage on schema kinds to {role}; grant usage, create on schema t, loads to {role}")
    dpone.connect("dst", dst.url_as(role, role))

    def run(strategy, options, before):
        dst.run(before.format(role=role))
        options = options | {"control_schema": "loads"}
        source = {"options": {"cursor": "id"}} if strategy["mode"] == "incremental_append" else {}
        manifest = dpone.write("m.yaml", full_refresh("t.orders", name="orders", source=source, sink={"strategy": strategy, "options": options}))
        return [dpone(*command, manifest) for command in (["plan"], ["check", "--live"], ["run"])]

    run.role, run.dst = role, dst
    yield run
    dst.run(f"drop owned by {role} cascade; drop role {role}")


@pytest.mark.parametrize("lack", LACKS)
@pytest.mark.parametrize("method", METHODS)
def test_a_plan_refuses_what_its_run_would_fail_at(rights, method, lack):
    strategy, options, needed = METHODS[method]
    for right in ("select", "insert", "update", "delete", "truncate"):
        if right in needed:
            rights.dst.run(f"grant {right} on t.orders to {rights.role}")
    agree(*rights(strategy, options, LACKS[lack]), lack)


@pytest.mark.parametrize("lack", ["schema usage", "schema create", "control usage", "control create", "type usage", "type schema"])
def test_a_plan_of_a_new_table_refuses_what_its_run_would_fail_at(rights, lack):
    rights.dst.run("drop table t.orders")
    agree(*rights({"mode": "full_refresh"}, {}, LACKS[lack]), lack)
