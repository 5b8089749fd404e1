"""What a newer server holds and an older one does not is refused by name, never altered."""

import pytest

from harness.manifest import full_refresh


def refused(route, command, *words):
    run = route.dpone(command, route.dpone.write("m.yaml", full_refresh("public.cases"))).expect(1)
    for word in words:
        assert word in run.err, run.err
    assert route.dst.value("select to_regclass('public.cases')::text") is None


# column, value, what the target says of it
VALUES = {
    "infinite numeric": ("numeric", "'Infinity'", "numeric"),
    "infinite numeric in an array": ("numeric[]", "'{1,-Infinity}'", "numeric"),
    "infinite numeric in a range": ("numrange", "'[-Infinity,1]'", "numeric"),
    "method of a jsonpath": ("jsonpath", "'$.a.bigint()'", "jsonpath"),
    "negative scale": ("numeric(5,-2)", "100", "scale -2"),
}


@pytest.mark.parametrize("raw", [True, False], ids=["raw", "decoded"])
@pytest.mark.parametrize("value", VALUES)
def test_a_value_that_an_old_server_lacks_ends_the_run(route, value, raw):
    column, literal, word = VALUES[value]
    route = route(18, 12)
    route.src.run(f"create table public.cases (id int, c {column}); insert into public.cases values (1, {literal})")
    document = full_refresh("public.cases", runtime={"raw": raw})
    run = route.dpone("run", route.dpone.write("m.yaml", document)).expect(1)
    assert word in run.err
    assert route.dst.value("select to_regclass('public.cases')::text") is None


SENT = "select charsend(c) from public.cases order by id"


@pytest.mark.parametrize("versions", [(18, 12), (15, 14), (12, 18), (14, 15)])
def test_a_byte_of_char_is_the_same_byte_on_every_server(route, versions):
    """Before PostgreSQL 15 its text is the byte itself, and `\\377` is read as a backslash."""
    route = route(*versions)
    route.src.run("create table public.cases (id int, c \"char\")")
    route.src.run("insert into public.cases values (1, (-1)::int::\"char\"), (2, '\\'), (3, ''), (4, 'x')")
    for mode in ((), ("--no-raw",)):
        assert route.run("public.cases", *mode)["is_raw"] == (not mode)
        assert route.dst.rows(SENT) == route.src.rows(SENT)
    # With a column that makes all of them text, the byte has no form that both know.
    route.dst.run("drop table public.cases; drop table public.__dpone__loads")
    route.src.run("alter table public.cases add r regclass")
    assert "has another text form on the other server" in " ".join(route.plan()["format_reasons"])
    refused(route, "run", "value.does_not_fit", "column: c", "row: 1")
    route.src.run("update public.cases set c = 'y' where id = 1")
    route.run()
    assert route.dst.rows(SENT) == route.src.rows(SENT)


@pytest.mark.parametrize("versions", [(18, 12), (15, 14), (14, 15)])
def test_a_char_inside_a_text_form_does_not_go_where_it_reads_otherwise(route, versions):
    route = route(*versions)
    route.src.run("create type public.flag as (c \"char\"); create table public.cases (id int, f public.flag)")
    route.src.run("insert into public.cases values (1, row((-1)::int::\"char\"))")
    refused(route, "plan", "type.mismatch", "column: f")
