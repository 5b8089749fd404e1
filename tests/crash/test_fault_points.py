"""A run that is killed, interrupted or failed at any fault point leaves the old rows or the new ones, and says which.

One suite for all systems: what a system has to give for it is its class in tests/conformance/systems.py."""

import dataclasses
import signal

import pytest
import yaml

from conformance.systems import CLASSES, Postgres
from harness.held import fault_points

POINTS = fault_points()
AFTER_COMMIT = POINTS[POINTS.index("finalize.committed") :]


def rows_of(numbers, name, day):
    return [(number, name, "1.50", None, f"2026-01-0{day} 00:00:00") for number in numbers]


OLD = rows_of(range(1, 41), "old", 1)
NEW = rows_of(range(21, 81), "new", 2)


@dataclasses.dataclass
class Method:
    """How a manifest asks for it, and what the target holds when NEW has been published over OLD."""

    published: list = dataclasses.field(default_factory=lambda: NEW)
    mode: str = "full_refresh"
    strategy: dict = dataclasses.field(default_factory=dict)
    source: dict = dataclasses.field(default_factory=dict)
    sink: dict = dataclasses.field(default_factory=dict)
    position: str = ""  # where a run with a cursor ends
    rows_loaded: int = len(NEW)
    is_new: bool = False  # there is no target before


METHODS = {
    "create": Method(is_new=True),
    "new_database": Method(is_new=True),
    "exchange": Method(sink={"overwrite_type": "exchange"}),
    "exchange_in_wal": Method(sink={"overwrite_type": "exchange"}),
    "truncate_insert": Method(sink={"overwrite_type": "truncate_insert"}),
    "delete_insert": Method(sink={"overwrite_type": "delete_insert"}),
    "append": Method(OLD + NEW[20:], "incremental_append", source={"cursor": "id"}, position="80", rows_loaded=40),
    "merge": Method(OLD[:20] + NEW, "incremental_merge", {"unique_key": "id"}, {"cursor": "at"}, position="2026-01-02 00:00:00"),
    "replace": Method(OLD[:20] + NEW, "replace", {"scope": {"id": "> 20"}}),
}


@pytest.fixture
def begin(dpone, _pair):
    """begin(kind, method) -> target, manifest: source rows NEW; target rows OLD, published by dpone, or absent."""

    def one(kind, name, database):
        if kind is not Postgres:
            return kind(dpone, name)
        database.run("drop schema public cascade; create schema public")
        return kind(dpone, name, database)

    def start(kind, name):
        source, target = one(kind, "src", _pair[0]), one(kind, "dst", _pair[1])
        method = METHODS[name]
        sink = {**target.end(), "strategy": {"mode": method.mode, **method.strategy}}
        document = {"name": "orders", "source": source.end(), "sink": sink}
        if method.source:
            document["source"] |= {"options": method.source}
        if method.mode == "full_refresh" and method.sink and kind.system != "file":
            sink["options"] = method.sink
        manifest = dpone.write("orders.yaml", yaml.safe_dump(document))
        if not method.is_new:
            # What a first run makes is the same whatever comes after it; a scope has to hold the rows of both.
            first = {**document, "sink": {**sink, "strategy": {"mode": "full_refresh"}}} if name == "replace" else document
            source.fill(OLD)
            dpone("run", dpone.write("first.yaml", yaml.safe_dump(first)), "-q").expect(0)
        target.prepare(name)
        source.fill(NEW)
        return target, manifest

    return start


def cases(choose, points=POINTS):
    """Only a run with a cursor writes a state."""
    kinds = [classes[0] for classes in CLASSES.values()]
    return [
        pytest.param(kind, name, point, id=f"{kind.system}-{name}-{point}")
        for kind in kinds
        for name in choose(kind.methods)
        for point in points
        if point != "state.before_write" or METHODS[name].position
    ]


def every(methods):
    return methods


def even(methods):
    return methods[::2] if len(methods) > 2 else methods


def odd(methods):
    return methods[1::2] if len(methods) > 2 else methods


def test_every_system_says_how_it_publishes():
    for classes in CLASSES.values():
        assert set(classes[0].methods) <= set(METHODS) and {"exchange", "create"} <= set(classes[0].methods)


def check_target(target, name, is_published):
    """Wholly old or wholly new, and the receipts say the same."""
    method = METHODS[name]
    if target.receipts() is not None:
        before = [] if method.is_new else [len(OLD)]
        assert [loaded for _, _, loaded in target.receipts()] == before + [method.rows_loaded] * is_published
    assert target.rows() == (method.published if is_published else None if method.is_new else OLD)


def check_rerun(dpone, target, name, manifest):
    """The next run needs no hand, doubles nothing and clears up; a position is where the rows end."""
    dpone("run", manifest, "-q").expect(0)
    method = METHODS[name]
    assert target.rows() == method.published
    assert target.leftovers() == []
    if method.position:
        assert len(target.receipts()) == 2
        (state,) = dpone("state", "export", manifest).expect(0).json["states"]
        assert (state["position"]["value"]["value"], state["version"]) == (method.position, 2)


def kill(dpone, target, manifest, point, *options):
    dpone("run", manifest, "-q", *options, env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
    target.settle()


@pytest.mark.parametrize("kind, name, point", cases(every))
def test_killed_at(kind, name, point, begin, dpone):
    target, manifest = begin(kind, name)
    kill(dpone, target, manifest, point, "--run-id", "killed")
    is_published = point in AFTER_COMMIT
    check_target(target, name, is_published)
    run = dpone("reconcile", manifest, "--run-id", "killed").expect(0 if is_published else 4)
    assert ("was published" in run.out) == is_published
    check_rerun(dpone, target, name, manifest)


@pytest.mark.parametrize("kind, name, point", cases(even))
def test_interrupted_at(kind, name, point, begin, dpone):
    target, manifest = begin(kind, name)
    is_published = point in AFTER_COMMIT
    run = dpone("run", manifest, "--format", "json", env={"DPONE_FAULT": f"{point}=interrupt"})
    run.expect(0 if is_published else 130)
    check_target(target, name, is_published)
    assert target.leftovers() == []
    assert run.json["result"]["status"] == ("success" if is_published else "interrupted")
    check_rerun(dpone, target, name, manifest)


@pytest.mark.parametrize("kind, name, point", cases(odd))
def test_error_at(kind, name, point, begin, dpone):
    target, manifest = begin(kind, name)
    is_published = point in AFTER_COMMIT
    run = dpone("run", manifest, env={"DPONE_FAULT": f"{point}=error"}).expect(0 if is_published else 1)
    assert "fault.injected" in run.err
    check_target(target, name, is_published)
    assert target.leftovers() == []
    check_rerun(dpone, target, name, manifest)


@pytest.mark.parametrize("kind, name, point", cases(lambda methods: methods[:1], POINTS[:1]))
def test_killed_twice_at_different_points(kind, name, point, begin, dpone):
    target, manifest = begin(kind, name)
    for at in ("stage.committed", "finalize.locked", "load.written", point):
        kill(dpone, target, manifest, at)
        check_target(target, name, False)
    check_rerun(dpone, target, name, manifest)


@pytest.mark.parametrize("kind, name, point", cases(lambda methods: ["exchange", "create"], AFTER_COMMIT))
def test_killed_after_commit_and_run_again_with_its_run_id_publishes_once(kind, name, point, begin, dpone):
    target, manifest = begin(kind, name)
    kill(dpone, target, manifest, point, "--run-id", "again")
    again = dpone("run", manifest, "--format", "json", "--run-id", "again").expect(0).json
    assert again["is_repeated"] and again["receipt"]["run_id"] == "again"
    check_target(target, name, True)


@pytest.mark.parametrize("kind, name, point", cases(lambda methods: ["exchange", "create"], ["stage.committed"]))
def test_cleanup_drops_what_a_dead_run_left(kind, name, point, begin, dpone):
    target, manifest = begin(kind, name)
    kill(dpone, target, manifest, point, "--run-id", "dead")
    assert target.leftovers()
    listed = dpone("cleanup", manifest, "--dry-run", "--format", "json").expect(0).json["leftovers"]
    assert [entry["run_id"] for entry in listed] == ["dead"]
    assert target.leftovers()
    dpone("cleanup", manifest).expect(0)
    assert target.leftovers() == []


def test_an_unknown_fault_point_is_a_usage_error(begin, dpone):
    _, manifest = begin(CLASSES["sqlite"][0], "create")
    assert "fault.unknown" in dpone("run", manifest, env={"DPONE_FAULT": "finalize.nowhere=kill"}).expect(2).err
