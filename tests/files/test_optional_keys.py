"""JSON Lines in which a day lacks a key that the days before had."""

import sqlite3

import pytest

from files.conftest import refused


@pytest.fixture(params=["sqlite", "postgres"])
def load(request, dpone, folder):
    """load(lines, mode) loads them into t; load.rows() gives (id, note)."""
    if request.param == "postgres":
        dst = request.getfixturevalue("dst")
        end = ["--to", "dst", "--to-table", "t"]
    else:
        end = ["--to", "t.db", "--to-table", "t"]

    def run(lines, mode, *flags):
        dpone.write("in.jsonl", "".join(line + "\n" for line in lines))
        keyed = [] if mode == "full_refresh" else ["--key", "id"]
        return dpone("copy", "--from", "in.jsonl", *end, "--mode", mode, *keyed, *flags)

    def rows():
        if request.param == "postgres":
            return dst.rows("select id, note from t order by id")
        with sqlite3.connect(folder / "t.db") as db:
            return db.execute("select id, note from t order by id").fetchall()

    run.rows = rows
    return run


def test_a_merge_leaves_the_column_alone(load):
    load(['{"id":1,"note":"x"}', '{"id":2,"note":"y"}'], "incremental_merge").expect(0)
    load(['{"id":2}', '{"id":3}'], "incremental_merge").expect(0)
    assert load.rows() == [(1, "x"), (2, "y"), (3, None)]
    load(['{"id":3,"note":"z"}', '{"id":4}'], "incremental_merge").expect(0)
    assert load.rows() == [(1, "x"), (2, "y"), (3, "z"), (4, None)]


def test_a_replacement_has_null_and_keeps_the_column(load, dpone):
    load(['{"id":1,"note":"x"}'], "full_refresh").expect(0)
    load(['{"id":2}'], "full_refresh").expect(0)
    assert load.rows() == [(2, None)]
    dpone.write("m.yaml", load(['{"id":2}'], "full_refresh", "--print-manifest").expect(0).out)
    assert 'no row that was looked at has "note"' in dpone("plan", "m.yaml").expect(0).out
    load(['{"id":3,"note":"z"}'], "full_refresh").expect(0)
    assert load.rows() == [(3, "z")]


def test_a_declared_key_is_null(load):
    load(['{"id":1,"note":"x"}'], "incremental_merge").expect(0)
    load(['{"id":1}'], "incremental_merge", "--type", "note=text").expect(0)
    assert load.rows() == [(1, None)]


def test_a_file_would_lose_the_column(dpone):
    dpone.write("in.jsonl", '{"id":1,"note":"x"}\n')
    dpone("copy", "--from", "in.jsonl", "--to", "out.csv", "-q").expect(0)
    dpone.write("in.jsonl", '{"id":2}\n')
    run = refused(dpone("copy", "--from", "in.jsonl", "--to", "out.csv"), 3, "schema.column_gone")
    assert "--type 'note=TYPE'" in run.err
    dpone("copy", "--from", "in.jsonl", "--to", "out.csv", "--type", "note=text", "-q").expect(0)
    assert (dpone.folder / "out.csv").read_text() == "id,note\n2,\n"
