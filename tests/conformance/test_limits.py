"""The widest, the longest and the emptiest."""

import os

import pytest

from conformance import cases
from harness.manifest import full_refresh

MODES = pytest.mark.parametrize("mode", [(), ("--no-raw",)], ids=["raw", "decoded"])


@MODES
def test_a_value_of_200_mb_stays_in_memory_bounds(route, mode):
    size = 200_000_000
    route = route(16, 16)
    route.src.run("create table public.cases (id int primary key, b bytea)")
    route.src.run("alter table cases alter b set storage external")
    route.src.run(f"insert into cases values (1, '\\x00'), (2, decode(repeat('5c', {size}), 'hex')), (3, null)")
    route.dpone.write("m.yaml", full_refresh("public.cases"))
    run, peak = route.dpone.measure("run", "m.yaml", "-q", *mode)
    run.expect(0)
    assert peak <= 48 + 4 * size / (1 << 20)
    sizes = "select id, length(b), md5(b) from cases order by id"
    assert route.dst.rows(sizes) == route.src.rows(sizes)


def test_a_row_above_max_row_bytes_is_refused_by_number(route):
    route = route(16, 16)
    route.src.run("create table public.cases (id int primary key, b text)")
    route.src.run("insert into cases values (1, 'x'), (2, repeat('y', 3000000))")
    for raw in (True, False):
        route.dpone.write("m.yaml", full_refresh("public.cases", runtime={"max_row_bytes": "1MiB", "raw": raw}))
        run = route.dpone("run", "m.yaml").expect(1)
        assert "max_row_bytes" in run.err
        assert "row" in run.err
        assert route.dst.value("select to_regclass('public.cases')::text") is None


@MODES
def test_1600_columns(route, mode):
    route = route(16, 16)
    names = [f"c{i}" for i in range(1600)]
    route.src.run(f"create table public.cases ({', '.join(f'{name} int' for name in names)})")
    route.src.run(f"insert into cases select {', '.join(map(str, range(1600)))}")
    route.src.run("insert into cases select")
    route.run("public.cases", *mode)
    assert cases.types(route.dst) == cases.types(route.src)
    assert route.dst.rows("select * from cases order by 1") == [tuple(range(1600)), (None,) * 1600]


@MODES
def test_zero_columns(route, mode):
    route = route(16, 16)
    route.src.run("create table public.cases ()")
    route.src.run("insert into cases select from generate_series(1, 3)")
    route.run("public.cases", *mode)
    assert cases.types(route.dst) == []
    assert route.dst.value("select count(*) from cases") == 3


@MODES
def test_zero_rows(route, mode):
    route = route(16, 16)
    route.src.run("create table public.cases (id int primary key, t text not null default 'x')")
    report = route.run("public.cases", *mode)
    assert report["result"]["final_rows"] == 0
    assert cases.types(route.dst) == cases.types(route.src)
    assert route.dst.value("select count(*) from cases") == 0


@MODES
def test_dropped_columns(route, mode):
    route = route(16, 16)
    route.src.run("create table public.cases (gone int, id int primary key, also_gone text, v text)")
    route.src.run("insert into cases values (9, 1, 'x', 'a'), (9, 2, 'x', null)")
    route.src.run("alter table cases drop gone, drop also_gone")
    route.run("public.cases", *mode)
    route.assert_identical()
    # A target with dropped columns takes them too.
    route.dst.run("alter table cases add junk int")
    route.dst.run("alter table cases drop junk")
    route.src.run("update cases set v = 'b'")
    route.run("public.cases", *mode)
    route.assert_identical()
