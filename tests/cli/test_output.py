"""What becomes of a command whose stdout or stderr cannot take what it says."""

import json
import os
import subprocess

import pytest

from cli.conftest import refused
from harness.manifest import full_refresh
from harness.program import Run


@pytest.fixture
def manifest(dpone, orders, dst):
    return dpone.write("orders.yaml", full_refresh())


@pytest.fixture
def into(dpone):
    """into(file, *args) runs the program with its stdout there."""

    def run(path, *args):
        with open(path, "wb") as file:
            process = dpone.start(*args, stdout=file)
            err = process.communicate(timeout=60)[1]
        return Run([str(arg) for arg in args], process.returncode, "", err)

    return run


COMMANDS = [
    ("--help",),
    ("copy", "--help"),
    ("version",),
    ("version", "--format", "json"),
    ("plan", "orders.yaml"),
    ("plan", "orders.yaml", "--format", "json"),
    ("check", "orders.yaml"),
    ("check", "orders.yaml", "--format", "json"),
    ("cleanup", "orders.yaml"),
    ("connections", "test", "src"),
    ("connections", "list"),
    ("connections", "discover", "src"),
    ("check", "orders.yaml", "--live"),
    ("run", "orders.yaml", "--dry-run"),
    ("doctor",),
    ("init", "again", "--from", "src", "--to", "dst", "--table", "public.orders", "--output", "-"),
    ("schema", "print", "src", "public.orders"),
    ("schema", "manifest"),
    ("completion", "bash"),
    ("help", "connections"),
    ("copy", "--from", "src", "--to", "dst", "--table", "public.orders", "--print-manifest"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_result_that_cannot_be_written_is_an_error(into, manifest, command):
    run = refused(into("/dev/full", *command), 1, "file.disk_full")
    assert "stdout" in run.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_run_whose_report_cannot_be_written_to_stdout_says_that_it_was_published(into, manifest, dpone, dst, form):
    run = refused(into("/dev/full", "run", manifest, "--run-id", "mine", "--format", form), 1, "file.disk_full")
    assert "run: mine: success" in run.err
    assert "published: public.orders of dst, version 1" in run.err
    assert dst.value("select run_id from __dpone__loads") == "mine"
    assert json.loads((dpone.folder / ".dpone/runs/mine/run.json").read_text())["exit_code"] == 0


def test_an_error_keeps_its_exit_code_when_stdout_is_full(into, manifest, dpone):
    dpone.connect("dst", "postgresql://me@127.0.0.1:1/db")
    run = into("/dev/full", "run", manifest, "--format", "json").expect(4)
    assert "code: postgres.connect" in run.err
    assert "code: file.disk_full" in run.err
    into("/dev/full", "plan", "nothing.yaml", "--format", "json").expect(2)


def test_a_quiet_run_needs_no_stdout(into, manifest):
    into("/dev/full", "run", manifest, "-q").expect(0)


@pytest.mark.parametrize("command", [*COMMANDS, ("run", "orders.yaml"), ("run", "orders.yaml", "--format", "json")], ids=" ".join)
def test_a_reader_that_has_gone_is_no_error(dpone, manifest, command):
    ours, theirs = os.pipe()
    os.close(ours)
    process = dpone.start(*command, stdout=theirs)
    os.close(theirs)
    err = process.communicate(timeout=60)[1]
    assert process.returncode == 0, err
    assert "error" not in err


def test_a_closed_stdout_is_an_error_and_never_a_socket(dpone, manifest, dst):
    shell = ["sh", "-c", 'exec "$0" "$@" >&-']
    for command, code in ((("run", str(manifest)), 1), (("run", str(manifest), "-q"), 0), (("plan", str(manifest)), 1)):
        process = dpone.start(*command)
        process.communicate(timeout=60)
        run = subprocess.run([*shell, *process.args], cwd=dpone.folder, env=dpone.env, capture_output=True, text=True)
        assert run.returncode == code, run.stderr
        assert ("code: file.io" in run.stderr) == (code == 1)
    assert dst.value("select count(*) from orders") == 3


def test_a_closed_stdin_or_stderr_changes_nothing(dpone, manifest, dst):
    for closed in ("<&-", "2>&-", "<&- 2>&-"):
        process = dpone.start("run", manifest, "--format", "json")
        process.communicate(timeout=60)
        run = subprocess.run(["sh", "-c", f'exec "$0" "$@" {closed}', *process.args], cwd=dpone.folder, env=dpone.env, capture_output=True)
        assert run.returncode == 0, run.stderr
        assert json.loads(run.stdout)["passed"]
    assert dst.value("select count(*) from orders") == 3
