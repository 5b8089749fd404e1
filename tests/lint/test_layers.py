"""The checks of ./dev lint find what they are for: each test plants one offence in a small tree."""

import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs/architecture.md", tmp_path / "docs")

    def plant(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def layers():
        script = ROOT / "scripts/lint/layers.py"
        done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()

    plant("src/dpone/base/error.h", "#pragma once\n#include <string>\n")
    plant.layers = layers
    return plant


def test_an_honest_tree_passes(tree):
    tree("src/dpone/plan/planner.cc", '#include "dpone/plan/planner.h"\n#include "dpone/base/error.h"\n')
    tree("src/dpone/connectors/postgres/copy.cc", '#include <libpq-fe.h>\n#include "dpone/codec/pg_copy/reader.h"\n')
    assert tree.layers() == (0, [])


@pytest.mark.parametrize(
    ("file", "include", "reason"),
    [
        ("base/a.h", "data/type.h", "base may not include data"),
        ("codec/pg_copy/a.h", "ports/source.h", "codec may not include ports"),
        ("plan/a.cc", "connectors/postgres/sink.h", "plan may not include connectors/postgres"),
        ("engine/a.cc", "connectors/postgres/sink.h", "engine may not include connectors/postgres"),
        ("engine/a_test.cc", "codec/pg_copy/a.h", "engine may not include codec"),
        ("connectors/postgres/a.cc", "plan/planner.h", "connectors/postgres may not include plan"),
        ("connectors/postgres/a.cc", "manifest/tree.h", "connectors/postgres may not include manifest"),
        ("connectors/postgres/a.cc", "connectors/sqlite/a.h", "connectors/postgres may not include connectors/sqlite"),
        ("ports/a.h", "cli/command.h", "ports may not include cli"),
    ],
)
def test_a_forbidden_include_fails_with_file_and_line(tree, file, include, reason):
    tree(f"src/dpone/{file}", f'#pragma once\n\n#include "dpone/{include}"\n')
    code, lines = tree.layers()
    assert code == 1
    assert len(lines) == 1
    assert lines[0].startswith(f"src/dpone/{file}:3: ")
    assert reason in lines[0]


@pytest.mark.parametrize(
    ("file", "header"),
    [
        ("engine/a.cc", "<libpq-fe.h>"),
        ("engine/a.cc", '"libpq-fe.h"'),
        ("connections/a.cc", "<libpq-fe.h>"),
        ("cli/a.cc", "<yaml.h>"),
        ("manifest/a.h", "<yaml.h>"),
        ("base/other.cc", "<openssl/evp.h>"),
        ("manifest/a.cc", "<nlohmann/json.hpp>"),
        ("engine/a.cc", "<curl/curl.h>"),
        ("engine/a.cc", "<gtest/gtest.h>"),
    ],
)
def test_a_vendor_header_outside_its_room_fails(tree, file, header):
    tree(f"src/dpone/{file}", f"#include {header}\n")
    code, lines = tree.layers()
    assert code == 1
    assert lines[0].startswith(f"src/dpone/{file}:1: {header[1:-1]} may be included in ")


def test_a_room_outside_the_table_fails(tree):
    tree("src/dpone/plumbing/a.h", "#pragma once\n")
    assert tree.layers() == (1, ["src/dpone/plumbing/a.h:1: lies in no room of the layer table in docs/architecture.md"])


def test_an_include_without_its_full_path_fails(tree):
    tree("src/dpone/base/a.cc", '#include "error.h"\n')
    assert tree.layers() == (1, ['src/dpone/base/a.cc:1: "error.h": write the path in full, from dpone/'])


def test_a_file_that_is_too_long_fails(tree):
    tree("src/dpone/base/long.cc", "\n" * 801)
    assert tree.layers() == (1, ["src/dpone/base/long.cc:801: 801 lines, at most 800: split it"])


@pytest.mark.parametrize("name", ["utils.h", "string_util.cc", "common/a.h", "test_helpers.h", "connection_manager.cc"])
def test_a_name_that_says_nothing_fails(tree, name):
    tree(f"src/dpone/base/{name}", "")
    code, lines = tree.layers()
    assert code == 1
    assert "name it after what it does" in lines[0]


def test_a_forbidden_link_fails(tree):
    tree("src/dpone/CMakeLists.txt", "dpone_room(base)\ndpone_room(plan LINK dpone_base dpone_engine)\n")
    assert tree.layers() == (1, ["src/dpone/CMakeLists.txt:2: plan may not link engine"])


def test_every_room_of_the_program_has_a_row():
    rows = (ROOT / "docs/architecture.md").read_text()
    rooms = {path.parent.relative_to(ROOT / "src/dpone").parts[0] for path in (ROOT / "src/dpone").rglob("*/*.cc")}
    assert rooms
    for room in rooms - {"connectors"}:
        assert f"\n| `{room}` |" in rows


@pytest.mark.parametrize(
    ("file", "line", "system"),
    [
        ("cli/a.cc", 'if (system == "postgres") return;', "postgres"),
        ("connections/a.cc", "constexpr SystemSpec kPostgresFields[] = {};", "postgres"),
        ("manifest/a.cc", 'return "the default (PostgreSQL: public)";', "postgres"),
        ("manifest/a.cc", '.choices = "sqlite|disabled",', "sqlite"),
        ("engine/a.cc", "sqlite::make_state_store(path);", "sqlite"),
        ("connectors/postgres/a.cc", 'if (other == "sqlite") return;', "sqlite"),
        ("cli/a.cc", 'return connector("file");', "file"),
        ("cli/a.cc", "file::format_name(path);", "file"),
    ],
)
def test_a_system_is_named_by_no_file_but_its_own(tree, file, line, system):
    tree(f"src/dpone/{file}", f"\n{line}\n")
    code, lines = tree.layers()
    assert code == 1
    assert lines == [f"src/dpone/{file}:2: names {system}: ask its descriptor (ports/connector.h), or list the file in the table"]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("connectors/postgres/a.cc", 'return "postgres";'),
        ("cli/connectors.cc", "&sqlite::kSqlite,"),
        ("plan/a.cc", 'const char* url = "http://x"; // as PostgreSQL prints it'),
        ("plan/a.cc", "/* sqlite\n * postgres */"),
        ("plan/a_test.cc", 'EXPECT_EQ(system, "postgres");'),
        ("connections/test_systems.h", 'inline constexpr char kName[] = "postgres";'),
        ("plan/a.cc", 'error.add("file", path);'),
        ("plan/a.cc", "std::ifstream file(path);"),
    ],
)
def test_comments_tests_and_the_listed_files_may_name_systems(tree, file, line):
    tree(f"src/dpone/{file}", f"{line}\n")
    assert tree.layers() == (0, [])
