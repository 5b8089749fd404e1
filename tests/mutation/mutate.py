"""Gives the sources small faults, one at a time, and looks whether the tests find them.

usage: mutate.py [--room R] [--seed N] [--count N] [--minutes N] [--jobs N] [--resume] [--survivors] [--summary]

  --room R       faults of this room only, such as data or connectors/sqlite; may be given again
  --seed N       which faults are chosen (default 1); the same seed chooses the same ones of unchanged lines
  --count N      so many that count: which compile, and change the program (default 162)
  --minutes N    no new fault is begun after two thirds of that, and nothing at all after it
  --jobs N       so many at once, each in a tree of its own (default 1)
  --resume       keep the results that there are, and go on
  --survivors    try those again that have survived
  --summary      only print what the results say

Results go to build/mutation/results-SEED.jsonl. A survivor is answered by a test, or by an entry in answers.toml that
says why it is no fault. The exit code is 1 when a survivor has no answer.
"""

import argparse
import collections
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
from rooms import SUITES, layer_of, layers_above, room_of, runner_of  # noqa: E402

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
SLOW_SECONDS = 5
MOST_INCLUDERS = 4
# A fault that allocates or writes without end is stopped before the machine is.
LIMITS = ("prlimit", f"--as={12 << 30}", f"--fsize={2 << 30}", "--core=0")


def chosen(root, rooms, seed):
    """All faults of the rooms in the order in which they are tried: room by room and rule by rule, so that few of them
    are spread as well as many. A fault's place depends on itself and the seed, not on the lines around it."""
    queues = {room: {} for room in rooms}
    texts = {path.relative_to(root).as_posix(): path.read_text() for path in sorted((root / "src/dpone").rglob("*.*"))}
    included = counted_includers(texts)
    for file, text in texts.items():
        room = room_of(file.removeprefix("src/dpone/"))
        if room in queues:
            for fault in faults_of(file, text):
                queues[room].setdefault(fault.rule, []).append(fault)

    def place(fault):
        # A header that many include rebuilds half of the program: those come last.
        return included[fault.file] > MOST_INCLUDERS, hashlib.sha256(f"{seed} {fault.key}".encode()).digest()

    for room, rules in queues.items():
        for faults in rules.values():
            faults.sort(key=place)
        # Rooms begin with different rules.
        order = sorted(rules, key=lambda rule: hashlib.sha256(f"{seed} {room} {rule}".encode()).digest())
        queues[room] = list(interleaved([rules[rule] for rule in order]))
    return queues


def counted_includers(texts):
    """How many sources are compiled again when a header changes."""
    direct = {file: [f"src/{name}" for name in re.findall(r'^#include "(.*)"', text, re.MULTILINE)] for file, text in texts.items()}
    counts = collections.Counter()
    for source in direct:
        if source.endswith(".cc"):
            reached, waiting = set(), [source]
            while waiting:
                new = set(direct.get(waiting.pop(), ())) - reached
                reached |= new
                waiting += new
            counts.update(reached)
    return counts


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

    def add(self, record, is_again):
        before = self.by_key.get(record["key"], {})
        if is_again or "first" in before:
            record["first"] = before.get("first", before["outcome"])
        self.by_key[record["key"]] = record
        with self.path.open("a") as file:
            file.write(json.dumps(record) + "\n")

    def counted(self, room=None):
        return [r for r in self.by_key.values() if r["outcome"] in ("killed", "alive", "survived") and room in (None, r["room"])]


class Tree:
    """A copy of the checkout with a build of its own, in which the faults are made."""

    def __init__(self, number):
        self.path = SCRATCH / f"tree-{number}"
        self.build = self.path / "build/dev"
        base = int(os.environ.get("DPONE_PG_PORT_BASE", "24300")) + 200 * (number + 1)
        self.env = {name: value for name, value in os.environ.items() if name != "DPONE_ROOT"} | {
            "DPONE_PG_PORT_BASE": str(base), "DPONE_RUN_INTEGRATION": "1",
            "DPONE_CACHE": os.environ.get("DPONE_CACHE", str(ROOT / ".services/cache")), "DPONE_CI": "",
            "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        # The faulty sources are compiled once, so that ccache need not keep them.
        self.of_faults = {"CCACHE_PREFIX": str(ROOT / "tests/mutation/compile.sh"), "CCACHE_READONLY": "1"}
        self.log = SCRATCH / f"tree-{number}.log"
        self.has_server = False
        self.process = None
        self.is_stopped = False

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
        if self.is_stopped:
            raise RuntimeError("stopped")
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
        return self.run(["ninja", "-C", str(self.build), "-f", "faults.ninja", *targets], BUILD_SECONDS)

    def prepare(self):
        """Builds all without a fault."""
        self.copy()
        # Without what debuggers read, a link writes a twentieth.
        code, said = self.run(["cmake", "--preset", "dev", "-DCMAKE_EXE_LINKER_FLAGS=-Wl,--strip-debug", "--log-level=WARNING"], BUILD_SECONDS)
        if code == 0:
            _, targets = self.run(["ninja", "-C", str(self.build), "-t", "targets", "all"], BUILD_SECONDS)
            self.runners = sorted(set(re.findall(r"^(dpone_\w+_test): phony", targets, re.MULTILINE)))
            code, said = self.run(["ninja", "-C", str(self.build), "dpone", "dpone_unit", *self.runners], 4 * BUILD_SECONDS)
        if code != 0:
            sys.exit(f"mutate: the sources do not build without a fault:\n{said[-2000:]}")
        self.env |= self.of_faults
        # A copy, for which ninja does not look for new files each time.
        shutil.copy(self.build / "build.ninja", self.build / "faults.ninja")
        self.sound = self.hash()

    def measure(self):
        """How long the unit tests take without a fault, and which are a room's own."""
        measured = SCRATCH / "measured.json"
        state = {"program": self.sound, "tests": self.hash("dpone_unit")}
        known = json.loads(measured.read_text()) if measured.exists() else {}
        if state.items() <= known.items():
            self.slow, self.seconds, self.tests_of = known["slow"], known["seconds"], known["tests_of"]
            return
        code, said = self.run([*LIMITS, self.program("dpone_unit"), "--gtest_color=no"], 1200)
        if code != 0:
            sys.exit(f"mutate: the unit tests fail without a fault:\n{said[-2000:]}")
        took = {name: int(number) / 1000 for name, number in re.findall(r"\[       OK \] (\S+) .*?\((\d+) ms\)", said)}
        self.slow = [name for name, seconds in took.items() if seconds > SLOW_SECONDS]
        self.seconds, self.tests_of = {"dpone_unit": sum(took.values())}, {}
        for runner in self.runners:
            _, said = self.run([self.program(runner), "--gtest_list_tests"], 120)
            suite = ""
            names = self.tests_of[runner] = []
            for line in said.splitlines():
                word = line.split("#")[0].strip()
                if line.startswith("  "):
                    names.append(suite + word)
                elif word.endswith("."):
                    suite = word
            self.seconds[runner] = sum(took.get(name, 0) for name in names)
        measured.write_text(json.dumps(state | {"slow": self.slow, "seconds": self.seconds, "tests_of": self.tests_of}))

    def program(self, name):
        return str(next(path for path in (self.build / name, self.build / "src/dpone" / name) if path.exists()))

    def hash(self, program="dpone"):
        """Of a program, without what only a debugger reads: equal for equal machine code."""
        bare = self.build / "bare"
        subprocess.run(["objcopy", "--strip-all", "--remove-section=.note.gnu.build-id", self.build / program, bare], check=True)
        return hashlib.sha256(bare.read_bytes()).hexdigest()

    def unit(self, runner, only, program=None):
        """None when the tests pass, or the name of what found the fault."""
        seconds = PATIENCE * self.seconds[runner]
        code, said = self.run(
            [*LIMITS, f"--cpu={round(max(seconds, LEAST_SECONDS))}", str(program or self.program(runner)), "--gtest_color=no", "--gtest_fail_fast",
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

    def whole(self, room, faulty, sound):
        """As unit(), by the tests of the whole program; `faulty` and `sound` are two of it."""
        if not self.has_server:
            # One server for all, instead of one for each pytest.
            self.run([str(self.path / "dev"), "services", "up", "postgres16", "--for", str(os.getpid())], 600)
            self.has_server = True
        left_out = []
        while True:
            self.env["DPONE_BINARY"] = str(faulty)
            code, said = self.pytest(*SUITES[room], *[f"--deselect={name}" for name in left_out])
            if code == 0:
                return None
            if code is None:
                return "pytest (timeout)"
            found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", said, re.MULTILINE)
            if not found or len(left_out) == 3:
                raise RuntimeError(f"pytest says {code}:\n{said[-1500:]}")
            # Once more with the fault and once without it: only what the fault makes fail has found it.
            name = found[1].removeprefix("tests/")
            is_found = self.pytest(f"tests/{name}")[0] != 0
            self.env["DPONE_BINARY"] = str(sound)
            is_found = is_found and self.pytest(f"tests/{name}")[0] == 0
            if is_found:
                return f"pytest {name}"
            left_out.append(name)

    def release(self):
        self.is_stopped = False
        if self.has_server:
            self.run([str(self.path / "dev"), "services", "down", "postgres16", "--for", str(os.getpid())], 120)

    def judge_by_unit_tests(self, room, fault):
        """(outcome, by what). What lives is kept for the tests of the whole program."""
        path = self.path / fault.file
        text = path.read_text()
        path.write_text(fault.applied(text))
        try:
            layer = layer_of(room)
            runner, above = runner_of(layer), [runner_of(other) for other in layers_above(layer)]
            slow = ":".join(self.slow)
            if runner in self.runners:
                if self.ninja(runner)[0] != 0:
                    return "does not compile", ""
                if found := self.unit(runner, f"-{slow}"):
                    return "killed", found
            if self.ninja("dpone")[0] != 0:
                return "does not compile", ""
            if self.hash() == self.sound:
                return "equal", ""
            kept = kept_programs(fault)
            kept.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.build / "dpone", kept / "dpone")
            if tests := [name for other in above for name in self.tests_of.get(other, [])]:
                if self.ninja("dpone_unit")[0] != 0:
                    return "does not compile", ""
                if found := self.unit("dpone_unit", f"{':'.join(tests)}-{slow}"):
                    return "killed", found
                shutil.copy(self.build / "dpone_unit", kept / "dpone_unit")
            return "alive", ""
        finally:
            path.write_text(text)

    def judge_by_all_tests(self, room, fault, sound):
        kept = kept_programs(fault)
        found = self.whole(room, kept / "dpone", sound)
        if not found and self.slow and (kept / "dpone_unit").exists():
            found = self.unit("dpone_unit", ":".join(self.slow), kept / "dpone_unit")
        shutil.rmtree(kept)
        return ("killed", found) if found else ("survived", "")


def kept_programs(fault):
    return SCRATCH / "alive" / hashlib.sha256(fault.key.encode()).hexdigest()[:16]


class Work:
    """Hands out the faults, so that each room gets its share of the count."""

    def __init__(self, queues, results, count, minutes, only=None):
        self.queues, self.results, self.count, self.only = queues, results, count, only
        self.deadline = time.time() + 60 * minutes
        # What the unit tests let live takes the rest.
        self.last_new = time.time() + 40 * minutes
        self.answers = read_answers()
        self.lock = threading.Lock()
        self.waiting = {room: [f for f in faults if self._is_open(f)] for room, faults in queues.items()}
        # Those that the unit tests let live; they come when all others have been tried, for they take long.
        self.alive = [
            (room, f) for room, faults in queues.items() for f in faults if only is None and self._outcome(f) == "alive" and kept_programs(f).exists()
        ]
        self.under_way = dict.fromkeys(queues, 0)

    def stop(self):
        self.results = None

    def _outcome(self, fault):
        return self.results.by_key.get(fault.key, {}).get("outcome")

    def _is_open(self, fault):
        if self.only is not None:
            return fault.key in self.only
        return self._outcome(fault) is None or self._outcome(fault) == "alive" and not kept_programs(fault).exists()

    def _wants(self, room):
        return self.only is not None or self.has(room) * len(self.queues) < self.count

    def has(self, room):
        return len(self.results.counted(room)) + self.under_way[room]

    def next(self):
        """(room, fault, whether the unit tests have let it live)"""
        with self.lock:
            if self.results is None or time.time() > self.deadline:
                return None
            rooms = [room for room in self.queues if self.waiting[room] and self._wants(room)]
            if rooms and time.time() < self.last_new:
                room = min(rooms, key=self.has)
                self.under_way[room] += 1
                return room, self.waiting[room].pop(0), False
            # What has an answer already can wait.
            self.alive.sort(key=lambda task: task[1].key in self.answers)
            return (*self.alive.pop(0), True) if self.alive else None

    def done(self, room, fault, was_alive, outcome, found, seconds):
        with self.lock:
            if not was_alive:
                self.under_way[room] -= 1
            if self.results is None:
                return
            if outcome == "alive":
                self.alive.append((room, fault))
            self.results.add(
                {"key": fault.key, "room": room, "file": fault.file, "line": fault.line, "fault": fault.what, "rule": fault.rule,
                 "outcome": outcome, "by": found, "seconds": round(seconds)},
                is_again=self.only is not None and not was_alive,
            )  # fmt: skip
            counted = len(self.results.counted())
            print(f"{counted:4} {outcome:9} {fault.file}:{fault.number}: {fault.what}  {found}", flush=True)


def work_in(tree, work, sound):
    while task := work.next():
        room, fault, is_alive = task
        began = time.monotonic()
        try:
            outcome, found = tree.judge_by_all_tests(room, fault, sound) if is_alive else tree.judge_by_unit_tests(room, fault)
        except Exception as error:  # noqa: BLE001  # the next fault may do better
            outcome, found = "not judged", repr(error)
        work.done(room, fault, is_alive, outcome, found, time.monotonic() - began)


def read_answers():
    answers = tomllib.loads(ANSWERS.read_text()).get("answer", []) if ANSWERS.exists() else []
    return {f"{a['file']} | {a['line']} | {a['fault']}": a["reason"] for a in answers}


COLUMNS = ("faults", "killed", "killed by a test written for it", "no fault, for a reason", "unanswered", "waiting")


def figures_of(records, answers):
    def count(belongs):
        return sum(map(bool, map(belongs, records)))

    return (
        len(records),
        count(lambda r: r["outcome"] == "killed" and "first" not in r),
        count(lambda r: r["outcome"] == "killed" and "first" in r),
        count(lambda r: r["outcome"] != "killed" and r["key"] in answers),
        count(lambda r: r["outcome"] == "survived" and r["key"] not in answers),
        count(lambda r: r["outcome"] == "alive" and r["key"] not in answers),
    )


def summary(results, rooms):
    """Prints the table of the page in docs, and what has no answer. Waiting is what the unit tests have let live, and
    the tests of the whole program have not yet seen."""
    answers = read_answers()
    print(f"| room | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}")
    for name, records in [*((f"`{room}`", results.counted(room)) for room in rooms), ("all", [r for room in rooms for r in results.counted(room)])]:
        print(f"| {name} | {' | '.join(map(str, figures_of(records, answers)))} |")
    stale = sorted(set(answers) - all_keys())
    for key in stale:
        print(f"\nan answer whose line has changed: {key}")
    survivors = [r for room in rooms for r in results.counted(room) if r["outcome"] == "survived" and r["key"] not in answers]
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
        only = {r["key"] for r in results.counted() if r["outcome"] != "killed"} if options.survivors else None
        trees = [Tree(number) for number in range(options.jobs)]
        for tree in trees:
            tree.prepare()
        trees[0].measure()
        for tree in trees[1:]:
            tree.seconds, tree.tests_of, tree.slow = trees[0].seconds, trees[0].tests_of, trees[0].slow
        sound = SCRATCH / "sound/dpone"
        sound.parent.mkdir(exist_ok=True)
        shutil.copy(trees[0].build / "dpone", sound)
        work = Work(chosen(trees[0].path, rooms, options.seed), results, options.count, options.minutes, only)
        workers = [threading.Thread(target=work_in, args=(tree, work, sound)) for tree in trees]

        def stop(number, frame):
            work.stop()
            for tree in trees:
                tree.is_stopped = True
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
