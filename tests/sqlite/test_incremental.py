"""What append and merge meet in SQLite alone. What every sink does is in tests/strategies."""

import pytest

CREATE = "create table events (id integer primary key, at text not null, note text) strict;"


def append(manifest, cursor="id", key=None, **more):
    return manifest("events", mode="incremental_append", source={"cursor": cursor}, **({"unique_key": key} if key else {}), **more)


def merge(manifest, cursor="at", **source):
    return manifest("events", mode="incremental_merge", source={"cursor": cursor, **source}, unique_key=["id"])


def add(source, *rows):
    with source.open() as connection:
        connection.executemany("insert or replace into events values (?, ?, ?)", rows)


def events(target):
    return target.rows("select id, note from events order by id")


def test_merge_sees_a_change_that_a_collation_would_hide(dpone, source, target, manifest):
    target.run("create table events (id integer primary key, at text not null, note text collate nocase)")
    source.run(CREATE)
    add(source, (1, "a", "one"))
    path = merge(manifest)
    dpone("run", path, "-q").expect(0)
    add(source, (1, "b", "ONE"))
    dpone("run", path, "-q").expect(0)
    assert events(target) == [(1, "ONE")]


def test_a_key_of_texts_gets_a_unique_index(dpone, source, target, manifest):
    source.run('create table events (id text, at integer, "note" text) strict')
    add(source, ("x", 1, "one"), ("y", 2, "two"))
    path = manifest("events", mode="incremental_merge", source={"cursor": "at"}, unique_key=["id"])
    dpone("run", path, "-q").expect(0)
    assert target.value("select \"unique\" from pragma_index_list('events')") == 1
    source.run("update events set at = 3, note = 'three' where id = 'x'")
    dpone("run", path, "-q").expect(0)
    assert events(target) == [("x", "three"), ("y", "two")]


def test_duplicate_and_missing_keys_fail_the_gate(dpone, source, target, manifest):
    source.run("create table events (id text, at integer, note text) strict")
    path = manifest("events", mode="incremental_merge", source={"cursor": "at"}, unique_key=["id"])
    source.run("insert into events values ('x', 1, ''), ('x', 2, '')")
    assert "gate.key" in dpone("run", path).expect(1).err
    source.run("delete from events; insert into events values (null, 1, '')")
    assert "gate.key" in dpone("run", path).expect(1).err
    assert not target.has("events")


@pytest.mark.parametrize("change", ["vacuum", "alter table events add column extra text"])
@pytest.mark.parametrize("before", ["", "create table users (id integer, name text); create index users_by on users (name); create view v as select 1"])
def test_the_target_is_the_same_after(before, change, dpone, source, target, manifest):
    target.run("pragma journal_mode = delete; " + before)
    source.run(CREATE)
    add(source, (1, "a", "one"))
    path = append(manifest)
    dpone("run", path, "-q").expect(0)
    target.run("create table a_filler (n); drop table a_filler; " + change)
    add(source, (2, "b", "two"))
    dpone("run", path, "-q").expect(0)
    target.run("vacuum")
    add(source, (3, "c", "three"))
    dpone("run", path, "-q").expect(0)
    assert [number for number, _ in events(target)] == [1, 2, 3]


def test_a_cursor_without_a_unique_index_is_told_apart_by_the_key(dpone, source, target, manifest):
    source.run("create table events (id integer, at text, note text) strict")
    add(source, (1, "t1", "one"), (2, "t1", "two"))
    assert "cursor.needs_key" in dpone("run", append(manifest, cursor="at")).expect(1).err
    path = append(manifest, cursor="at", key=["id"])
    dpone("run", path, "-q").expect(0)
    add(source, (3, "t1", "three"), (0, "t1", "late"))
    dpone("run", path, "-q").expect(0)
    assert events(target) == [(0, "late"), (1, "one"), (2, "two"), (3, "three")]


def test_nulls_and_wrong_classes_in_the_cursor_are_named(dpone, source, manifest):
    source.run("create table events (id integer, at int, note text); create unique index u on events (at)")
    source.run("insert into events values (1, 1, ''), (2, null, '')")
    assert "cursor.null" in dpone("run", append(manifest, cursor="at")).expect(1).err
    source.run("update events set at = 'soon' where id = 2")
    run = dpone("run", append(manifest, cursor="at")).expect(1)
    assert "source.value_type" in run.err and "column: at" in run.err


@pytest.mark.parametrize("kind", ["numeric", "decimal"])
def test_a_cursor_whose_text_does_not_sort_is_refused(kind, dpone, source, manifest):
    source.run("create table events (id integer, at text, note text) strict; create unique index u on events (at); insert into events values (1, '10', '')")
    type_ = '{"kind":"numeric"}' if kind == "numeric" else '{"kind":"decimal","precision":10,"scale":0}'
    typed(source, type_)
    assert "cursor.type" in dpone("run", append(manifest, cursor="at")).expect(1).err


def typed(source, type_):
    """As a load from a typed source leaves it."""
    source.run(
        "create table if not exists __dpone__columns (table_name text not null, column_name text not null, declared text not null, "
        "type text not null, native_type text not null, meaning text not null, travels_as_text integer not null, "
        "key_position integer not null, primary key (table_name, column_name)) strict;"
        f"insert or replace into __dpone__columns values ('events', 'at', 'TEXT', '{type_}', 'x', '', 0, 0)"
    )


def test_times_as_texts_are_read_in_their_order(dpone, source, target, manifest):
    source.run(CREATE)
    typed(source, '{"kind":"timestamp with time zone","scale":6}')
    add(source, (1, "2024-01-01 00:00:00+00", "one"), (2, "2024-01-01 00:00:00.5+00", "two"), (3, "2024-01-01 00:00:00.45+00", "three"))
    path = merge(manifest, overlap="1h")
    dpone("run", path, "-q").expect(0)
    cursor = target.value("select receipt->'position' from __dpone__loads")
    assert '"value":"2024-01-01 00:00:00.5+00"' in cursor
    add(source, (4, "2023-12-31 23:30:00+00", "within"), (5, "2023-12-31 22:59:59.999999+00", "missed"), (6, "2024-01-01 00:00:00.6+00", "new"))
    dpone("run", path, "-q").expect(0)
    assert [number for number, _ in events(target)] == [1, 2, 3, 4, 6]
    for bad in ("infinity", "10000-01-01 00:00:00+00", "0044-03-15 00:00:00+00 BC", "2024-01-01 00:00:00.50+00", "2024-01-01T00:00:00Z"):
        add(source, (7, bad, "bad"))
        assert "cursor.order" in dpone("run", path).expect(1).err, bad


def test_a_target_that_was_made_anew_alike_is_refused(dpone, source, target, manifest):
    """The same definition and the same root page, empty and filled again: only its place in the schema tells."""
    source.run(CREATE)
    add(source, (1, "a", "one"))
    path = append(manifest)
    dpone("run", path, "-q").expect(0)
    sql = target.value("select sql from sqlite_schema where name = 'events'")
    page = target.value("select rootpage from sqlite_schema where name = 'events'")
    add(source, (2, "b", "two"))
    for filled in ("", "; insert into events values (7, 'x', 'by hand')"):
        target.run(f"drop table events; {sql}{filled}")
        assert target.value("select rootpage from sqlite_schema where name = 'events'") == page
        assert "target.replaced" in dpone("run", path).expect(3).err


def test_keys_that_the_targets_collation_takes_for_one_fail_the_gate(dpone, source, target, manifest):
    source.run("create table events (id text, at integer, note text) strict")
    target.run("create table events (id text collate nocase primary key, at integer, note text)")
    source.run("insert into events values ('a', 1, 'small'), ('A', 2, 'large')")
    for mode, more in (("incremental_merge", {}), ("incremental_append", {"only_new_rows": True})):
        path = manifest("events", mode=mode, source={"cursor": "at"}, unique_key=["id"], **more)
        assert "gate.key" in dpone("run", path).expect(1).err
    source.run("delete from events where id = 'A'")
    dpone("run", path, "-q").expect(0)
    assert target.rows("select id, note from events") == [("a", "small")]


@pytest.mark.parametrize("event", ["insert", "update"])
def test_a_trigger_that_drops_rows_of_a_merge_fails_the_gate(event, dpone, source, target, manifest):
    source.run(CREATE)
    add(source, (1, "a", "one"))
    path = merge(manifest)
    dpone("run", path, "-q").expect(0)
    target.run("create table seen (id); create trigger log after insert on events begin insert into seen values (new.id); end")
    add(source, (2, "b", "two"))
    dpone("run", path, "-q").expect(0)
    target.run(f"create trigger tr before {event} on events when new.note = 'TWO' or new.id = 3 begin select raise(ignore); end")
    add(source, (2, "c", "TWO"), (3, "c", "three"))
    assert "gate.row_count" in dpone("run", path).expect(1).err
    assert events(target) == [(1, "one"), (2, "two")]


def test_numbers_in_a_cursor_of_texts_are_refused(dpone, source, manifest):
    """They stand before every text, and would be missed for ever."""
    source.run("create table events (id integer primary key, at string, note text)")
    add(source, (1, "a", "one"), (2, "b", "two"))
    path = append(manifest, cursor="at", key=["id"])
    dpone("run", path, "-q").expect(0)
    add(source, (3, 5, "three"))
    run = dpone("run", path).expect(1)
    assert "cursor.order" in run.err and "'5'" in run.err


def test_the_greatest_value_of_another_type_is_no_position(dpone, source, target, manifest):
    source.run(CREATE)
    add(source, (1, "a", "one"))
    target.run("create table events (id text primary key, at text, note text); insert into events values ('999', '', ''), ('1005', '', '')")
    run = dpone("run", append(manifest), "--adopt", "--start-cursor", "target-max").expect(3)
    assert "start_cursor.target_max" in run.err


def test_of_several_rows_of_a_key_the_latest_is_kept(dpone, source, target, manifest):
    source.run("create table events (id integer, at timestamp, note text); insert into events values (1, '2024-01-02 00:00:00', 'b'),"
               " (1, '2024-01-01 23:00:00', 'a'), (2, '2024-01-01 00:00:00', 'x'), (2, '2024-01-01 00:00:00.5', 'y')")  # fmt: skip
    path = manifest("events", mode="incremental_merge", unique_key=["id"])
    assert "gate.key" in dpone("run", path).expect(1).err
    path = manifest("events", mode="incremental_merge", unique_key=["id"], keep_latest_by="at")
    run = dpone("run", path, "--format", "json").expect(0).json
    assert run["result"]["superseded_rows"] == 2
    assert events(target) == [(1, "b"), (2, "y")]
    source.run("insert into events values (1, '2024-01-03 00:00:00', 'c'), (1, '2024-01-02 12:00:00', 'd')")
    assert "4 rows replaced by later rows of the same key" in dpone("run", path).expect(0).out
    assert events(target) == [(1, "c"), (2, "y")]
    assert target.leftovers() == []
    # A column of that name hides SQLite's own row number.
    source.run("create table rows_of (id integer, rowid integer, at timestamp); insert into rows_of values (1, 7, '2024-01-01 00:00:00'),"
               " (1, 9, '2024-01-02 00:00:00'), (2, 7, '2024-01-01 00:00:00')")  # fmt: skip
    path = manifest("rows_of", mode="incremental_merge", unique_key=["id"], keep_latest_by="at", name="by_rowid")
    dpone("run", path, "-q").expect(0)
    assert target.rows('select id, "rowid" from rows_of order by id') == [(1, 9), (2, 7)]
    # An order that the stored texts have not is no order.
    source.run("alter table events add version integer; update events set version = 9")
    target.run("alter table events add version text")
    path = manifest("events", mode="incremental_merge", unique_key=["id"], keep_latest_by="version", name="by_version", options={"adopt": True})
    assert "strategy.keep_latest_by" in dpone("run", path, "--adopt").expect(1).err
