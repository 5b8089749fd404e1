"""Every slug of the source has a cause and a cure, and the page says so."""

import pathlib
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENTRIES = ROOT / "docs/reference/errors.yml"


@pytest.fixture
def tree(tmp_path):
    """A small project with three slugs, all with entries. tree.write plants a file, tree.check judges."""

    class Tree:
        @staticmethod
        def write(name, text):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

        @staticmethod
        def entries(slugs, not_slugs=()):
            group = {slug: {"exit": code, "cause": "It is.", "cure": "Do."} for slug, code in slugs.items()}
            document = {"not_slugs": list(not_slugs), "groups": [{"title": "All", "about": "A.", "slugs": group}]}
            Tree.write("docs/reference/errors.yml", yaml.safe_dump(document))

        @staticmethod
        def run(*options):
            command = [sys.executable, ROOT / "scripts/docs/errors.py", *options, tmp_path]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.stderr == ""
            return done.returncode, done.stdout.splitlines()

    Tree.write("src/dpone/engine/fault_points.cc", 'kPoints = {"load.read"};')
    Tree.write("docs/formats/manifest.md", "<!-- keys:begin -->\n### `sink`\n| `mode` | x |\n<!-- keys:end -->")
    Tree.write(
        "src/dpone/a.cc",
        'return Error(ErrorClass::kRefused,\n  "target.not_ours", text);\nreturn fail("copy.cut", text);\n'
        '{"55P03", kUnavailable, Retry::kSafe, "server.locked", ""},\n'
        'context.fault("load.read"); json.set("schema_version", "dpone.x.v1"); option("sink.mode"); folder / "a.json";',
    )
    Tree.entries({"target.not_ours": 3, "copy.cut": 1, "server.locked": 4})
    assert Tree.run() == (0, [])
    return Tree


def test_what_is_no_slug_needs_no_entry(tree):
    assert tree.run("--check") == (0, [])


@pytest.mark.parametrize(
    "line",
    ['Error(ErrorClass::kFailed, "new.slug", x)', 'fail("new.slug", x)', 'cond ? "new.slug" : other', 'Fault{1, "new.slug"}'],
)
def test_a_slug_without_an_entry_fails(tree, line):
    tree.write("src/dpone/b.cc", line)
    assert tree.run("--check")[0] == 1
    assert tree.run("--check")[1][0].startswith("docs/reference/errors.yml: slug new.slug has no entry")


def test_slugs_of_tests_need_no_entry(tree):
    tree.write("src/dpone/b_test.cc", 'Error(ErrorClass::kFailed, "new.slug", x)')
    assert tree.run("--check") == (0, [])


def test_an_entry_without_a_slug_fails(tree):
    tree.entries({"target.not_ours": 3, "copy.cut": 1, "server.locked": 4, "gone.away": 1})
    assert "docs/reference/errors.yml: gone.away is not in the source any more: remove it" in tree.run("--check")[1]


def test_another_exit_code_fails(tree):
    tree.entries({"target.not_ours": 1, "copy.cut": 1, "server.locked": 4})
    assert "docs/reference/errors.yml: target.not_ours ends with 3 in the source, not 1" in tree.run("--check")[1]


def test_a_stale_page_fails(tree):
    tree.write("docs/reference/errors.md", "old\n")
    assert tree.run("--check")[1] == ["docs/reference/errors.md: is stale: run scripts/docs/errors.py"]


def test_every_slug_of_the_program_has_a_cause_and_a_cure():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/docs/errors.py", "--check", ROOT], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
    slugs = [slug for group in yaml.safe_load(ENTRIES.read_text())["groups"] for slug in group["slugs"]]
    assert len(slugs) == len(set(slugs)) >= 200


def test_the_site_is_built_strictly():
    """As the workflow docs does: a broken link or a page outside of the navigation fails."""
    done = subprocess.run([ROOT / "dev", "docs"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    for page in ("index.html", "tutorial/index.html", "reference/errors/index.html", "cicd/workflows/index.html"):
        assert (ROOT / "site" / page).exists()
    errors = (ROOT / "site/reference/errors/index.html").read_text()
    assert 'id="postgres.auth"' in errors
    # Nothing is loaded from elsewhere when a page is opened.
    assert "fonts.googleapis" not in errors
    assert "unpkg.com" not in errors
