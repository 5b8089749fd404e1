"""A run that is killed, interrupted or failed at any fault point leaves the old rows or the new ones, and says which."""

import signal

import pytest

from harness.held import eventually, fault_points, leftovers, receipts, sessions
from harness.manifest import full_refresh

METHODS = ["create", "exchange", "truncate_insert", "delete_insert"]
POINTS = fault_points()
AFTER_COMMIT = POINTS[POINTS.index("finalize.committed") :]
OLD = [(number, "old") for number in range(1, 41)]
NEW = [(number, "new") for number in range(21, 81)]


@pytest.fixture
def orders(dpone, src, dst):
    """prepare(method) -> manifest: source rows NEW; target rows OLD, published by dpone, or absent for `create`."""

    def prepare(method):
        src.run("create table orders (id int primary key, state text not null)")
        options = {} if method == "create" else {"options": {"overwrite_type": method}}
        manifest = dpone.write("orders.yaml", full_refresh(sink=options))
        if method != "create":
            src.run("insert into orders select n, 'old' from generate_series(1, 40) n")
            dpone("run", manifest, "-q").expect(0)
            src.run("truncate orders")
        src.run("insert into orders select n, 'new' from generate_series(21, 80) n")
        return manifest

    return prepare


def rows(dst):
    if dst.value("select to_regclass('public.orders') is null"):
        return None
    return dst.rows("select id, state from public.orders order by id")


def check_target(dst, method, is_published):
    """Wholly old or wholly new, and the receipts say the same."""
    before = [] if method == "create" else [40]
    assert [loaded for _, _, loaded in receipts(dst)] == before + [60] * is_published
    assert rows(dst) == (NEW if is_published else None if method == "create" else OLD)


def check_rerun(dpone, dst, manifest):
    """The next run needs no hand, doubles nothing and clears up."""
    dpone("run", manifest, "-q").expect(0)
    assert rows(dst) == NEW
    assert leftovers(dst) == []
    assert dst.value("select count(*) from pg_constraint where conrelid = 'public.orders'::regclass and contype = 'p'") == 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point, method, orders, dpone, dst):
    manifest = orders(method)
    dpone("run", manifest, "-q", "--run-id", "killed", env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
    eventually(lambda: sessions(dst) == 0, "the end of the killed run's sessions")
    is_published = point in AFTER_COMMIT
    check_target(dst, method, is_published)
    dpone("reconcile", manifest, "--run-id", "killed").expect(0 if is_published else 4)
    check_rerun(dpone, dst, manifest)


@pytest.mark.parametrize("method", ["exchange", "truncate_insert"])
@pytest.mark.parametrize("point", POINTS)
def test_interrupted_at(point, method, orders, dpone, dst):
    manifest = orders(method)
    is_published = point in AFTER_COMMIT
    run = dpone("run", manifest, "--format", "json", env={"DPONE_FAULT": f"{point}=interrupt"})
    run.expect(0 if is_published else 130)
    check_target(dst, method, is_published)
    assert leftovers(dst) == []
    assert run.json["result"]["status"] == ("success" if is_published else "interrupted")
    check_rerun(dpone, dst, manifest)


@pytest.mark.parametrize("method", ["create", "delete_insert"])
@pytest.mark.parametrize("point", POINTS)
def test_error_at(point, method, orders, dpone, dst):
    manifest = orders(method)
    is_published = point in AFTER_COMMIT
    run = dpone("run", manifest, env={"DPONE_FAULT": f"{point}=error"}).expect(0 if is_published else 1)
    assert "fault.injected" in run.err
    check_target(dst, method, is_published)
    assert leftovers(dst) == []
    check_rerun(dpone, dst, manifest)


def test_killed_twice_at_different_points(orders, dpone, dst):
    manifest = orders("exchange")
    for point in ("stage.committed", "finalize.locked", "load.written"):
        dpone("run", manifest, "-q", env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
        eventually(lambda: sessions(dst) == 0, "the end of the killed run's sessions")
        check_target(dst, "exchange", False)
    check_rerun(dpone, dst, manifest)


@pytest.mark.parametrize("point", AFTER_COMMIT)
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
