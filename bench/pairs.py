"""Alternating runs, ratios, and the null test that tells whether a ratio means anything."""

import contextlib
import dataclasses
import mmap
import pathlib
import re
import statistics
import subprocess
import time
import typing

NULL_RANGE = (0.95, 1.05)
MIN_ROUNDS = 9


class RunFailed(Exception):
    """A run ended badly, or its result is wrong: then there is no figure."""


def touch_memory(size):
    """Writes to `size` bytes of free memory once.

    A virtual machine pays for the first use of a page, and again when it has given it back to its host, which it does with
    pages that are free for seconds. A run whose preparation has just dropped a table would find its pages warm, and one
    that drops the old table at its end would not.
    """
    if size > 0:
        with mmap.mmap(-1, size) as memory:
            for offset in range(0, size, mmap.PAGESIZE):
                memory[offset] = 1


@dataclasses.dataclass
class Runner:
    """A command to be timed. `prepare` and `verify` run before and after it, outside the time."""

    name: str
    command: list
    env: dict
    folder: str
    prepare: typing.Callable[[], None] = lambda: None
    verify: typing.Callable[[], None] = lambda: None
    memory: int = 0  # bytes that it will make the machine use, for tables and their log
    part: typing.Optional[typing.Callable[["Runner"], float]] = None  # seconds of the last run that something of it took
    parts: list = dataclasses.field(default_factory=list)

    @property
    def log(self):
        return pathlib.Path(self.folder) / f"{self.name.replace(' ', '_')}.log"

    def run(self, watch=subprocess.Popen.wait):
        """(seconds, what `watch` made of the process until its end) of one verified run."""
        self.prepare()
        touch_memory(self.memory)
        with self.log.open("w+", encoding="utf-8") as log:
            start = time.monotonic()
            process = subprocess.Popen(self.command, env=self.env, cwd=self.folder, stdout=log, stderr=log)
            seen = watch(process)
            code = process.wait()
            seconds = time.monotonic() - start
            if code != 0:
                log.seek(0)
                raise RunFailed(f"{self.name} ended with {code}: {log.read()[-2000:]}")
        self.verify()
        if self.part:
            self.parts.append(self.part(self))
        return seconds, seen


def peak_memory(process):
    """The high-water mark of its resident memory in MiB. (The rusage of a child counts its parent's before exec.)"""
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(OSError):
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            if f"Name:\t{pathlib.Path(process.args[0]).name[:15]}\n" in status and (match := re.search(r"VmHWM:\s+(\d+) kB", status)):
                peak = int(match[1]) / 1024
        time.sleep(0.005)
    return peak


@dataclasses.dataclass
class Figure:
    """One row of the report. `value` is a median, of ratios where `null` is given."""

    name: str
    value: float
    lowest: float
    highest: float
    unit: str
    bar: float
    is_upper_bar: bool
    null: typing.Optional[float] = None
    samples: dict = dataclasses.field(default_factory=dict)

    @property
    def verdict(self):
        if self.null is not None:
            rounds = min(map(len, self.samples.values()))
            if rounds < MIN_ROUNDS or not NULL_RANGE[0] <= self.null <= NULL_RANGE[1]:
                return "UNVERIFIED"
        return "pass" if (self.value <= self.bar if self.is_upper_bar else self.value >= self.bar) else "FAIL"


def alternate(runners, rounds):
    """Seconds of each runner, by name. Each round takes another order; one round before is not counted."""
    seconds = {runner.name: [] for runner in runners}
    for number in range(-1, rounds):
        shift = number % len(runners)
        order = runners[shift:] + runners[:shift]
        if number % 2:
            order.reverse()
        for runner in order:
            taken, _ = runner.run()
            if number >= 0:
                seconds[runner.name].append(taken)
        if number >= 0:
            print(f"  {number + 1}/{rounds} " + ", ".join(f"{name} {all_[-1]:.2f} s" for name, all_ in seconds.items()), flush=True)
    return seconds


def compare(name, over, under, rounds, *, bar, is_upper_bar=True):
    """The ratio of times over / under, with the limit (the one of the two that is not on trial) against itself.

    With an upper bar `under` is the limit; with a lower bar, `over` is a peer and `under` is dpone.
    """
    again = repeat(under)
    seconds = alternate([under, over, again], rounds)
    return ratio(name, seconds[over.name], seconds[under.name], seconds[again.name], bar=bar, is_upper_bar=is_upper_bar)


def repeat(runner):
    """The same once more, for the null test."""
    return dataclasses.replace(runner, name=runner.name + " again", parts=[])


def ratio(name, over, under, again, *, bar, is_upper_bar=True):
    """A figure of seconds round by round."""
    ratios = [a / b for a, b in zip(over, under)]
    null = statistics.median(a / b for a, b in zip(again, under))
    samples = {"over": over, "under": under, "again": again}
    return Figure(name, statistics.median(ratios), min(ratios), max(ratios), "x", bar, is_upper_bar, null, samples)
