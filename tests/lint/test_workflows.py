"""The workflows are thin over ./dev, pinned and bounded, and their pages tell the truth about them."""

import os
import pathlib
import re
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
PAGE = ROOT / "docs/cicd/workflows.md"
RUNBOOKS = ROOT / "docs/cicd/runbooks.md"


def read(path):
    document = yaml.safe_load(path.read_text())
    document["on"] = document.pop(True)  # YAML 1.1 reads the key as a yes
    return document


def workflows():
    return [pytest.param(read(path), id=path.stem) for path in FILES]


def steps(document):
    for job in document["jobs"].values():
        yield from job["steps"]


def tasks():
    """The commands of ./dev that its help lists."""
    said = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  ([a-z]+)\b", said, re.MULTILINE))


def is_task(line):
    words = [word for word in line.split() if not re.fullmatch(r"[A-Z_0-9]+=\S*", word)]
    return words[0] == "./dev" and words[1] in tasks()


def reproductions():
    """The commands of the page's `sh` blocks, one a line."""
    for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL):
        yield from block.replace("\\\n", "").splitlines()


def test_the_six_workflows_are_there():
    assert [path.stem for path in FILES] == ["ci", "codeql", "mutation", "pages", "scorecard", "secret-scan"]


@pytest.mark.parametrize("workflow", workflows())
def test_every_step_of_ours_is_a_task(workflow):
    lines = [line for step in steps(workflow) for line in step.get("run", "").splitlines()]
    assert [line for line in lines if not is_task(line)] == []
    for line in lines:
        script = ROOT / "scripts/dev" / f"{line.split('./dev ')[1].split()[0]}.sh"
        assert os.access(script, os.X_OK), script


def test_a_step_that_is_no_task_is_found():
    assert is_task("CCACHE_DISABLE=1 ./dev build dev dpone")
    assert not is_task("./dev polish")
    assert not is_task("cmake --build build")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_actions_of_others_are_pinned_by_commit(path):
    used = re.findall(r"uses:\s*(.*)", path.read_text())
    assert used
    for text in used:
        assert re.fullmatch(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+", text), text


def test_an_action_has_one_commit_everywhere():
    commits = {}
    for path in FILES:
        for repository, pin in re.findall(r"uses:\s*([\w.-]+/[\w.-]+)\S*@(.*)", path.read_text()):
            commits.setdefault(repository, set()).add(pin)
    assert {repository: pins for repository, pins in commits.items() if len(pins) > 1} == {}


@pytest.mark.parametrize("workflow", workflows())
def test_a_workflow_may_read_and_is_bounded(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    for name, job in workflow["jobs"].items():
        assert 0 < job["timeout-minutes"] <= 90, name
        written = {scope for scope, right in job.get("permissions", {}).items() if right == "write"}
        assert written <= {"pages", "id-token", "security-events"}, name
        assert re.fullmatch(r"ubuntu-\d\d\.\d\d", job["runs-on"]), name
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("workflow", workflows())
def test_no_text_of_an_event_gets_into_a_shell(workflow):
    assert [step["run"] for step in steps(workflow) if "${{" in step.get("run", "")] == []


def test_triggers():
    on = {path.stem: read(path)["on"] for path in FILES}
    # A change does not wait for the hours of mutation.
    assert set(on.pop("mutation")) == {"schedule", "workflow_dispatch"}
    assert all(triggers["push"]["branches"] == ["main"] for triggers in on.values())
    assert [name for name, triggers in on.items() if "pull_request" in triggers] == ["ci", "codeql", "pages", "secret-scan"]
    assert [name for name, triggers in on.items() if "schedule" in triggers] == ["codeql", "scorecard", "secret-scan"]
    assert [name for name, triggers in on.items() if "workflow_dispatch" in triggers] == ["ci", "pages"]
    assert "branch_protection_rule" in on["scorecard"]


def test_pages_are_deployed_from_the_default_branch_only():
    jobs = read(ROOT / ".github/workflows/pages.yml")["jobs"]
    assert jobs["deploy"]["if"] == "github.event_name == 'push' && github.ref == 'refs/heads/main'"
    assert "permissions" not in jobs["build"]


def test_the_page_shows_the_steps_of_ci():
    ci = read(ROOT / ".github/workflows/ci.yml")["jobs"]
    shown = list(reproductions())
    for step in ci["quality"]["steps"] + ci["postgres-xmin"]["steps"]:
        if "run" in step:
            assert any(line.endswith(step["run"]) for line in shown), step["run"]
    variables = ci["postgres-xmin"]["env"]
    (line,) = [line for line in shown if "-L" in line]
    assert set(re.findall(r"(\w+)=", line)) == set(variables)
    service = ci["postgres-xmin"]["services"]["postgres"]
    assert service["image"] == "postgres:16-alpine"
    for name, of_service in [("DATABASE", "DB"), ("USER", "USER"), ("PASSWORD", "PASSWORD")]:
        assert variables[f"DPONE_IT_PG_{name}"] == service["env"][f"POSTGRES_{of_service}"]


def test_every_reproduction_is_a_task():
    shown = list(reproductions())
    assert len(shown) >= 9
    assert [line for line in shown if not is_task(line)] == []


def test_every_workflow_has_its_section_and_runbook():
    page, runbooks = PAGE.read_text(), RUNBOOKS.read_text()
    for path in FILES:
        assert f"| Workflow | `.github/workflows/{path.name}`" in page
    headings = re.findall(r"^## (.+)$", runbooks, re.MULTILINE)
    assert headings == [
        "CI quality failures", "PostgreSQL XMin integration failures", "Docs and Pages failures",
        "Secret scan failures", "CodeQL failures", "OSSF Scorecard failures", "Mutation failures",
    ]  # fmt: skip
    for heading in headings:
        assert f"[{heading}](runbooks.md#" in page


@pytest.mark.parametrize("command", ["analyze --all", "format --diff", "package --fast", "docs --open", "setup now"])
def test_a_task_refuses_what_it_does_not_know(command):
    done = subprocess.run([ROOT / "dev", *command.split()], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("dev: ")


def test_coverage_and_a_label_choose_their_tests_themselves():
    for options in (["--coverage", "unit"], ["-L", "integration_live", "cli"], ["-L"]):
        done = subprocess.run([ROOT / "dev", "test", *options], capture_output=True, text=True, check=False)
        assert done.returncode == 2, done.stderr
