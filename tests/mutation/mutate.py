"""Gives the sources small faults, one at a time, and looks whether the tests find them.

usage: mutate.py [--room R] [--seed N] [--count N] [--minutes N] [--jobs N] [--resume] [--survivors] [--summary]

  --room R       faults of this room only, such as data or connectors/sqlite; may be given again
  --seed N       which faults are chosen (default 1); the same seed chooses the same ones of unchanged lines
  --count N      so many that count: which compile, and change the program (default 162)
  --minutes N    no new fault is begun after that
  --jobs N       so many at once, each in a tree of its own (default 1)
  --resume       keep the results that there are, and go on
  --survivors    try those again that have survived
  --summary      only print what the results say

Results go to build/mutation/results-SEED.jsonl. A survivor is answered by a test, or by an entry in answers.toml that
says why it is no fault. The exit code is 1 when a survivor has no answer.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from faults import faults_of  # noqa: E402
from rooms import SUITES, room_of, runner_of  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRATCH = ROOT / "build/mutation"
ANSWERS = pathlib.Path(__file__).with_name("answers.toml")
BUILD_SECONDS = 900
PYTEST_SECONDS = 900
# How much longer than without the fault the unit tests may take: of the processor's time, and in all, for the machine may
# be busy.
PATIENCE = 4
LEAST_SECONDS = 15
LEAST_WAIT_SECONDS = 120
# A unit test that takes longer waits for something, and comes last.
SLOW_MILLISECONDS = 5000
# A fault that allocates or writes without end is stopped before the machine is.
LIMITS = ("prlimit", f"--as={12 << 30}", f"--fsize={2 << 30}", "--core=0")


def chosen(root, rooms, seed):
    """All faults of the rooms in the order in which they are tried: room by room and rule by rule, so that few of them
    are spread as well as many. A fault's place depends on itself and the seed, not on the lines around it."""
    queues = {room: {} for room in rooms}
    for path in sorted((root / "src/dpone").rglob("*")):
        room = room_of(path.relative_to(root / "src/dpone").as_posix())
        if path.suffix in (".cc", ".h") and room in queues:
            for fault in faults_of(path.relative_to(root).as_posix(), path.read_text()):
                queues[room].setdefault(fault.rule, []).append(fault)
    for room, rules in queues.items():
        for faults in rules.values():
            faults.sort(key=lambda fault: hashlib.sha256(f"{seed} {fault.key}".encode()).digest())
        # Rooms begin with different rules.
        order = sorted(rules, key=lambda rule: hashlib.sha256(f"{seed} {room} {rule}".encode()).digest())
        queues[room] = list(interleaved([rules[rule] for rule in order]))
    return queues


def interleaved(lists):
    for i in range(max(map(len, lists), default=0)):
        yield from (items[i] for items in lists if i < len(items))


class Results:
    """One line a fault that was tried; the last line of a fault counts."""

    def __init__(self, path, keep):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not keep:
            path.unlink(missing_ok=True)
        self.by_key = {}
        if path.exists():
            for line in path.read_text().splitlines():
                record = json.loads(line)
                self.by_key[record["key"]] = record

    def add(self, record):
        before = self.by_key.get(record["key"])
        if before and "survived" in (before["outcome"], before.get("first")):
            record["first"] = "survived"
        self.by_key[record["key"]] = record
        with self.path.open("a") as file:
            file.write(json.dumps(record) + "\n")

    def counted(self, room=None):
        return [r for r in self.by_key.values() if r["outcome"] in ("killed", "survived") and room in (None, r["room"])]


class Tree:
    """A copy of the checkout with a build of its own, in which the faults are made."""

    def __init__(self, number):
        self.path = SCRATCH / f"tree-{number}"
        self.build = self.path / "build/dev"
        base = int(os.environ.get("DPONE_PG_PORT_BASE", "24300")) + 200 * (number + 1)
        self.env = {name: value for name, value in os.environ.items() if name != "DPONE_ROOT"} | {
            "DPONE_PG_PORT_BASE": str(base), "DPONE_BINARY": str(self.build / "dpone"), "DPONE_RUN_INTEGRATION": "1",
            "DPONE_CACHE": os.environ.get("DPONE_CACHE", str(ROOT / ".services/cache")), "DPONE_CI": "",
            "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        self.log = SCRATCH / f"tree-{number}.log"
        self.has_server = False
        self.process = None

    def copy(self):
        """Brings the copy to what the checkout has: what is equal keeps its time, so that little is built again."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        wanted = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
        for folder in ("src", "tests"):
            for path in (self.path / folder).rglob("*"):
                if path.is_file() and path.relative_to(self.path).as_posix() not in wanted:
                    path.unlink()
        for name in wanted:
            source, copy = ROOT / name, self.path / name
            if not copy.exists() or copy.read_bytes() != source.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, copy)

    def run(self, command, seconds):
        """(exit code, output); the code is None when it took too long."""
        with self.log.open("w+") as log:
            process = self.process = subprocess.Popen(
                command, cwd=self.path, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
            code = None
            try:
                code = process.wait(seconds)
            except subprocess.TimeoutExpired:
                # pytest stops its servers when it is asked to; what does not listen is killed.
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    pass
            finally:
                self._kill_group(process.pid)
                process.wait()
        return code, self.log.read_text(errors="replace")

    @staticmethod
    def _kill_group(pid):
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def ninja(self, *targets):
        return self.run(["ninja", "-C", str(self.build), *targets], BUILD_SECONDS)

    def prepare(self):
        """Builds all without a fault, and measures the unit tests."""
        self.copy()
        code, said = self.run(["cmake", "--preset", "dev", "--log-level=WARNING"], BUILD_SECONDS)
        if code == 0:
            _, targets = self.run(["ninja", "-C", str(self.build), "-t", "targets", "all"], BUILD_SECONDS)
            self.runners = {name for name in re.findall(r"(dpone_\w+_test): phony", targets)}
            code, said = self.run(["ninja", "-C", str(self.build), "dpone", "dpone_unit", *sorted(self.runners)], 4 * BUILD_SECONDS)
        if code != 0:
            sys.exit(f"mutate: the sources do not build without a fault:\n{said[-2000:]}")
        self.sound = self.hash()
        self.seconds, self.tests_of = {}, {}
        self.slow = []
        for runner in [*self.runners, "dpone_unit"]:
            began = time.monotonic()
            code, said = self.run([*LIMITS, self.program(runner), "--gtest_color=no"], 600)
            if code != 0:
                sys.exit(f"mutate: {runner} fails without a fault:\n{said[-2000:]}")
            self.seconds[runner] = time.monotonic() - began
            took = re.findall(r"\[       OK \] ([\w/]+\.[\w/]+).* \((\d+) ms\)", said)
            self.tests_of[runner] = [name for name, _ in took]
            self.slow = [name for name, milliseconds in took if int(milliseconds) > SLOW_MILLISECONDS]

    def program(self, name):
        return str(next(path for path in (self.build / name, self.build / "src/dpone" / name) if path.exists()))

    def hash(self):
        """Of the program, without what only a debugger reads: equal for equal machine code."""
        bare = self.build / "bare"
        subprocess.run(["objcopy", "--strip-all", "--remove-section=.note.gnu.build-id", self.build / "dpone", bare], check=True)
        return hashlib.sha256(bare.read_bytes()).hexdigest()

    def unit(self, runner, only):
        """None when the tests pass, or the name of what found the fault."""
        seconds = PATIENCE * self.seconds[runner]
        code, said = self.run(
            [*LIMITS, f"--cpu={round(max(seconds, LEAST_SECONDS))}", self.program(runner), "--gtest_color=no", "--gtest_fail_fast",
             f"--gtest_filter={only}"],
            max(seconds, LEAST_WAIT_SECONDS),
        )  # fmt: skip
        if code == 0:
            return None
        names = re.findall(r"\[  FAILED  \] ([\w/]+\.[\w/]+)", said) or re.findall(r"\[ RUN      \] (\S+)", said)[-1:]
        return f"unit {names[0] if names else '?'}{' (timeout)' if code in (None, -signal.SIGXCPU) else ''}"

    def pytest(self, *arguments):
        return self.run(
            [*LIMITS, sys.executable, "-m", "pytest", "-c", "tests/pytest.ini", "-p", "no:cacheprovider", "-x", "-q", *arguments],
            PYTEST_SECONDS,
        )

    def whole(self, room, sound):
        """As unit(), by the tests of the whole program. A test that fails without the fault too does not count."""
        if not self.has_server:
            # One server for all, instead of one for each pytest.
            self.run([str(self.path / "dev"), "services", "up", "postgres16", "--for", str(os.getpid())], 600)
            self.has_server = True
        left_out = []
        while True:
            code, said = self.pytest(*SUITES[room], *[f"--deselect={name}" for name in left_out])
            if code == 0:
                return None
            if code is None:
                return "pytest (timeout)"
            found = re.search(r"^(?:FAILED|ERROR) (tests/\S+?|\S+?)(?: - .*)?$", said, re.MULTILINE)
            if not found or len(left_out) == 3:
                raise RuntimeError(f"pytest says {code}:\n{said[-1500:]}")
            name = found[1]
            mutated, self.env["DPONE_BINARY"] = self.env["DPONE_BINARY"], str(sound)
            code, _ = self.pytest(f"tests/{name.removeprefix('tests/')}")
            self.env["DPONE_BINARY"] = mutated
            if code == 0:
                return f"pytest {name.removeprefix('tests/')}"
            left_out.append(name)

    def release(self):
        if self.has_server:
            self.run([str(self.path / "dev"), "services", "down", "postgres16", "--for", str(os.getpid())], 120)

    def judge(self, room, fault, sound):
        """(outcome, by what)"""
        path = self.path / fault.file
        text = path.read_text()
        path.write_text(fault.applied(text))
        try:
            code, _ = self.ninja("dpone")
            if code != 0:
                return "does not compile", ""
            if self.hash() == self.sound:
                return "equal", ""
            slow = ":".join(self.slow)
            runner = runner_of(room)
            if runner in self.runners and self.ninja(runner)[0] == 0:
                if found := self.unit(runner, f"-{slow}"):
                    return "killed", found
            code, _ = self.ninja("dpone_unit")
            if code != 0:
                return "does not compile", "its unit tests"
            if found := self.unit("dpone_unit", f"-{slow}:{':'.join(self.tests_of.get(runner, []))}"):
                return "killed", found
            if found := self.whole(room, sound):
                return "killed", found
            if slow and (found := self.unit("dpone_unit", slow)):
                return "killed", found
            return "survived", ""
        finally:
            path.write_text(text)


class Work:
    """Hands out the faults, so that each room gets its share of the count."""

    def __init__(self, queues, results, count, deadline, only=None):
        self.queues, self.results, self.deadline, self.only = queues, results, deadline, only
        self.count = count
        self.lock = threading.Lock()
        self.waiting = {room: [f for f in faults if self._is_open(f)] for room, faults in queues.items()}
        self.under_way = dict.fromkeys(queues, 0)

    def stop(self):
        self.deadline = self.results = None

    def _is_open(self, fault):
        return fault.key in self.only if self.only is not None else fault.key not in self.results.by_key

    def _wants(self, room):
        return self.only is not None or self.has(room) * len(self.queues) < self.count

    def has(self, room):
        return len(self.results.counted(room)) + self.under_way[room]

    def next(self):
        with self.lock:
            if self.results is None or time.time() > self.deadline:
                return None
            rooms = [room for room in self.queues if self.waiting[room] and self._wants(room)]
            if not rooms:
                return None
            room = min(rooms, key=self.has)
            self.under_way[room] += 1
            return room, self.waiting[room].pop(0)

    def done(self, room, fault, outcome, found, seconds):
        with self.lock:
            self.under_way[room] -= 1
            if self.results is None:
                return
            self.results.add(
                {"key": fault.key, "room": room, "file": fault.file, "line": fault.line, "fault": fault.what, "rule": fault.rule,
                 "outcome": outcome, "by": found, "seconds": round(seconds)}
            )  # fmt: skip
            counted = len(self.results.counted())
            print(f"{counted:4} {outcome:9} {fault.file}:{fault.number}: {fault.what}  {found}", flush=True)


def work_in(tree, work, sound):
    while task := work.next():
        room, fault = task
        began = time.monotonic()
        try:
            outcome, found = tree.judge(room, fault, sound)
        except RuntimeError as error:
            outcome, found = "not judged", str(error)
        work.done(room, fault, outcome, found, time.monotonic() - began)


def read_answers():
    answers = tomllib.loads(ANSWERS.read_text()).get("answer", []) if ANSWERS.exists() else []
    return {f"{a['file']} | {a['line']} | {a['fault']}": a["reason"] for a in answers}


def summary(results, rooms):
    """The table of the page in docs, and the survivors without an answer."""
    answers = read_answers()
    rows, survivors = [], []
    for room in rooms:
        counted = results.counted(room)
        alive = [r for r in counted if r["outcome"] == "survived"]
        late = [r for r in counted if r["outcome"] == "killed" and r.get("first") == "survived"]
        unanswered = [r for r in alive if r["key"] not in answers]
        survivors += unanswered
        rows.append((room, len(counted), len(counted) - len(alive) - len(late), len(late), len(alive) - len(unanswered), len(unanswered)))
    print("| room | faults | killed | killed by a test written for it | no fault, for a reason | unanswered |")
    print("|---|---|---|---|---|---|")
    for name, *numbers in [*((f"`{row[0]}`", *row[1:]) for row in rows), ("all", *(sum(row[i] for row in rows) for i in range(1, 6)))]:
        print(f"| {name} | {' | '.join(map(str, numbers))} |")
    stale = sorted(set(answers) - all_keys())
    for key in stale:
        print(f"\nan answer whose line has changed: {key}")
    for record in survivors:
        print(f"\nsurvived: {record['file']}\n  {record['line']}\n  {record['fault']}")
    return 1 if survivors or stale else 0


def all_keys():
    return {fault.key for faults in chosen(ROOT, list(SUITES), 0).values() for fault in faults}


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--room", action="append", choices=sorted(SUITES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=162)
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--jobs", type=int, default=1)
    for name in ("--resume", "--survivors", "--summary"):
        parser.add_argument(name, action="store_true")
    options = parser.parse_args()
    rooms = options.room or list(SUITES)
    results = Results(SCRATCH / f"results-{options.seed}.jsonl", options.resume or options.survivors or options.summary)
    if not options.summary:
        only = {r["key"] for r in results.counted() if r["outcome"] == "survived"} if options.survivors else None
        trees = [Tree(number) for number in range(options.jobs)]
        for tree in trees:
            tree.prepare()
        sound = SCRATCH / "sound/dpone"
        sound.parent.mkdir(exist_ok=True)
        shutil.copy(trees[0].build / "dpone", sound)
        deadline = time.time() + 60 * options.minutes
        work = Work(chosen(trees[0].path, rooms, options.seed), results, options.count, deadline, only)
        workers = [threading.Thread(target=work_in, args=(tree, work, sound)) for tree in trees]

        def stop(number, frame):
            work.stop()
            for tree in trees:
                if tree.process:
                    tree.process.terminate()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        for tree in trees:
            tree.release()
    return summary(results, rooms)


if __name__ == "__main__":
    sys.exit(main())
