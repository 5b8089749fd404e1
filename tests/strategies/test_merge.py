"""incremental_merge: rows of the same key are changed where they differ, the others are added."""

import re

import pytest

from strategies.conftest import INTO_POSTGRES


def test_a_delta_changes_and_adds_rows(load):
    first = load.run().json
    assert (first["method"], first["result"]["final_rows"]) == ("create", 10)
    load.src.run("update orders set state = 'new', changed = 11 where id <= 3; insert into orders values (20, 'added', 12)")
    run = load.run().json
    assert (run["method"], run["result"]["extracted_rows"]) == ("merge", 5), "the last row is read again"
    assert (run["result"]["inserted_rows"], run["result"]["updated_rows"]) == (1, 3)
    assert load.rows() == load.src.rows("select * from orders order by id")
    assert load.receipts() == [("orders", 1, 1, "create", 10), ("orders", 2, 1, "merge", 5)]


def test_nothing_new_is_no_change(load):
    load.run()
    before = load.receipts(), load.state()
    run = load.run().json
    assert run["is_unchanged"] and not run["is_published"] and run["result"]["status"] == "success"
    assert (load.receipts(), load.state()) == before
    assert "no change" in load.dpone("run", load.manifest()).expect(0).out


def test_rows_that_share_the_last_cursor_value_are_not_lost(load):
    load.run()
    load.src.run("insert into orders values (11, 'late, same cursor', 10)")
    run = load.run().json
    assert run["result"]["inserted_rows"] == 1
    assert load.rows() == load.src.rows("select * from orders order by id")
    assert load.state()["position"]["value"]["value"] == "10"


def test_without_a_cursor_everything_is_read_and_only_differences_are_written(load):
    load.source = {}
    load.run()
    load.src.run("update orders set state = 'new' where id = 5; delete from orders where id = 6")
    run = load.run().json
    assert (run["result"]["extracted_rows"], run["result"]["updated_rows"], run["result"]["inserted_rows"]) == (9, 1, 0)
    assert load.rows("id, state")[4:6] == [(5, "new"), (6, "old")], "a merge deletes nothing"


@INTO_POSTGRES
@pytest.mark.parametrize("old, new, kind", [
    ("1.0", "1.00", "numeric"), ("'{\"a\":1}'", "'{\"a\": 1}'", "json"), ("'-0'", "'0'", "float8"), ("null", "''", "text"),
    ("'NaN'", "0", "float8"), ("'(1,2)'", "'(1,3)'", "point"), ("'{1,2}'", "'[0:1]={1,2}'", "int[]"), ("'a'", "'a '", "text"),
])  # fmt: skip
def test_what_differs_in_any_bit_is_a_change(load, old, new, kind):
    load.src.run(f"alter table orders add v {kind}; update orders set v = {old}")
    load.run()
    load.src.run(f"update orders set v = {new}, changed = 11 where id = 1")
    load.run()
    assert load.dst.value("select v::text from orders where id = 1") == load.src.value("select v::text from orders where id = 1")


@INTO_POSTGRES
def test_equal_rows_are_not_written_again(load):
    load.source = {}
    load.src.run("alter table orders add n numeric default 'NaN', add j json default '[1]', add a int[] default '{}'")
    load.run()
    before = load.dst.rows("select ctid, xmin from orders order by id")
    run = load.run().json
    assert run["result"]["updated_rows"] == 0
    assert load.dst.rows("select ctid, xmin from orders order by id") == before


@INTO_POSTGRES
def test_duplicate_and_null_keys_fail_the_gate_and_leave_the_target(load):
    load.src.run("alter table orders drop constraint orders_pkey, alter id drop not null")
    load.run()
    before = load.rows()
    load.src.run("insert into orders values (30, 'a', 30), (30, 'b', 31)")
    assert "gate.key" in load.run(code=1).err
    load.src.run("delete from orders where id = 30; insert into orders values (null, 'a', 30)")
    assert "postgres.not_null" in load.run(code=1).err, "the target's own NOT NULL speaks first"
    load.dst.run("alter table orders drop constraint orders_pkey, alter id drop not null")
    assert "gate.key" in load.run(code=1).err
    assert load.rows() == before
    assert load.state()["version"] == 1


@INTO_POSTGRES
def test_a_target_that_is_made_gets_a_key_where_the_source_has_none(load):
    load.src.run("alter table orders drop constraint orders_pkey, alter id drop not null")
    load.run()
    assert load.dst.value("select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'orders'::regclass and contype = 'p'") == "PRIMARY KEY (id)"


@INTO_POSTGRES
def test_a_key_of_several_columns_and_of_user_types(load):
    for database in (load.src, load.dst):
        database.run("create extension if not exists citext; create type mood as enum ('sad', 'happy')")
    load.src.run("create table public.moods (name citext, mood mood, v text, changed int, primary key (name, mood))")
    load.src.run("insert into moods values ('Ann', 'sad', 'x', 1), ('Bob', 'happy', 'x', 1)")
    load.table, load.name, load.strategy["unique_key"] = "public.moods", "moods", ["name", "mood"]
    load.run()
    load.src.run("update moods set v = 'y', changed = 2 where name = 'Ann'; insert into moods values ('Ann', 'happy', 'z', 2)")
    run = load.run().json
    assert (run["result"]["inserted_rows"], run["result"]["updated_rows"]) == (1, 1)
    assert load.dst.rows("select name::text, mood::text, v from moods order by 1, 2") == [("Ann", "happy", "z"), ("Ann", "sad", "y"), ("Bob", "happy", "x")]


@INTO_POSTGRES
def test_a_key_without_equality_is_refused_by_the_plan(load):
    load.src.run("alter table orders add p point; update orders set p = point(id, 1)")
    load.run("--run-id", "first")
    load.strategy["unique_key"] = "p"
    load.name = "by_point"
    load.sink["adopt"] = True
    run = load.refused("publish.no_method", "--start-cursor", "none")
    assert "lacks an equality" in run.err


def test_columns_of_the_target_alone_keep_their_values(load):
    load.run()
    load.dst.run("alter table orders add note text default 'kept'; update orders set note = 'mine' where id = 1")
    load.src.run("update orders set state = 'new', changed = 11 where id = 1; insert into orders values (11, 'a', 12)")
    load.run()
    assert load.dst.rows("select id, state, note from orders where id in (1, 11) order by id") == [(1, "new", "mine"), (11, "a", "kept")]


def test_a_new_column_of_the_source_is_refused(load):
    load.run()
    load.src.run("alter table orders add extra text")
    load.refused("schema.new_column")
    load.source["exclude"] = ["extra"]
    assert load.run().json["is_unchanged"]


def test_a_column_that_is_gone_is_refused(load):
    load.run()
    load.src.run("alter table orders drop state")
    load.refused("schema.column_gone")


@INTO_POSTGRES
def test_readers_and_a_writer_of_the_target(load):
    """Readers never wait; who writes the target waits for the moment of the merge."""
    load.run()
    load.src.run("update orders set state = 'new', changed = 11")
    with load.dst.connect() as reader, reader.cursor() as cursor:
        reader.autocommit = False
        cursor.execute("select count(*) from orders where state = 'old'")
        assert cursor.fetchone() == (10,)
        load.run()
        cursor.execute("select count(*) from orders where state = 'old'")
        assert cursor.fetchone() == (0,)


@INTO_POSTGRES
def test_the_rights_that_the_docs_name_are_enough(load, role):
    load.run()
    load.dst.run(f"create schema loads; grant usage, create on schema public, loads to {role}; grant select, insert on orders to {role}")
    load.dpone.connect("dst", load.dst.url_as(role, role))
    load.name, load.sink = "by_role", {"adopt": True, "control_schema": "loads"}
    load.strategy = {"mode": "incremental_append", "unique_key": "id"}
    load.dst.run("drop table __dpone__loads")
    load.src.run("insert into orders values (11, 'new', 11)")
    assert load.run("--start-cursor", "10").json["result"]["inserted_rows"] == 1  # the target has the row at 10
    load.name, load.source = "again_by_role", {"cursor": "id"}
    load.run("--start-cursor", "target-max")
    load.strategy = {"mode": "incremental_merge", "unique_key": "id"}
    load.name = "merge_by_role"
    run = load.plan("--start-cursor", "none", code=3)
    assert "lacks UPDATE" in run.err
    load.dst.run(f"grant update on orders to {role}")
    load.src.run("update orders set state = 'x' where id = 1")
    assert load.run("--start-cursor", "none").json["result"]["updated_rows"] == 1


@INTO_POSTGRES
def test_keys_that_the_targets_collation_takes_for_one_fail_the_gate(load):
    load.src.run("alter table orders alter id type text; update orders set id = 'a' where id = '1'; update orders set id = 'A' where id = '2'")
    load.dst.run("create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
                 "create table orders (id text collate nocase primary key, state text, changed int)")  # fmt: skip
    assert "gate.key" in load.run(code=1).err
    load.strategy = {"mode": "incremental_append", "unique_key": "id", "only_new_rows": True}
    assert "gate.key" in load.run(code=1).err
    load.src.run("delete from orders where id = 'A'")
    load.run()
    assert len(load.rows()) == 9


@INTO_POSTGRES
@pytest.mark.parametrize("event", ["insert", "update"])
def test_a_trigger_that_drops_rows_fails_the_gate(load, event):
    load.dst.run("create table orders (id int primary key, state text, changed int); create table seen (id int);"
                 "create function log() returns trigger language plpgsql as 'begin insert into public.seen values (new.id); return new; end';"
                 "create trigger log before insert or update on orders for each row execute function log()")  # fmt: skip
    load.run()
    load.src.run("update orders set state = 'new', changed = 11 where id = 1; insert into orders values (11, 'a', 12)")
    run = load.run().json
    assert (run["result"]["inserted_rows"], run["result"]["updated_rows"]) == (1, 1)
    load.dst.run("create function drop_it() returns trigger language plpgsql as 'begin return null; end';"
                 f"create trigger tr before {event} on orders for each row execute function drop_it()")  # fmt: skip
    load.src.run("update orders set state = 'newer', changed = 13 where id = 1; insert into orders values (12, 'b', 14)")
    before = load.rows()
    run = load.run(code=1)
    assert "gate.row_count" in run.err
    assert "0 of 1 rows to be" in run.err
    assert load.rows() == before


@INTO_POSTGRES
def test_a_trigger_of_a_partition_that_drops_rows_fails_the_gate(load):
    load.dst.run("create table orders (id int, state text, changed int, primary key (id)) partition by range (id);"
                 "create table low partition of orders for values from (0) to (5); create table high partition of orders for values from (5) to (1000);"
                 "create function drop_it() returns trigger language plpgsql as 'begin return null; end'")  # fmt: skip
    load.run()
    load.dst.run("create trigger tr before insert on high for each row execute function drop_it()")
    load.src.run("insert into orders values (12, 'b', 14)")
    assert "gate.row_count" in load.run(code=1).err


def test_of_several_rows_of_a_key_the_latest_is_kept(load):
    load.src.run("create table log (id int, state text, changed int); insert into log values (1, 'a', 1), (1, 'b', 3), (1, 'c', 2), (2, 'x', 5), (3, 'y', null), (3, 'z', 4)")
    load.table = "public.log"
    load.source = {}
    assert "gate.key" in load.run(code=1).err
    load.strategy["keep_latest_by"] = "changed"
    run = load.run().json["result"]
    assert (run["extracted_rows"], run["superseded_rows"]) == (6, 3)
    kept = "select id, state from log order by id"
    assert load.dst.rows(kept) == [(1, "b"), (2, "x"), (3, "z")]
    load.src.run("insert into log values (1, 'd', 9), (1, 'e', 8), (4, 'new', 1)")
    assert load.run().json["result"]["superseded_rows"] == 5
    assert load.dst.rows(kept) == [(1, "d"), (2, "x"), (3, "z"), (4, "new")]
    assert load.run().json["is_unchanged"]
    load.src.run("insert into log values (1, 'tie', 9)")
    assert "gate.key" in load.run(code=1).err, "nobody can say which is the latest"
    load.src.run("delete from log where state = 'tie'; alter table log add p point")
    load.source = {"exclude": ["p"]}
    for column in ("p", "nowhere"):
        load.strategy["keep_latest_by"] = column
        assert load.plan(code=1).err
    load.strategy = {"mode": "full_refresh", "keep_latest_by": "changed"}
    assert "keep_latest_by requires incremental_append or incremental_merge" in load.plan(code=2).err


def test_new_rows_only_and_of_those_the_latest(load):
    load.src.run("create table log (id int, state text, changed int); insert into log values (1, 'a', 1), (1, 'b', 3)")
    load.table = "public.log"
    load.source = {}
    load.strategy = {"mode": "incremental_append", "unique_key": "id", "only_new_rows": True, "keep_latest_by": "changed"}
    load.run()
    load.src.run("insert into log values (1, 'c', 9), (2, 'x', 2), (2, 'y', 1)")
    load.run()
    assert load.dst.rows("select id, state from log order by id") == [(1, "b"), (2, "x")]


def test_a_unique_value_that_a_row_of_the_target_still_holds_is_named(load):
    load.src.run("update orders set state = 'state ' || id")
    load.run()
    load.dst.run("create unique index on_state on orders (state)")
    load.src.run("delete from orders where id = 1; update orders set state = 'state 1', changed = 20 where id = 2")
    run = load.run(code=1)
    assert "publish.unique_held" in run.err and "the source no longer has" in run.err
    load.dst.run("delete from orders where id = 1")
    assert load.run().json["result"]["updated_rows"] == 1


def test_a_target_that_is_made_has_no_unique_beside_the_key(load):
    """A row that the source no longer has goes on to hold its value, and another row has it by then."""
    load.src.run("update orders set state = 'state ' || id; alter table orders add unique (state)")
    load.run()
    load.src.run("delete from orders where id = 1; insert into orders values (11, 'state 1', 11)")
    assert load.run().json["result"]["inserted_rows"] == 1
    assert load.rows("id, state")[0] == (1, "state 1"), "a merge deletes nothing"
    load.name, load.sink = "appends", {"adopt": True}
    load.strategy = {"mode": "incremental_append", "unique_key": "id"}
    load.dst.run("drop table orders")
    load.run()
    load.src.run("delete from orders where id = 11; insert into orders values (12, 'state 1', 12)")
    load.run()
    assert load.rows("id")[-2:] == [(11,), (12,)]


UNIQUES = {  # declaration of the column, value of row id
    "text": "'v' || id", "text not null": "'v' || id", "int": "id", "int not null": "id - 5",
    "bigint not null": "id * 1000000000::bigint", "smallint not null": "id", "float8 not null": "id / 4.0",
    "bytea not null": "decode(md5(id::text), 'hex')",
}  # fmt: skip
POSTGRES_UNIQUES = {
    "varchar(20) not null": "'v' || id", "char(16) not null": "'v' || id", "citext not null": "'v' || id", "uuid not null": "md5(id::text)::uuid",
    "numeric not null": "id / 3.0", "numeric(4,1) not null": "id", "date not null": "date '2024-02-28' + id", "inet": "('10.0.0.' || id)::inet",
    "timestamptz not null": "timestamptz '2024-02-28' + id * interval '1 day'", "timestamp not null": "timestamp '2024-02-28' + id * interval '1 day'",
}  # fmt: skip


def check_moves(load, kind, value, index):
    """Two rows swap, three go round, a chain moves up: nothing else changes."""
    load.src.run(f"alter table orders add v {kind.removesuffix(' not null')}; update orders set v = {value}")
    if "not null" in kind:
        load.src.run("alter table orders alter v set not null")
    load.run()
    load.dst.run(index)
    before = dict(load.rows("id, v"))
    comes_from = {1: 2, 2: 1, 3: 4, 4: 5, 5: 3, 6: 7, 7: 10}
    unused = re.sub(r"\bid\b", "99", value)
    pairs = ", ".join(f"({to}, {by})" for to, by in comes_from.items())
    load.src.run(f"update orders o set v = p.v, changed = 20 from orders p where (o.id, p.id) in ({pairs}); update orders set v = {unused}, changed = 20 where id = 10")
    run = load.run().json["result"]
    after = dict(load.rows("id, v"))
    assert {i: after[i] for i in range(1, 10)} == {i: before[comes_from.get(i, i)] for i in range(1, 10)}
    assert (run["updated_rows"], run["inserted_rows"]) == (8, 0)
    assert load.run().json["is_unchanged"]


@pytest.mark.parametrize("kind", UNIQUES)
def test_rows_swap_unique_values(load, kind):
    if "float8" not in kind or load.is_sqlite:
        check_moves(load, kind, UNIQUES[kind], "create unique index on_v on orders (v)")


@INTO_POSTGRES
@pytest.mark.parametrize("kind", POSTGRES_UNIQUES)
def test_rows_swap_unique_values_of_types_of_postgresql(load, kind):
    if "citext" in kind:
        for database in (load.src, load.dst):
            database.run("create extension citext")
    check_moves(load, kind, POSTGRES_UNIQUES[kind], "create unique index on orders (v)")


@INTO_POSTGRES
@pytest.mark.parametrize("index", [
    "alter table orders add unique nulls not distinct (v)", "create unique index on orders (v, id)", "create unique index on orders (v) where id > 0",
    "alter table orders add unique (v) deferrable", "alter table orders alter state set not null, add unique (v, state)",
    "create unique index on orders (lower(v))", "create unique index on orders (upper(v), state)", "alter table orders add exclude (v with =)",
])  # fmt: skip
def test_rows_swap_values_of_other_unique_indexes(load, index):
    check_moves(load, "text", "'v' || id", index)


@INTO_POSTGRES
@pytest.mark.parametrize("kind", ["text not null", "varchar(20) not null", "varchar(20)"])
def test_rows_swap_values_that_are_unique_without_their_case(load, kind):
    check_moves(load, kind, "'V' || id", "create unique index on orders (lower(v))")


@INTO_POSTGRES
@pytest.mark.parametrize("kind", ["text", "text not null"])
def test_rows_come_under_a_partial_unique_index_as_others_leave_it(load, kind):
    """The value stays, the condition moves: which of two addresses is the main one."""
    load.src.run(f"alter table orders add owner {kind.removesuffix(' not null')}, add is_main boolean; update orders set owner = (id + 1) / 2, is_main = id % 2 = 0")
    if "not null" in kind:
        load.src.run("alter table orders alter owner set not null")
    load.run()
    load.dst.run("create unique index on orders (owner) where is_main")
    load.src.run("update orders set is_main = not is_main, changed = 20")
    assert load.run().json["result"]["updated_rows"] == 10
    assert load.rows("id, owner, is_main") == [(i, str((i + 1) // 2), i % 2 == 1) for i in range(1, 11)]


@INTO_POSTGRES
def test_rows_swap_ranges_that_exclude_each_other(load):
    load.src.run("alter table orders add room int, add during int4range; update orders set room = 1, during = int4range(id * 10, id * 10 + 10)")
    load.run()
    load.dst.run("create extension btree_gist; alter table orders add exclude using gist (room with =, during with &&)")
    load.src.run("update orders set during = int4range(20, 30), changed = 20 where id = 1; update orders set during = int4range(10, 20), changed = 20 where id = 2")
    load.src.run("update orders set during = int4range(30, 35), changed = 20 where id = 3")
    assert load.run().json["result"]["updated_rows"] == 3
    assert [lower for _, lower in load.rows("id, lower(during)")[:3]] == [20, 10, 30]


SWAPS_WITHOUT_A_WAY = {  # index, what a run names
    "create unique index by_md5 on orders (md5(v))": "by_md5",
    "create unique index by_whole on orders (coalesce(v, ''), (id > 0))": "by_whole",
    "alter table orders alter v set not null, add constraint apart exclude (v with =)": "apart",
}


@INTO_POSTGRES
@pytest.mark.parametrize("index", SWAPS_WITHOUT_A_WAY)
def test_a_swap_without_a_way_names_index_and_value_and_says_what_to_do(load, index):
    load.src.run("alter table orders add v text; update orders set v = 'v' || id")
    load.run()
    load.dst.run(index)
    load.src.run("update orders set v = case id when 1 then 'v2' else 'v1' end, changed = 20 where id < 3")
    name = SWAPS_WITHOUT_A_WAY[index]
    assert any(f"swap their values of unique index {name}" in note for note in load.plan().json["notes"])
    error = load.run(code=1).err
    print(error)
    assert "publish.unique_held" in error and name in error


@INTO_POSTGRES
def test_a_swap_fires_no_cascade_and_refers_to_what_is_there(load):
    """What other tables refer to cannot stand aside: the plan says so, and the run names it."""
    load.src.run("update orders set state = 'state ' || id")
    load.run()
    load.dst.run("alter table orders add constraint by_state unique (state); create table items (state text references orders (state) on update cascade)")
    load.dst.run("insert into items values ('state 1')")
    load.src.run("update orders set state = case id when 1 then 'state 2' else 'state 1' end, changed = 20 where id < 3")
    assert any("swap their values of unique index by_state" in note for note in load.plan().json["notes"])
    assert "publish.unique_held" in load.run(code=1).err
    assert load.dst.rows("select state from items") == [("state 1",)]
    load.dst.run("drop table items")
    load.run()
    assert load.rows("id, state")[:2] == [(1, "state 2"), (2, "state 1")]


def test_a_merge_asks_nothing_more_where_nothing_is_unique_beside_the_key(load):
    load.run()
    load.src.run("update orders set state = 'new', changed = 20 where id < 3")
    updates = [step["sql"] for step in load.plan().json["statements"] if step["sql"].startswith("UPDATE")]
    assert len(updates) == 1


@INTO_POSTGRES
def test_an_excluded_row_of_the_target_is_named(load):
    load.run()
    load.dst.run("create extension btree_gist; update orders set changed = id; alter table orders add exclude using gist (changed with =)")
    load.src.run("delete from orders where id = 1; insert into orders values (11, 'a', 10)")
    assert "publish.unique_held" in load.run(code=1).err
