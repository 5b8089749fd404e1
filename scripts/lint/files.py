"""The files that git tracks, and how a check of them reports."""

import subprocess


def report(root, is_of_check, check):
    """Prints `file:line: reason` of what `check(name, bytes)` yields as (line, reason), by file; 1 if there is any."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    is_clean = True
    for name in filter(None, names.split("\0")):
        path = root / name
        if not is_of_check(name) or not path.is_file():
            continue
        for line, reason in check(name, path.read_bytes()):
            print(f"{name}:{line}: {reason}")
            is_clean = False
    return 0 if is_clean else 1
