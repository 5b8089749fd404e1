"""A run into a file that is killed, interrupted or failed at any fault point leaves the old file or the new one, and
says which."""

import signal

import pytest

from files.conftest import hidden
from harness.held import fault_points

POINTS = [point for point in fault_points() if point != "state.before_write"]
AFTER = POINTS[POINTS.index("finalize.committed") :]
OLD = "id,note\n1,old\n"
NEW = "id,note\n1,new\n2,new\n"
ARGS = ("--from", "in.csv", "--to", "out.csv")


@pytest.fixture(params=["create", "exchange"])
def method(request, dpone):
    if request.param == "exchange":
        dpone.write("in.csv", OLD)
        dpone("copy", *ARGS, "-q").expect(0)
    dpone.write("in.csv", NEW)
    return request.param


def check_target(folder, method, is_published):
    out = folder / "out.csv"
    if is_published:
        assert out.read_text() == NEW
    elif method == "create":
        assert not out.exists()
    else:
        assert out.read_text() == OLD


def check_rerun(dpone, folder):
    dpone("copy", *ARGS, "-q").expect(0)
    assert (folder / "out.csv").read_text() == NEW
    assert hidden(folder) == []


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point, method, dpone, folder):
    dpone("copy", *ARGS, "-q", "--run-id", "killed", env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
    is_published = point in AFTER
    check_target(folder, method, is_published)
    run = dpone("reconcile", *ARGS, "--run-id", "killed").expect(0 if is_published else 4)
    assert ("was published" in run.out) == is_published
    check_rerun(dpone, folder)


@pytest.mark.parametrize("point", POINTS)
def test_interrupted_at(point, method, dpone, folder):
    is_published = point in AFTER
    run = dpone("copy", *ARGS, "--format", "json", env={"DPONE_FAULT": f"{point}=interrupt"})
    run.expect(0 if is_published else 130)
    check_target(folder, method, is_published)
    assert hidden(folder) == []
    assert run.json["result"]["status"] == ("success" if is_published else "interrupted")
    check_rerun(dpone, folder)


@pytest.mark.parametrize("point", POINTS)
def test_error_at(point, method, dpone, folder):
    is_published = point in AFTER
    run = dpone("copy", *ARGS, env={"DPONE_FAULT": f"{point}=error"}).expect(0 if is_published else 1)
    assert "fault.injected" in run.err
    check_target(folder, method, is_published)
    assert hidden(folder) == []
    check_rerun(dpone, folder)


@pytest.mark.parametrize("point", AFTER)
def test_killed_after_the_rename_and_run_again_with_its_run_id_publishes_once(point, method, dpone, folder):
    dpone("copy", *ARGS, "-q", "--run-id", "again", env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
    before = (folder / "out.csv").stat().st_ino
    run = dpone("copy", *ARGS, "--format", "json", "--run-id", "again").expect(0)
    assert run.json["receipt"]["run_id"] == "again"
    assert (folder / "out.csv").stat().st_ino == before


def test_cleanup_removes_what_a_killed_run_left(dpone, folder, method):
    dpone("copy", *ARGS, "-q", "--run-id", "dead", env={"DPONE_FAULT": "stage.committed=kill"}).expect(-signal.SIGKILL)
    assert hidden(folder) == [".out.csv.dpone-dead"]
    listed = dpone("cleanup", *ARGS, "--dry-run", "--format", "json").expect(0).json["leftovers"]
    assert [entry["run_id"] for entry in listed] == ["dead"]
    dpone("cleanup", *ARGS).expect(0)
    assert hidden(folder) == []


def test_a_killed_load_into_a_table_leaves_it(dpone, dst, folder):
    dpone.write("in.csv", NEW)
    for point in ("load.read", "stage.committed", "finalize.locked"):
        dpone("copy", "--from", "in.csv", "--to", "dst", "-q", env={"DPONE_FAULT": f"{point}=kill"}).expect(-signal.SIGKILL)
        assert dst.value("select to_regclass('public.in') is null")
    dpone("copy", "--from", "in.csv", "--to", "dst", "-q").expect(0)
    assert dst.rows('select id, note from "in" order by id') == [(1, "new"), (2, "new")]
