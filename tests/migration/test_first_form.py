"""Control tables, states, ledgers and receipts beside files as commit 69448f3 wrote them: they are read as they are, and
brought to today's form by the first run that loads. The fixtures in first_form/ were made by that program."""

import json
import pathlib
import shutil
import sqlite3

import psycopg2
import pytest

HERE = pathlib.Path(__file__).parent / "first_form"
# What that program asks before it plans anything.
FIRST_QUERY = "select manifest_hash, plan_hash, columns, cursor_after, rows_loaded, method from {}__dpone__loads"


@pytest.fixture
def folder(dpone):
    for path in HERE.glob("*"):
        if path.is_file():
            shutil.copy(path, dpone.folder / path.name)
    (dpone.folder / "events.csv.receipts.json").rename(dpone.folder / ".events.csv.dpone.json")
    shutil.copytree(HERE / "state", dpone.folder / ".dpone")
    return dpone.folder


def ask(path, sql):
    with sqlite3.connect(path) as database:
        return database.execute(sql).fetchall()


def test_a_plan_reads_the_first_form_and_changes_nothing(dpone, folder):
    before = (folder / "target.db").read_bytes()
    plan = dpone("plan", "merge.yaml", "--format", "json").expect(0).json
    assert (plan["expected_version"], plan["cursor"]["lower"]) == (3, "2026-01-11")
    assert (folder / "target.db").read_bytes() == before


def test_a_sqlite_target_goes_on_where_the_first_form_ended(dpone, folder):
    source = sqlite3.connect(folder / "source.db")
    source.execute("insert into events values (12, 'n12', '2026-01-12')")
    source.commit()
    run = dpone("run", "merge.yaml", "--format", "json").expect(0).json
    assert (run["version"], run["result"]["inserted_rows"], run["result"]["updated_rows"]) == (3, 1, 0)
    receipts = ask(
        folder / "target.db",
        "select process, version, part, format, receipt->>'method', receipt->'position'->'value'->>'value' from __dpone__loads order by 1, 2",
    )
    assert receipts == [
        ("events_append", 1, 0, 2, "create", "2026-01-10"),
        ("events_merge", 1, 0, 2, "create", "2026-01-10"),
        ("events_merge", 2, 0, 2, "merge", "2026-01-11"),
        ("events_merge", 3, 0, 2, "merge", "2026-01-12"),
    ]
    (state,) = dpone("state", "export", "merge.yaml").expect(0).json["states"]
    assert (state["schema_version"], state["position"]["value"]["value"]) == ("dpone.state.v2", "2026-01-12")
    # An append that had a key in its position goes on, too: row 3 came again, and the append says so.
    assert "publish.unique_held" in dpone("run", "append.yaml").expect(1).err
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        ask(folder / "target.db", FIRST_QUERY.format(""))


def test_receipts_beside_a_file_are_read_and_written_anew(dpone, folder):
    run = dpone("run", "refresh.yaml", "--format", "json").expect(0).json
    assert run["version"] == 3
    book = json.loads((folder / ".events.csv.dpone.json").read_text())
    assert book["schema_version"] == "dpone.file_receipts.v2"
    assert [receipt["version"] for receipt in book["receipts"]] == [1, 2, 3]


def test_a_newer_format_is_refused(dpone, folder):
    dpone("run", "refresh.yaml", "-q").expect(0)
    target = sqlite3.connect(folder / "target.db")
    dpone("run", "merge.yaml", "-q").expect(0)
    source = sqlite3.connect(folder / "source.db")
    source.execute("insert into events values (13, 'n13', '2026-01-13')")
    source.commit()
    dpone("run", "merge.yaml", "-q").expect(0)
    target.execute("update __dpone__loads set format = 3 where process = 'events_merge'")
    target.commit()
    assert "control.newer" in dpone("run", "merge.yaml").expect(3).err


PG = """name: events_pg
source:
  type: postgres
  connection_type: env
  connection_id: src
  table: {schema: public, name: events}
  options: {cursor: at}
sink:
  type: postgres
  connection_type: env
  connection_id: dst
  table: {schema: public, name: events}
  strategy: {mode: incremental_append, unique_key: id}
state:
  type: postgres
  connection_type: env
  connection_id: dst
"""


def test_a_postgres_target_and_a_shared_state_go_on_where_the_first_form_ended(dpone, src, dst):
    dst.run((HERE / "postgres.sql").read_text())
    src.run("create table events (id int primary key, note text, at date); insert into events select n, 'n' || n, '2026-01-01'::date + n from generate_series(1, 11) n")
    dst.run("create role reader_of_receipts; grant select on public.__dpone__loads to reader_of_receipts")
    manifest = dpone.write("pg.yaml", PG)
    assert dpone("run", manifest, "--format", "json").expect(0).json["is_unchanged"]
    src.run("insert into events values (12, 'n12', '2026-01-13'), (-5, 'same day, smaller key', '2026-01-12')")
    run = dpone("run", manifest, "--format", "json").expect(0).json
    assert (run["version"], run["result"]["inserted_rows"]) == (3, 2)
    assert dst.rows("select version, part, format, receipt->>'method', (receipt->>'rows_loaded')::int from public.__dpone__loads order by version") == [
        (1, 0, 2, "create", 10), (2, 0, 2, "append", 1), (3, 0, 2, "append", 3)]  # fmt: skip
    assert dst.value("select has_table_privilege('reader_of_receipts', 'public.__dpone__loads', 'select')")
    assert dst.value("select state->>'schema_version' from dpone.__dpone__state") == "dpone.state.v2"
    with pytest.raises(psycopg2.errors.UndefinedColumn):
        dst.rows(FIRST_QUERY.format("public."))
    dst.run("drop owned by reader_of_receipts; drop role reader_of_receipts")
