"""Everything that can be selected from is a source."""

import pytest

from conformance import cases
from harness.manifest import full_refresh

EXPECTED = [(1, "a", 2), (2, None, 4)]
SOURCES = {
    "view": "create view public.cases as select id, t, id * 2 as twice from base",
    "materialized view": "create materialized view public.cases as select id, t, id * 2 as twice from base",
    "generated column": "create table public.cases (id int primary key, t text, twice int generated always as (id * 2) stored);"
    "insert into cases select id, t from base",
    "identity column": "create table public.cases (id int generated always as identity primary key, t text, twice int);"
    "insert into cases overriding system value select id, t, id * 2 from base",
    "partitioned table": "create table public.cases (id int, t text, twice int) partition by list (id);"
    "create table p1 partition of cases for values in (1); create table p2 partition of cases for values in (2)"
    " partition by list (id); create table p22 partition of p2 for values in (2);"
    "insert into cases select id, t, id * 2 from base",
    "inheritance parent": "create table public.cases (id int, t text, twice int); create table child () inherits (cases);"
    "insert into cases values (1, 'a', 2); insert into child values (2, null, 4)",
    "unlogged table": "create unlogged table public.cases as select id, t, id * 2 as twice from base",
}


@pytest.mark.parametrize("mode", [(), ("--no-raw",)], ids=["raw", "decoded"])
@pytest.mark.parametrize("sql", SOURCES.values(), ids=SOURCES)
def test_relations(route, sql, mode):
    route = route(16, 16)
    route.src.run("create table base as select * from (values (1, 'a'), (2, null)) v(id, t)")
    route.src.run(sql)
    for _ in range(2):
        route.run("public.cases", *mode)
        assert route.dst.rows("select id, t, twice from cases order by 1") == EXPECTED
    assert [row[:3] for row in cases.types(route.dst)] == [row[:3] for row in cases.types(route.src)]


def test_foreign_table(route):
    route = route(16, 16)
    route.src.run("create extension file_fdw")
    route.src.run("create server files foreign data wrapper file_fdw")
    route.src.run(
        "create foreign table public.cases (id int, t text, twice int) server files"
        " options (program 'printf \"1,a,2\\n2,,4\\n\"', format 'csv')"
    )
    route.run()
    assert route.dst.rows("select id, t, twice from cases order by 1") == EXPECTED


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize(
    "query",
    [
        "select id, t, id * 2 as twice from public.base",
        "with x as (select * from public.base) select id, t, id * 2 as twice from x;",
        "values (1, 'a', 2), (2, null, 4) order by 1",
        "select id, t, id * 2 as twice from public.base -- a comment",
    ],
)
def test_queries(route, query, raw):
    route = route(16, 16)
    route.src.run("create table base as select * from (values (1, 'a'), (2, null)) v(id, t)")
    route.dpone.write("m.yaml", full_refresh("public.cases", query=query, runtime={"raw": raw}))
    route.dpone("run", "m.yaml").expect(0)
    assert route.dst.rows("select * from cases order by 1") == EXPECTED
