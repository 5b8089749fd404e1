"""The tasks that docs/cicd/workflows.md shows and that this machine can run in seconds: packing, and the live tests of a
label against a server of one's own. `lint`, `format` and `analyze --changed` are the other half of .ci/run; the site is
built in tests/lint; a whole analysis and coverage take minutes, and run on GitHub only.
"""

import os
import re
import subprocess
import tarfile
import urllib.parse

import pytest

from harness.program import ROOT, binary


def dev(*arguments, **env):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("DPONE_RUN_", "DPONE_IT_"))}
    return subprocess.run(
        [ROOT / "dev", *map(str, arguments)], env={**own, "DPONE_BINARY": str(binary()), **env},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_ctest_knows_the_labels(tmp_path):
    """Configured anew: the build that made the tested program may be another one's."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DPONE_RUN_", "DPONE_IT_"))}

    def ctest(*arguments):
        return subprocess.run(["ctest", "--test-dir", tmp_path, *arguments], capture_output=True, text=True, check=False, env=env).stdout

    subprocess.run(["cmake", "-S", ROOT, "-B", tmp_path, "-G", "Ninja"], capture_output=True, check=True)
    for label in ("unit", "integration_live", "integration_postgres_xmin", "integration_matrix", "integration_replay", "integration_replay_services"):
        assert "Total Tests: 1" in ctest("-N", "-L", f"^{label}$"), label
    ran = ctest("-L", "^integration_")
    assert ran.count("***Skipped") == 5, "nothing is selected where no variable asks for it"


def test_a_package_runs_and_has_the_same_bytes_again(tmp_path):
    said = []
    for folder in ("first", "second"):
        done = dev("package", "--to", tmp_path / folder)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout.split(None, 1)[1])
    assert said[0] == said[1]
    assert "links in" in done.stderr  # the packed pages were checked by the packed program
    (archive,) = (tmp_path / "first").iterdir()
    assert re.fullmatch(r"dpone-\d+\.\d+\.\d+\.tar\.gz", archive.name)
    with tarfile.open(archive) as packed:
        members = packed.getmembers()
    top = archive.name.removesuffix(".tar.gz")
    names = [member.name for member in members]
    for name in ("bin/dpone", "LICENSE", "README.md", "docs/index.md", "docs/reference/errors.md"):
        assert f"{top}/{name}" in names
    assert names == sorted(names, key=lambda name: name.split("/"))
    assert {(member.uid, member.gid, member.uname) for member in members} == {(0, 0, "")}
    committed = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {member.mtime for member in members} == {int(committed.stdout)}
    assert {member.mode & 0o777 for member in members} == {0o755, 0o644}


def shown():
    """The variables of the page's command for the live tests, and its arguments."""
    page = (ROOT / "docs/cicd/workflows.md").read_text().replace("\\\n", "")
    (line,) = [line for line in page.splitlines() if "./dev test -L integration_postgres_xmin" in line and "=" in line]
    words = line.split()
    return dict(word.split("=") for word in words if "=" in word), words[words.index("./dev") + 1 :]


@pytest.fixture
def variables(postgres):
    """The page's, for the server of this suite."""
    url = urllib.parse.urlsplit(postgres.url)
    own = {"HOST": url.hostname, "PORT": str(url.port), "DATABASE": "postgres", "USER": url.username, "PASSWORD": url.password}
    named = shown()[0]
    assert {f"DPONE_IT_PG_{name}" for name in own} | {"DPONE_RUN_INTEGRATION"} == set(named)
    return named | {f"DPONE_IT_PG_{name}": value for name, value in own.items()}


ONE = ("--", "-k", "two_first_loads_that_need_the_same_types")


def test_the_live_tests_run_against_a_server_of_ones_own(variables):
    done = dev(*shown()[1], *ONE, **variables)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b1 passed", done.stdout), done.stdout


def test_a_server_that_is_missing_fails(variables):
    done = dev(*shown()[1], *ONE, **variables | {"DPONE_IT_PG_PORT": "1"})
    assert done.returncode == 1, done.stdout
    assert "127.0.0.1:1 does not answer" in done.stdout


@pytest.mark.parametrize("value", [{}, {"DPONE_RUN_INTEGRATION": ""}, {"DPONE_RUN_INTEGRATION": "0"}])
def test_without_its_variable_a_label_selects_nothing(value):
    done = dev(*shown()[1], **value)
    assert done.returncode == 77
    assert "nothing is selected: set DPONE_RUN_INTEGRATION=1" in done.stderr


@pytest.mark.parametrize("label", ["integration_matrix", "integration_replay", "integration_replay_services", "integration_all"])
def test_a_label_without_tests_says_so(label):
    done = dev("test", "-L", label, DPONE_RUN_INTEGRATION="1")
    assert done.returncode == 77
    assert f"label {label}: nothing is selected: " in done.stderr


def test_a_test_that_needs_its_own_server_is_left_out(variables):
    done = dev(*shown()[1], "--", "--collect-only", "-q", **variables)
    assert done.returncode == 0, done.stdout
    assert "test_finalizers.py" in done.stdout
    assert "test_tls.py" not in done.stdout
    assert "test_server_restart.py" not in done.stdout
