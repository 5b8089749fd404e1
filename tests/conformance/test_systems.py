"""One suite for all systems as source and as sink: what they declare works, and what they do not is refused by its slug."""

import contextlib
import json
import sqlite3
import subprocess

import pytest
import yaml

from conformance import systems
from conformance.systems import CLASSES, ROWS, changed
from harness.program import binary


def declared():
    said = subprocess.run([str(binary()), "version", "--format", "json"], capture_output=True, text=True, check=True).stdout
    return {one["system"]: one for one in json.loads(said)["systems"]}


ALL = [one for classes in CLASSES.values() for one in classes]
SOURCES = pytest.mark.parametrize("source", ALL, ids=lambda one: f"from-{one.__name__}")
SINKS = pytest.mark.parametrize("sink", ALL, ids=lambda one: f"to-{one.__name__}")
SOURCE_OPTIONS = {"query": "select 1 as id", "where": "id > 1", "cursor": "id"}


@pytest.fixture
def ends(dpone, databases, _server):
    """ends(source, sink): one of each, empty."""

    def make(source, sink):
        def one(kind, name):
            return kind(dpone, name, databases(_server(16))) if kind is systems.Postgres else kind(dpone, name)

        return one(source, "src"), one(sink, "dst")

    return make


@pytest.fixture
def load(dpone):
    """load(src, dst, mode, ...): a run of that manifest."""

    def run(src, dst, mode="full_refresh", *flags, source=None, command="run", quality=None, **strategy):
        sink = {**dst.end(), "strategy": {"mode": mode, **strategy}}
        manifest = {"name": "conformance", "source": {**src.end(), **({"options": source} if source else {})}, "sink": sink}
        if quality:
            manifest["quality"] = quality
        dpone.write("m.yaml", yaml.safe_dump(manifest))
        return dpone(command, "m.yaml", *flags)

    return run


def test_every_system_is_in_this_suite():
    assert set(declared()) == set(CLASSES)
    assert {kind.system for kind in ALL} == set(CLASSES)


@SOURCES
@SINKS
def test_full_refresh_replaces_all_rows_and_loses_none(source, sink, ends, load):
    src, dst = ends(source, sink)
    src.fill(ROWS)
    load(src, dst, "full_refresh", "-q").expect(0)
    assert dst.rows() == ROWS
    src.fill(changed(ROWS))
    run = load(src, dst, "full_refresh", "--format", "json").expect(0).json
    assert dst.rows() == changed(ROWS)
    assert (run["version"], run["result"]["extracted_rows"], run["result"]["final_rows"]) == (2, 5, 5)


@SOURCES
@SINKS
def test_staged_rows_are_counted_again_when_asked(source, sink, ends, load):
    """What neither end counts by itself proves nothing; a second look at what lies there does."""
    src, dst = ends(source, sink)
    src.fill(ROWS)

    def gate(*flags, **sections):
        gates = load(src, dst, "full_refresh", "--format", "json", *flags, **sections).expect(0).json["result"]["quality_gates"]
        return next(gate for gate in gates if gate["name"] == "row_count")

    without = gate()
    is_counted = any(without["facts"][count] is not None for count in ("source_reported", "target_reported"))
    assert without["verdict"] == ("pass" if is_counted else "unverified")
    counted = gate(quality={"recount": True})
    assert (counted["verdict"], counted["facts"]["target_reported"]) == ("pass", len(ROWS))


@SOURCES
@SINKS
def test_what_is_no_row_leaves_the_target(source, sink, ends, load):
    """An empty source after rows is refused, whatever the route."""
    src, dst = ends(source, sink)
    src.fill(ROWS)
    load(src, dst, "full_refresh", "-q").expect(0)
    src.fill([])
    run = load(src, dst)
    assert run.code != 0 and ("guard.empty_source" in run.err or "file.no_header" in run.err), run
    assert dst.rows() == ROWS


@SOURCES
@SINKS
@pytest.mark.parametrize("capability", ["append", "merge", "key"])
def test_what_a_sink_declares_works_and_the_rest_is_refused(capability, source, sink, ends, load):
    src, dst = ends(source, sink)
    said = declared()
    can = said[dst.system]["sink"]
    src.fill(ROWS)
    mode = {"append": "incremental_append", "merge": "incremental_merge", "key": "full_refresh"}[capability]
    strategy = {"unique_key": ["id"], **({"only_new_rows": True} if capability == "append" else {})}
    first = load(src, dst, mode, **strategy)
    if not can[capability]:
        assert f"capability.{capability}" in first.expect(2).err
        assert not dst.exists()
        return
    first.expect(0)
    assert dst.rows() == ROWS
    src.fill(changed(ROWS))
    load(src, dst, mode, "-q", **strategy).expect(0)
    assert dst.rows() == ([*ROWS, changed(ROWS)[-1]] if capability == "append" else changed(ROWS))
    receipt = load(src, dst, mode, "--format", "json", **strategy).expect(0).json
    assert receipt["is_unchanged"] == (capability != "key"), "nothing is new, and nothing doubled"
    if capability == "key":
        if source.system == "file":  # a table's own key lets no row in twice
            src.fill([*ROWS, ROWS[0]])
            assert "gate.key" in load(src, dst, mode, **strategy).expect(1).err
            assert dst.rows() == changed(ROWS)


@SOURCES
@pytest.mark.parametrize("capability", sorted(SOURCE_OPTIONS))
def test_what_a_source_declares_works_and_the_rest_is_refused(capability, source, ends, load):
    src, dst = ends(source, systems.Sqlite)
    src.fill(ROWS)
    mode, strategy = ("incremental_append", {}) if capability == "cursor" else ("full_refresh", {})
    if capability == "query" and declared()[src.system]["source"]["query"]:
        src.end = lambda end=src.end: {key: value for key, value in end().items() if key != "table"}
    run = load(src, dst, mode, source={capability: SOURCE_OPTIONS[capability]}, **strategy)
    if not declared()[src.system]["source"][capability]:
        assert f"capability.{capability}" in run.expect(2).err
        assert not dst.exists()
        return
    run.expect(0)
    with contextlib.closing(sqlite3.connect(dst.path)) as connection:
        (count,) = connection.execute("select count(*) from orders").fetchone()
    assert count == {"query": 1, "where": 3, "cursor": 4}[capability]


@SOURCES
@SINKS
def test_a_plan_changes_nothing_and_names_the_statements(source, sink, ends, load):
    src, dst = ends(source, sink)
    src.fill(ROWS)
    plan = load(src, dst, "full_refresh", "--format", "json", command="plan").expect(0).json
    assert plan["statements"] and not dst.exists()
