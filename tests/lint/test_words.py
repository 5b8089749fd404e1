"""Prose is plain English: scripts/lint/words.py finds archaic phrases, and only in prose."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# One for each pattern.
OFFENCES = [
    "A folder is no database",
    "A value that is none ends the run",
    "Types are told by the values",
    "It cannot be told from NULL",
    "See what stands against it",
    "The text as it stands",
    "Write what lies there",
    "Nobody declared it",
    "The target has to be empty",
    "The lock could not be had",
    "It could not have more memory",
    "It is cut without a word",
    "Rows are lost in silence",
    "All rows but for one",
    "Read at most so many rows",
    "It goes by its ending",
    "Look what it is that fails",
    "The run begins anew",
    "Nothing is mended",
    "Please report it",
    "Hence two threads",
]
PLAIN = """
The target must be empty. There is no table of this name; if there are no rows, the run is no longer published.
This is no more than a test, and `is no database` is code. It stands for a value. Recommend the shallow option.
"""


def check(folder):
    script = ROOT / "scripts/lint/words.py"
    return subprocess.run([sys.executable, script, folder], capture_output=True, text=True, check=False)


def findings(folder):
    return [line.split(": ")[0] for line in check(folder).stdout.splitlines()]


@pytest.fixture
def repository(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)

    def track(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        subprocess.run(["git", "-C", tmp_path, "add", name], check=True)
        return tmp_path

    return track


@pytest.mark.parametrize("text", OFFENCES)
def test_an_archaic_phrase_is_named_with_its_line(repository, text):
    done = check(repository("README.md", f"# Title\n\n{text}.\n"))
    assert done.returncode == 1
    assert done.stdout.startswith('README.md:3: "')


def test_plain_prose_passes(repository):
    done = check(repository("docs/page.md", PLAIN))
    assert (done.returncode, done.stdout) == (0, "")


def test_a_phrase_may_span_lines(repository):
    assert findings(repository("docs/page.md", "A folder is\nno database.\n")) == ["docs/page.md:1"]
    assert findings(repository("src/a.h", "// A folder is\n// no database.\n")) == ["docs/page.md:1", "src/a.h:1"]
    assert findings(repository("src/b.cc", 'f("a folder is "\n  "no database");\n'))[2:] == ["src/b.cc:1"]


def test_source_is_checked_in_comments_and_literals_only(repository):
    code = 'int nobody = shall(hence);\nf("is", no_database);\nchar c = \'"\'; // Nobody reads it.\n'
    assert findings(repository("src/a.cc", code)) == ["src/a.cc:3"]


def test_literals_of_unit_tests_are_data(repository):
    assert findings(repository("src/a_test.cc", 'f("nobody");\n// Nobody knows.\n')) == ["src/a_test.cc:2"]


def test_code_in_pages_is_skipped(repository):
    text = "```\nnobody shall\n```\nRun as `nobody`.\n<!-- hence -->\n"
    assert findings(repository("docs/page.md", text)) == []


def test_causes_and_cures_are_checked(repository):
    assert findings(repository("docs/reference/errors.yml", "a:\n  cause: 'It is none.'\n")) == ["docs/reference/errors.yml:2"]


@pytest.mark.parametrize("name", ["docs/adr/0001-a.md", "CHANGELOG.md", "tests/test_a.py", "docs/a.txt"])
def test_other_files_are_not_checked(repository, name):
    assert findings(repository(name, "Nobody shall.\n")) == []


def test_a_line_can_be_exempt(repository):
    assert findings(repository("src/a.h", "// Runs as user nobody.  words: ok\n// Nobody.\n")) == ["src/a.h:2"]


def test_the_tree_passes():
    done = check(ROOT)
    assert (done.returncode, done.stdout) == (0, "")
