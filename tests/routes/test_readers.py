"""Who reads while the table is reloaded sees whole tables only."""

import pytest

SEEN = "select count(*), min(load), max(load) from public.t"


def fill(db, load):
    db.run(f"truncate feed.t; insert into feed.t select g, {load} from generate_series(1, {2000 + load}) g")


@pytest.mark.parametrize("method", ["exchange", "truncate_insert", "delete_insert"])
def test_a_reader_sees_whole_tables_only(route, poller, method):
    route.db.run("create table feed.t (id int primary key, load int)")
    fill(route.db, 0)
    path = route.manifest(options={"overwrite_type": method})
    route.dpone("run", path).expect(0)
    with poller(route.db, SEEN) as reader:
        for load in range(1, 9):
            fill(route.db, load)
            route.dpone("run", path).expect(0)
    assert reader.seen <= {(2000 + load, load, load) for load in range(9)}
    assert len(reader.seen) > 2
    assert route.db.rows(SEEN) == [(2008, 8, 8)]


def test_the_same_manifest_runs_again_and_again(route_each):
    route = route_each
    route.db.run("create table feed.t (id int primary key, load int)")
    path = route.manifest()
    for load in (1, 2, 2, 3):
        fill(route.db, load)
        route.dpone("run", path).expect(0)
        assert route.db.fingerprint("public.t") == route.db.fingerprint("feed.t")
    assert route.db.rows("select version, (receipt->>'rows_loaded')::int from public.__dpone__loads order by version") == [
        (1, 2001), (2, 2002), (3, 2002), (4, 2003)]  # fmt: skip
    assert route.db.rows("select relname from pg_class where relname ~ '^__dpone_[0-9a-f]'") == []
    assert route.db.rows("select conname from pg_constraint where conrelid = 'public.t'::regclass and contype = 'p'") == [
        ("t_pkey",)]  # fmt: skip
