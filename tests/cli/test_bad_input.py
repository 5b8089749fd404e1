"""Bad input ends in the documented exit code and a clear error, and leaves the target as it was."""

import contextlib
import socket
import sqlite3
import sys

import pytest

from cli.conftest import refused
from harness.manifest import full_refresh


def untouched(database):
    """What stands in a database, to compare before and after."""
    return database.rows(
        "select n.nspname, c.relname, c.oid, c.relfilenode from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname !~ '^pg_|information_schema' order by 1, 2"
    ) + database.rows("select nspname, null, null, null from pg_namespace where nspname !~ '^pg_temp|^pg_toast' order by 1")


@pytest.fixture
def leaves_target(dst):
    """The target has a table of its own, and nothing there may change."""
    dst.run("create table public.mine as select 1 as a")
    before = untouched(dst)
    yield dst
    assert untouched(dst) == before
    assert dst.rows("select * from mine") == [(1,)]


@pytest.mark.parametrize("end", ["src", "dst"])
def test_wrong_password(dpone, copy, src, dst, leaves_target, postgres, end):
    role = f"r{src.name}"
    postgres_rows = src if end == "src" else dst
    src.run(f"create role {role} login password 'right'")
    try:
        dpone.connect(end, postgres_rows.url_as(role, "pa55-of-nobody"))
        run = refused(copy(), 1, "postgres.auth")
        assert f"connection: {end}" in run.err
    finally:
        src.run(f"drop role {role}")


@pytest.mark.parametrize("end", ["src", "dst"])
def test_closed_port(dpone, copy, leaves_target, end):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        dpone.connect(end, f"postgresql://me@127.0.0.1:{held.getsockname()[1]}/db")
        run = copy("--format", "json").expect(4)
    assert "code: postgres.connect" in run.err
    assert "next: " in run.err
    details = run.json["result"]["error_details"]
    assert [error["exit_code"] for error in details] == [4]
    assert details[0]["error_code"].startswith("postgres.connect")


def test_missing_database(dpone, copy, src, leaves_target):
    dpone.connect("src", src.server.url_of("no such database"))
    refused(copy(), 1, "postgres.no_database")


def test_missing_table_names_the_nearest(dpone, copy, src, dst, leaves_target):
    run = refused(dpone("copy", "--from", "src", "--to", "dst", "--table", "public.ordres"), 1, "postgres.no_relation")
    assert "orders" in run.err.partition("next:")[2]


def test_missing_column_names_the_nearest(copy, leaves_target):
    for option in ("--columns", "--exclude"):
        run = refused(copy(option, "id,nite"), 1, "source.no_column")
        assert '"note"' in run.err.partition("next:")[2]


def test_no_right_at_the_source(dpone, copy, src, dst):
    before = untouched(dst)
    role = f"r{src.name}"
    src.run(f"create role {role} login password 'pw-9fJ2'")
    try:
        dpone.connect("src", src.url_as(role, "pw-9fJ2"))
        run = refused(copy(), 1, "postgres.permission")
        # The statement that is told cures it.
        grant = run.err.partition("next: ")[2].splitlines()[0]
        assert grant.startswith("GRANT SELECT ON ")
        src.run(grant)
        assert untouched(dst) == before
        copy().expect(0)
    finally:
        src.run(f"drop owned by {role}")
        src.run(f"drop role {role}")


def test_no_right_at_the_target(dpone, copy, src, dst):
    role = f"r{dst.name}"
    dst.run("revoke create on schema public from public")
    dst.run(f"create role {role} login password 'pw-9fJ2'")
    before = untouched(dst)
    try:
        dpone.connect("dst", dst.url_as(role, "pw-9fJ2"))
        run = copy().expect(1)
        assert "GRANT" in run.err, run
        assert untouched(dst) == before
        dst.run(next(line for line in run.err.replace("next: ", "").splitlines() if "GRANT" in line))
        copy().expect(0)
    finally:
        dst.run(f"drop owned by {role}")
        dst.run(f"drop role {role}")


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("price numeric(50,1)", "numeric(12,2)"),
        ("price integer", "numeric(12,2)"),
        ("price bytea", "numeric(12,2)"),
        ("price date", "numeric(12,2)"),
    ],
)
def test_type_mismatch(copy, dst, target, source):
    dst.run(f"create table public.orders (id integer primary key, note text, {target})")
    dst.run("insert into orders (id) values (7)")
    before = untouched(dst)
    run = refused(copy("--adopt"), 1, "type.mismatch")
    assert source in run.err
    assert untouched(dst) == before
    assert dst.rows("select id from orders") == [(7,)]


def test_a_value_that_does_not_fit_names_row_and_column(copy, src, dst):
    src.run("update orders set price = 1.55 where id = 1")
    dst.run("create table public.orders (id integer primary key, note text, price numeric(12,1))")
    dst.run("insert into orders (id) values (7)")
    run = copy("--adopt").expect(1)
    assert "code: value.does_not_fit" in run.err
    assert "price" in run.err
    assert dst.rows("select id from orders") == [(7,)]


def test_money_of_another_currency_is_refused(dpone, src, dst):
    src.run("create table public.m (id int primary key, v money, a money[])")
    src.run("insert into m values (1, '1.50', '{2}')")
    dst.run(f'alter database {dst.name} set lc_monetary = "POSIX"')
    command = ("copy", "--from", "src", "--to", "dst", "--table", "public.m")
    before = untouched(dst)
    run = refused(dpone(*command), 1, "type.mismatch")
    assert "lc_monetary=POSIX" in run.err
    assert untouched(dst) == before
    dst.run("create table public.m (id int primary key, v money, a money[])")
    refused(dpone(*command), 1, "type.mismatch")
    refused(dpone(*command, "--exclude", "v", "--no-raw"), 1, "type.mismatch")
    dpone(*command, "--exclude", "v,a").expect(0)
    assert dst.rows("select id, v from m") == [(1, None)]


MANIFESTS = {
    "binary": b"\x00\x01\xff\xfe\x80\x7fELF",
    "not utf-8": b"name: \xff\xfe\n",
    "empty": b"",
    "too big": b"# " + b"x" * (4 << 20) + b"\nname: a\n",
    "deep": b"name: " + b"[" * 100 + b"]" * 100 + b"\n",
    "duplicate key": b"name: a\nname: b\n",
    "bomb": b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("k"))),
    "list": b"- a\n- b\n",
    "unclosed": b"name: 'a\n",
}  # fmt: skip


@pytest.mark.parametrize("command", ["run", "plan", "check", "cleanup"])
@pytest.mark.parametrize("content", MANIFESTS.values(), ids=MANIFESTS)
def test_bad_manifest(dpone, command, content):
    (dpone.folder / "m.yaml").write_bytes(content)
    run = dpone(command, "m.yaml", timeout=5).expect(2)
    assert "code: manifest." in run.err
    assert "m.yaml" in run.err
    assert "next: " in run.err
    assert run.out == ""
    assert len(run.err) < 3000
    assert [path.name for path in dpone.folder.iterdir()] == ["m.yaml"]


def test_a_folder_or_nothing_as_manifest(dpone):
    (dpone.folder / "folder").mkdir()
    for name in ("folder", "nothing.yaml", "/dev/null", ""):
        run = dpone("run", name).expect(2)
        assert "error: " in run.err
        assert "next: " in run.err


@pytest.mark.parametrize("url", ["mysql://h/d", "postgre://h/d", "http://x", "postgresql:///?nonsense=1", "postgresql://h:99999/d"])
def test_unknown_url(dpone, src, url):
    for args in (("--from", url, "--to", "src"), ("--from", "src", "--to", url)):
        run = dpone("copy", *args, "--table", "public.t", "--format", "json").expect(2)
        assert run.err.startswith("error: ")
        assert run.json["exit_code"] == 2
        assert run.json["schema_version"] == "dpone.error.v1"


def test_full_disk_for_the_state(copy, leaves_target, small_disk):
    mount = small_disk("4k")
    (mount / "filler").write_bytes(b"x" * 4096)
    run = copy("--state-dir", str(mount / "state")).expect(1)
    assert "No space left" in run.err
    assert "next: " in run.err


def test_read_only_folder_for_the_state(dpone, orders, dst, leaves_target):
    # Root may write anywhere, so /proc stands for a folder that nobody may write.
    run = dpone("copy", "--from", "src", "--to", "dst", "--table", "public.orders", "--state-dir", "/proc/dpone")
    run.expect(1)
    assert "/proc/dpone" in run.err
    assert "next: " in run.err
    (dpone.folder / "file").write_text("")
    run = dpone("copy", "--from", "src", "--to", "dst", "--table", "public.orders", "--state-dir", "file").expect(1)
    assert "next: " in run.err


NAMES = ['sem;i', 'qu"ote', "apo'strophe", "emo🦆ji", "dot.ted", "Mixed Case", "--", "$1", "{stage}", "select", "back\\slash", "new\nline", "a" * 63]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names_work_and_never_become_sql(dpone, src, dst, name):
    quoted = '"' + name.replace('"', '""') + '"'
    src.run(f"create table public.{quoted} ({quoted} integer primary key, other text, third text)".replace("%", "%%"))
    src.run(f"insert into public.{quoted} values (1, 'x', 'y')")
    dpone("copy", "--from", "src", "--to", "dst", "--table", f"public.{quoted}", "--columns", f"{quoted},other").expect(0)
    assert dst.rows(f"select * from public.{quoted}") == [(1, "x")]
    # again: exchange carries the names
    dpone("copy", "--from", "src", "--to", "dst", "--table", f"public.{quoted}", "--columns", f"{quoted},other", "--no-raw").expect(0)
    assert dst.rows(f"select * from public.{quoted}") == [(1, "x")]


@pytest.mark.parametrize("name", ["public.a; drop table mine", "public.a\" ; drop table mine --", "a.b.c.d", "", ".", "public.", '"'])
def test_table_names_that_are_none(dpone, src, leaves_target, name):
    run = dpone("copy", "--from", "src", "--to", "dst", "--table", name)
    assert run.code in (1, 2), run
    assert "next: " in run.err


@pytest.mark.parametrize("connection", ["a;b", "ü", "🦆", "a b", 'q"', "$(id)", ""])
def test_connection_ids_that_are_none(dpone, src, connection):
    run = dpone("copy", "--from", connection, "--to", "src", "--table", "public.t").expect(2)
    assert "next: " in run.err


@pytest.mark.parametrize(
    "where",
    [
        "true) TO PROGRAM 'touch x' --",
        "true; drop table mine",
        "true) TO STDOUT; drop table orders; --",
        "id = (select",
        "no_such_column = 1",
        "true union all select 1, 'x', 2",
        "'unclosed",
        "true /*",
        "id = $1",
        "true -- ",
    ],
)
def test_a_condition_stays_one(copy, src, leaves_target, where):
    run = copy("--where", where)
    if where == "true -- ":
        assert run.code in (0, 1)
        assert src.value("select count(*) from orders") == 3
        if run.code == 0:
            leaves_target.run("drop table orders, __dpone__loads")
        return
    run.expect(1)
    assert "where" in run.err
    assert "next: " in run.err
    assert src.value("select count(*) from orders") == 3


@pytest.mark.parametrize(
    "query",
    [
        "drop table public.orders",
        "select 1 as a; drop table public.orders",
        "delete from public.orders returning *",
        "with x as (delete from public.orders returning *) select * from x",
        "copy public.orders to program 'touch x'",
        "select 1 as a) TO PROGRAM 'touch x' --",
        "select * from no_such_table",
        "select $1 as a",
        "select 1 as a, 2 as a",
        "select * into public.copied from public.orders",
        "select 1 as a for",
        "explain select 1",
        "show all",
        "select row(1, 2) as r",
        "select xmin, id from public.orders",
    ],
)
def test_a_query_only_reads(dpone, orders, leaves_target, query):
    dpone.write("m.yaml", full_refresh("public.orders", query=query))
    run = dpone("run", "m.yaml").expect(1)
    assert "next: " in run.err, run
    assert orders.value("select count(*) from orders") == 3
    assert orders.value("select to_regclass('public.copied')::text") is None


def test_errors_of_json_format_stand_on_both(dpone, copy, leaves_target):
    run = copy("--where", "nope = 1", "--format", "json").expect(1)
    detail = run.json["result"]["error_details"][0]
    assert detail["error_code"] == "postgres.no_column" or detail["error_code"].startswith("postgres.")
    assert f"code: {detail['error_code']}" in run.err
    assert run.json["exit_code"] == 1
    assert run.json["passed"] is False


@pytest.mark.parametrize("spelling", ["id", "url", "default schema"])
def test_a_table_is_not_copied_onto_itself(dpone, orders, spelling):
    target = {"id": "src", "url": orders.url, "default schema": "src"}[spelling]
    table = "orders" if spelling == "default schema" else "public.orders"
    args = ("copy", "--from", "src", "--to", target, "--table", "public.orders", "--to-table", table, "--where", "id = 1", "--adopt")
    refused(dpone(*args), 2, "route.same_table")
    document = full_refresh(sink={"connection_id": "src"})
    dpone.write("m.yaml", document)
    for command in ("check", "plan", "run"):
        refused(dpone(command, "m.yaml"), 2, "route.same_table")
    assert orders.value("select count(*) from orders") == 3
    dpone("copy", "--from", "src", "--to", target, "--table", "orders", "--to-table", "public.orders2").expect(0)


def test_a_path_that_is_no_manifest_is_not_to_be_corrected(dpone):
    (dpone.folder / "folder").mkdir()
    for name, slug in (("nothing.yaml", "file.not_found"), ("folder", "file.is_directory")):
        run = refused(dpone("run", name), 2, slug)
        assert "give the path of a manifest" in run.err


def test_a_column_named_twice(dpone, copy, leaves_target):
    run = refused(copy("--columns", "id,note,id"), 2, "option.invalid")
    assert '"id"' in run.err


def test_a_host_that_no_resolver_knows_may_be_tried_again(dpone, src):
    dpone.connect("src", "postgresql://me@no-such-host.invalid/db")
    refused(dpone("connections", "test", "src"), 4, "postgres.connection")
    refused(dpone("connections", "test", "./a"), 2, "connections.not_a_connection")


def test_a_folder_as_an_end_names_the_pattern_of_its_files(dpone, dst):
    (dpone.folder / "in").mkdir()
    (dpone.folder / "in/a.csv").write_text("id\n1\n")
    for end in ("./in", "in"):
        run = refused(dpone("copy", "--from", end, "--to", "dst", "--to-table", "t"), 2, "file.is_directory")
        assert "in/*.csv'" in run.err


def test_a_connection_with_the_name_of_a_folder_is_a_connection(dpone, copy, dst):
    (dpone.folder / "src").mkdir()
    copy().expect(0)


def test_a_full_folder_of_temporary_files_is_named_and_not_the_targets_disk(dpone, small_disk):
    mount = small_disk("64k")
    with contextlib.closing(sqlite3.connect(dpone.folder / "s.db")) as database, database:
        database.execute("create table t (id integer primary key, v text)")
        database.executemany("insert into t values (?, ?)", ((n, f"{n * 7919 % 100003:0200d}") for n in range(60_000)))
        database.execute("create view sorted as select * from t order by v")
    copy = ("copy", "--from", "s.db", "--table", "sorted", "--to", "t.csv", "-q")
    run = refused(dpone(*copy, env={"SQLITE_TMPDIR": str(mount)}), 1, "sqlite.temporary_full")
    assert f"folder: {mount}" in run.err
    dpone(*copy).expect(0)
