"""A run that is killed, interrupted or failed at any fault point leaves the old rows or the new ones, and says which."""

import signal

import pytest

from harness.held import eventually, fault_points, leftovers, receipts, sessions
from harness.manifest import full_refresh

REPLACING = ["create", "exchange", "truncate_insert", "delete_insert"]
METHODS = [*REPLACING, "append", "merge"]
POINTS = fault_points()
AFTER_COMMIT = POINTS[POINTS.index("finalize.committed") :]
OLD = [(number, "old") for number in range(1, 41)]
NEW = [(number, "new") for number in range(21, 81)]
# What the target holds when NEW has been published.
PUBLISHED = {method: NEW for method in REPLACING} | {"append": OLD + NEW[20:], "merge": OLD[:20] + NEW}


def cases(methods, points=POINTS):
    """Only a run with a cursor writes a state."""
    return [(point, method) for point in points for method in methods if point != "state.before_write" or method in ("append", "merge")]


@pytest.fixture
def orders(dpone, src, dst):
    """prepare(method) -> manifest: source rows NEW; target rows OLD, published by dpone, or absent for `create`."""

    def prepare(method):
        src.run("create table orders (id int primary key, state text not null, changed int not null default 1)")
        if method in ("append", "merge"):
            cursor = "id" if method == "append" else "changed"
            source = {"options": {"cursor": cursor, "columns": ["id", "state", "changed"]}}
            strategy = {"mode": f"incremental_{method}", "unique_key": "id"}
            manifest = dpone.write("orders.yaml", full_refresh(source=source, sink={"strategy": strategy}))
        else:
            options = {} if method == "create" else {"options": {"overwrite_type": method}}
            manifest = dpone.write("orders.yaml", full_refresh(sink=options))
        if method != "create":
            src.run("insert into orders select n, 'old' from generate_series(1, 40) n")
            dpone("run", manifest, "-q").expect(0)
            src.run("truncate orders")
        src.run("insert into orders select n, 'new', 2 from generate_series(21, 80) n")
        return manifest

    return prepare


def rows(dst):
    if dst.value("select to_regclass('public.orders') is null"):
        return None
    return dst.rows("select id, state from public.orders order by id")


def check_target(dst, method, is_published):
    """Wholly old or wholly new, and the receipts say the same."""
    before = [] if method == "create" else [40]
    loaded_now = 40 if method == "append" else 60
    assert [loaded for _, _, loaded in receipts(dst)] == before + [loaded_now] * is_published
    assert rows(dst) == (PUBLISHED[method] if is_published else None if method == "create" else OLD)


def check_rerun(dpone, dst, method, manifest):
    """The next run needs no hand, doubles nothing and clears up; a position is where the rows end."""
    dpone("run", manifest, "-q").expect(0)
    assert rows(dst) == PUBLISHED[method]
    if method in ("append", "merge"):
        assert len(receipts(dst)) == 2
        (state,) = dpone("state", "export", manifest).expect(0).json["states"]
        assert (state["position"]["value"]["value"], state["version"]) == ("80" if method == "append" else "2", 2)
    assert leftovers(dst) == []
    assert dst.value("select count(*) from pg_constraint where conrelid = 'public.orders'::regclass and contype = 'p'") == 1


@pytest.mark.parametrize("point, method", cases(METHODS))
def test_killed_at(point, method, orders, dpone, dst):
    manifest = orders(method)
    dpone("run", manifest, "-q", "--run-id", "killed", env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
    eventually(lambda: sessions(dst) == 0, "the end of the killed run's sessions")
    is_published = point in AFTER_COMMIT
    check_target(dst, method, is_published)
    dpone("reconcile", manifest, "--run-id", "killed").expect(0 if is_published else 4)
    check_rerun(dpone, dst, method, manifest)


@pytest.mark.parametrize("point, method", cases(["exchange", "truncate_insert", "merge"]))
def test_interrupted_at(point, method, orders, dpone, dst):
    manifest = orders(method)
    is_published = point in AFTER_COMMIT
    run = dpone("run", manifest, "--format", "json", env={"DPONE_FAULT": f"{point}=interrupt"})
    run.expect(0 if is_published else 130)
    check_target(dst, method, is_published)
    assert leftovers(dst) == []
    assert run.json["result"]["status"] == ("success" if is_published else "interrupted")
    check_rerun(dpone, dst, method, manifest)


@pytest.mark.parametrize("point, method", cases(["create", "delete_insert", "append"]))
def test_error_at(point, method, orders, dpone, dst):
    manifest = orders(method)
    is_published = point in AFTER_COMMIT
    run = dpone("run", manifest, env={"DPONE_FAULT": f"{point}=error"}).expect(0 if is_published else 1)
    assert "fault.injected" in run.err
    check_target(dst, method, is_published)
    assert leftovers(dst) == []
    check_rerun(dpone, dst, method, manifest)


def test_killed_twice_at_different_points(orders, dpone, dst):
    manifest = orders("exchange")
    for point in ("stage.committed", "finalize.locked", "load.written"):
        dpone("run", manifest, "-q", env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
        eventually(lambda: sessions(dst) == 0, "the end of the killed run's sessions")
        check_target(dst, "exchange", False)
    check_rerun(dpone, dst, "exchange", manifest)


@pytest.mark.parametrize("point", [point for point, _ in cases(["exchange"], AFTER_COMMIT)])
def test_killed_after_commit_and_run_again_with_its_run_id_publishes_once(point, orders, dpone, dst):
    manifest = orders("exchange")
    run_id = ("--run-id", "again")
    dpone("run", manifest, "-q", *run_id, env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
    again = dpone("run", manifest, "--format", "json", *run_id).expect(0)
    assert again.json["receipt"]["run_id"] == "again"
    assert [run for _, run, _ in receipts(dst)][1:] == ["again"]


def test_an_unknown_fault_point_is_a_usage_error(orders, dpone):
    manifest = orders("create")
    assert "fault.unknown" in dpone("run", manifest, env={"DPONE_FAULT": "finalize.nowhere=kill"}).expect(2).err
