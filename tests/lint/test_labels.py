"""A live test gets its label by its folder, and is selected by its variable only."""

import pathlib
import shutil
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
SERVICES = "import pytest\n@pytest.mark.integration_replay_services\ndef test_services(): pass\ndef test_injected(): pass\n"


@pytest.fixture
def selected(tmp_path):
    """selected(variables, *pytest options) -> names of the tests of a small project with a test in every folder."""
    tests = tmp_path / "tests"
    shutil.copytree(TESTS / "harness", tests / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(TESTS / name, tests / name)
    for name, text in {
        "cli/test_a.py": "def test_cli(): pass\n",
        "integration/postgres/test_b.py": "import pytest\ndef test_postgres(): pass\n@pytest.mark.own_server\ndef test_stops(): pass\n",
        "integration/matrix/test_c.py": "def test_matrix(): pass\n",
        "integration/replay/test_d.py": SERVICES,
    }.items():
        (tests / name).parent.mkdir(parents=True)
        (tests / name).write_text(text)

    def run(variables, *options):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-c", tests / "pytest.ini", "--collect-only", "-q", *options, tests],
            cwd=tests, env={"PATH": "/usr/bin:/bin", **variables}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 5), done.stdout + done.stderr
        return [line.partition("::test_")[2] for line in done.stdout.splitlines() if "::" in line]

    run.folder = tests
    return run


ON = {"DPONE_RUN_INTEGRATION": "1"}
MATRIX = ON | {"DPONE_RUN_INTEGRATION_MATRIX": "1"}


def test_without_variables_live_tests_are_not_selected(selected):
    assert selected({}) == ["cli"]
    assert selected({"DPONE_RUN_INTEGRATION": "0", "DPONE_RUN_INTEGRATION_MATRIX": "1"}) == ["cli"]


@pytest.mark.parametrize(
    ("variables", "label", "names"),
    [
        (ON, "integration_postgres_xmin", ["postgres", "stops"]),
        (ON, "integration_matrix", []),
        (MATRIX, "integration_matrix", ["matrix"]),
        (MATRIX, "integration_live", ["matrix", "postgres", "stops"]),
        ({"DPONE_RUN_INTEGRATION_REPLAY": "1"}, "integration_replay", ["injected"]),
        ({"DPONE_RUN_INTEGRATION_REPLAY_SERVICES": "1"}, "integration_replay_services", ["services"]),
        (MATRIX, "not integration_live", ["cli"]),
    ],
)
def test_a_label_selects_its_tests(selected, variables, label, names):
    assert selected(variables, "-m", label) == names


def test_a_server_of_others_is_not_stopped(selected):
    variables = ON | {"DPONE_IT_PG_HOST": "127.0.0.1"}
    assert selected(variables, "-m", "integration_live") == ["postgres"]


def test_a_folder_without_a_label_is_an_error(selected):
    (selected.folder / "integration/other").mkdir()
    (selected.folder / "integration/other/test_e.py").write_text("def test_e(): pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", selected.folder / "pytest.ini", selected.folder],
        cwd=selected.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode not in (0, 5)
    assert "lies in no folder of a label" in done.stdout + done.stderr
