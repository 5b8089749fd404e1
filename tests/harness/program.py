"""Runs the dpone program in a folder of its own, with no more of the environment than it needs."""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What sanitizers read, and where to look for programs; nothing else comes from the outside.
PASSED_ON = ("PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")


def binary():
    return pathlib.Path(os.environ.get("DPONE_BINARY", ROOT / "build/check/dpone")).resolve()


@dataclasses.dataclass
class Run:
    """How one run of the program ended."""

    args: list
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    def expect(self, code):
        """Itself, if it ended with `code`; else fails with all that it printed."""
        assert self.code == code, f"exit {self.code}, not {code}: {self}"
        return self

    def __str__(self):
        return f"dpone {' '.join(self.args)}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Dpone:
    """`dpone("copy", ...)` runs to the end; `dpone.start(...)` gives the process. Both work in `folder` with `env`."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self.env |= {"HOME": str(self.folder), "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "1"}

    def connect(self, connection_id, url):
        """Makes `connection_id` stand for `url`."""
        self.env[f"DPONE_CONN_{connection_id.upper()}_URL"] = url

    def start(self, *args, env=None, **popen):
        command = [str(binary()), *map(str, args)]
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env={**self.env, **(env or {})}, **(options | popen))

    def __call__(self, *args, env=None, stdin="", timeout=120):
        process = self.start(*args, env=env, stdin=subprocess.PIPE)
        try:
            out, err = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"no end after {timeout} s: {Run(list(map(str, args)), -1, out, err)}") from None
        return Run([str(arg) for arg in args], process.returncode, out, err)

    def measure(self, *args):
        """Its run, and the high-water mark of its memory in MiB. (The rusage of a child counts its parent's from before exec.)"""
        process = self.start(*args)
        peak = 0
        while process.poll() is None:
            with contextlib.suppress(OSError):
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                if f"Name:\t{binary().name[:15]}\n" in status and (match := re.search(r"VmHWM:\s+(\d+) kB", status)):
                    peak = int(match[1]) / 1024
            time.sleep(0.005)
        out, err = process.communicate()
        return Run([str(arg) for arg in args], process.returncode, out, err), peak

    def write(self, name, text):
        """Writes a file into the folder; gives its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path
