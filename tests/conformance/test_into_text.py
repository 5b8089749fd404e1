"""Into a text column of a target that is there, every value arrives as the text of its cast."""

import pytest

from conformance import cases
from harness.manifest import full_refresh

SCALARS = [case for case in cases.FILES if case.name in ("numbers", "text_and_bytes", "times", "network_and_bits")]
# money has no text without lc_monetary; the cast of char(n) drops blanks that the column keeps.
LEFT_OUT = ("money", "char", "bpchar")


@pytest.mark.parametrize("as_text", [False, True], ids=["binary", "text"])
@pytest.mark.parametrize("versions", [(12, 18), (18, 18), (18, 12)])
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in SCALARS])
def test_scalars_and_arrays(route, versions, case, as_text):
    """One column that travels as text makes the whole table do so: another encoder."""
    route = route(*versions)
    columns = [column for column in case.for_versions(*versions) if column.type.partition("(")[0] not in LEFT_OUT]
    cases.make_table(route.src, columns, (12, 18))
    names = ["id", *(f"c{i}" for i in range(len(columns)))]
    arrays = [f"a{i}" for i, column in enumerate(columns) if column.type != '"char"']
    for name in arrays:
        route.src.run(f"alter table cases add {name} {cases.array_of(columns[int(name[1:])].type)}")
        route.src.run(f"update cases set {name} = array[{name.replace('a', 'c')}, null]")
    also = "spare int4range" if as_text else "spare integer"
    route.src.run(f"alter table cases add {also}")
    definitions = ", ".join(f"{name} text" for name in [*names, *arrays])
    route.dst.run(f"create table public.cases ({definitions}, {also})")
    plan = route.plan()
    assert {entry["fidelity"] for entry in plan["columns"]} <= {"identical", "reversible", "checked"}
    assert plan["format"] == "batches"
    route.run()
    for name in [*names, *arrays]:
        sql = f"select id::text, {name}::text from public.cases order by id::text collate \"C\""
        assert route.dst.rows(sql) == route.src.rows(sql), name


@pytest.mark.parametrize(
    ("type_name", "length", "fits", "does_not"),
    [
        ("uuid", 36, "gen_random_uuid()", None),
        ("bigint", 5, "12345", "123456"),
        ("timestamptz", 22, "'2024-01-01 00:00:00+00'", "'2024-01-01 00:00:00.5+00'"),
        ("int4range", 6, "'[1,10)'", "'[1,100)'"),
        ("inet", 11, "'10.0.0.1'", "'10.0.0.10'"),
    ],
)
def test_a_text_that_is_too_long_is_refused(route, type_name, length, fits, does_not):
    route = route(16, 16)
    route.src.run(f"create table public.cases (id int, c {type_name}); insert into cases values (1, {fits})")
    route.dst.run(f"create table public.cases (id int, c varchar({length}))")
    route.run()
    assert route.dst.value("select c from cases") == route.src.value("select c::text from cases")
    if does_not:
        route.src.run(f"insert into cases values (2, {does_not})")
        run = route.dpone("run", route.dpone.write("m.yaml", full_refresh("public.cases"))).expect(1)
        assert "value.does_not_fit" in run.err
        assert "column: c" in run.err
        assert "row: 2" in run.err
        assert route.dst.value("select count(*) from cases") == 1
