"""Values and types that come through unchanged, or are refused by the plan: PostgreSQL's own, and through SQLite and
back."""

import pytest

RAW = pytest.mark.parametrize("raw", [(), ("--no-raw",)], ids=["raw", "batches"])
COLUMNS = """select attname, format_type(atttypid, atttypmod) from pg_attribute
  where attrelid = '{}'::regclass and attnum > 0 and not attisdropped order by attnum"""


def copy(dpone, table, *more, source="src", target="dst"):
    return dpone("copy", "--from", source, "--to", target, "--table", table, *more)


def test_transaction_ids_of_64_bits_are_the_same_numbers_through_sqlite(dpone, src, dst):
    values = "1, 0, 18446744073709551615, 4294967296, 12345, 281474976710656"
    src.run("create table t (id int generated always as identity, v xid8, a xid8[]);"
            f"insert into t (v, a) select x::text::xid8, array[x::text::xid8, null] from unnest(array[{values}]) x")
    copy(dpone, "t", "-q", target="back.db").expect(0)
    copy(dpone, "t", "-q", source="back.db").expect(0)
    select = "select id, v::text, a::text from t order by id"
    assert dst.rows(select) == src.rows(select)
    # A column that is there takes them as whole numbers, too.
    dst.run("drop table t; create table t (id int, v numeric(20,0), a numeric(20,0)[])")
    copy(dpone, "t", "-q", "--adopt", source="back.db").expect(0)
    assert dst.rows(select) == src.rows(select)


def test_a_csv_column_that_is_declared_xid8_keeps_its_numbers(dpone, dst):
    dpone.write("t.csv", "id,v\n1,12345\n2,18446744073709551615\n")
    dpone("copy", "--from", "t.csv", "--to", "dst", "--to-table", "t", "--type", "v=xid8", "-q").expect(0)
    assert dst.rows("select v::text from t order by id") == [("12345",), ("18446744073709551615",)]


CASTS = """create type amount as (n numeric, currency text);
create function pretty(amount) returns text language sql immutable as $$ select format('(%s,%s)', round(($1).n), ($1).currency) $$;
create cast (amount as text) with function pretty(amount);
create type mood as enum ('low', 'high');
create function turned(mood) returns text language sql immutable as $$ select case $1 when 'low'::mood then 'high' else 'low' end $$;
create cast (mood as text) with function turned(mood);"""


@pytest.mark.parametrize("target", ["dst", "t.db", "t.csv", "t.jsonl"])
@RAW
def test_a_users_cast_to_text_does_not_stand_in_for_the_output_function(raw, target, dpone, src, dst):
    src.run(CASTS + "create table t (id int primary key, a amount, m mood, ms mood[], ty regtype);"
            "insert into t values (1, '(12.75,EUR)', 'low', '{low,high}', 'int4'), (2, '(,)', null, '{}', null), (3, null, 'high', null, 'text')")  # fmt: skip
    copy(dpone, "t", "-q", *raw, target=target).expect(0)
    if target == "dst":
        select = "select id, format('%s', a), a is distinct from null, format('%s', m), ms::text, ty::text from t order by id"
        assert dst.rows(select) == src.rows(select)
    elif target == "t.db":
        dst.run(CASTS + "create table t (id int primary key, a amount, m mood, ms mood[], ty regtype)")
        copy(dpone, "t", "-q", source="t.db").expect(0)
        select = "select id, format('%s', a), format('%s', m), ms::text, ty::text from t order by id"
        assert dst.rows(select) == src.rows(select)
    else:
        text = (dpone.folder / target).read_text()
        assert "(12.75,EUR)" in text and "13" not in text
        assert "(,)" in text


def test_built_in_types_come_back_from_sqlite_as_they_were(dpone, src, dst):
    src.run("create table t (id int, p point, ts tsvector, n numeric(45,5), n2 numeric(5,-2), x xid, nm name, vc varchar, xm xml, jp jsonpath, r int4range, ov oidvector, ps point[]);"
            "insert into t values (1, '(1,2)', 'a:1', 1.5, 1200, '7', 'nm', 'v', '<a/>', '$.a', '[1,5)', '1 2', '{\"(1,2)\"}')")  # fmt: skip
    copy(dpone, "t", "-q", target="back.db").expect(0)
    copy(dpone, "t", "-q", source="back.db").expect(0)
    assert dst.rows(COLUMNS.format("t")) == src.rows(COLUMNS.format("t"))
    assert dst.rows("select t::text from t") == src.rows("select t::text from t")


@RAW
def test_a_domain_over_an_array_is_loaded(raw, dpone, src, dst):
    src.run("create domain tags as text[]; create domain more as tags; create table t (id int, g tags, m more);"
            "insert into t values (1, '{x,NULL,y}', '{}'), (2, null, '{{a},{b}}')")
    copy(dpone, "t", "-q", *raw).expect(0)
    assert dst.rows("select t::text from t order by id") == src.rows("select t::text from t order by id")


def test_an_empty_vector_which_the_binary_input_refuses_is_loaded(dpone, src, dst):
    src.run("create table t (id int, o oidvector, i int2vector); insert into t values (1, '', ''), (2, '1 2', '3'), (3, null, null)")
    copy(dpone, "t", "-q").expect(0)
    assert dst.rows("select t::text from t order by id") == src.rows("select t::text from t order by id")


BASE = """create type b; create function b_in(cstring) returns b language internal immutable strict as 'textin';
create function b_out(b) returns cstring language internal immutable strict as 'textout';
create type b (input = b_in, output = b_out, like = text);"""


def test_a_base_type_is_compared_by_its_functions_and_missed_by_the_plan(dpone, src, dst):
    src.run(BASE + "create table t (id int, v b); insert into t values (1, 'x')")
    plan = copy(dpone, "t", "--dry-run").expect(1)
    assert "type.missing" in plan.err and "column: v" in plan.err
    dst.run("create table between (id int)" + ";" + BASE)
    copy(dpone, "t", "-q").expect(0)
    assert dst.rows("select t::text from t") == [("(1,x)",)]
    dst.run("drop table t; drop type b cascade;" + BASE.replace("'textin'", "'varcharin'"))
    assert "type.differs" in copy(dpone, "t", "--adopt").expect(1).err


def test_a_catalog_view_is_loaded_into_a_server_of_another_version(dpone, src, servers, databases):
    newer = databases(servers[18])
    dpone.connect("newer", newer.url)
    more = ("--where", "table_schema = 'information_schema'", "-q")
    dpone("copy", "--from", "src", "--to", "newer", "--table", "information_schema.tables", "--to-table", "public.t", *more).expect(0)
    assert newer.value("select count(*) from t") == src.value("select count(*) from information_schema.tables where table_schema = 'information_schema'")


@pytest.mark.parametrize(
    "source, target, value",
    [
        ("integer", "double precision", "2147483647"),
        ("smallint", "real", "32767"),
        ("bigint", "double precision", "9007199254740992"),
        ("date", "timestamp", "'2024-02-29'"),
        ("date", "timestamp", "'-infinity'"),
        ("oid", "bigint", "4294967295"),
        ("oid", "numeric(10,0)", "4294967295"),
        ("xid8", "numeric", "'18446744073709551615'"),
        ("cidr", "inet", "'10.0.0.0/8'"),
        ("integer[]", "double precision[]", "'{1,NULL}'"),
    ],
)
def test_a_pair_of_types_that_keeps_every_value_is_loaded(source, target, value, dpone, src, dst):
    src.run(f"create table t (v {source}); insert into t values ({value}), (null)")
    dst.run(f"create table t (v {target})")
    copy(dpone, "t", "-q").expect(0)
    same = f"select v::text from (select {value}::{source}::text::{target}) x(v)"
    assert dst.rows("select v::text from t where v is not null") == src.rows(same)
    assert dst.value("select count(*) from t") == 2


@pytest.mark.parametrize("source, target, value", [("bigint", "double precision", "9007199254740993"), ("integer", "real", "16777217"), ("date", "timestamp", "'5874897-12-31'")])
def test_a_value_that_such_a_pair_would_change_is_refused(source, target, value, dpone, src, dst):
    src.run(f"create table t (v {source}); insert into t values ({value})")
    dst.run(f"create table t (v {target})")
    assert "value.does_not_fit" in copy(dpone, "t").expect(1).err
    assert dst.value("select count(*) from t") == 0


def test_sqlite_keeps_a_date_and_a_network_in_the_form_of_its_column(dpone, src, dst):
    src.run("create table t (v timestamp, n inet, x numeric(20,0)); insert into t values ('2020-01-02 03:04:05', '10.0.0.1', 1);"
            "create table u (v date, n cidr, x xid8); insert into u values ('2024-02-29', '10.0.0.7/32', '18446744073709551615')")  # fmt: skip
    copy(dpone, "t", "-q", target="back.db").expect(0)
    dpone("copy", "--from", "src", "--to", "back.db", "--table", "u", "--to-table", "t", "--adopt", "-q").expect(0)
    copy(dpone, "t", "-q", source="back.db").expect(0)
    assert dst.rows("select v::text, n::text, x::text from t") == [("2024-02-29 00:00:00", "10.0.0.7/32", "18446744073709551615")]
