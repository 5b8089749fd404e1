"""Files that cannot be read or written: each says what is wrong, and the target stays as it was."""

import os
import resource
import shutil
import signal
import subprocess
import tempfile

import pytest

from harness.program import Dpone
from harness.sqlite_file import File

ROWS = "create table orders (id integer primary key, state text); insert into orders values (1, 'a'), (2, 'b')"
COPY = ("copy", "--from", "source.db", "--to", "target.db", "--table", "orders")


def test_a_source_that_is_not_there(dpone, target):
    assert "sqlite.no_database" in dpone(*COPY).expect(1).err
    assert not target.path.exists()


def test_a_table_that_is_not_there_names_the_nearest(dpone, source):
    source.run(ROWS)
    run = dpone("copy", "--from", "source.db", "--to", "target.db", "--table", "order").expect(1)
    assert "sqlite.no_relation" in run.err and 'did you mean "orders"?' in run.err


@pytest.mark.parametrize("end", ["source", "target"])
def test_a_file_that_is_no_database(end, dpone, source, target):
    source.run(ROWS)
    (source if end == "source" else target).path.write_text("id,state\n" * 1000)
    run = dpone(*COPY).expect(1)
    assert "sqlite.not_a_database" in run.err and f"{end}.db" in run.err


@pytest.mark.parametrize("end", ["source", "target"])
def test_a_folder(end, dpone, source, target):
    source.run(ROWS)
    file = source if end == "source" else target
    file.path.unlink(missing_ok=True)
    file.path.mkdir()
    assert "sqlite.is_directory" in dpone(*COPY).expect(1).err


def test_a_target_in_a_folder_that_is_not_there(dpone, source):
    source.run(ROWS)
    run = dpone("copy", "--from", "source.db", "--to", "no/where.db", "--table", "orders").expect(1)
    assert "sqlite.cannot_open" in run.err


def test_a_damaged_source_ends_the_run_and_leaves_the_target(dpone, source, target):
    source.run("create table orders (id integer primary key, state text)")
    with source.open() as connection:
        connection.execute("begin")
        connection.executemany("insert into orders values (?, ?)", [(n, "x" * 200) for n in range(5000)])
        connection.execute("commit")
    dpone(*COPY, "-q").expect(0)
    with open(source.path, "r+b") as file:
        file.seek(4096 * 30)
        file.write(b"\xff" * 4096 * 20)
    assert "sqlite.corrupt" in dpone(*COPY).expect(1).err
    assert target.value("select count(*) from orders") == 5000
    assert target.leftovers() == []


@pytest.mark.parametrize("end", ["source", "target"])
def test_a_file_that_another_program_holds(end, dpone, source, target):
    source.run(ROWS)
    dpone(*COPY, "-q").expect(0)
    env = {}
    for name in ("source", "target"):
        env[f"DPONE_CONN_{name.upper()}_PATH"] = f"{name}.db"
        env[f"DPONE_CONN_{name.upper()}_BUSY_TIMEOUT"] = "200ms"
    with (source if end == "source" else target).open() as other:
        other.execute("begin exclusive")
        run = dpone("copy", "--from", "source", "--to", "target", "--table", "orders", env=env).expect(4)
        assert "sqlite.busy" in run.err
        other.execute("rollback")
    assert target.value("select count(*) from orders") == 2


def test_a_busy_file_is_waited_for(dpone, source, target):
    source.run(ROWS)
    dpone(*COPY, "-q").expect(0)
    source.run("insert into orders values (3, 'c')")
    with target.open() as other:
        other.execute("begin immediate")
        run = dpone.start(*COPY, "-q")
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(1)
        other.execute("rollback")
        assert run.wait(20) == 0
    assert target.value("select count(*) from orders") == 3


def test_an_interrupt_ends_the_wait_for_a_busy_file(dpone, source, target):
    source.run(ROWS)
    dpone(*COPY, "-q").expect(0)
    with target.open() as other:
        other.execute("begin immediate")
        run = dpone.start(*COPY, "-q")
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(1)
        run.send_signal(signal.SIGINT)
        assert run.wait(5) == 130


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_target_that_may_not_be_written(what):
    folder = tempfile.mkdtemp()
    try:
        os.chmod(folder, 0o755)
        dpone = Dpone(folder)
        File(dpone.folder / "source.db").run(ROWS)
        target = File(dpone.folder / "target.db")
        target.run("create table other (n)")
        os.mkdir(dpone.folder / "state")
        os.chmod(dpone.folder / "state", 0o777)
        os.chmod(target.path, 0o444 if what == "file" else 0o666)
        os.chmod(folder, 0o755 if what == "folder" else 0o777)
        # Root may write anything.
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        if what == "folder" and not other:
            os.chmod(folder, 0o555)
        run = dpone.start(*COPY, "--state-dir", "state", **other)
        _, err = run.communicate(timeout=60)
        assert run.returncode == 1, err
        slugs = ("sqlite.read_only", "sqlite.cannot_open", "sqlite.permission", "file.io")
        assert any(slug in err for slug in slugs), err
        assert target.rows("select name from sqlite_master") == [("other",)]
    finally:
        os.chmod(folder, 0o755)
        shutil.rmtree(folder)


@pytest.mark.parametrize("method", ["create", "exchange"])
def test_a_full_disk_leaves_the_target_as_it_was(method, dpone, source, target):
    source.run("create table orders (id integer primary key, state text)")
    if method == "exchange":
        dpone(*COPY, "-q", "--adopt").expect(0)
    with source.open() as connection:
        connection.execute("begin")
        connection.executemany("insert into orders values (?, ?)", [(n, "x" * 1000) for n in range(20000)])
        connection.execute("commit")

    # The nearest to a full disk that needs no disk: a limit on the size of every file.
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20))

    run = dpone.start(*COPY, preexec_fn=limit)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 1, err
    assert "sqlite.disk_full" in err or "sqlite.io" in err
    if method == "exchange":
        assert target.value("select count(*) from orders") == 0
    assert target.leftovers() == []
    dpone(*COPY, "-q").expect(0)
    assert target.value("select count(*) from orders") == 20000


def test_connections_test_says_what_answers(dpone, source):
    source.run(ROWS)
    run = dpone("connections", "test", "here", env={"DPONE_CONN_HERE_PATH": "source.db", "DPONE_CONN_HERE_TYPE": "sqlite"})
    if run.code != 0:
        run = dpone("connections", "test", "sqlite:source.db")
    assert "SQLite 3." in run.expect(0).out and "journal mode delete" in run.out


def test_connections_discover_lists_tables_and_views(dpone, source, target, manifest):
    source.run("create table orders (id integer primary key); insert into orders values (1), (2); create view v as select 1; create table sqliteish (n) ")
    dpone("run", manifest("orders"), "-q").expect(0)
    found = dpone("connections", "discover", "target.db", "--format", "json").expect(0).json["relations"]
    assert [(one["name"], one["kind"], one["estimated_rows"]) for one in found] == [("orders", "table", 2)], "nothing of dpone's own"
    found = dpone("connections", "discover", "source.db", "--like", "%O%E%", "--format", "json").expect(0).json["relations"]
    assert [one["name"] for one in found] == ["orders"]
    assert "orders" in dpone("connections", "discover", "source.db").expect(0).out
    assert "capability.schema" in dpone("connections", "discover", "source.db", "--schema", "main").expect(2).err
