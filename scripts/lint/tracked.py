"""Checks that no tracked file names a package registry's host, a path of somebody's machine, or holds a big blob.

usage: tracked.py [ROOT]     prints file:line: reason, one a line; exit code 1 if there is any
"""

import pathlib
import re
import sys

from files import report

MAX_BYTES = 1 << 20
# Which registry serves the packages is the machine's business: npm, pip and apt have their own configuration.
REGISTRY = re.compile(r"\b(registry\.\w+js\.\w+|files\.python\w+\.org|pypi\.org/simple|proxy\.golang\.\w+|deb\.debian\.org)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}/~-])/(root|work|home/\w+|Users/\w+)/")


def check(text):
    for number, line in enumerate(text.splitlines(), 1):
        if match := REGISTRY.search(line):
            yield number, f"names a package registry: {match[0]}"
        if match := MACHINE_PATH.search(line):
            yield number, f"names a path of one machine: {match[0]}"


def check_file(name, data):
    yield from check(data.decode("utf-8", "replace"))
    if len(data) > MAX_BYTES:
        yield 1, f"{len(data)} bytes, at most {MAX_BYTES}"


def main(root):
    return report(root, lambda name: True, check_file)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
