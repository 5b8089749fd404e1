"""Settings of roles and databases do not reach into dpone's sessions."""

import pytest

SETTINGS = [
    "datestyle = 'SQL, DMY'",
    "intervalstyle = 'iso_8601'",
    "timezone = 'Asia/Kathmandu'",
    "bytea_output = 'escape'",
    "search_path = 'trap'",
    "statement_timeout = '1ms'",
    "lock_timeout = '1ms'",
    "idle_in_transaction_session_timeout = '1ms'",
    "idle_session_timeout = '100ms'",
    "extra_float_digits = -15",
    "standard_conforming_strings = off",
    "client_min_messages = debug5",
    "default_table_access_method = 'heap'",
    "check_function_bodies = off",
    "xmloption = 'document'",
    "array_nulls = off",
    "synchronous_commit = off",
    "role = 'none'",
    "session_replication_role = replica",
    "default_transaction_deferrable = on",
    "constraint_exclusion = on",
    "escape_string_warning = off",
    "transform_null_equals = on",
    "quote_all_identifiers = on",
]
# NULLs, quotes and backslashes everywhere: several of the settings change what a text means on its way in or out.
TABLE = """
create type public.state as enum ('new', 'it''s \\ done');
create table public.orders (
    id int primary key, at timestamptz, day date, span interval, raw bytea, small real, big double precision,
    state public.state, words text[], ranges int4range, document jsonb, note text, place point);
insert into public.orders select n, timestamptz '2024-02-29 23:59:59.123456+00' + n * interval '1 day', date '1999-12-31' + n,
    make_interval(years => n, mins => -n), decode(lpad(to_hex(n), 8, '0'), 'hex'), n / 3.0, n / 3.0,
    case when n % 2 = 0 then 'new' else 'it''s \\ done' end::public.state, array['a\\b', null, 'NULL', n::text],
    int4range(n, n + 5), jsonb_build_object('n', n), E'back\\\\slash\\n' || n, point(n / 3.0, -n)
from generate_series(1, 200) n;
"""


@pytest.fixture
def role(src, dst):
    """role(setting): both ends are reached by a role with that default."""
    name = f"odd_{dst.name}"
    dst.run(f"create role {name} login superuser password 'x'")
    for database in (src, dst):
        # What an unqualified name would find, if search_path got through.
        database.run("create schema trap; create table trap.orders (id int); create table trap.pg_class (oid oid)")

    def make(dpone, setting):
        dst.run(f"alter role {name} set {setting}")
        for end, database in (("src", src), ("dst", dst)):
            dpone.connect(end, database.url_as(name, "x"))

    yield make
    for database in (src, dst):
        database.run(f"reassign owned by {name} to current_user; drop owned by {name}")
    dst.run(f"drop role {name}")


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_of_the_role(setting, src, dst, dpone, role):
    src.run(TABLE)
    role(dpone, setting)
    for options in [], ["--no-raw"]:
        dpone("copy", "--from", "src", "--to", "dst", "--table", "public.orders", "-q", *options).expect(0)
        assert dst.fingerprint("public.orders") == src.fingerprint("public.orders")
    assert dst.fingerprint("public.orders")[0] == 200


def test_settings_of_the_database(src, dst, dpone):
    src.run(TABLE)
    for database in (src, dst):
        for setting in SETTINGS[:12]:
            name, value = setting.split(" = ")
            database.run(f'alter database "{database.name}" set {name} = {value}')
    # Nothing of this test's own: it looks with the defaults of sessions that are open already.
    dpone("copy", "--from", "src", "--to", "dst", "--table", "public.orders", "-q").expect(0)
    for database in (src, dst):
        database.run(f'alter database "{database.name}" reset all')
    assert dst.fingerprint("public.orders") == src.fingerprint("public.orders")


@pytest.fixture
def reader_role(src):
    name = f"reader_{src.name}"
    src.run(f"create role {name} login password 'x'")
    yield name
    src.run(f"drop owned by {name}; drop role {name}")


def test_row_security_at_the_source_is_an_error_and_no_filter(src, dst, dpone, reader_role):
    src.run(TABLE)
    src.run(
        f"grant usage on schema public to {reader_role}; grant select on public.orders to {reader_role};"
        "alter table public.orders enable row level security; create policy part on public.orders using (id <= 100)"
    )
    dpone.connect("src", src.url_as(reader_role, "x"))
    run = dpone("copy", "--from", "src", "--to", "dst", "--table", "public.orders").expect(1)
    assert "row-level security" in run.err or "row security" in run.err
    assert dst.value("select to_regclass('public.orders')") is None


def test_row_security_that_begins_between_plan_and_read_is_an_error(src, dst, dpone, reader_role, hold):
    src.run("create table public.orders (id int); insert into public.orders select generate_series(1, 200)")
    src.run(f"grant usage on schema public to {reader_role}; grant select on public.orders to {reader_role}")
    dpone.connect("src", src.url_as(reader_role, "x"))
    run = hold(dpone, "copy", "--from", "src", "--to", "dst", "--table", "public.orders", at="run.planned")
    src.run("alter table public.orders enable row level security; create policy part on public.orders using (id <= 100)")
    assert run.finish().code in (1, 4)
    assert dst.value("select to_regclass('public.orders')") is None


def test_the_sinks_session_has_its_timeouts(src, dst, dpone, hold, other_session, sql):
    """What makes a stopped client harmless is set on the server's side, whatever the role has."""
    src.run("create table public.orders (id int)")
    run = hold(dpone, "copy", "--from", "src", "--to", "dst", "--table", "public.orders", at="stage.created")
    # A session's settings are seen from inside only: the one that dpone made is asked through a trigger of its own.
    dst.run(
        "create table public.seen as select ''::text as name, ''::text as setting limit 0;"
        "create function public.look() returns event_trigger language plpgsql as $$ begin"
        " insert into public.seen select s.name, s.setting from pg_catalog.pg_settings s where s.name in"
        " ('idle_in_transaction_session_timeout', 'client_connection_check_interval', 'row_security');"
        " end $$"
    )
    dst.run("create event trigger look on ddl_command_end when tag in ('ALTER TABLE') execute function public.look()")
    run.finish().expect(0)
    seen = dict(dst.rows("select distinct name, setting from public.seen"))
    assert seen["idle_in_transaction_session_timeout"] == "60000"
    assert seen["client_connection_check_interval"] == "5000"
    assert seen["row_security"] == "off"
