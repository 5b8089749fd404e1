"""From PostgreSQL 17 on the bits of two intervals are infinities; before, they are numbers. Neither becomes the other."""

import pytest

from harness.manifest import full_refresh

MODES = pytest.mark.parametrize("mode", [(), ("--no-raw",)], ids=["raw", "decoded"])
SETUP = (
    "create domain public.wait as interval; create type public.span as range (subtype = interval);"
    "create type public.pause as (why text, span interval)"
)
# How an interval stands in a value of each type.
TYPES = {
    "interval": "{}",
    "interval[]": "array[null, {}]",
    "public.wait": "{}",
    "public.wait[]": "array[{}]::public.wait[]",
    "public.span": "public.span({}, null)",
    "public.pause": "row('x', {})::public.pause",
}
TYPED = ("interval", "interval[]", "public.wait")
INFINITIES = ("interval 'infinity'", "interval '-infinity'")
# Old servers read no hours above 2^31, but add them.
NUMBERS = (
    "(interval '178956970 years 7 mons 2147483647 days 2000000000:00:00' + '562047788:00:54.775807')",
    "(interval '-178956970 years -8 mons -2147483648 days -2000000000:00:00' - '562047788:00:54.775808')",
)


def assert_refused(route, type_name, value, mode):
    route.src.run(SETUP)
    route.src.run(f"create table public.cases (id int primary key, c {type_name})")
    route.src.run(f"insert into public.cases values (1, null), (2, {TYPES[type_name].format(value)})")
    plan = route.plan()
    assert plan["format"] == "batches"
    assert f"column c: type {type_name} has infinite intervals only on one server" in " ".join(plan["format_reasons"])
    run = route.dpone("run", route.dpone.write("m.yaml", full_refresh("public.cases")), *mode).expect(1)
    if type_name in TYPED or (value in NUMBERS and route.src.value("show server_version_num") >= "150000"):
        assert "value.does_not_fit" in run.err
        assert "column: c" in run.err
        assert "row: 2" in run.err
    else:
        # The target's input function refuses the text of an infinity, an old source's output function that of the number.
        assert "interval" in run.err
    assert route.dst.value("select to_regclass('public.cases')::text") is None


@MODES
@pytest.mark.parametrize("versions", [(18, 16), (17, 12), (18, 12)])
@pytest.mark.parametrize("type_name", TYPES)
def test_an_infinite_interval_does_not_become_a_number(route, type_name, versions, mode):
    assert_refused(route(*versions), type_name, INFINITIES[0], mode)


@MODES
@pytest.mark.parametrize("versions", [(16, 18), (12, 17), (12, 18)])
@pytest.mark.parametrize("type_name", TYPES)
def test_an_interval_of_extremes_does_not_become_infinite(route, type_name, versions, mode):
    assert_refused(route(*versions), type_name, NUMBERS[0], mode)


@pytest.mark.parametrize(("versions", "value"), [((18, 16), INFINITIES[1]), ((16, 18), NUMBERS[1])])
@pytest.mark.parametrize("type_name", ["interval", "public.pause"])
def test_the_least_interval_is_refused_too(route, versions, value, type_name):
    assert_refused(route(*versions), type_name, value, ())


@MODES
@pytest.mark.parametrize(("majors", "values"), [((17, 18), INFINITIES), ((12, 16), NUMBERS)])
def test_extremes_arrive_where_they_mean_the_same(route, majors, values, mode):
    route = route(*majors)
    route.src.run("create table public.cases (id int primary key, c interval, cs interval[])")
    route.src.run(f"insert into public.cases values (1, {values[0]}, array[{values[1]}]), (2, {values[1]}, null)")
    assert route.run("public.cases", *mode)["is_raw"] == (not mode)
    sent = "select id, interval_send(c), array_send(cs) from public.cases order by id"
    assert route.dst.rows(sent) == route.src.rows(sent)


def test_a_followed_column_of_intervals_is_checked_too(route):
    route = route(18, 16)
    route.src.run("create table public.cases (id int primary key); insert into public.cases values (1)")
    route.run()
    route.src.run("alter table public.cases add c interval; update public.cases set c = 'infinity'")
    run = route.dpone("run", "m.yaml").expect(1)
    assert "value.does_not_fit" in run.err
    route.src.run("update public.cases set c = '1 day'")
    assert not route.run()["is_raw"]
    assert route.dst.rows("select id, c::text from public.cases") == [(1, "1 day")]
