"""Runs that a fault point holds, and what they leave behind."""

import contextlib
import os
import pathlib
import re
import signal
import time

from harness.program import ROOT, Run

SECONDS = 30


def fault_points():
    """The program's own list of fault points, in the order of a run."""
    text = (ROOT / "src/dpone/engine/fault_points.cc").read_text()
    points = re.findall(r'"([a-z_]+\.[a-z_]+)"', re.search(r"kPoints = \{(.*?)\};", text, re.DOTALL)[1])
    assert len(points) == len(set(points)) >= 14
    return points


def eventually(condition, what, seconds=SECONDS):
    """The first true value of `condition()`; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def _state(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


class Held:
    """A run that has stopped itself at a fault point. `resume()` lets it go on, `end()` gives its Run."""

    def __init__(self, dpone, *args, at=None, env=None):
        self.args = [str(arg) for arg in args]
        fault = {"DPONE_FAULT": f"{at}=stop"} if at else {}
        self.process = dpone.start(*args, env={**fault, **(env or {})})
        if at:
            eventually(lambda: self.is_stopped() or self.process.poll() is not None, f"a stop at {at}")
            if self.process.poll() is not None:
                raise AssertionError(f"the run ended before {at}: {self.end()}")

    def is_stopped(self):
        return self.process.poll() is None and _state(self.process.pid) in "Tt"

    def signal(self, number):
        self.process.send_signal(number)

    def resume(self):
        self.signal(signal.SIGCONT)

    def end(self, seconds=SECONDS):
        out, err = self.process.communicate(timeout=seconds)
        return Run(self.args, self.process.returncode, out, err)

    def finish(self):
        self.resume()
        return self.end()


@contextlib.contextmanager
def held(dpone, *args, at=None, env=None):
    """A Held that is killed at the end if it still lives."""
    run = Held(dpone, *args, at=at, env=env)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            os.kill(run.process.pid, signal.SIGKILL)
            run.process.communicate()


def leftovers(database):
    """Relations and types that bear one of dpone's temporary names."""
    return [
        name
        for (name,) in database.rows(
            "select relname from pg_class where relname ~ '^__dpone_[0-9a-f]{16}' union"
            " select typname from pg_type where typname ~ '^_*__dpone_[0-9a-f]{16}' order by 1"
        )
    ]


def receipts(database, table='"public"."orders"'):
    """(version, run id, rows) of each receipt of `table`, oldest first."""
    if database.value("select to_regclass('public.__dpone__loads') is null"):
        return []
    return database.rows(
        "select version, run_id, (receipt->>'rows_loaded')::int from public.__dpone__loads where target = %s order by target_epoch", (table,)
    )


def sessions(database):
    """Sessions of dpone in `database`."""
    return database.value(
        "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'dpone'"
    )
