"""The name of a copy's process, and what reconcile and cleanup say about a copy, given its own arguments."""

import contextlib
import re
import shlex
import signal
import subprocess
import urllib.parse

import pytest
import yaml

from cli.conftest import refused
from harness.held import eventually, held, leftovers, sessions
from harness.program import binary
from harness.proxy import Proxy


def name_of(dpone, source, target, table="orders", *options):
    run = dpone("copy", "--from", source, "--to", target, "--table", table, *options, "--print-manifest").expect(0)
    return yaml.safe_load(run.out)["name"]


def test_one_place_has_one_name_however_it_is_spelled(dpone):
    target = "postgresql://t/db"
    name = name_of(dpone, "postgresql://h/db", target)
    assert re.fullmatch("copy_orders_[0-9a-f]{8}", name)
    for url in ("postgresql://h:5432/db", "postgres://me:pa55-of-nobody@H/db?sslmode=require", "postgresql://h./db", "postgresql://db@h"):
        assert name_of(dpone, url, target) == name, url
        assert name_of(dpone, target, url) == name_of(dpone, target, "postgresql://h/db"), url
    assert name_of(dpone, "postgresql://h/db", target, "public.orders") == name
    assert name_of(dpone, "postgresql://h/db", target, '"orders"', "--to-table", "public.orders") == name
    dpone.connect("by_id", "postgresql://me@h:5432/db")
    assert name_of(dpone, "by_id", target) == name
    dpone.env |= {"DPONE_CONN_PARTS_HOST": "H", "DPONE_CONN_PARTS_DATABASE": "db", "DPONE_CONN_PARTS_USERNAME": "me"}
    assert name_of(dpone, "parts", target) == name


def test_another_place_has_another_name(dpone):
    target = "postgresql://t/db"
    names = [name_of(dpone, url, target) for url in ("postgresql://h/db", "postgresql://h/DB", "postgresql://h:5433/db", "postgresql://i/db",
                                                     "postgresql://h/db?schema=raw", "postgresql:///db?service=h")]  # fmt: skip
    names += [name_of(dpone, "postgresql://h/db", target, table) for table in ("raw.orders", "Orders")][1:]
    names.append(name_of(dpone, "postgresql://h/db", target, "orders", "--to-table", "raw.orders"))
    assert len(set(names)) == len(names)
    assert name_of(dpone, "postgresql://h/db?schema=raw", target) == name_of(dpone, "postgresql://h/db", target, "raw.orders", "--to-table", "orders")


def paste(dpone, line):
    """Runs a line of a message by a shell, as a person would."""
    program, _, rest = line.strip().partition(" ")
    assert program == "dpone"
    return subprocess.run(["sh", "-c", f"{shlex.quote(str(binary()))} {rest}"], cwd=dpone.folder, env=dpone.env, capture_output=True, text=True)


def advice(err, command):
    (line,) = [line for line in err.splitlines() if line.strip().startswith(f"dpone {command} ")]
    return line


TABLE = """public."it's an Order" """.strip()


@pytest.fixture
def odd(src):
    src.run(f"create table {TABLE} (id int primary key)")
    src.run(f"insert into {TABLE} select generate_series(1, 20)")


def without_password(dpone, database):
    """A URL that needs none here: the password lies in a file."""
    parts = urllib.parse.urlsplit(database.url)
    passfile = dpone.folder / ".pgpass"
    passfile.write_text(f"*:*:*:{parts.username}:{parts.password}\n")
    passfile.chmod(0o600)
    return f"postgresql://{parts.username}@{parts.hostname}:{parts.port}{parts.path}?application_name=dpone"


def test_the_cleanup_that_a_stopped_copy_names_drops_its_stage(dpone, odd, src, dst):
    args = ("copy", "--from", without_password(dpone, src), "--to", "dst", "--table", TABLE)
    with held(dpone, *args, at="stage.created") as run:
        run.signal(signal.SIGINT)
        run.signal(signal.SIGTERM)
        run.resume()
        ended = run.end().expect(130)
    eventually(lambda: sessions(dst) == 0, "the end of the copy's sessions")
    line = advice(ended.err, "cleanup")
    assert paste(dpone, line).returncode == 0
    assert leftovers(dst) == []


def test_cleanup_and_reconcile_take_the_arguments_of_a_killed_copy(dpone, odd, src, dst):
    args = ("--from", "src", "--to", "dst", "--table", TABLE, "--to-table", "public.other")
    dpone("copy", *args, "--run-id", "killed", env={"DPONE_FAULT": "stage.committed=kill"}).expect(-signal.SIGKILL)
    eventually(lambda: sessions(dst) == 0, "the end of the copy's sessions")
    assert leftovers(dst)
    assert "published nothing" in dpone("reconcile", *args, "--run-id", "killed").expect(4).out
    assert len(dpone("cleanup", *args, "--dry-run", "--format", "json").expect(0).json["leftovers"]) == 1
    dpone("cleanup", *args).expect(0)
    assert leftovers(dst) == []
    dpone("copy", *args, "--run-id", "again").expect(0)
    assert "20 rows" in dpone("reconcile", *args, "--run-id", "again").expect(0).out
    # Another target is another process, which knows nothing of this run.
    dpone("reconcile", *args[:-1], "public.third", "--run-id", "again").expect(4)


def test_the_reconcile_that_an_unknown_outcome_names_settles_it(dpone, odd, src, dst):
    printed = dpone("copy", "--from", "src", "--to", "dst", "--table", TABLE, "--print-manifest").expect(0).out
    dpone.write("my manifest.yaml", printed + "runtime: {settle_wait: 1s}\n")
    with contextlib.closing(Proxy(dst.url, "after", refuse_after_cut=True)) as proxy:
        dpone.connect("dst", proxy.url)
        line = advice(dpone("run", "my manifest.yaml").expect(5).err, "reconcile")
        assert paste(dpone, line).returncode == 4  # nobody answers
        proxy.is_refusing = False
        settled = paste(dpone, line)
        assert settled.returncode == 0, settled.stderr
        assert "was published" in settled.stdout


def test_a_password_is_not_repeated_in_advice(dpone, odd, src, dst):
    with held(dpone, "copy", "--from", src.url, "--to", dst.url, "--table", TABLE, at="stage.created") as run:
        run.signal(signal.SIGINT)
        run.signal(signal.SIGTERM)
        run.resume()
        line = advice(run.end().expect(130).err, "cleanup")
    assert line.count(":***@") == 2
    assert urllib.parse.urlsplit(src.url).password not in line


def test_a_manifest_or_the_arguments_of_a_copy(dpone):
    dpone.connect("src", "postgresql://me@127.0.0.1:1/db")
    for command in (("cleanup",), ("reconcile", "--run-id", "x")):
        run = refused(dpone(*command), 2, "usage.missing_argument")
        assert "MANIFEST" in run.err
        assert "--from, --to" in run.err
        refused(dpone(*command, "--from", "src", "--to", "src"), 2, "usage.missing_option")
        refused(dpone(*command, "m.yaml", "--table", "x"), 2, "usage.exclusive")
