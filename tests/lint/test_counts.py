"""The guards on tests work: fewer tests than recorded fail, and so does a skip in CI."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path):
    """A small project with the real harness, a suite `cli` of two tests, and `recorded` counts."""

    def make(recorded, body="def test_a(): pass\ndef test_b(): pass\n"):
        tests = tmp_path / "tests"
        shutil.copytree(TESTS / "harness", tests / "harness", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("conftest.py", "pytest.ini"):
            shutil.copy(TESTS / name, tests / name)
        (tests / "counts.json").write_text(json.dumps(recorded))
        (tests / "cli").mkdir()
        (tests / "cli/test_it.py").write_text(body)
        return tests

    return make


def run_pytest(tests, *options, **env):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", tests / "pytest.ini", *options, tests / "cli"],
        cwd=tests, env={**os.environ, "DPONE_CI": "", **env}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_as_many_as_recorded_pass(project):
    done = run_pytest(project({"cli": 2}), "--guard-counts")
    assert done.returncode == 0, done.stdout


def test_fewer_than_recorded_fail(project):
    done = run_pytest(project({"cli": 3}), "--guard-counts")
    assert done.returncode == 1
    assert "counts: cli: 2 tests passed, 3 are recorded" in done.stdout


def test_recording_writes_the_number(project):
    tests = project({"cli": 7, "unit": 5})
    assert run_pytest(tests, "--record-counts").returncode == 0
    assert json.loads((tests / "counts.json").read_text()) == {"cli": 2, "unit": 5}


def test_a_skip_fails_in_ci_only(project):
    tests = project({}, "import pytest\ndef test_a(): pytest.skip('no server')\n")
    assert run_pytest(tests).returncode == 0
    done = run_pytest(tests, DPONE_CI="1")
    assert done.returncode == 1
    assert "skipped in CI" in done.stdout


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("[==========] 5 tests ran\n[  PASSED  ] 5 tests.\n", 0),
        ("[  PASSED  ] 4 tests.\n", 1),
        ("[  PASSED  ] 5 tests.\n[  FAILED  ] 1 test, listed below:\n", 1),
        ("Segmentation fault\n", 1),
        ("", 1),
    ],
)
def test_unit_test_output_is_judged(project, output, code):
    script = project({"unit": 5}) / "harness/counts.py"
    done = subprocess.run([sys.executable, script, "unit"], input=output, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout
