"""What lies in the state folder: locks, ledger and state are files of their own, and change under one lock."""

import json
import os

import pytest

from cli.conftest import refused
from harness.held import held

MANIFEST = """name: numbers
source:
  type: sqlite
  connection_type: params
  params: {path: from.db}
  table: {name: t}
  options: {cursor: id}
sink:
  type: sqlite
  connection_type: params
  params: {path: to.db}
  table: {name: t}
  strategy: {mode: incremental_merge, unique_key: id}
"""


@pytest.fixture
def numbers(dpone):
    """A manifest with a cursor, which has run once."""
    (dpone.folder / "in.csv").write_text("id,v\n1,a\n2,b\n")
    dpone("copy", "--from", "in.csv", "--to", "from.db", "--to-table", "t", "--key", "id").expect(0)
    path = dpone.write("numbers.yaml", MANIFEST)
    dpone("run", path).expect(0)
    return path


def test_state_reset_is_refused_while_a_run_is_going_on(numbers, dpone):
    before = dpone("state", "export", numbers).out
    (dpone.folder / "in.csv").write_text("id,v\n1,a\n2,b\n3,c\n")
    dpone("copy", "--from", "in.csv", "--to", "from.db", "--to-table", "t", "--key", "id").expect(0)
    with held(dpone, "run", numbers, at="load.finished") as run:
        refused(dpone("state", "reset", numbers), 3, "run.locked")
        assert dpone("state", "export", numbers).out == before
        run.finish().expect(0)
    dpone("state", "reset", numbers).expect(0)
    again = dpone("run", numbers, "--format", "json").expect(0).json
    assert again["result"]["extracted_rows"] == 3


@pytest.mark.parametrize("name", ["ledger.jsonl", "ledger.lock", "state.db", "locks/numbers.lock"])
@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_a_link_or_a_fifo_in_place_of_a_file_of_the_state_folder_is_refused(numbers, name, kind, dpone):
    path = dpone.folder / ".dpone" / name
    path.unlink()
    victim = dpone.folder / "victim"
    victim.write_text("half a line")
    if kind == "link":
        path.symlink_to(victim)
    else:
        os.mkfifo(path)
    refused(dpone("run", numbers, timeout=20), 3, "state_dir.not_regular")
    assert victim.read_text() == "half a line"


@pytest.mark.parametrize("damage", ["garbled", "reordered", "cut out"])
def test_damage_in_the_middle_of_a_ledger_ends_a_run_before_it_begins(numbers, damage, dpone):
    for _ in range(2):
        dpone("state", "reset", numbers).expect(0)
        dpone("run", numbers).expect(0)
    ledger = dpone.folder / ".dpone/ledger.jsonl"
    lines = ledger.read_text().splitlines(keepends=True)
    assert len(lines) >= 4
    if damage == "garbled":
        record = json.loads(lines[1])
        lines[1] = lines[1].replace(record["body"]["process"], "nothing")
    elif damage == "reordered":
        lines[1], lines[2] = lines[2], lines[1]
    else:
        del lines[1]
    ledger.write_text("".join(lines))
    run = refused(dpone("run", numbers), 1, "ledger.broken")
    assert "line 2" in run.err or "line 3" in run.err
