"""Rights on what a load needs around the target's own table: functions and sequences that its rows run, the schemas of
what an exchange writes again, the receipts and the state. The plan refuses what the run would fail at, and not more."""

import pathlib

import pytest

from harness.manifest import full_refresh

NEEDS = {
    "check": "alter table t.orders add check (f.fine(state))",
    "default": "alter table t.orders add made text default f.made()",
    "default of a loaded column": "alter table t.orders alter state set default f.made()",
    "index": "create index on t.orders (f.low(state))",
    "condition of an index": "create index on t.orders (id) where f.fine(state)",
    "generated": "alter table t.orders add low text generated always as (f.low(state)) stored",
    "domain": "create domain t.fine as text check (f.fine(value)); alter table t.orders alter state type t.fine",
    "operator": "create operator f.=== (leftarg = text, rightarg = text, function = f.same);"
    "alter table t.orders add check (state operator(f.===) state)",
    "serial": "alter table t.orders add number serial; revoke all on sequence t.orders_number_seq from {role}",
    "identity": "alter table t.orders add number int generated always as identity",
    "trigger": "create trigger tr before insert on t.orders for each row execute function f.touch()",
    "foreign key": "create table f.states (state text primary key); insert into f.states values ('x'); alter table t.orders add foreign key (state) references f.states",
    "foreign key that may be locked": "create table f.states (state text primary key); insert into f.states values ('x');"
    "alter table t.orders add foreign key (state) references f.states; grant references, delete on f.states to {role}",
    "condition of a trigger": "create trigger tr before insert on t.orders for each row when (f.fine(new.state)) execute function f.touch()",
    "statistics": "create statistics f.s on id, state from t.orders",
    "collation": "create collation f.c from \"C\"; alter table t.orders alter state type text collate f.c",
    "cast": "create type f.kind as enum ('x'); alter table t.orders add check (state::f.kind = 'x')",
}
FUNCTIONS = (
    "create schema f; create function f.fine(text) returns bool immutable language plpgsql as 'begin return true; end';"
    "create function f.made() returns text language plpgsql as 'begin return 1; end';"
    "create function f.low(text) returns text immutable language plpgsql as 'begin return lower($1); end';"
    "create function f.same(text, text) returns bool immutable language plpgsql as 'begin return true; end';"
    "create function f.touch() returns trigger language plpgsql as 'begin return new; end';"
)


class Loader:
    """A role with all rights on the target's table, and on the schemas where stage and receipts are made."""

    def __init__(self, dpone, src, dst):
        self.dpone, self.src, self.dst = dpone, src, dst
        self.role = f"loader_{dst.name}"
        src.run("create schema t; create table t.orders (id int primary key, state text); insert into t.orders values (1, 'x')")
        dst.run(f"create role {self.role} login password 'x'; create schema t; create schema loads; revoke all on schema public from public")
        dst.run("create table t.orders (id int primary key, state text); grant usage, create on schema t, loads to " + self.role)
        dst.run(f"grant select, insert, update, delete, truncate on t.orders to {self.role}")
        dpone.connect("src", src.url)
        dpone.connect("dst", dst.url_as(self.role, "x"))

    def manifest(self, mode="full_refresh", method=None, **sections):
        source = {"options": {"cursor": "id"}} if mode == "incremental_append" else {}
        options = {"control_schema": "loads", **({"overwrite_type": method} if method else {})}
        sink = {"strategy": {"mode": mode}, "options": options}
        return self.dpone.write("m.yaml", full_refresh("t.orders", source=source, sink=sink, **sections))

    def outcome(self, manifest):
        """What a plan, a check and a run say, which is the same: nothing if the run loads the rows."""
        plan, check, run = (self.dpone(*command, manifest) for command in (["plan"], ["check", "--live"], ["run"]))
        assert (plan.code, check.code) == (run.code, run.code), (plan, check, run)
        assert check.err == plan.err
        assert not run.code or plan.err == run.err.partition("report: ")[0]
        return plan.err


@pytest.fixture
def loader(dpone, src, dst):
    made = Loader(dpone, src, dst)
    yield made
    dst.run(f"drop owned by {made.role} cascade; drop role {made.role}")


# Those of NEEDS that stop no load, or only one without the right.
HARMLESS = {"trigger", "default of a loaded column", "identity", "foreign key that may be locked", "statistics", "collation", "cast"}


@pytest.mark.parametrize("need", [name for name in NEEDS if name != "foreign key"])
def test_a_plan_of_an_append_refuses_what_its_rows_may_not_run(loader, need):
    loader.dst.run(FUNCTIONS + NEEDS[need].format(role=loader.role))
    loader.dst.run(f"grant usage on schema f to {loader.role}; revoke execute on all functions in schema f from public")
    said = loader.outcome(loader.manifest("incremental_append"))
    if need in HARMLESS:
        assert said == ""
    elif need == "serial":
        assert "lacks USAGE on sequence t.orders_number_seq, which the default of column number needs" in said
        assert f'next: GRANT USAGE ON SEQUENCE t.orders_number_seq TO "{loader.role}"' in said
    else:
        assert f"role {loader.role} lacks EXECUTE on function f." in said
        assert "next: GRANT EXECUTE ON FUNCTION f." in said


@pytest.mark.parametrize("lack", ["execute", "usage"])
@pytest.mark.parametrize("need", NEEDS)
def test_a_plan_of_an_exchange_refuses_what_its_table_may_not_use(loader, need, lack):
    loader.dst.run(FUNCTIONS + NEEDS[need].format(role=loader.role) + f"; alter table t.orders owner to {loader.role}")
    if lack == "execute":
        loader.dst.run(f"grant usage, create on schema f to {loader.role}; revoke execute on all functions in schema f from public")
    said = loader.outcome(loader.manifest(method="exchange"))
    if lack == "usage" and need in ("check", "index", "condition of an index", "operator", "cast", "foreign key that may be locked"):
        assert "lacks USAGE on schema f, which its" in said
    if lack == "execute" and need in ("check", "index", "default", "generated", "domain", "operator"):
        assert "lacks EXECUTE on function f." in said


@pytest.mark.parametrize("mode", ["truncate_insert", "delete_insert"])
def test_plan_and_run_agree_on_a_partitioned_target(dpone, databases, postgres_each, mode):
    loader = Loader(dpone, databases(postgres_each), databases(postgres_each))
    loader.dst.run(
        FUNCTIONS + "drop table t.orders; create table t.orders (id int, state text) partition by list (id);"
        "create table t.part partition of t.orders for values in (1); insert into t.orders values (1, 'x');"
        f"grant select, insert, delete, truncate on t.orders to {loader.role}; grant usage on schema f to {loader.role}"
    )
    loader.outcome(loader.manifest(method=mode))
    loader.dst.run("create index on t.part (f.low(state)); revoke execute on function f.low from public")
    assert "lacks EXECUTE on function f.low(text), which index t.part_low_idx needs" in loader.outcome(loader.manifest(method=mode))
    loader.dst.run(f"drop owned by {loader.role} cascade; drop role {loader.role}")


STATE = {
    "database": ("drop schema kept cascade", 'CREATE ON DATABASE'),
    "schema create": ("drop table kept.__dpone__state; grant usage on schema kept to {role}", 'USAGE, CREATE ON SCHEMA "kept"'),
    "schema usage": ("grant select, insert, update on kept.__dpone__state to {role}", 'USAGE ON SCHEMA "kept"'),
    **{
        right: ("grant usage on schema kept to {role}; grant select, insert, update on kept.__dpone__state to {role};"
                f"revoke {right} on kept.__dpone__state from {{role}}", 'SELECT, INSERT, UPDATE ON "kept"."__dpone__state"')
        for right in ("select", "insert", "update")
    },
}  # fmt: skip


@pytest.mark.parametrize("lack", STATE)
def test_a_plan_refuses_a_state_that_its_run_could_not_keep(loader, lack):
    state = {"type": "postgres", "connection_type": "env", "connection_id": "dst", "schema": "kept"}
    manifest = loader.manifest("incremental_append", state=state)
    loader.dst.run(f"create schema kept authorization {loader.role}")
    assert loader.outcome(manifest) == ""
    loader.dst.run("alter schema kept owner to postgres; alter table kept.__dpone__state owner to postgres;"
                   "revoke all on schema kept, t from public")  # fmt: skip
    loader.dst.run(f"revoke all on kept.__dpone__state from {loader.role}; {STATE[lack][0].format(role=loader.role)}")
    loader.src.run("insert into t.orders values (2, 'x')")
    said = loader.outcome(manifest)
    assert f"it lacks {STATE[lack][1]}" in said
    assert f"next: GRANT {STATE[lack][1]}" in said


@pytest.mark.parametrize("lack", ["select", "insert", "usage", "owner"])
def test_a_plan_refuses_receipts_that_its_run_could_not_write(loader, lack):
    manifest = loader.manifest(method="delete_insert")
    assert loader.outcome(manifest) == ""
    table = "loads.__dpone__loads"
    loader.dst.run(f"alter table {table} owner to postgres; grant select, insert on {table} to {loader.role}")
    if lack == "owner":
        loader.dst.run(f"drop table {table}")
        sql = (pathlib.Path(__file__).parents[2] / "migration/first_form/postgres.sql").read_text()
        create = next(part for part in sql.split(";") if "create table public.__dpone__loads" in part)
        loader.dst.run(create.replace("public.__dpone__loads", table))
        loader.dst.run(f"grant select, insert on {table} to {loader.role}")
        assert "may not ALTER dpone's receipts: it is not their owner" in loader.outcome(manifest)
    elif lack == "usage":
        loader.dst.run(f"revoke usage on schema loads from {loader.role}")
        assert 'next: GRANT USAGE ON SCHEMA "loads"' in loader.outcome(manifest)
    else:
        loader.dst.run(f"revoke {lack} on {table} from {loader.role}")
        assert 'next: GRANT SELECT, INSERT ON "loads"."__dpone__loads"' in loader.outcome(manifest)
