"""A value that the target's binary input refuses, although the source's binary output wrote it, arrives as text."""

import pytest


@pytest.mark.parametrize("versions", [(12, 12), (18, 18), (14, 17), (18, 13)])
@pytest.mark.parametrize("column", ["tsquery", "tsquery[]", "public.question", "public.search"])
def test_an_empty_tsquery_travels_as_text_from_the_start(route, versions, column):
    """Its binary output writes a tree without nodes, which its binary input refuses in every version."""
    route = route(*versions)
    value = {"tsquery[]": "array['', 'a'::tsquery]", "public.question": "row('', 1)"}.get(column, "''")
    route.src.run("create domain public.search as tsquery; create type public.question as (q tsquery, n int)")
    route.src.run(f"create table public.cases (id int, c {column}); insert into public.cases values (1, {value}), (2, null)")
    for mode in ((), ("--no-raw",)):
        plan = route.plan("public.cases", *mode)
        assert plan["format"] == ("batches" if mode else "postgres.copy_text")
        if not mode and (column != "public.question" or min(versions) >= 14):
            assert "the server does not read if the value is empty" in " ".join(plan["format_reasons"])
        report = route.run("public.cases", *mode)
        assert not report["warnings"]
        query = "select id, c::text from public.cases order by id"
        assert route.dst.rows(query) == route.src.rows(query)
