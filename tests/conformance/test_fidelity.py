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


MONEY = "select id, v::text, a::text from t order by id"


def make_money(src):
    src.run("create table t (id int primary key, v money, a money[])")
    src.run("insert into t values (1, '-92233720368547758.08', '{12.34,NULL}'), (2, '92233720368547758.07', '{}'), (3, '0.01', null), (4, null, '{{1},{2}}')")


def test_money_comes_back_from_sqlite_as_it_was(dpone, src, dst):
    make_money(src)
    copy(dpone, "t", "-q", target="back.db").expect(0)
    copy(dpone, "t", "-q", source="back.db").expect(0)
    assert dst.rows(COLUMNS.format("t")) == src.rows(COLUMNS.format("t"))
    assert dst.rows(MONEY) == src.rows(MONEY)


def test_money_in_sqlite_keeps_the_meaning_of_its_first_server(dpone, src, dst):
    make_money(src)
    copy(dpone, "t", "-q", target="back.db").expect(0)
    dst.run(f'alter database {dst.name} set lc_monetary = "POSIX"')
    for existing in (False, True):
        if existing:
            dst.run("create table t (id int primary key, v money, a money[])")
        run = copy(dpone, "t", source="back.db").expect(1)
        assert "type.mismatch" in run.err
        assert "lc_monetary=C and lc_monetary=POSIX" in run.err
    # Nor do its units mix with those of another server.
    dst.run("insert into t values (5, '5.00', '{5.00}')")
    run = copy(dpone, "t", "--adopt", source="dst", target="back.db").expect(1)
    assert "type.mismatch" in run.err
    assert "lc_monetary=POSIX and lc_monetary=C" in run.err


def test_texts_of_a_collation_come_back_from_sqlite_as_they_were(dpone, src, dst):
    """The collation itself stays behind: it orders and compares, and changes no value."""
    src.run("create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
            "create table t (id text collate nocase primary key, c varchar(5) collate \"C\", b char(3) collate \"POSIX\", a text[] collate nocase)")
    src.run("insert into t values ('\u00e9', 'a ', 'x', '{B,b}'), ('E', 'A', ' y', '{}'), ('f\u0301', '', '', '{NULL,\"\"}'), ('G', null, null, null)")
    select = "select id, c, b, a::text from t order by id collate \"C\""
    copy(dpone, "t", "-q", target="back.db").expect(0)
    copy(dpone, "t", "-q", source="back.db").expect(0)
    assert dst.rows(select) == src.rows(select)
    assert dst.rows(COLUMNS.format("t")) == src.rows(COLUMNS.format("t"))
    # A column that is there keeps its own.
    dst.run("drop table t; drop table __dpone__loads; create table t (id text primary key, c varchar(5) collate \"POSIX\", b char(3), a text[])")
    copy(dpone, "t", "-q", source="back.db").expect(0)
    assert dst.rows(select) == src.rows(select)
    assert dst.value("select attcollation::regcollation::text from pg_attribute where attrelid = 't'::regclass and attname = 'c'") == '"POSIX"'


def test_keys_that_differ_only_for_the_sources_collation_are_one_in_sqlite_with_nocase(dpone, src):
    from harness.sqlite_file import File

    file = File(dpone.folder / "back.db")
    file.run("create table t (id text collate nocase primary key, n integer)")
    src.run("create table t (id text collate \"C\" primary key, n int); insert into t values ('a', 1), ('A', 2)")
    run = copy(dpone, "t", target="back.db").expect(1)
    assert "gate.key_duplicates" in run.err
    assert file.rows("select count(*) from t") == [(0,)]


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


def test_a_table_whose_rows_name_it_by_its_oid_is_not_exchanged(dpone, src, dst):
    src.run("create table log (id int, tab regclass); insert into log values (1, 'log'), (2, 'pg_class')")
    dst.run("create table log (id int, tab regclass)")
    copy(dpone, "log", "-q").expect(0)
    assert dst.rows("select tab::text from log order by id") == [("log",), ("pg_class",)]
    refused = copy(dpone, "log", "--overwrite-type", "exchange").expect(3)
    assert "column tab may name the table by its OID" in refused.err


@pytest.mark.parametrize("definition", ["d oid default 'log'::regclass", "d oid check (d <> 'log'::regclass)"])
def test_a_table_whose_definition_names_it_by_its_oid_is_not_exchanged(definition, dpone, src, dst):
    src.run("create table log (id int); insert into log values (1)")
    dst.run(f"create table log (id int); alter table log add {definition}")
    copy(dpone, "log", "-q").expect(0)
    assert dst.value("select receipt->>'method' from __dpone__loads") == "truncate_insert"


def test_the_plan_says_which_tables_may_name_the_old_one(dpone, src, dst):
    src.run("create table t (id int); insert into t values (1)")
    dst.run("create table t (id int); create table watched (tab regclass)")
    plan = copy(dpone, "t", "--dry-run", "--overwrite-type", "exchange").expect(0)
    assert "regclass values that name the table elsewhere (public.watched)" in plan.out


def test_keys_of_an_inheritance_parent_are_left_out_with_a_note(dpone, src, dst):
    src.run("create table p (id int primary key, v text unique); create table c () inherits (p); insert into p values (1, 'a'); insert into c values (1, 'a')")
    plan = copy(dpone, "p", "--dry-run").expect(0)
    assert "key p_pkey of" in plan.out and "key p_v_key of" in plan.out
    copy(dpone, "p", "-q").expect(0)
    assert dst.value("select count(*) from p") == 2


@pytest.mark.parametrize("index, code", [("(seq)", 0), ("(seq) where seq > 0", 1), ("(seq, id)", 1), ("((seq + 1))", 1), ("(seq) include (id)", 0)])
def test_a_unique_index_makes_a_cursor_as_good_as_a_constraint(index, code, dpone, src, dst):
    src.run(f"create table t (id bigint, seq bigint not null); create unique index on t {index}; insert into t select g, g from generate_series(1, 10) g")
    copy(dpone, "t", "--mode", "incremental_append", "--cursor", "seq", "-q").expect(code)
    assert dst.value("select count(*) from pg_constraint where contype in ('u', 'p') and conrelid::regclass::text = 't'") == 0


def test_the_target_that_dpone_made_follows_what_the_source_widens(dpone, src, dst):
    src.run("create table t (id int primary key, n int, v varchar(3), d numeric(5,2), m text not null); insert into t values (1, 1, 'abc', 1.5, 'x')")
    for target in ("dst", "t.db"):
        copy(dpone, "t", "-q", target=target).expect(0)
    dst.run("create index by_v on t (v); alter table t alter v set statistics 50")
    src.run("alter table t alter n type bigint, alter v type varchar(10), alter d type numeric(12,4), alter m drop not null;"
            "insert into t values (2, 3000000000, 'abcdef', 12345.6789, null)")  # fmt: skip
    plan = copy(dpone, "t", "--dry-run").expect(0).out
    for said in ('"n" of the target, which dpone created, becomes bigint', "becomes character varying(10)", "becomes numeric(12,4)", '"m" of the target, which dpone created, now allows NULL'):
        assert said in plan
    copy(dpone, "t", "-q").expect(0)
    assert dst.rows("select t::text from t order by id") == src.rows("select t::text from t order by id")
    assert dst.rows(COLUMNS.format("t")) == src.rows(COLUMNS.format("t"))
    assert dst.value("select count(*) from pg_index where indrelid = 't'::regclass") == 2
    copy(dpone, "t", "--exclude", "m", "--where", "m is not null", "-q", target="u.db")
    src.run("update t set m = 'y' where m is null")
    copy(dpone, "t", "-q", target="t.db").expect(0)
    dst.run("drop table t; drop table __dpone__loads")
    copy(dpone, "t", "-q", source="t.db").expect(0)
    assert dst.rows("select n, v, d::text from t order by id") == src.rows("select n, v, d::text from t order by id")
    assert dict(dst.rows(COLUMNS.format("t")))["n"] == "bigint"


@pytest.mark.parametrize("target", ["dst", "t.db"])
def test_the_target_that_dpone_made_follows_a_dropped_key(dpone, src, dst, target):
    from harness.sqlite_file import File

    at_target = dst if target == "dst" else File(dpone.folder / "t.db")
    src.run("create table t (id int primary key, email text not null unique, a int, b int, unique (a, b)); insert into t values (1, 'x', 1, 1), (2, 'y', 1, 2)")
    copy(dpone, "t", "-q", target=target).expect(0)
    at_target.run("create unique index of_user on t (id, email)")
    src.run("alter table t drop constraint t_email_key, alter email drop not null; insert into t values (3, 'x', 2, 1), (4, null, 2, 2)")
    plan = copy(dpone, "t", "--dry-run", target=target).expect(0).out
    assert "the unique key (email) of the target, which dpone made, is dropped" in plan and "allows NULL" in plan and "key (a, b) of" not in plan
    copy(dpone, "t", "-q", target=target).expect(0)
    rows = "select id, email, a, b from t order by id, email"
    assert at_target.rows(rows) == src.rows(rows)
    src.run("alter table t drop constraint t_pkey, drop constraint t_a_b_key; insert into t values (1, 'z', 1, 1)")
    assert "the primary key (id) of the target, which dpone made, is dropped" in copy(dpone, "t", "--dry-run", target=target).expect(0).out
    copy(dpone, "t", "-q", target=target).expect(0)
    assert at_target.rows(rows) == src.rows(rows)
    src.run("insert into t values (1, 'z', 9, 9)")
    assert "gate.key_duplicates" in copy(dpone, "t", target=target).expect(1).err, "a key that somebody else made stays"


def test_a_key_of_another_maker_stays_where_the_source_drops_its_own(dpone, src, dst):
    src.run("create table t (id int primary key, email text); insert into t values (1, 'x'), (2, 'x')")
    copy(dpone, "t", "-q").expect(0)
    dst.run("delete from t where id = 2; alter table t add unique (email)")
    assert "gate.key_duplicates" in copy(dpone, "t").expect(1).err
    assert dst.value("select count(*) from t") == 1


def test_a_table_of_somebody_else_keeps_its_types(dpone, src, dst):
    src.run("create table t (id int primary key, n bigint); insert into t values (1, 3000000000)")
    dst.run("create table t (id int primary key, n int)")
    assert "value.does_not_fit" in copy(dpone, "t").expect(1).err


@pytest.mark.parametrize("wanted, same", [("date", "2024-01-01"), ("timestamp", "2024-01-01 10:00:00"), ("boolean", "true"), ("numeric(10,2)", "1.50"), ("uuid", "123e4567-e89b-12d3-a456-426614174000"), ("varchar(40)", "v")])
def test_text_in_sqlite_is_read_as_what_the_target_has(wanted, same, dpone, dst):
    from harness.sqlite_file import File

    stored = {"boolean": ("boolean", "1"), "numeric(10,2)": ("decimal(10,2)", "1.5")}.get(wanted, ("char(40)", f"'{same}'"))
    File(dpone.folder / "s.db").run(f"create table t (id integer primary key, c {stored[0]}); insert into t values (1, {stored[1]}), (2, null)")
    dst.run(f"create table t (id int primary key, c {wanted})")
    copy(dpone, "t", "-q", source="s.db").expect(0)
    assert dst.rows("select c::text from t order by id") == [(same,), (None,)]


def test_text_in_sqlite_that_is_of_another_type_is_refused_with_its_row(dpone, dst):
    from harness.sqlite_file import File

    File(dpone.folder / "s.db").run("create table t (id integer primary key, c date); insert into t values (1, '2024-01-01'), (2, 'soon')")
    dst.run("create table t (id int primary key, c date)")
    run = copy(dpone, "t", source="s.db").expect(1)
    assert "source.value_type" in run.err and "row: 2" in run.err and "soon" in run.err


def test_a_source_with_its_columns_in_another_order_is_the_same_selection(dpone, src, dst):
    more = ("--mode", "incremental_merge", "--key", "id", "--cursor", "id", "-q")
    src.run("create table t (id int primary key, a text, b text); insert into t values (1, 'a', 'b')")
    copy(dpone, "t", *more).expect(0)
    src.run("drop table t; create table t (b text, id int primary key, a text); insert into t values ('b', 1, 'a'), ('d', 2, 'c')")
    copy(dpone, "t", *more).expect(0)
    assert dst.rows("select id, a, b from t order by id") == [(1, "a", "b"), (2, "c", "d")]


def test_a_source_that_is_replaced_while_it_is_planned_is_told_as_changed(dpone, src, dst):
    import contextlib
    import threading

    made = ("create table {0} (id bigint primary key, v text, n numeric(12,2) default 0 check (n >= 0), seq bigint not null unique);"
            "create index on {0} (v); insert into {0} select g, 'v' || g, g, g from generate_series(1, 50) g;")  # fmt: skip
    src.run(made.format("t"))
    done = threading.Event()

    def replace():
        with contextlib.closing(src.connect()) as connection, connection.cursor() as cursor:
            number = 0
            while not done.is_set():
                number += 1
                cursor.execute(made.format(f"n{number}"))
                cursor.execute(f"begin; drop table t; alter table n{number} rename to t; commit")

    replacing = threading.Thread(target=replace)
    replacing.start()
    try:
        for _ in range(25):
            run = copy(dpone, "t", "-q")
            assert run.code in (0, 4), run
            assert run.code == 0 or "source.changed" in run.err, run
    finally:
        done.set()
        replacing.join()


def test_a_function_behind_a_view_finds_its_names_with_the_roles_search_path(dpone, src, dst):
    src.run("create table rates (cur text, r numeric); insert into rates values ('USD', 1.1);"
            "create function rate(text) returns numeric language plpgsql stable as $$ begin return (select r from rates where cur = $1); end $$;"
            "create table orders (id int, cur text); insert into orders values (1, 'USD'); create view v as select id, rate(cur) as r from orders")  # fmt: skip
    run = copy(dpone, "v").expect(1)
    assert "source.options.search_path: role" in run.err

    def load(path, query=None):
        source = f"table: {{name: v}}, options: {{search_path: '{path}'}}"
        if query:
            source = f"options: {{search_path: '{path}', query: '{query}'}}"
        dpone.write("m.yaml", f"name: view\nsource: {{type: postgres, connection_type: env, connection_id: src, {source}}}\n"
                    "sink: {type: postgres, connection_type: env, connection_id: dst, table: {name: w}, strategy: {mode: full_refresh}}\n")
        return dpone("run", "m.yaml", "-q")

    for path in ("role", "public", "information_schema, public"):
        load(path).expect(0)
        assert dst.rows("select id, r::text from w") == [(1, "1.1")]
    assert "42P01" in load("information_schema").expect(1).err
    load("role", "select id + 1 as id, rate(cur) as r from orders").expect(0)
    assert dst.rows("select id, r::text from w") == [(2, "1.1")]
