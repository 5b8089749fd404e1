"""Where an incremental run begins: receipt, state, ledger and definition (semantics §1), a test a schedule."""

import contextlib
import shutil
import sqlite3

import pytest

from strategies.conftest import INTO_POSTGRES


CREATE = "create table orders (id int primary key, state text, changed int);"
TEN = CREATE + "insert into orders values " + ", ".join(f"({n}, 'old', {n})" for n in range(1, 11))


def add(load, *numbers):
    for number in numbers:
        load.src.run("insert into orders values (%s, 'new', %s)", (number, number))


def equal(load):
    return load.rows() == load.src.rows("select * from orders order by id")


def take_the_place(load):
    """Another table with the same rows, as a restored dump is."""
    load.dst.run("create table copied as select * from orders; drop table orders; alter table copied rename to orders; create unique index ids on orders (id)")


def restore(load, version):
    """The target as it was after `version`: what a restored backup or a failed-over replica is."""
    load.dst.run(f"delete from __dpone__loads where version > {version}")
    cursor = load.dst.value("select receipt->'position'->'value'->>'value' from __dpone__loads order by version desc limit 1")
    load.dst.run(f"delete from orders where changed > {cursor}")


def test_a_lost_state_folder_goes_on_from_the_receipt(load):
    load.run()
    shutil.rmtree(load.dpone.folder / ".dpone")
    add(load, 11)
    assert any("receipt of run" in note for note in load.plan().json["notes"])
    run = load.run().json
    assert run["result"]["inserted_rows"] == 1
    assert "receipt of run" in run["warnings"][0]
    assert equal(load)
    assert load.state()["version"] == 2


def test_a_target_that_was_emptied_is_no_place_for_a_delta(load):
    load.run()
    load.dst.run("delete from orders")
    load.src.run("delete from orders where id > 5")
    assert load.run().json["is_unchanged"], "a source that has nothing more does no harm"
    add(load, 11)
    assert any("is refused" in note for note in load.plan().json["notes"])
    run = load.run(code=3)
    assert "target.emptied" in run.err and "state reset" in run.err
    assert load.rows() == []
    load.dpone("state", "reset", "orders.yaml").expect(0)
    load.run()
    assert equal(load)


@pytest.mark.parametrize("source", [{"cursor": "changed"}, {"cursor": "id"}], ids=["key", "unique cursor"])
def test_an_append_to_a_target_that_was_emptied_is_refused(load, source):
    load.strategy, load.source = {"mode": "incremental_append", "unique_key": "id"}, source
    load.run()
    load.dst.run("delete from orders")
    assert "target.emptied" in load.run(code=3).err, "no change is no answer"
    add(load, 11)
    run = load.run(code=3)
    assert "target.emptied" in run.err and "state reset" in run.err and "target_emptied" in run.err
    assert load.rows() == []
    load.dpone("state", "reset", load.manifest()).expect(0)
    load.run()
    assert equal(load)


def test_an_append_goes_on_in_a_landing_table_that_its_consumer_empties(load):
    load.strategy, load.source = {"mode": "incremental_append", "target_emptied": "continue"}, {"cursor": "id"}
    load.run()
    load.dst.run("delete from orders")
    assert load.run().json["is_unchanged"]
    add(load, 11)
    run = load.run()
    assert "the target is empty" in run.json["warnings"][0]
    assert "the target is empty" in run.err
    assert load.rows("id") == [(11,)]


def test_a_landing_table_needs_a_unique_cursor(load):
    load.strategy = {"mode": "incremental_append", "unique_key": "id", "target_emptied": "continue"}
    load.run()
    load.dst.run("delete from orders")
    add(load, 11)
    run = load.run(code=3)
    assert "target.emptied" in run.err and "unique index" in run.err, "10 would be added again"


@pytest.mark.parametrize("start, ids", [("target-max", range(1, 12)), ("11", [*range(1, 8), 11])])
def test_the_next_step_of_rows_that_are_gone_works_as_printed(load, start, ids):
    load.strategy = {"mode": "incremental_append", "unique_key": "id"}
    load.run()
    load.dst.run("delete from orders where id > 7")
    add(load, 11)
    run = load.refused("target.rows_gone")
    assert "state reset" in run.err and "--start-cursor" in run.err
    load.dpone("state", "reset", load.manifest()).expect(0)
    load.run("--start-cursor", start)
    assert load.rows("id") == [(id,) for id in ids]
    assert load.run().json["is_unchanged"]


def test_the_next_step_of_a_position_that_is_there_works_as_printed(load):
    load.run()
    run = load.refused("start_cursor.has_position", "--start-cursor", "3")
    assert "state reset" in run.err
    load.dpone("state", "reset", load.manifest()).expect(0)
    assert load.run("--start-cursor", "3").json["result"]["extracted_rows"] == 8


@pytest.mark.parametrize("strategy", [
    {"mode": "incremental_merge", "unique_key": "id"}, {"mode": "incremental_append", "unique_key": "id"}, {"mode": "replace", "scope": {"id": "> 0"}},
], ids=lambda strategy: strategy["mode"])  # fmt: skip
def test_a_table_that_another_process_loaded_is_said_to_be_its(load, strategy):
    full = load.__class__(load.dpone, load.src, load.dst)
    full.name, full.strategy = "full", {"mode": "full_refresh"}
    full.run("--run-id", "theirs")
    load.strategy = strategy
    if strategy["mode"] == "replace":
        load.source = {}
    run = load.refused("target.not_ours")
    assert 'process "full" published the target' in run.err and "theirs" in run.err and "--adopt" in run.err
    load.run("--adopt", *([] if strategy["mode"] == "replace" else ["--start-cursor", "target-max"]))
    assert equal(load)


def test_a_state_behind_the_receipt_is_rolled_forward(load):
    """Another machine, with a state of its own, has gone on."""
    load.run()
    add(load, 11)
    load.run("--state-dir", "elsewhere")
    add(load, 12)
    run = load.run().json
    assert run["result"]["inserted_rows"] == 1
    assert equal(load)
    assert load.state()["version"] == 3


def test_a_restored_target_is_followed_when_the_ledger_knows_its_run(load):
    load.run()
    add(load, 11)
    load.run()
    add(load, 12)
    load.run()
    restore(load, 2)
    run = load.run().json
    assert run["version"] == 3
    assert equal(load), "12 is loaded again"


def test_a_restored_target_of_unknown_runs_is_refused(load):
    load.run()
    add(load, 11)
    load.run()
    restore(load, 1)
    (load.dpone.folder / ".dpone/ledger.jsonl").unlink()
    load.refused("state.target_mismatch")
    load.dpone("state", "reset", load.manifest(), "--to-receipt").expect(0)
    load.run()
    assert equal(load)


def test_lost_receipts_are_not_guessed(load):
    load.run()
    load.dst.run("drop table __dpone__loads")
    load.refused("target.not_ours")
    load.dst.run("delete from orders")
    load.refused("state.target_mismatch")
    load.dpone("state", "reset", load.manifest()).expect(0)
    load.run()
    assert equal(load)


def test_a_target_that_another_process_replaced_is_refused(load):
    load.run()
    other = load.__class__(load.dpone, load.src, load.dst)
    other.name, other.strategy, other.sink = "another", {"mode": "full_refresh"}, {"adopt": True}
    other.run("--run-id", "theirs")
    run = load.refused("target.replaced")
    assert "another" in run.err and "theirs" in run.err


def test_a_target_that_something_else_replaced_is_refused(load):
    load.run()
    load.dst.run("create table copy as select * from orders where 1 = 0; drop table orders; alter table copy rename to orders")
    load.refused("target.replaced")


def test_a_target_that_is_gone_is_not_begun_in_the_middle(load):
    load.run()
    load.dst.run("drop table orders")
    load.refused("target.replaced")
    load.dpone("state", "reset", load.manifest()).expect(0)
    assert load.run().json["method"] == "create"
    assert equal(load)


def test_two_processes_may_add_to_one_target(load):
    load.strategy = {"mode": "incremental_append", "unique_key": "id"}
    load.source["where"] = "id % 2 = 0"
    load.run()
    other = load.__class__(load.dpone, load.src, load.dst)
    other.name, other.strategy, other.sink = "odd", dict(load.strategy), {"adopt": True}
    other.source = {"cursor": "changed", "where": "id % 2 = 1"}
    other.run("--start-cursor", "none")
    add(load, 11, 12)
    load.run()
    other.run()
    assert equal(load)
    assert [row[:3] for row in load.receipts()] == [("orders", 1, 1), ("odd", 1, 1), ("orders", 2, 1), ("odd", 2, 1)]


def test_a_changed_definition_is_refused(load):
    load.run()
    for change in ({"where": "id > 0"}, {"cursor": "id"}, {"exclude": ["state"]}):
        load.source = {"cursor": "changed", **change}
        load.refused("state.definition_changed")
    load.source = {"cursor": "changed", "where": "id > 0"}
    add(load, 11)
    load.run("--start-cursor", "target-max")
    assert equal(load)
    load.refused("start_cursor.has_position", "--start-cursor", "target-max")


def test_a_table_that_is_there_is_taken_over_from_its_greatest_cursor(load):
    load.dst.run(CREATE + "insert into orders values (1, 'theirs', 4), (2, 'x', null)")
    load.refused("target.not_ours")
    load.sink["adopt"] = True
    load.refused("start_cursor.needed")
    run = load.run("--start-cursor", "target-max").json
    assert run["result"]["extracted_rows"] == 7
    assert [row[0] for row in load.rows()] == [1, 2, 4, 5, 6, 7, 8, 9, 10]


def test_taking_over_a_table_that_has_it_all_is_a_run_too(load):
    load.dst.run(TEN)
    load.sink["adopt"] = True
    run = load.run("--start-cursor", "target-max").json
    assert (run["is_published"], run["result"]["inserted_rows"], run["result"]["updated_rows"]) == (True, 0, 0)
    load.sink = {}
    assert load.run().json["is_unchanged"]
    add(load, 11)
    assert load.run().json["result"]["inserted_rows"] == 1
    assert equal(load)


def test_a_table_that_took_the_place_is_taken_over_when_told_where_to_begin(load):
    load.run()
    take_the_place(load)
    add(load, 11)
    load.refused("target.replaced")
    load.run("--adopt", "--start-cursor", "none")
    assert equal(load)
    # The same without anything new: it is taken over all the same.
    take_the_place(load)
    load.refused("target.replaced")
    run = load.run("--adopt", "--start-cursor", "target-max").json
    assert (run["is_published"], run["result"]["inserted_rows"]) == (True, 0)
    add(load, 12)
    load.run()
    assert equal(load)


def test_where_to_begin_is_kept_when_there_is_nothing_to_load(load):
    load.run()
    load.dst.run("delete from orders")
    load.dpone("state", "reset", load.manifest()).expect(0)
    load.run("--start-cursor", "150")
    add(load, 151)
    load.run()
    assert load.rows("id") == [(151,)]


def test_a_table_that_is_taken_over_needs_no_new_rows(load):
    load.dst.run(TEN)
    load.sections = {"quality": {"min_rows": 1}}
    load.run("--adopt", "--start-cursor", "target-max")
    add(load, 11)
    load.run()
    assert equal(load)


@pytest.mark.parametrize("more, value", [(", changed text", ", '999'"), ("", "")], ids=["text", "gone"])
def test_a_greatest_value_that_is_no_position_of_the_source(load, more, value):
    load.dst.run(f"create table orders (id int primary key, state text{more}); insert into orders values (1, 'old'{value}), (2, 'old'{value})")
    load.sink["adopt"] = True
    load.refused("start_cursor.target_max", "--start-cursor", "target-max")


def test_a_greatest_value_of_a_cursor_that_is_not_there(load):
    load.run()
    load.source = {"cursor": "chnged"}
    assert 'did you mean "changed"?' in load.plan("--start-cursor", "target-max", code=1).err


def test_a_first_load_into_an_empty_table(load):
    load.dst.run(CREATE)
    assert load.run().json["method"] == "merge"
    assert equal(load)


def test_an_empty_source_first(load):
    load.src.run("truncate orders")
    assert load.run().json["method"] == "create"
    assert load.run().json["is_unchanged"]
    add(load, 1, 2)
    load.run()
    assert equal(load)


def test_a_reset_begins_anew_and_doubles_nothing(load):
    load.run()
    load.src.run("update orders set state = 'unseen' where id = 1")
    assert load.run().json["is_unchanged"]
    load.dpone("state", "reset", load.manifest()).expect(0)
    run = load.run().json
    assert (run["result"]["extracted_rows"], run["result"]["updated_rows"]) == (10, 1)
    load.strategy = {"mode": "incremental_append", "unique_key": "id"}
    load.name, load.table = "events", "public.orders"
    load.sink["adopt"] = True
    load.run("--start-cursor", "none", code=1)  # keys would repeat


def test_an_append_that_was_reset_is_refused_while_the_rows_are_there(load):
    load.strategy = {"mode": "incremental_append", "unique_key": "id"}
    load.run()
    out = load.dpone("state", "reset", load.manifest()).expect(0).out
    assert "is refused if the target has rows" in out and "--start-cursor" in out and "--to-receipt" in out
    assert "--to-receipt" in load.refused("append.would_repeat").err
    load.dpone("state", "reset", load.manifest(), "--to-receipt").expect(0)
    assert load.run().json["is_unchanged"]
    load.dpone("state", "reset", load.manifest()).expect(0)
    load.dst.run("delete from orders")
    load.run()
    assert equal(load)


@INTO_POSTGRES
def test_a_state_in_postgres_is_shared(load, dst):
    load.dpone.connect("meta", dst.url)
    load.sections = {"state": {"type": "postgres", "connection_type": "env", "connection_id": "meta", "schema": "etl state"}}
    load.run()
    assert not (load.dpone.folder / ".dpone/state.db").exists()
    add(load, 11)
    load.run("--state-dir", "elsewhere")
    assert dst.rows('select process, record, state->>\'version\' from "etl state".__dpone__state') == [("orders", 2, "2")]
    assert load.run().json["is_unchanged"]
    assert load.state()["position"]["value"]["value"] == "11"


def test_without_a_store_the_receipt_is_enough(load):
    load.sections = {"state": {"type": "disabled"}}
    load.run()
    add(load, 11)
    load.run()
    assert equal(load)
    assert not (load.dpone.folder / ".dpone/state.db").exists()
    assert "remove state.type: disabled" in load.dpone("state", "reset", load.manifest()).expect(2).err
    load.sections = {}
    load.dpone("state", "reset", load.manifest()).expect(0)
    assert load.run().json["result"]["extracted_rows"] == 11


def test_a_killed_run_between_receipt_and_state_loses_and_doubles_nothing(load):
    load.run()
    add(load, 11)
    load.dpone("run", load.manifest(), env={"DPONE_FAULT": "state.before_write=kill"}).expect(-9)
    assert load.state()["version"] == 1
    add(load, 12)
    load.run()
    assert equal(load)
    assert load.state()["version"] == 3


def test_state_inspect_tells_where_the_next_run_begins(load):
    assert "no state is stored" in load.dpone("state", "inspect", load.manifest()).expect(0).out
    load.run()
    out = load.dpone("state", "inspect", load.manifest()).expect(0).out
    assert "changed = 10" in out and ".dpone/state.db" in out


def test_state_inspect_shows_a_position_of_another_kind_as_it_is_stored(load):
    load.run()
    with contextlib.closing(sqlite3.connect(load.dpone.folder / ".dpone/state.db")) as file, file:
        file.execute("update __dpone__state set state = json_set(state, '$.position', json(?))",
                     ('{"kind":"lsn","value":"0/16B3748"}',))  # fmt: skip
    out = load.dpone("state", "inspect", load.manifest()).expect(0).out
    assert 'cursor   lsn "0/16B3748"' in out


def test_a_damaged_state_store_is_an_error_and_no_guess(load):
    load.run()
    (load.dpone.folder / ".dpone/state.db").write_bytes(b"no database at all" * 100)
    run = load.run(code=1)
    assert "sqlite.not_a_database" in run.err


def test_two_runs_of_a_process_from_two_places_publish_once(load):
    """The state store of each allows it; the fence in the target does not."""
    load.run()
    add(load, 11)
    manifest = load.manifest()
    first = load.dpone.start("run", manifest, "--state-dir", "a", env={"DPONE_FAULT": "finalize.begin=stop"})
    import os
    import signal
    import time

    deadline = time.monotonic() + 20
    while "T" not in open(f"/proc/{first.pid}/stat").read().split()[2] and time.monotonic() < deadline:
        time.sleep(0.02)
    load.dpone("run", manifest, "--state-dir", "b").expect(0)
    os.kill(first.pid, signal.SIGCONT)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 3 and "finalize.fenced" in err
    assert equal(load)


@pytest.mark.parametrize("mode", ["incremental_append", "incremental_merge"])
@pytest.mark.parametrize("change, slug", [("add more int", "schema.new_column"), ("drop state", "schema.column_gone")])
def test_columns_that_come_or_go_are_refused(load, mode, change, slug):
    load.strategy, load.source = {"mode": mode, "unique_key": "id"}, {"cursor": "id"}
    load.run()
    load.src.run(f"alter table orders {change}; insert into orders (id, changed) values (11, 11)")
    load.refused(slug)
    if slug == "schema.new_column":
        load.dst.run("alter table orders add more int")
        load.refused("state.definition_changed")
        load.run("--start-cursor", "target-max")
        assert load.rows("id, more")[-1] == (11, None)
