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

    def not_null():
        if request.param == "postgres":
            return dst.run("alter table t alter note set not null")
        with sqlite3.connect(folder / "t.db") as db:
            db.executescript("pragma writable_schema = on; update sqlite_schema set sql = replace(sql, '\"note\" TEXT', '\"note\" TEXT NOT NULL') where name = 't'")

    run.rows, run.not_null = rows, not_null
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
    assert 'no row of the sample has "note"' in dpone("plan", "m.yaml").expect(0).out
    load(['{"id":3,"note":"z"}'], "full_refresh").expect(0)
    assert load.rows() == [(3, "z")]


def test_a_declared_key_that_no_row_has_is_kept_too(load):
    load(['{"id":1,"note":"x"}'], "incremental_merge").expect(0)
    load(['{"id":1}'], "incremental_merge", "--type", "note=text").expect(0)
    assert load.rows() == [(1, "x")]
    load(['{"id":1}'], "incremental_merge", "--type", "note=text", "--missing", "null").expect(0)
    assert load.rows() == [(1, None)]


def test_each_row_changes_what_it_names(load):
    load(['{"id":1,"note":"x"}', '{"id":2,"note":"y"}', '{"id":3,"note":"z"}'], "incremental_merge").expect(0)
    run = load(['{"id":1}', '{"note":"new","id":2}', '{"id":3,"note":null}', '{"id":4}', '{"id":5,"note":"w"}'], "incremental_merge", "--format", "json").expect(0)
    assert load.rows() == [(1, "x"), (2, "new"), (3, None), (4, None), (5, "w")]
    assert (run.json["result"]["updated_rows"], run.json["result"]["inserted_rows"]) == (2, 2)
    assert load(['{"id":1}', '{"id":2,"note":"new"}'], "incremental_merge", "--format", "json").expect(0).json["is_unchanged"]
    load(['{"id":1}', '{"id":2,"note":"new"}'], "incremental_merge", "--missing", "null").expect(0)
    assert load.rows()[:2] == [(1, None), (2, "new")]


def test_a_row_may_lack_what_is_not_null_at_the_target(load):
    load(['{"id":1,"note":"x"}', '{"id":2,"note":"y"}'], "incremental_merge").expect(0)
    load.not_null()
    load(['{"id":1}', '{"id":2,"note":"new"}'], "incremental_merge").expect(0)
    assert load.rows() == [(1, "x"), (2, "new")]
    run = load(['{"id":1,"note":null}', '{"id":2,"note":"newer"}'], "incremental_merge")
    refused(run, 1, "json_rows.null")
    refused(load(['{"note":"x"}', '{"id":2}'], "incremental_merge"), 1, "json_rows.null")
    assert load(['{"id":3}', '{"id":2,"note":"newer"}'], "incremental_merge").code == 1, "a new row has no value to keep"
    assert load.rows() == [(1, "x"), (2, "new")]


def test_the_plan_of_a_merge_tells_what_a_missing_key_means(load, dpone):
    load(['{"id":1,"note":"x"}'], "incremental_merge").expect(0)
    dpone.write("m.yaml", load(['{"id":1}', '{"id":2,"note":"x"}'], "incremental_merge", "--print-manifest").expect(0).out)
    plan = dpone("plan", "m.yaml", "--format", "json").expect(0).json
    assert any("a key that a row lacks leaves the value" in note for note in plan["notes"])
    assert [column["target"] for column in plan["columns"]] == ["id", "note"]


def test_wrong_rows_are_left_out_and_the_others_keep_their_marks(load, folder):
    load(['{"id":1,"note":"x"}', '{"id":2,"note":"y"}'], "incremental_merge").expect(0)
    lines = ['{"id":"a","note":"q"}', '{"id":1}', "{", '{"id":2,"note":"z"}', '{"id":null}']
    load(lines, "incremental_merge", "--on-error", "reject-file", "--reject-path", "bad.csv").expect(0)
    assert load.rows() == [(1, "x"), (2, "z")]


def test_a_file_would_lose_the_column(dpone):
    dpone.write("in.jsonl", '{"id":1,"note":"x"}\n')
    dpone("copy", "--from", "in.jsonl", "--to", "out.csv", "-q").expect(0)
    dpone.write("in.jsonl", '{"id":2}\n')
    run = refused(dpone("copy", "--from", "in.jsonl", "--to", "out.csv"), 3, "schema.column_gone")
    assert "--type 'note=TYPE'" in run.err
    dpone("copy", "--from", "in.jsonl", "--to", "out.csv", "--type", "note=text", "-q").expect(0)
    assert (dpone.folder / "out.csv").read_text() == "id,note\n2,\n"
