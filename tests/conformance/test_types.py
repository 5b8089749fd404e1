"""Every type arrives identical, cell by cell and type by type, as bytes and through decoded values."""

import re

import pytest

from conformance import cases

SAME = [(12, 12), (16, 16), (18, 18)]
ACROSS = [(12, 18), (18, 12), (16, 12)]
ROUTES = [pytest.param(pair, id=f"{pair[0]}-{pair[1]}") for pair in SAME + ACROSS]
FILES = [pytest.param(case, id=case.name) for case in cases.FILES]
SCALARS = [case for case in cases.FILES if case.name in ("numbers", "text_and_bytes", "times", "network_and_bits")]


def prepare(route, case):
    for database in (route.src, route.dst):
        for name in case.extensions:
            database.run(f"create extension {name} schema public")
    for sql in case.setup:
        route.src.run(sql)


def wires(plan):
    return {entry["source"]: "text" if entry["travels_as_text"] else "typed" for entry in plan["columns"]}


@pytest.mark.parametrize("versions", ROUTES)
@pytest.mark.parametrize("case", FILES)
def test_values(route, versions, case):
    route = route(*versions)
    prepare(route, case)
    columns = case.for_versions(*versions)
    cases.make_table(route.src, columns, versions)

    as_text = [f"c{i}" for i, column in enumerate(columns) if column.raw_since > min(versions) or column.crosses(versions)]
    plan = route.plan()
    reasons = "\n".join(plan["format_reasons"])
    # Another version of an extension is another type.
    is_other_extension = case.extensions and versions[0] != versions[1]
    is_raw = not is_other_extension and not any(column.crosses(versions) for column in columns)
    if not is_other_extension:
        assert re.findall(r"column (c[0-9]+): type .*? (?:is an? |has |refers )", reasons) == as_text
    else:
        assert "column c0: type public.hstore differs between the servers" in reasons
    report = route.run()
    assert report["is_raw"] == is_raw
    assert report["result"]["final_rows"] == route.src.value("select count(*) from cases")
    route.assert_identical()

    plan = route.plan("public.cases", "--no-raw")
    assert plan["format"] == "batches"
    found = {columns[int(name[1:])].type: wire for name, wire in wires(plan).items() if name != "id"}
    assert found == {column.type: column.wire for column in columns}
    route.dst.run("drop table cases")
    assert not route.run("public.cases", "--no-raw")["is_raw"]
    route.assert_identical()


@pytest.mark.parametrize("versions", ROUTES)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in SCALARS])
def test_arrays(route, versions, case):
    route = route(*versions)
    columns = case.for_versions(*versions)
    cases.make_array_table(route.src, columns, versions)
    assert set(wires(route.plan("public.cases", "--no-raw")).values()) == {"typed"}
    assert route.run()["is_raw"] != any(column.crosses(versions) for column in columns)
    route.assert_identical()
    route.dst.run("drop table cases")
    assert not route.run("public.cases", "--no-raw")["is_raw"]
    route.assert_identical()


@pytest.mark.parametrize("mode", [(), ("--no-raw",)], ids=["raw", "decoded"])
@pytest.mark.parametrize("versions", ROUTES)
def test_edge_values(route, versions, mode, request):
    route = route(*versions)
    route.src.psql(request.config.rootpath.parent / "bench/data/edge.sql")
    for table in ("public.edge", "public.edge_inf"):
        route.run(table, *mode)
        route.assert_identical(table)


def test_user_types_in_arrays_go_as_text_before_14_and_the_plan_says_why(route):
    route = route(12, 16)
    route.src.run("create type public.mood as enum ('a', 'b')")
    route.src.run("create type public.pair as (a int, b text)")
    route.src.run("create table public.cases (id int primary key, ms mood[], p pair)")
    route.src.run("insert into public.cases values (1, '{a,b}', '(1,x)')")
    plan = route.plan()
    reasons = " ".join(plan["format_reasons"])
    assert "column ms" in reasons
    assert "column p" in reasons
    assert reasons.count("before PostgreSQL 14") == 2
    route.run()
    route.assert_identical()
