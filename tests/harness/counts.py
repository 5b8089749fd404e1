"""Guards the number of tests: a suite in which fewer passed than tests/counts.json records has failed.

As a pytest plugin (--guard-counts, --record-counts) it counts the tests of each folder of tests/; as a program it
judges what a unit test runner printed:  counts.py SUITE [--record] < output
"""

import collections
import json
import pathlib
import re
import sys

import pytest

COUNTS = pathlib.Path(__file__).resolve().parents[1] / "counts.json"
TESTS = COUNTS.parent


def read_counts():
    return json.loads(COUNTS.read_text()) if COUNTS.exists() else {}


def record(passed):
    COUNTS.write_text(json.dumps({**read_counts(), **passed}, indent=2, sort_keys=True) + "\n")


def shortfalls(passed):
    """One line for each suite of `passed` that has fewer tests than recorded, or none at all."""
    recorded = read_counts()
    for suite, count in sorted(passed.items()):
        if count < max(recorded.get(suite, 0), 1):
            yield f"counts: {suite}: {count} tests passed, {recorded.get(suite, 0)} are recorded in tests/counts.json"


def passed_in_gtest(output):
    match = re.search(r"^\[  PASSED  \] (\d+) tests?", output, re.MULTILINE)
    return int(match[1]) if match else 0


def pytest_addoption(parser):
    parser.addoption("--guard-counts", action="store_true", help="fail when a suite has fewer tests than recorded")
    parser.addoption("--record-counts", action="store_true", help="write the number of tests to counts.json")


def pytest_configure(config):
    if config.option.guard_counts or config.option.record_counts:
        config.pluginmanager.register(Guard(config), "dpone-counts")


class Guard:
    def __init__(self, config):
        self.is_recording = config.option.record_counts
        # A folder named on the command line and without tests counts as 0, and so fails.
        self.passed = collections.Counter({pathlib.Path(arg).resolve().name: 0 for arg in config.args})
        self.passed.pop(TESTS.name, None)
        self.findings = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.passed[pathlib.Path(report.nodeid).parts[0]] += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session, exitstatus):
        if self.is_recording and exitstatus == 0:
            record(self.passed)
        self.findings = list(shortfalls(self.passed))
        if self.findings and exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        for line in self.findings:
            terminalreporter.write_line(line, red=True)


def main(suite, *options):
    output = sys.stdin.read()
    passed = {suite: passed_in_gtest(output)}
    if "--record" in options and passed[suite]:
        record(passed)
    print(f"{suite}: {passed[suite]} tests passed")
    findings = list(shortfalls(passed))
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings or "[  FAILED  ]" in output else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
