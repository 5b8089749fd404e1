"""How rows come into a table: every method, what an exchange carries, and what rules it out."""

import threading
import time

import pytest

from harness.held import held

ORDERS = "create table orders (id integer primary key, state text not null, amount real) strict;"


def load(source, rows):
    source.run("drop table if exists orders;" + ORDERS)
    with source.open() as connection:
        connection.execute("begin")
        connection.executemany("insert into orders values (?, ?, ?)", rows)
        connection.execute("commit")


def test_a_new_file_is_made_with_strict_types_and_the_primary_key(dpone, source, target, manifest):
    load(source, [(1, "new", 1.5), (2, "paid", None)])
    run = dpone("run", manifest(), "--format", "json").expect(0)
    assert run.json["receipt"]["method"] == "create"
    assert target.rows("select * from orders") == [(1, "new", 1.5), (2, "paid", None)]
    columns = target.rows('select name, type, "notnull", pk from pragma_table_info(?)', ("orders",))
    assert columns == [("id", "INTEGER", 1, 1), ("state", "TEXT", 1, 0), ("amount", "REAL", 0, 0)]
    assert target.value("select strict from pragma_table_list('orders')") == 1
    assert target.receipts() == [(1, run.json["run_id"], 2)]
    assert target.leftovers() == []
    assert target.value("pragma journal_mode") == "delete"


def test_a_key_that_is_no_whole_number_becomes_a_unique_index(dpone, source, target, manifest):
    source.run("create table orders (a text, b text, n int unique, primary key (a, b)) strict; "
               "insert into orders values ('x', 'y', 1), ('x', 'z', 2)")
    dpone("run", manifest(), "-q").expect(0)
    keys = target.rows("select name, \"unique\" from pragma_index_list('orders') order by name")
    assert keys == [("orders_n_key", 1), ("orders_pkey", 1)]
    target.run("reindex; pragma integrity_check")
    # And it is known as the primary key on the way back.
    document = manifest(name="back").read_text().replace("source.db", "x.db").replace("target.db", "y.db")
    document = document.replace("x.db", "target.db").replace("y.db", "third.db")
    plan = dpone("plan", dpone.write("back.yaml", document), "--format", "json").expect(0).out
    assert 'orders_pkey' in plan


def test_exchange_carries_the_definition_and_every_index(dpone, source, target, manifest):
    load(source, [(n, f"s{n}", n / 2) for n in range(1, 1001)])
    dpone("run", manifest(), "-q").expect(0)
    target.run(
        "create index by_state on orders (state collate nocase desc, lower(state)) where amount > 10;"
        'create unique index "odd ""name" on orders (id, amount); create view seen as select count(*) as n from orders'
    )
    before = target.rows("select type, name, tbl_name, sql from sqlite_master where name not glob '__dpone_*' order by 1, 2")
    load(source, [(n, f"t{n}", n / 2) for n in range(1, 2001)])
    run = dpone("run", manifest(), "--format", "json").expect(0)
    assert run.json["receipt"]["method"] == "exchange"
    after = target.rows("select type, name, tbl_name, sql from sqlite_master where name not glob '__dpone_*' order by 1, 2")
    assert after == before
    assert target.value("select n from seen") == 2000
    found = "from orders indexed by by_state where amount > 10 and state = 'T1999' collate nocase"
    assert target.rows(f"select state {found}") == [("t1999",)]
    assert target.leftovers() == []


def test_exchange_carries_what_the_user_declared(dpone, source, target, manifest):
    target.run(
        "create table orders (id integer primary key autoincrement, state text not null check (state <> 'bad'), "
        "amount real default 7, twice real generated always as (amount * 2) stored, "
        "parent integer references orders (id), unique (state)); insert into orders (id, state) values (900, 'x'); delete from orders"
    )
    load(source, [(1, "a", 1.0), (2, "b", 2.0)])
    dpone("run", manifest(), "-q").expect(0)
    load(source, [(3, "c", 3.0)])
    run = dpone("run", manifest(), "--format", "json").expect(0)
    assert run.json["receipt"]["method"] == "exchange"
    assert target.rows("select id, state, amount, twice from orders") == [(3, "c", 3.0, 6.0)]
    target.run("insert into orders (state) values ('next')")
    assert target.value("select max(id) from orders") == 901
    load(source, [(1, "bad", 1.0)])
    run = dpone("run", manifest()).expect(1)
    assert "CHECK constraint failed" in run.err and "row: 1" in run.err
    assert target.value("select count(*) from orders") == 2


@pytest.mark.parametrize("what", ["trigger", "foreign key"])
def test_what_hangs_on_the_table_rules_exchange_out(what, dpone, source, target, manifest):
    load(source, [(1, "a", 1.0)])
    dpone("run", manifest(), "-q").expect(0)
    if what == "trigger":
        target.run("create table log (n); create trigger told after insert on orders begin insert into log values (1); end")
    else:
        target.run("create table lines (order_id integer references orders (id)); insert into lines values (1)")
    load(source, [(1, "b", 1.0), (2, "c", 2.0)])
    run = dpone("run", manifest(), "--format", "json").expect(0)
    assert run.json["receipt"]["method"] == "truncate_insert"
    assert target.rows("select state from orders order by id") == [("b",), ("c",)]
    if what == "trigger":
        assert target.value("select count(*) from log") == 2
        return
    load(source, [(2, "c", 2.0)])
    assert "publish.referenced" in dpone("run", manifest()).expect(3).err
    assert target.value("select count(*) from orders") == 2
    target.run("drop table lines; create table lines (order_id integer references orders (id) on delete cascade)")
    assert "publish.referenced" in dpone("run", manifest()).expect(3).err


@pytest.mark.parametrize("method", ["truncate_insert", "delete_insert", "exchange"])
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_named_method_replaces_all_rows(method, journal, dpone, source, target, manifest):
    load(source, [(1, "a", 1.0), (2, "b", 1.0)])
    path = manifest(options={"overwrite_type": method})
    dpone("run", path, "-q").expect(0)
    target.run(f"pragma journal_mode = {journal}")
    load(source, [(2, "c", 1.0)])
    run = dpone("run", path, "--format", "json").expect(0)
    assert run.json["receipt"]["method"] == method
    assert target.rows("select id, state from orders") == [(2, "c")]
    assert target.value("pragma journal_mode") == journal
    assert target.leftovers() == []


def test_rows_that_a_foreign_key_of_the_target_refuses_are_not_published(dpone, source, target, manifest):
    target.run("create table states (name text primary key); insert into states values ('a'); "
               "create table orders (id integer primary key, state text references states (name), amount real)")
    load(source, [(1, "a", None)])
    dpone("run", manifest(), "-q").expect(0)
    load(source, [(1, "a", None), (2, "nowhere", None)])
    for method in ("exchange", "truncate_insert"):
        assert "gate.foreign_key" in dpone("run", manifest(options={"overwrite_type": method})).expect(1).err
        assert target.rows("select id from orders") == [(1,)]
        assert target.leftovers() == []


@pytest.mark.parametrize("method", ["exchange", "truncate_insert"])
def test_new_nullable_columns_of_the_source_are_followed(method, dpone, source, target, manifest):
    load(source, [(1, "a", 1.0)])
    path = manifest(options={"overwrite_type": method})
    dpone("run", path, "-q").expect(0)
    source.run("alter table orders add column extra text; update orders set extra = 'more'")
    dpone("run", path, "-q").expect(0)
    assert target.rows("select * from orders") == [(1, "a", 1.0, "more")]
    assert target.value("select type from __dpone__columns where column_name = 'extra'") == '{"kind":"text"}'


@pytest.mark.parametrize("journal", ["delete", "wal"])
@pytest.mark.parametrize("method", ["exchange", "truncate_insert"])
def test_readers_see_the_whole_old_or_new_table_during_a_load(journal, method, dpone, source, target, manifest):
    load(source, [(n, "old", 0.0) for n in range(1, 5001)])
    path = manifest(options={"overwrite_type": method})
    dpone("run", path, "-q").expect(0)
    target.run(f"pragma journal_mode = {journal}")
    load(source, [(n, "new" + "x" * 500, 0.0) for n in range(1, 60001)])
    seen, waits, done = set(), [], threading.Event()

    def read():
        while not done.is_set():
            began = time.monotonic()
            with target.open(timeout=20) as connection:
                seen.add(connection.execute("select count(*), min(substr(state, 1, 3)), max(substr(state, 1, 3)) from orders").fetchone())
            waits.append(time.monotonic() - began)
            time.sleep(0.005)

    reader = threading.Thread(target=read)
    reader.start()
    dpone("run", path, "-q").expect(0)
    done.set()
    reader.join()
    assert seen <= {(5000, "old", "old"), (60000, "new", "new")}
    assert (5000, "old", "old") in seen and len(waits) > 2


def test_a_reader_is_not_kept_off_while_rows_are_loaded(dpone, source, target, manifest):
    load(source, [(1, "old", 0.0)])
    dpone("run", manifest(), "-q").expect(0)
    load(source, [(n, "x" * 300, 0.0) for n in range(1, 60001)])
    # It stops after every part: more rows than SQLite's cache holds are on their way. The first COMMIT of each may be
    # met, which is why the reader has a timeout.
    looks = 0
    with held(dpone, "run", manifest(), "-q", at="load.written") as run:
        while run.process.poll() is None:
            if not run.is_stopped():
                time.sleep(0.005)
                continue
            with target.open() as connection:
                assert connection.execute("select state from orders").fetchall() == [("old",)]
            looks += 1
            run.resume()
        run.end().expect(0)
    assert looks > 3
    assert target.value("select count(*) from orders") == 60000


def test_the_publisher_waits_for_a_reader_and_gives_up_in_time(dpone, source, target, manifest):
    load(source, [(1, "old", 0.0)])
    path = manifest(options={"publish_wait": "1s"})
    dpone("run", path, "-q").expect(0)
    load(source, [(2, "new", 0.0)])
    with held(dpone, "run", path, at="finalize.begin") as run:
        with target.open() as reader:
            reader.execute("begin")
            reader.execute("select * from orders").fetchall()
            ended = run.finish().expect(4)
            assert "finalize.lock_timeout" in ended.err
        assert target.rows("select id from orders") == [(1,)]
    dpone("run", path, "-q").expect(0)
    assert target.rows("select id from orders") == [(2,)]
    assert target.leftovers() == []


@pytest.mark.parametrize("change", ["alter table orders add column c text", "create index i on orders (state)", "drop table orders"])
def test_a_target_that_changed_after_the_plan_is_refused(change, dpone, source, target, manifest):
    load(source, [(1, "old", 0.0)])
    dpone("run", manifest(), "-q").expect(0)
    with held(dpone, "run", manifest(), at="run.planned") as run:
        target.run(change)
        assert "finalize.target_changed" in run.finish().expect(3).err
    assert target.leftovers() == []


def test_a_source_that_changed_after_the_plan_is_tried_again(dpone, source, target, manifest):
    load(source, [(1, "old", 0.0)])
    with held(dpone, "run", manifest(), at="run.planned") as run:
        source.run("alter table orders add column c text")
        assert "source.changed" in run.finish().expect(4).err


def test_rows_that_come_while_the_source_is_read_are_not_seen(dpone, source, target, manifest):
    source.run("pragma journal_mode = wal")
    load(source, [(n, "old" * 50, 0.0) for n in range(1, 40001)])
    with held(dpone, "run", manifest(), "-q", at="load.read") as run:
        source.run("delete from orders where id > 10; insert into orders values (99999, 'late', 0)")
        while run.process.poll() is None:
            run.resume()
            time.sleep(0.01)
        run.end().expect(0)
    assert target.value("select count(*) from orders") == 40000
    assert target.value("select max(id) from orders") == 40000


def test_one_file_is_source_and_target_in_wal_mode_only(dpone, source):
    source.run("create table a (id integer primary key); insert into a values (1), (2)")
    copy = ("copy", "--from", "source.db", "--to", "sqlite:source.db", "--table", "a", "--to-table", "b")
    assert "sqlite.same_file" in dpone(*copy).expect(1).err
    source.run("pragma journal_mode = wal")
    dpone(*copy, "-q").expect(0)
    assert source.value("select count(*) from b") == 2
    assert "route.same_table" in dpone(*copy[:-2]).expect(2).err


def test_two_finalizers_publish_once(dpone, source, target, manifest):
    load(source, [(1, "old", 0.0)])
    dpone("run", manifest(), "-q").expect(0)
    load(source, [(2, "new", 0.0)])
    first = dpone.folder / "one"
    second = dpone.folder / "two"
    with held(dpone, "run", manifest(), "--state-dir", first, at="run.planned") as slow:
        dpone("run", manifest(), "--state-dir", second, "-q").expect(0)
        assert "finalize.fenced" in slow.finish().expect(3).err
    assert [version for version, _, _ in target.receipts()] == [1, 2]
    assert target.leftovers() == []


def test_a_stage_of_a_run_that_lives_is_left_alone(dpone, source, target, manifest):
    load(source, [(1, "old", 0.0)])
    dpone("run", manifest(), "-q").expect(0)
    with held(dpone, "run", manifest(), "--state-dir", dpone.folder / "one", at="stage.committed") as run:
        assert len(target.leftovers()) >= 3
        dpone("cleanup", "--dry-run", manifest(), "--state-dir", dpone.folder / "two").expect(0)
        dpone("run", manifest(), "--state-dir", dpone.folder / "two", "-q").expect(0)
        assert len(target.leftovers()) >= 3
        run.finish().expect(3)
    assert target.leftovers() == []
