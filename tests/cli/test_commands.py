"""What each command prints, reads and writes."""

import fcntl
import json
import os
import pathlib
import pty
import re
import signal
import stat
import struct
import termios

import pytest
import yaml

from cli.conftest import refused
from harness.held import leftovers
from harness.manifest import full_refresh

GOLDEN = pathlib.Path(__file__).parent / "golden"
COMMANDS = ["init", "run", "plan", "copy", "check", "doctor", "reconcile", "cleanup", "connections list",
            "connections test", "connections discover", "schema print", "schema manifest", "completion",
            "state inspect", "state reset", "state export", "version"]  # fmt: skip


@pytest.fixture
def manifest(dpone, orders, dst):
    return dpone.write("orders.yaml", full_refresh())


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_as_recorded(dpone, command):
    """DPONE_UPDATE_GOLDEN=1 writes the files anew."""
    out = dpone(*command.split(), "--help").expect(0).out
    path = GOLDEN / f"help-{command.replace(' ', '-') or 'dpone'}.txt"
    if os.environ.get("DPONE_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(out)
    assert out == path.read_text()
    assert max(map(len, out.splitlines())) <= 100


def test_plan_is_the_same_byte_for_byte_reads_no_rows_and_writes_nothing(dpone, manifest, orders, dst):
    orders.run("create function public.boom(int) returns int language plpgsql as $$begin raise 'a row was read'; end$$")
    orders.run("create view public.v as select boom(id) as id from public.orders")
    dpone.write("v.yaml", full_refresh("public.v"))
    refused_run = dpone("run", "v.yaml").expect(1)
    assert "a row was read" in refused_run.err  # so the view does tell
    dst.run("drop table if exists __dpone__loads")
    before = dst.value("select count(*) from pg_class")
    texts = [dpone("plan", "v.yaml").expect(0).out for _ in range(2)]
    assert texts[0] == texts[1]
    documents = [dpone("plan", "v.yaml", "--format", "json").expect(0) for _ in range(2)]
    assert documents[0].out == documents[1].out
    assert documents[0].json["schema_version"] == "dpone.plan.v1"
    assert documents[0].json["plan_hash"] in texts[0]
    assert dst.value("select count(*) from pg_class") == before
    orders.run("alter table orders add extra int")
    orders.run("create or replace view public.v as select boom(id) as id, note from public.orders")
    assert dpone("plan", "v.yaml").expect(0).out != texts[0]


def test_a_plan_shows_what_a_run_sends(dpone, manifest):
    sql = [entry["sql"] for entry in dpone("plan", manifest, "--format", "json").expect(0).json["statements"]]
    assert any(text.startswith("COPY ") and "TO STDOUT (FORMAT binary" in text for text in sql)
    assert any(text.startswith("COPY ") and "FROM STDIN" in text for text in sql)
    assert any('INSERT INTO "public"."__dpone__loads"' in text for text in sql)


REPORT_KEYS = set(
    "schema_version manifest process selector run_id passed result attempts max_attempts exit_code source target method"
    " version is_published is_repeated is_unchanged is_raw receipt cursor_after position manifest_hash plan_hash ledger_head notes warnings started_at"
    " finished_at".split()
)
RESULT_KEYS = set(
    "status extracted_rows inserted_rows updated_rows deleted_rows superseded_rows final_rows duration_seconds phases errors error_code error_details"
    " quality_gates run_throughput".split()
)


def test_run_reports_on_stdout_and_in_the_file(dpone, manifest, dst):
    run = dpone("run", manifest, "--format", "json").expect(0)
    report = run.json
    assert set(report) == REPORT_KEYS
    assert set(report["result"]) == RESULT_KEYS
    file = dpone.folder / ".dpone/runs" / report["run_id"] / "run.json"
    assert json.loads(file.read_text()) == report
    assert (report["passed"], report["exit_code"], report["method"], report["version"]) == (True, 0, "create", 1)
    assert report["result"]["inserted_rows"] == 3
    assert dst.value("select run_id from __dpone__loads") == report["run_id"]
    ignored = dpone.folder / ".dpone/.gitignore"
    assert ignored.read_text().strip() == "*"


def test_a_failed_run_leaves_a_report_too(dpone, manifest, orders):
    orders.run("drop table orders")
    run = dpone("run", manifest, "--format", "json").expect(1)
    report = run.json
    assert set(report) == REPORT_KEYS
    assert (report["passed"], report["exit_code"], report["is_published"]) == (False, 1, False)
    assert (report["method"], report["version"], report["receipt"]) == (None, None, None)
    detail = report["result"]["error_details"][0]
    assert detail["schema_version"] == "dpone.error.v1"
    assert detail["next_step"]
    assert json.loads((dpone.folder / ".dpone/runs" / report["run_id"] / "run.json").read_text()) == report


def test_summary(dpone, manifest):
    out = dpone("run", manifest).expect(0).out
    assert re.search(r"read +3 rows", out)
    assert "public.orders of dst" in out
    path = re.search(r"report +(\S+)", out)[1]
    assert (dpone.folder / path).exists()


def test_quiet_prints_nothing(dpone, manifest):
    for command in (("run", manifest), ("copy", "--from", "src", "--to", "dst", "--table", "public.orders", "--adopt"),
                    ("check", manifest)):  # fmt: skip
        run = dpone(*command, "-q").expect(0)
        assert (run.out, run.err) == ("", "")


def test_no_control_sequences_off_a_terminal(dpone, manifest):
    run = dpone("run", manifest, "-v", env={"NO_COLOR": "", "TERM": "xterm"}).expect(0)
    assert "\x1b" not in run.out + run.err
    assert "DEBUG" in run.err
    assert "variables read: DPONE_CONN_SRC_URL, DPONE_CONN_DST_URL" in run.err
    assert "DEBUG" not in dpone("run", manifest).expect(0).err


def on_terminal(dpone, *args, env, columns=80):
    """What the program prints on a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = dpone.start(*args, env=env, stdout=theirs, stderr=theirs, text=False)
    os.close(theirs)
    out = b""
    while True:
        try:
            block = os.read(ours, 4096)
        except OSError:
            break
        if not block:
            break
        out += block
    os.close(ours)
    return process.wait(), out.decode()


def test_live_view_on_a_terminal(dpone, manifest, orders):
    orders.run("create view public.slow as select i, pg_sleep(0.01)::text from generate_series(1, 60) i")
    dpone.write("slow.yaml", full_refresh("public.slow", name="slow"))
    code, out = on_terminal(dpone, "run", "slow.yaml", env={"TERM": "xterm"})
    assert code == 0
    assert "\r\x1b[K" in out
    assert "load" in out
    assert "60 rows" in out


def test_live_view_tells_what_is_to_come(dpone, manifest, orders):
    orders.run("create table public.many as select i, repeat('x', 1000) as pad from generate_series(1, 400000) i")
    orders.run("analyze public.many")
    code, out = on_terminal(dpone, "copy", "--from", "src", "--to", "dst", "--table", "many", env={"TERM": "xterm"}, columns=120)
    assert code == 0
    assert re.search(r"load  [\d,]+ of about 400,000 rows  [\d,]+ rows/s  [\d.]+ MiB  about \d+ s left", out)
    code, out = on_terminal(dpone, "copy", "--from", "src", "--to", "dst", "--table", "many", "--where", "i < 300000", env={"TERM": "xterm"})
    assert (code, "of about" in out) == (0, False)


def test_live_view_keeps_to_its_line(dpone, manifest, orders):
    orders.run("create view public.slow as select i, pg_sleep(0.01)::text from generate_series(1, 60) i")
    dpone.write("slow.yaml", full_refresh("public.slow", name="slow"))
    code, out = on_terminal(dpone, "run", "slow.yaml", "-v", env={"TERM": "xterm"}, columns=20)
    assert code == 0
    drawn = [text.partition("\r")[0] for text in out.split("\r\x1b[K")]
    live = [text for text in drawn if text.startswith("load")]
    assert live
    assert max(map(len, live)) <= 19
    # A log line begins where the live line was.
    assert not re.search(r"[^\n\rK]\d{4}-\d\d-\d\dT\S+ (DEBUG|INFO|WARNING)", out)
    code, out = on_terminal(dpone, "run", "slow.yaml", env={"TERM": "dumb"})
    assert (code, "\x1b" in out) == (0, False)


@pytest.mark.parametrize(("env", "is_colored"), [({"NO_COLOR": "", "TERM": "xterm"}, True), ({"TERM": "xterm"}, False),
                                                 ({"NO_COLOR": "", "TERM": "dumb"}, False)])  # fmt: skip
def test_color(dpone, env, is_colored):
    code, out = on_terminal(dpone, "run", "nothing.yaml", env=env)
    assert code == 2
    assert ("\x1b[1;31m" in out) == is_colored


def test_copy_options(dpone, orders, dst):
    base = ("copy", "--from", "src", "--to", "dst", "--table", "public.orders")
    dpone(*base, "--to-table", "other.Renamed", "--where", "id > 1", "--columns", "id,note").expect(0)
    assert dst.rows('select * from other."Renamed" order by id') == [(2, None), (3, "")]
    dpone(*base, "--to-table", "public.less", "--exclude", "note", "--limit", "2").expect(0)
    assert dst.value("select count(*) from less") == 2
    assert dst.rows("select attname from pg_attribute where attrelid = 'less'::regclass and attnum > 0") == [("id",), ("price",)]
    refused(dpone(*base, "--columns", "id", "--exclude", "note"), 2, "usage.exclusive")
    assert dpone(*base, "--limit", "x").expect(2).out == ""
    assert dpone(*base, "--overwrite-type", "exchnge").expect(2).err.count("exchange") >= 1


@pytest.mark.parametrize("method", ["exchange", "truncate_insert", "delete_insert"])
def test_overwrite_type_is_used(dpone, orders, dst, method):
    base = ("copy", "--from", "src", "--to", "dst", "--table", "public.orders", "--format", "json")
    assert dpone(*base).expect(0).json["method"] == "create"
    report = dpone(*base, "--overwrite-type", method).expect(0).json
    assert (report["method"], report["version"]) == (method, 2)
    assert dst.value("select count(*) from orders") == 3


def test_adopt_and_empty_source(dpone, orders, dst):
    base = ("copy", "--from", "src", "--to", "dst", "--table", "public.orders")
    dst.run("create table public.orders (id integer primary key, note text, price numeric(12,2))")
    dst.run("insert into orders values (9, 'mine', 0)")
    refused(dpone(*base), 3, "target.not_ours")
    assert dst.value("select id from orders") == 9
    dpone(*base, "--adopt").expect(0)
    orders.run("delete from orders")
    refused(dpone(*base), 3, "guard.empty_source")
    assert dst.value("select count(*) from orders") == 3
    dpone(*base, "--allow-empty-source").expect(0)
    assert dst.value("select count(*) from orders") == 0


def test_a_printed_manifest_is_the_same_process(dpone, orders, dst):
    base = ("copy", "--from", "src", "--to", "dst", "--table", "public.orders", "--where", "id < 3")
    first = dpone(*base, "--format", "json").expect(0).json
    printed = dpone(*base, "--print-manifest").expect(0)
    path = dpone.write("printed.yaml", printed.out)
    document = yaml.safe_load(printed.out)
    assert document["name"] == first["process"]
    assert document["source"]["connection_type"] == "env"
    dpone("check", path).expect(0)
    plan = dpone("plan", path, "--format", "json").expect(0).json
    assert plan["expected_version"] == 2
    second = dpone("run", path, "--format", "json").expect(0).json
    assert (second["version"], second["process"]) == (2, first["process"])
    assert dst.value("select count(*) from orders") == 2


def test_urls_with_a_password_warn_and_never_print_it(dpone, orders, dst):
    base = ("copy", "--from", orders.url, "--to", dst.url, "--table", "public.orders")
    run = dpone(*base).expect(0)
    assert run.err.count("warning: ") == 2
    assert "DPONE_CONN_" in run.err
    assert ".pgpass" in run.err
    printed = dpone(*base, "--print-manifest").expect(0).out
    assert "connection_type: env" in printed
    assert "postgresql://" not in printed


def test_run_id_again_is_reported_not_run(dpone, manifest, orders):
    first = dpone("run", manifest, "--run-id", "mine-1", "--format", "json").expect(0).json
    evidence = (dpone.folder / ".dpone/runs/mine-1/run.json").read_bytes()
    orders.run("insert into orders values (4)")
    again = dpone("run", manifest, "--run-id", "mine-1", "--format", "json").expect(0).json
    assert again["is_repeated"]
    assert again["receipt"] == first["receipt"]
    other = dpone.write("other.yaml", full_refresh(source={"options": {"where": "id = 1"}}))
    refused(dpone("run", other, "--run-id", "mine-1"), 3, "run_id.reused")
    assert (dpone.folder / ".dpone/runs/mine-1/run.json").read_bytes() == evidence
    assert sorted(path.name for path in (dpone.folder / ".dpone/runs/mine-1").iterdir()) == ["run.2.json", "run.json"]
    for bad in ("../x", "a b", "", "x" * 300):
        assert dpone("run", manifest, "--run-id", bad).expect(2).out == ""


def test_reconcile(dpone, manifest):
    dpone("run", manifest, "--run-id", "mine-1").expect(0)
    there = dpone("reconcile", manifest, "--run-id", "mine-1", "--format", "json").expect(0).json
    assert (there["schema_version"], there["outcome"]) == ("dpone.reconcile.v1", "committed")
    assert there["receipt"]["rows_loaded"] == 3
    assert "3 rows" in dpone("reconcile", manifest, "--run-id", "mine-1").expect(0).out
    absent = dpone("reconcile", manifest, "--run-id", "mine-2", "--format", "json").expect(4).json
    assert (absent["outcome"], absent["receipt"]) == ("absent", None)
    assert "--run-id" in dpone("reconcile", manifest).expect(2).err


def test_cleanup_drops_what_dead_runs_left(dpone, manifest, dst):
    dpone("run", manifest, env={"DPONE_FAULT": "stage.committed=kill"}).expect(-signal.SIGKILL)
    listed = dpone("cleanup", manifest, "--dry-run", "--format", "json").expect(0).json
    assert listed["schema_version"].startswith("dpone.cleanup.")
    (left,) = listed["leftovers"]
    assert left["name"].replace('"', "").removeprefix("public.") in leftovers(dst)
    dpone("cleanup", manifest).expect(0)
    assert leftovers(dst) == []


def test_check_names_every_missing_variable(dpone):
    path = dpone.write("orders.yaml", full_refresh())
    run = refused(dpone("check", path), 2, "connection.missing_variables")
    message, _, next_step = run.err.partition("next: ")
    for connection in ("SRC", "DST"):
        for field in ("HOST", "DATABASE", "USERNAME"):
            assert f"DPONE_CONN_{connection}_{field}" in message
        assert f"DPONE_CONN_{connection}_URL" in next_step
    copy = refused(dpone("copy", "--from", "src", "--to", "dst", "--table", "t"), 2, "connection.missing_variables")
    assert copy.err == run.err
    one = refused(dpone("copy", "--from", "src", "--to", "src", "--table", "t"), 2, "connection.missing_variables")
    assert one.err.count("DPONE_CONN_SRC_HOST") == 1
    dpone.connect("src", "postgresql://me@h/d")
    dpone.connect("dst", "postgresql://me@h/other")
    passed = dpone("check", path, "--format", "json").expect(0).json
    assert (passed["schema_version"], passed["passed"], passed["process"]) == ("dpone.check.v1", True, "orders")
    assert passed["variables_read"] == ["DPONE_CONN_SRC_URL", "DPONE_CONN_DST_URL"]


def test_connections_test(dpone, src):
    assert "16" in dpone("connections", "test", "src").expect(0).out
    answer = dpone("connections", "test", "src", "--format", "json").expect(0).json
    assert answer["schema_version"].startswith("dpone.connection")
    dpone.connect("bad", "postgresql://me@127.0.0.1:1/db")
    assert "next: " in dpone("connections", "test", "bad").expect(4).err
    assert dpone("connections", "test", "unknown").expect(2).out == ""


def fields(database):
    parts = re.fullmatch(r"postgresql://(.*):(.*)@(.*):(\d+)/(.*)", database.url)
    return dict(zip(("username", "password", "host", "port", "database"), parts.groups()))


def test_connection_by_fields_service_and_pgpass(dpone, src):
    parts = fields(src)
    for name, value in parts.items():
        dpone.env[f"DPONE_CONN_BY_FIELDS_{name.upper()}"] = value
    dpone("connections", "test", "by_fields").expect(0)

    line = ":".join([parts["host"], parts["port"], parts["database"], parts["username"], parts["password"]])
    passfile = dpone.write(".pgpass", line + "\n")
    passfile.chmod(stat.S_IRUSR | stat.S_IWUSR)
    bare = src.url.replace(":" + parts["password"] + "@", "@")
    dpone.connect("bare", bare)
    dpone("connections", "test", "bare").expect(0)

    service = dpone.write("services", f"[mine]\nhost={parts['host']}\nport={parts['port']}\ndbname={parts['database']}\nuser={parts['username']}\n")
    dpone.env["PGSERVICEFILE"] = str(service)
    dpone.env["DPONE_CONN_SERVED_SERVICE"] = "mine"
    dpone("connections", "test", "served").expect(0)
    dpone("connections", "test", "postgresql:///?service=mine").expect(0)

    passfile.unlink()
    run = dpone("connections", "test", "bare").expect(1)
    assert "next: " in run.err


@pytest.mark.parametrize("parameter", ["sslmode=sometimes", "service=nowhere"])
def test_settings_that_no_server_is_asked_about_are_the_caller_s_mistake(dpone, orders, parameter):
    run = dpone("connections", "test", f"postgresql://localhost/db?{parameter}").expect(2)
    assert "postgres.settings" in run.err
    assert "next: " in run.err


def test_connection_by_params(dpone, orders, dst):
    parts = fields(orders)
    dpone.env["DPONE_TEST_PASSWORD"] = parts["password"]
    params = {**parts, "password": "${DPONE_TEST_PASSWORD}"}
    source = {"connection_type": "params", "params": params}
    document = yaml.safe_load(full_refresh(source=source))
    del document["source"]["connection_id"]
    dpone.write("m.yaml", yaml.safe_dump(document, sort_keys=False))
    dpone("run", "m.yaml").expect(0)
    assert dst.value("select count(*) from orders") == 3
    document["source"]["params"]["password"] = "pa55-of-nobody"
    dpone.write("secret.yaml", yaml.safe_dump(document, sort_keys=False))
    refused(dpone("run", "secret.yaml"), 2, "connection.plain_secret")


def test_unknown_options_and_missing_ones(dpone):
    for args in (("run", "--fromat", "json", "m"), ("copy", "--overwrit-type", "auto"), ("plan", "m", "--nope"),
                 ("copy",), ("run",), ("run", "a", "b"), ("version", "--format", "yaml")):  # fmt: skip
        run = dpone(*args).expect(2)
        assert run.err.startswith("error: ")
        assert run.out == ""
    assert "--overwrite-type" in dpone("copy", "--overwrit-type", "auto").err
    assert "--format" in dpone("run", "--fromat", "json", "m").err
    error = dpone("copy", "--format", "json").expect(2).json
    assert (error["schema_version"], error["exit_code"]) == ("dpone.error.v1", 2)


def test_an_empty_value_is_refused(dpone):
    base = ("copy", "--from", "src", "--to", "dst", "--table", "public.t")
    for option in ("--where", "--columns", "--exclude", "--run-id", "--to-table", "--state-dir"):
        for args in ((option, ""), (option + "=",)):
            run = refused(dpone(*base, *args), 2, "usage.missing_value")
            assert option in run.err


def test_version_as_json(dpone):
    assert dpone("version", "--format", "json").expect(0).json["schema_version"] == "dpone.version.v1"
