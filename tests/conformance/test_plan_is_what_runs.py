"""A plan shows every statement that a run sends: what a system says that it executed is planned, or stands in the list of
session settings and catalog reads in docs/connectors/, which holds nothing that touches rows, stages or control tables.
And a run sends all that is planned, but what it need not ask."""

import re

import pytest

from conformance.plan_cases import CASES, ROWS, Postgres, Sqlite, manifest_of, run_sql
from harness.program import ROOT
from harness.statements import unplanned, unsent

LOADS = [
    pytest.param((source, sink), name, id=f"{source.system}-{sink.system}-{name}")
    for source in (Postgres, Sqlite)
    for sink in (Postgres, Sqlite)
    for name, case in CASES.items()
    if sink.system in case.sinks
]


def allowed(system):
    document = (ROOT / f"docs/connectors/{system}.md").read_text()
    return re.search(r"<!-- unplanned:begin -->\n```\n(.*?)```", document, re.DOTALL)[1].splitlines()


def may_be_left_out(step, case):
    """Whether anything would change, of which a run may know it; the source's last cursor, if it lies beyond the target's; and of
    two ways to read the one that is not taken."""
    text = step["sql"]
    if step["phase"] == "extract":
        return text.endswith(" DESC LIMIT 1") or "cursor_behind" in case.source
    return step["phase"] == "gate" and text.startswith("SELECT EXISTS (")


@pytest.fixture
def ends(request, dpone):
    """The source and the target of a route, each new."""

    def open_end(kind, name):
        return kind(name, dpone, request.getfixturevalue(name)) if kind is Postgres else kind(name, dpone)

    source, sink = request.param
    return open_end(source, "src"), open_end(sink, "dst")


@pytest.mark.parametrize("ends, name", LOADS, indirect=["ends"])
def test_every_statement_that_a_run_sends_is_planned_and_the_other_way_round(ends, name, dpone, sqlite_trace):
    case, (src, dst) = CASES[name], ends
    src.run("create table orders (id integer primary key, state text, changed int); " + ROWS)
    run_sql(case.made, src)
    run_sql(case.target, dst)
    manifest = dpone.write("orders.yaml", manifest_of(case, src, dst))
    if case.is_loaded:
        dpone("run", manifest, "-q").expect(0)
        run_sql(case.then, dst)
        run_sql(case.news, src)
    logs = {end: end.listen(sqlite_trace) for end in ends}
    options = ("--format", "json", *case.options)
    plan, run = (dpone(command, manifest, *options, env=sqlite_trace.env).expect(0).json for command in ("plan", "run"))
    assert run["is_published"] == case.is_published
    planned = [step["sql"] for step in plan["statements"]]
    received = {end: log.statements() for end, log in logs.items()}
    for end, statements in received.items():
        assert len(statements) > 10
        assert unplanned(statements, planned, allowed(end.system), dst.target, run["run_id"]) == []
    if case.is_published:
        left_out = unsent(plan["statements"], sum(received.values(), []), dst.target, run["run_id"])
        assert [step for step in left_out if not may_be_left_out(step, case)] == []


@pytest.mark.parametrize("end", (Postgres, Sqlite))
def test_the_list_lets_nothing_through_that_touches_rows_stages_or_control_tables(end):
    table, loads, stage = end.target, '"public"."__dpone__loads"', '"__dpone_0123456789abcdef"'
    for statement in (
        f"SELECT count(*) FROM {table}", f"DELETE FROM {table}", f"INSERT INTO {table} VALUES (1)", f"UPDATE {table} SET id = 1",
        f"TRUNCATE {table}", f"DROP TABLE {table}", f"ALTER TABLE {table} ADD x int", f"COPY {table} FROM STDIN",
        f"SELECT EXISTS (SELECT 1 FROM {stage} AS s)", f"SELECT EXISTS (SELECT FROM {table})", f"SELECT coalesce(max(id), 0) FROM {table}",
        f"SELECT max(_rowid_) FROM {table}", f"SELECT NOT EXISTS (SELECT 1 FROM {table})", f"SELECT name FROM {table}",
        f"SELECT name FROM sqlite_schema WHERE name = (SELECT state FROM {table})", "UPDATE sqlite_schema SET name = 'x'",
        f"SELECT count(*) FROM sqlite_schema, {table}", f"SELECT s.sql FROM {table} AS s, pragma_table_list(s.name) AS l",
        "SELECT * FROM pragma_foreign_key_check('orders')", "PRAGMA foreign_key_check(orders)", "PRAGMA writable_schema = ON",
        f"SELECT * FROM {loads}", f"INSERT INTO {loads} VALUES (1)", "CREATE TABLE x ()", "CREATE TABLE x (id int)",
        "SELECT * FROM __dpone__loads", "SELECT name FROM __dpone__stages", "SELECT declared FROM __dpone__columns",
        "DELETE FROM __dpone__stages", "INSERT OR REPLACE INTO __dpone__columns VALUES (1)", "DROP VIEW IF EXISTS __dpone__mark",
        f"DROP TABLE IF EXISTS {stage}", f"SELECT (SELECT count(*) FROM {stage})", "DELETE FROM dpone.__dpone__state",
    ):  # fmt: skip
        assert unplanned([statement], [], allowed(end.system), table, "r") == [statement]
