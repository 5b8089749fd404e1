"""incremental_append: rows beyond the cursor are added, once each."""

import pytest

from strategies.conftest import INTO_POSTGRES


@pytest.fixture
def events(load):
    load.strategy = {"mode": "incremental_append", "unique_key": "id"}
    return load


def equal(load):
    return load.rows() == load.src.rows("select * from orders order by id")


def test_a_delta_is_added(events):
    events.run()
    events.src.run("insert into orders select n, 'new', n from generate_series(11, 15) n")
    run = events.run().json
    assert (run["method"], run["result"]["extracted_rows"], run["result"]["inserted_rows"]) == ("append", 6, 5)  # the last row is read again
    assert equal(events)
    assert events.run().json["is_unchanged"]


def test_rows_of_one_cursor_value_are_told_apart_by_their_key(events):
    events.src.run("update orders set changed = 5")
    events.run()
    events.src.run("insert into orders values (11, 'same cursor, greater key', 5), (-9000, 'smaller key', 5)")
    assert events.run().json["result"]["inserted_rows"] == 2
    position = events.state()["position"]
    assert position["kind"] == "cursor" and position["value"].pop("relation")
    assert position["value"] == {"column": "changed", "type": "integer", "value": "5", "rows": 12}
    assert equal(events)
    assert events.run().json["is_unchanged"]


def test_a_later_row_of_the_last_moment_may_have_any_key(load):
    """300 rows in 30 batches of one day: none is lost, whatever order their keys come in."""
    events = load
    events.strategy = {"mode": "incremental_append", "unique_key": "id"}
    events.src.run("truncate orders")
    for batch in range(30):
        events.src.run("insert into orders select (n * 7919 + %s) %% 100003, 'x', 1 from generate_series(1, 10) n", (batch * 13,))
        events.run()
    assert len(events.rows()) == events.src.value("select count(*) from orders")


def test_rows_of_the_last_moment_that_the_target_lost_are_not_added_again(load):
    events = load
    events.strategy = {"mode": "incremental_append", "unique_key": "id"}
    events.src.run("update orders set changed = 5")
    events.run()
    events.dst.run("delete from orders where id < 3")
    events.refused("target.rows_gone")


def test_an_append_by_a_cursor_that_is_not_loaded_is_refused(events):
    events.source["exclude"] = ["changed"]
    events.refused("cursor.not_loaded", code=1)


def test_a_source_that_was_emptied_and_loaded_again_is_not_taken_for_nothing_new(events):
    events.run()
    events.src.run("truncate orders; insert into orders values (100, 'anew', 3)")
    assert "cursor.behind" in events.run(code=3).err
    events.source["cursor_behind"] = "warn"
    run = events.run().json
    assert run["is_unchanged"] and "below the position 10" in run["warnings"][0]
    events.source["cursor_behind"] = "restart"
    events.refused("manifest.conflict", code=2)
    events.strategy = {**events.strategy, "only_new_rows": True}
    run = events.run().json
    assert run["result"]["inserted_rows"] == 1 and "starts from the beginning" in run["warnings"][0]
    assert (100, "anew", 3) in events.rows()


def test_rows_that_were_deleted_at_the_source_leave_a_warning(load):
    load.run()
    load.src.run("delete from orders where changed > 4")
    run = load.run().json
    assert run["is_unchanged"] and "is 4, below the position 10" in run["warnings"][0]


@pytest.mark.parametrize("value", ["9999-12-31", "2127-01-01"])
def test_a_moment_in_the_future_does_not_hide_what_comes_later(load, value):
    load.src.run(f"alter table orders drop changed, add changed date default current_date; update orders set changed = '{value}' where id = 1")
    run = load.run(code=1)
    assert "cursor.beyond_max" in run.err and "cursor_max" in run.err
    load.source["cursor_max"] = "none"
    load.run()
    assert len(load.rows()) == 10


def test_a_unique_cursor_needs_no_key(events):
    events.strategy = {"mode": "incremental_append"}
    events.refused("cursor.needs_key", code=1)
    events.source = {"cursor": "id"}
    events.run()
    events.src.run("insert into orders select n, 'new', 1 from generate_series(11, 1200) n")
    assert events.run().json["result"]["inserted_rows"] == 1190
    assert equal(events)


def test_a_row_behind_the_cursor_is_missed_and_the_plan_says_so(events):
    events.run()
    events.src.run("insert into orders values (50, 'late', 3)")
    assert events.run().json["is_unchanged"]
    assert any("behind the cursor, are missed" in note for note in events.plan().json["notes"])


def test_an_overlap_finds_late_rows_and_only_new_rows_are_added(events):
    events.strategy["only_new_rows"] = True
    events.source["overlap"] = 7
    events.run()
    events.src.run("insert into orders values (50, 'late', 3), (51, 'too late', 2)")
    run = events.run().json
    assert (run["result"]["inserted_rows"], run["result"]["extracted_rows"]) == (1, 9)
    assert [row[0] for row in events.rows()] == [*range(1, 11), 50]
    assert events.run().json["is_unchanged"]
    assert events.state()["position"]["value"]["value"] == "10"


def test_an_overlap_of_time(events):
    events.src.run("alter table orders drop changed, add changed timestamptz; update orders set changed = '2026-03-01'::timestamptz + id * interval '1 hour'")
    events.strategy["only_new_rows"] = True
    events.source["overlap"] = "2h"
    events.run()
    events.src.run("insert into orders values (50, 'late', '2026-03-01 08:00+00'), (51, 'too late', '2026-03-01 07:59:59.999999+00')")
    assert events.run().json["result"]["inserted_rows"] == 1


def test_only_new_rows_without_a_cursor(events):
    events.source = {}
    events.strategy["only_new_rows"] = True
    events.run()
    events.src.run("update orders set state = 'not taken' where id = 1; insert into orders values (11, 'taken', 11)")
    assert events.run().json["result"]["inserted_rows"] == 1
    assert events.rows("id, state")[0] == (1, "old")


@pytest.mark.parametrize("nulls, expected", [("ignore", 10), ("fail", None)])
def test_rows_without_a_cursor_value(events, nulls, expected):
    events.source["cursor_nulls"] = nulls
    events.src.run("insert into orders values (99, 'no cursor', null)")
    if expected is None:
        run = events.run(code=1)
        assert "cursor.null" in run.err and "cursor_nulls" in run.err
        assert events.rows() is None
    else:
        assert events.run().json["result"]["final_rows"] == expected


def test_rows_without_a_cursor_value_every_time(load):
    load.source["cursor_nulls"] = "always"
    load.src.run("insert into orders values (99, 'no cursor', null)")
    load.run()
    load.src.run("update orders set state = 'changed' where id = 99")
    assert load.run().json["result"]["updated_rows"] == 1
    assert load.run().json["is_unchanged"]


def test_a_key_without_a_value_fails_the_gate(events):
    events.src.run("alter table orders drop constraint orders_pkey, alter id drop not null; insert into orders values (null, 'x', 10)")
    assert "gate.key" in events.run(code=1).err


def test_an_infinite_cursor_would_be_the_last(events):
    events.src.run("alter table orders drop changed, add changed date; update orders set changed = current_date; update orders set changed = 'infinity' where id = 1")
    assert "cursor.infinite" in events.run(code=1).err


@INTO_POSTGRES
@pytest.mark.parametrize("kind, values", [
    ("numeric", ["9", "10", "10.5", "100"]), ("text", ["a", "ab", "b", "é"]), ("date", ["0044-03-15 BC", "2026-01-01", "2026-01-02", "20260-01-01"]),
    ("timestamp", ["2026-01-01 00:00:00.000001", "2026-01-01 00:00:00.00001", "2026-01-01 00:00:01", "2026-01-02 00:00:00"]),
    ("uuid", ["00000000-0000-0000-0000-000000000009", "10000000-0000-0000-0000-000000000000", "a0000000-0000-0000-0000-000000000000", "f0000000-0000-0000-0000-000000000000"]),
    ("pg_lsn", ["0/9", "0/10", "1/0", "A/0"]), ("bigint", ["-5", "9", "10", "9000000000"]), ("varchar(9) collate \"C\"", ["B", "a", "b", "ba"]),
])  # fmt: skip
def test_a_cursor_of_every_type_goes_on_where_it_ended(events, kind, values):
    events.src.run(f"truncate orders; alter table orders drop changed, add changed {kind}")
    events.source["cursor_max"] = "none"
    for number, value in enumerate(values):
        events.src.run("insert into orders values (%s, 'x', %s)", (number, value))
        assert events.run().json["result"]["inserted_rows"] == 1
    assert events.run().json["is_unchanged"]
    assert events.dst.rows("select changed::text from orders order by id") == [(value,) for value in values]


def test_a_query_and_a_condition_can_have_a_cursor(events):
    events.source["where"] = "state <> 'skip'"
    events.src.run("insert into orders values (11, 'skip', 11)")
    events.run()
    events.src.run("insert into orders values (12, 'new', 12), (13, 'skip', 13)")
    assert events.run().json["result"]["inserted_rows"] == 1
    assert events.state()["position"]["value"]["value"] == "12"


@INTO_POSTGRES
def test_a_trigger_that_drops_rows_fails_the_gate(events):
    events.run()
    events.dst.run("create function public.f() returns trigger language plpgsql as 'begin return null; end';"
                   "create trigger tr before insert on orders for each row execute function public.f()")  # fmt: skip
    events.src.run("insert into orders values (11, 'new', 11)")
    assert "gate.row_count" in events.run(code=1).err
    assert len(events.rows()) == 10


def test_a_key_of_a_table_is_none_of_those_that_inherit_from_it(events):
    """Their rows are read with it, and may have its cursor values once more."""
    events.src.run("create table more () inherits (orders)")
    events.strategy = {"mode": "incremental_append"}
    events.source = {"cursor": "id"}
    events.refused("cursor.needs_key", code=1)


def test_only_the_delta_is_read(events):
    events.run()
    events.src.run("insert into orders values (11, 'new', 11)")
    (copy,) = [step["sql"] for step in events.plan().json["statements"] if "TO STDOUT" in step["sql"]]
    assert copy.endswith("""WHERE "changed" >= '10'::integer AND "changed" <= {upper}) TO STDOUT (FORMAT binary)""")
