"""Nothing of one machine gets into the project."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Put together here, so that this file passes the check it tests.
OFFENCES = [
    ("https://registry." + "npmjs.org/pg", "names a package registry"),
    ("index-url = https://pypi.org" + "/simple", "names a package registry"),
    ("see /ro" + "ot/notes", "names a path of one machine"),
    ("see /ho" + "me/jo/notes", "names a path of one machine"),
]


def check(folder):
    script = ROOT / "scripts/lint/tracked.py"
    return subprocess.run([sys.executable, script, folder], capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)

    def track(name, content):
        (tmp_path / name).write_bytes(content)
        subprocess.run(["git", "-C", tmp_path, "add", name], check=True)
        return tmp_path

    return track


@pytest.mark.parametrize(("text", "reason"), OFFENCES)
def test_an_offending_line_is_named(repository, text, reason):
    done = check(repository("notes.md", f"first\n{text}\n".encode()))
    assert done.returncode == 1
    assert done.stdout.startswith(f"notes.md:2: {reason}: ")


def test_a_big_file_is_refused(repository):
    done = check(repository("blob", b"x" * ((1 << 20) + 1)))
    assert done.returncode == 1
    assert done.stdout.startswith("blob:1: 1048577 bytes")


def test_plain_text_passes(repository):
    done = check(repository("notes.md", b"build/release/dpone, ${root}/work/x and /var/tmp\n"))
    assert (done.returncode, done.stdout) == (0, "")
