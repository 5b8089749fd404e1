"""A run that is killed, interrupted or failed at any fault point leaves the old rows or the new ones, and says which."""

import signal

import pytest

from harness.held import fault_points

REPLACING = ["new_file", "create", "exchange", "truncate_insert"]
ADDING = ["append", "merge"]
METHODS = [*REPLACING, *ADDING]
POINTS = fault_points()
AFTER_COMMIT = POINTS[POINTS.index("finalize.committed") :]
OLD = [(number, "old") for number in range(1, 41)]
NEW = [(number, "new") for number in range(21, 81)]
# What the target holds when NEW has been published.
PUBLISHED = {method: NEW for method in REPLACING} | {"append": OLD + NEW[20:], "merge": OLD[:20] + NEW}


def cases(methods):
    """Only a run with a cursor writes a state."""
    return [(point, method) for point in POINTS for method in methods if point != "state.before_write" or method in ADDING]


@pytest.fixture
def orders(dpone, source, target, manifest):
    """prepare(method) -> manifest: source rows NEW; target rows OLD, published by dpone, or absent for a create."""

    def prepare(method, journal="delete"):
        source.run("create table orders (id integer primary key, state text not null, changed integer not null default 1)")
        is_new = method in ("new_file", "create")
        if method in ADDING:
            cursor = "id" if method == "append" else "changed"
            path = manifest(mode=f"incremental_{method}", source={"cursor": cursor}, unique_key=["id"])
        else:
            path = manifest(options=None if is_new else {"overwrite_type": method})
        if method == "create":
            target.run("create table other (n); insert into other values (1)")
        if not is_new:
            with source.open() as connection:
                connection.executemany("insert into orders (id, state) values (?, ?)", OLD)
            dpone("run", path, "-q").expect(0)
            target.run(f"create index by_state on orders (state); pragma journal_mode = {journal}")
            source.run("delete from orders")
        with source.open() as connection:
            connection.execute("begin")
            connection.executemany("insert into orders values (?, ?, 2)", NEW)
            connection.execute("commit")
        return path

    return prepare


def check_target(target, method, is_published):
    """Wholly old or wholly new, and the receipts say the same."""
    is_new = method in ("new_file", "create")
    loaded_now = 40 if method == "append" else 60
    assert [loaded for _, _, loaded in target.receipts()] == ([] if is_new else [40]) + [loaded_now] * is_published
    rows = target.rows("select id, state from orders order by id") if target.has("orders") else None
    assert rows == (PUBLISHED[method] if is_published else None if is_new else OLD)
    if method == "create":
        assert target.value("select count(*) from other") == 1


def check_rerun(dpone, target, path, method):
    """The next run needs no hand, doubles nothing and clears up; a position is where the rows end."""
    dpone("run", path, "-q").expect(0)
    assert target.rows("select id, state from orders order by id") == PUBLISHED[method]
    assert target.leftovers() == []
    if method in ADDING:
        assert len(target.receipts()) == 2
        (state,) = dpone("state", "export", path).expect(0).json["states"]
        assert (state["position"]["value"]["value"], state["version"]) == ("80" if method == "append" else "2", 2)


@pytest.mark.parametrize("point, method", cases(METHODS))
def test_killed_at(point, method, orders, dpone, target):
    path = orders(method)
    dpone("run", path, "-q", "--run-id", "killed", env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
    is_published = point in AFTER_COMMIT
    check_target(target, method, is_published)
    dpone("reconcile", path, "--run-id", "killed").expect(0 if is_published else 4)
    check_rerun(dpone, target, path, method)


@pytest.mark.parametrize("point", ["stage.created", "stage.committed", "finalize.locked", "finalize.before_send"])
def test_killed_in_wal_mode_at(point, orders, dpone, target):
    path = orders("exchange", "wal")
    dpone("run", path, "-q", env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
    check_target(target, "exchange", False)
    check_rerun(dpone, target, path, "exchange")


@pytest.mark.parametrize("point, method", cases(["new_file", "exchange", "merge"]))
def test_interrupted_at(point, method, orders, dpone, target):
    path = orders(method)
    is_published = point in AFTER_COMMIT
    run = dpone("run", path, "--format", "json", env={"DPONE_FAULT": f"{point}=interrupt"})
    run.expect(0 if is_published else 130)
    check_target(target, method, is_published)
    assert target.leftovers() == []
    assert run.json["result"]["status"] == ("success" if is_published else "interrupted")
    check_rerun(dpone, target, path, method)


@pytest.mark.parametrize("point, method", cases(["create", "truncate_insert", "append"]))
def test_error_at(point, method, orders, dpone, target):
    path = orders(method)
    is_published = point in AFTER_COMMIT
    run = dpone("run", path, env={"DPONE_FAULT": f"{point}=error"}).expect(0 if is_published else 1)
    assert "fault.injected" in run.err
    check_target(target, method, is_published)
    assert target.leftovers() == []
    check_rerun(dpone, target, path, method)


def test_killed_after_commit_and_run_again_with_its_run_id_publishes_once(orders, dpone, target):
    path = orders("exchange")
    run_id = ("--run-id", "again")
    dpone("run", path, "-q", *run_id, env={"DPONE_FAULT": "finalize.committed=kill"}).expect(-signal.SIGKILL)
    again = dpone("run", path, "--format", "json", *run_id).expect(0)
    assert again.json["receipt"]["run_id"] == "again"
    assert [run for _, run, _ in target.receipts()][1:] == ["again"]


def test_cleanup_drops_the_stage_of_a_dead_run(orders, dpone, target):
    path = orders("exchange")
    dpone("run", path, "-q", env={"DPONE_FAULT": "stage.committed=kill"}).expect(-signal.SIGKILL)
    assert len(target.leftovers()) >= 3
    dpone("cleanup", path, "--dry-run").expect(0)
    assert len(target.leftovers()) >= 3
    dpone("cleanup", path).expect(0)
    assert target.leftovers() == []
