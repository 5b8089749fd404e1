"""Source or target change between the plan and the moment that counts."""

import threading

import pytest
import yaml

from harness.held import eventually, leftovers, receipts
from harness.manifest import full_refresh

SWAP = "truncate {0}; insert into {0} select n, 2 from generate_series(1, 50) n"
TARGET_CHANGES = {
    "column": "alter table public.orders add column note text",
    "dropped column": "alter table public.orders drop column generation",
    "grant": "grant select on public.orders to public",
    "index": "create index on public.orders (generation)",
    "view": "create view public.latest as select * from public.orders",
    "trigger": "create function public.f() returns trigger language plpgsql as 'begin return new; end';"
    " create trigger t before insert on public.orders for each row execute function public.f()",
    "foreign key": "create table public.lines (id int references public.orders)",
    "policy": "alter table public.orders enable row level security",
    "comment": "comment on table public.orders is 'mine'",
    "default": "alter table public.orders alter column generation set default 7",
    "publication": "create publication p for table public.orders",
    "another table": "alter table public.orders rename to kept; create table public.orders (like public.kept)",
}


@pytest.mark.parametrize("change", TARGET_CHANGES)
@pytest.mark.parametrize("method", ["exchange", "truncate_insert"])
def test_target_changed_after_the_plan(method, change, published, hold):
    run = hold(published.dpone, "run", published.manifest(method=method), at="finalize.begin")
    published.dst.run(TARGET_CHANGES[change])
    before = published.dst.rows("select * from public.orders order by 1")
    oid = published.dst.value("select 'public.orders'::regclass::oid")
    assert "finalize.target_changed" in run.finish().expect(3).err
    assert published.dst.rows("select * from public.orders order by 1") == before
    assert published.dst.value("select 'public.orders'::regclass::oid") == oid
    assert len(receipts(published.dst)) == 1
    assert leftovers(published.dst) == []


def test_target_dropped_after_the_plan(published, hold):
    run = hold(published.dpone, "run", published.manifest(), at="finalize.begin")
    published.dst.run("drop table public.orders")
    assert "finalize.target_changed" in run.finish().expect(3).err
    assert published.dst.value("select to_regclass('public.orders')") is None
    assert leftovers(published.dst) == []
    published.dpone("run", published.manifest(), "-q").expect(0)
    assert published.generation() == 2


@pytest.mark.parametrize(
    "change",
    [
        "alter table orders add column note text",
        "alter table orders alter column generation type bigint",
        "alter table orders drop column generation",
        "alter table orders rename to elsewhere",
        "drop table orders",
        "alter table orders rename to elsewhere; create table orders (like elsewhere)",
    ],
)
def test_source_changed_after_the_plan(change, published, hold):
    run = hold(published.dpone, "run", published.manifest(), at="run.planned")
    published.src.run(change)
    assert "source.changed" in run.finish().expect(4).err
    assert published.generation() == 1
    assert leftovers(published.dst) == []


def swap_under_the_read(published, hold, point, relation, swapped, manifest):
    """Another session swaps all rows of `swapped` while a run is held at `point`; gives (was it blocked, generations)."""
    published.src.run(f"truncate {relation}; insert into {relation} select n, 1 from generate_series(1, 50) n")
    run = hold(published.dpone, "run", manifest, at=point)
    connection = published.src.connect()
    done = threading.Event()

    def swap():
        with connection.cursor() as cursor:
            cursor.execute(SWAP.format(swapped))
        done.set()

    thread = threading.Thread(target=swap)
    thread.start()
    waits = "select 1 from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())"
    eventually(lambda: done.is_set() or published.src.rows(waits), "the other session swaps, or waits")
    was_blocked = not done.is_set()
    run.finish().expect(0)
    thread.join(30)
    assert done.is_set()
    connection.close()
    return was_blocked, published.dst.rows("select generation, count(*) from public.orders group by 1 order by 1")


@pytest.mark.parametrize("point", ["run.planned", "source.locked", "load.read"])
@pytest.mark.parametrize("raw", [True, False], ids=["raw", "typed"])
def test_a_table_swapped_under_the_read(point, raw, published, hold):
    manifest = published.manifest(runtime={"raw": raw})
    was_blocked, generations = swap_under_the_read(published, hold, point, "orders", "orders", manifest)
    # Before the lock the swap goes first; under it, it waits. Never a mixture, never a half.
    assert was_blocked == (point != "run.planned")
    assert generations == [(1 if was_blocked else 2, 50)]


@pytest.mark.parametrize("point", ["run.planned", "source.locked", "load.read"])
@pytest.mark.parametrize("reads", ["parent", "query"])
def test_a_partition_swapped_under_the_read(reads, point, published, hold):
    published.src.run(
        "drop table orders; create table orders (id int, generation int) partition by range (id);"
        "create table low partition of orders for values from (0) to (26);"
        "create table high partition of orders for values from (26) to (99)"
    )
    document = yaml.safe_load(full_refresh())
    if reads == "query":
        del document["source"]["table"]
        document["source"]["options"] = {"query": "select * from public.orders"}
    manifest = published.dpone.write("swap.yaml", yaml.safe_dump(document))
    was_blocked, generations = swap_under_the_read(published, hold, point, "orders", "orders", manifest)
    assert was_blocked == (point != "run.planned")
    assert generations == [(1 if was_blocked else 2, 50)]


@pytest.mark.parametrize("point", ["run.planned", "source.locked", "load.read"])
def test_a_table_of_the_condition_swapped_under_the_read(point, published, hold):
    published.src.run(
        "update orders set generation = id % 2 + 1; create table chosen (id int, generation int);"
        "create view picked as select * from chosen"
    )
    document = yaml.safe_load(full_refresh())
    document["source"]["options"] = {"where": "generation = (select max(generation) from public.picked)"}
    manifest = published.dpone.write("swap.yaml", yaml.safe_dump(document))
    was_blocked, generations = swap_under_the_read(published, hold, point, "chosen", "chosen", manifest)
    assert was_blocked == (point != "run.planned")
    assert generations == [(1 if was_blocked else 2, 25)]


def test_one_partition_swapped_under_the_read(published, hold):
    published.src.run(
        "drop table orders; create table orders (id int, generation int) partition by list (generation);"
        "create table first_half partition of orders for values in (1);"
        "create table second_half partition of orders for values in (2)"
    )
    was_blocked, generations = swap_under_the_read(
        published, hold, "source.locked", "orders", "second_half", published.manifest()
    )
    assert was_blocked
    assert generations == [(1, 50)]


class Reader:
    """A session that began to read before the run and goes on after it."""

    def __init__(self, database, setup=""):
        self.connection = database.connect()
        self.cursor = self.connection.cursor()
        if setup:
            self.cursor.execute(setup)

    def rows(self, sql="select generation, count(*) from public.orders group by 1"):
        self.cursor.execute(sql)
        return self.cursor.fetchall()

    def close(self):
        self.connection.close()


@pytest.fixture
def reader(published):
    made = []

    def make(setup=""):
        made.append(Reader(published.dst, setup))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("method", ["exchange", "truncate_insert", "delete_insert"])
def test_a_reader_that_polls_sees_whole_tables_only(method, published, reader):
    manifest = published.manifest(method=method)
    seen, over = set(), threading.Event()
    poller = reader()

    def poll():
        while not over.is_set():
            seen.update(tuple(poller.rows()) for _ in range(20))
        seen.add(tuple(poller.rows()))

    thread = threading.Thread(target=poll)
    thread.start()
    for generation in (2, 3, 4):
        published.fill(generation)
        published.dpone("run", manifest, "-q").expect(0)
    over.set()
    thread.join(30)
    assert seen <= {((generation, 50),) for generation in (1, 2, 3, 4)}
    assert {((1, 50),), ((4, 50),)} <= seen


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # The shadow's rows were frozen when they were loaded: older snapshots see them too.
        ("exchange", [(2, 50)]),
        ("truncate_insert", []),
        ("delete_insert", [(1, 50)]),
    ],
)
def test_a_reader_with_an_older_snapshot(method, expected, published, reader):
    old = reader("begin isolation level repeatable read; select 1")
    old.rows("select count(*) from pg_class")
    published.dpone("run", published.manifest(method=method), "-q").expect(0)
    assert old.rows() == expected


def test_a_reader_with_a_snapshot_younger_than_the_shadow_sees_the_new_table(published, reader, hold):
    """The promise of an exchange: whole old or whole new for each snapshot that is younger than the shadow's commit."""
    run = hold(published.dpone, "run", published.manifest(method="exchange"), at="finalize.begin")
    young = reader("begin isolation level repeatable read; select 1")
    young.rows("select count(*) from pg_class")
    run.finish().expect(0)
    assert young.rows() == [(2, 50)]


@pytest.mark.parametrize(("method", "expected"), [("exchange", 50), ("truncate_insert", 0)])
def test_a_reader_with_a_stable_function(method, expected, published, reader, hold):
    """A STABLE function reads with its caller's snapshot, which may be older than the publication it waits for."""
    published.dst.run(
        "create function public.rows_now() returns bigint stable language plpgsql as"
        " $$ declare n bigint; begin execute 'select count(*) from public.orders' into n; return n; end $$;"
        "create table public.gate (id int)"
    )
    run = hold(published.dpone, "run", published.manifest(method=method), at="finalize.begin")
    gate, caller = reader("begin; lock table public.gate"), reader()
    result = []
    # The statement takes its snapshot, then waits at the gate: the publication happens in between.
    query = "select (select count(*) from public.held()), public.rows_now()"
    published.dst.run(
        "create function public.held() returns setof int volatile language plpgsql as"
        " $$ begin lock table public.gate; return; end $$"
    )
    thread = threading.Thread(target=lambda: result.extend(caller.rows(query)))
    thread.start()
    eventually(lambda: published.dst.rows("select 1 from pg_locks where not granted"), "the caller waits at the gate")
    run.finish().expect(0)
    gate.cursor.execute("rollback")
    thread.join(30)
    assert result == [(0, expected)]
    plan = published.dpone("plan", published.manifest(method=method)).expect(0).out
    assert ("STABLE" in plan) == (method == "truncate_insert")
