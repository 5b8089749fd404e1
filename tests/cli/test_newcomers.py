"""The first five minutes: a manifest to begin with, a demo to try, a look at what is there, and at what is missing."""

import csv
import json
import os
import subprocess
import tempfile

import pytest
import yaml

from cli.conftest import refused
from harness.manifest import full_refresh
from harness.program import ROOT, Dpone


@pytest.fixture
def events(src):
    """A table with a key and columns that look like cursors."""
    src.run(
        "create table public.events (id bigint primary key, created_at timestamptz not null,"
        " updated_at timestamptz not null, note text)"
    )
    src.run("insert into events select i, now(), now(), 'n' from generate_series(1, 20) i")
    src.run("analyze events")
    return src


INIT = ("init", "events", "--from", "src", "--to", "dst", "--table", "public.events")


def uncommented(text):
    """As somebody does who follows the comments: the suggested strategy in place of the other, marks taken away."""
    kept, in_strategy, in_suggestion = [], False, False
    for line in text.splitlines():
        in_strategy = line == "  strategy:" or (in_strategy and line.startswith("   "))
        in_suggestion = line in ("  # options:", "  # strategy:") or (in_suggestion and line.startswith("  #   "))
        if not in_strategy:
            kept.append(line.replace("# ", "", 1) if in_suggestion else line)
    return "\n".join(kept) + "\n"


def test_a_first_manifest_runs_as_it_is_and_as_it_suggests(dpone, events, dst):
    out = dpone(*INIT).expect(0).out
    assert out.startswith("wrote events.yaml: full_refresh, public.events of src -> public.events of dst\n")
    assert "its comments suggest" in out
    text = (dpone.folder / "events.yaml").read_text()
    assert 'table "public"."events", 4 columns, about 20 rows' in text
    for command in out.partition("next:\n")[2].splitlines():
        dpone(*command.split()[1:]).expect(0)
    assert dst.value("select count(*) from events") == 20
    dpone.write("merge.yaml", uncommented(text))
    document = yaml.safe_load((dpone.folder / "merge.yaml").read_text())
    assert document["sink"]["strategy"] == {"mode": "incremental_merge", "unique_key": ["id"]}
    assert document["source"]["options"] == {"cursor": "updated_at", "overlap": "10m"}
    events.run("update events set note = 'changed', updated_at = now() where id = 7")
    dpone("run", "merge.yaml", "--start-cursor", "none").expect(0)
    assert dst.value("select note from events where id = 7") == "changed"


def test_init_takes_the_key_from_the_catalog_and_guesses_no_cursor(dpone, events, dst):
    dpone(*INIT, "--mode", "incremental_merge").expect(0)
    assert yaml.safe_load((dpone.folder / "events.yaml").read_text())["sink"]["strategy"]["unique_key"] == ["id"]
    run = refused(dpone(*INIT, "--mode", "incremental_append", "--force"), 2, "usage.strategy")
    assert "possible cursor columns: id, created_at" in run.err
    dpone(*INIT, "--mode", "incremental_append", "--cursor", "id", "--force").expect(0)
    dpone("run", "events.yaml").expect(0)
    assert dst.value("select count(*) from events") == 20


def test_init_writes_the_key_that_an_append_needs(dpone, events, dst):
    dpone(*INIT, "--mode", "incremental_append", "--cursor", "created_at").expect(0)
    assert yaml.safe_load((dpone.folder / "events.yaml").read_text())["sink"]["strategy"]["unique_key"] == ["id"]
    dpone("run", "events.yaml").expect(0)
    assert dst.value("select count(*) from events") == 20


@pytest.mark.parametrize("scope", ["id=between 5 and 9", "note=n,id=in (5, 6, 7, 8, 9)"])
def test_init_reads_no_more_than_the_scope(scope, dpone, events, dst):
    dpone(*INIT, "--mode", "replace", "--scope", scope).expect(0)
    dpone("run", "events.yaml").expect(0)
    dpone("run", "events.yaml").expect(0)
    assert dst.value("select count(*) from events") == 5


def test_init_reads_no_more_than_a_predicate(dpone, events, dst):
    dpone(*INIT, "--mode", "replace", "--custom-predicate", "id > 15").expect(0)
    dpone("run", "events.yaml").expect(0)
    assert dst.value("select count(*) from events") == 5
    dpone("init", "other", "--from", "src", "--to", "t.db", "--table", "public.events", "--mode", "replace",
          "--custom-predicate", "id > 15").expect(0)  # fmt: skip
    assert "where: CONDITION" in (dpone.folder / "other.yaml").read_text()


def test_init_never_overwrites(dpone, events, dst):
    path = dpone.write("events.yaml", "mine")
    run = refused(dpone(*INIT), 3, "init.exists")
    assert "--force" in run.err
    assert path.read_text() == "mine"
    assert dpone(*INIT, "--output", "-").expect(0).out.count("strategy:") >= 1
    assert path.read_text() == "mine"
    dpone(*INIT, "--output", "in/other.yaml").expect(0)
    dpone("check", "in/other.yaml").expect(0)
    dpone(*INIT, "--force").expect(0)
    dpone("check", "events.yaml").expect(0)


def test_init_without_reachable_ends_still_writes(dpone):
    run = dpone(*INIT, "--format", "json").expect(0)
    assert run.json["suggestion"] is None
    assert len(run.json["notices"]) == 2
    assert run.json["next"][0] == "export DPONE_CONN_SRC_URL='postgresql://user@host/database'"
    assert "DPONE_CONN_SRC_HOST" in run.err
    dpone.connect("dead", "postgresql://me@127.0.0.1:1/db")
    run = dpone("init", "dead", "--from", "dead", "--to", "dst", "--table", "t").expect(0)
    assert "cannot read the source's catalog" in run.err
    assert "cannot read" not in dpone("init", "off", "--from", "dead", "--to", "dst", "--table", "t", "--offline").expect(0).err
    for file in ("events.yaml", "dead.yaml", "off.yaml"):
        assert "strategy" in yaml.safe_load((dpone.folder / file).read_text())["sink"]


def test_init_says_what_is_wrong(dpone, events, dst):
    assert "--from, --to" in refused(dpone("init", "orders"), 2, "usage.missing_argument").err
    assert "NAME" in refused(dpone("init"), 2, "usage.missing_argument").err
    refused(dpone("init", "Orders", *INIT[2:]), 2, "init.bad_name")
    assert "--output" in refused(dpone("init", "orders.yaml", *INIT[2:]), 2, "init.bad_name").err
    assert "discover src" in refused(dpone(*INIT[:6]), 2, "usage.missing_option").err
    assert "public.events" in refused(dpone(*INIT[:7], "public.evnts"), 1, "postgres.no_relation").err
    refused(dpone("init", "events", "--from", "src", "--to", "src", "--table", "events"), 2, "route.same_table")
    refused(dpone(*INIT, "--mode", "incremental_merge", "--key", "id", "--cursor", "id", "--format", "xml"), 2, "option.invalid")
    assert not list(dpone.folder.glob("*.yaml"))


def test_init_never_writes_a_url(dpone, events, dst):
    run = dpone("init", "events", "--from", events.url, "--to", "dst", "--table", "events").expect(0)
    text = (dpone.folder / "events.yaml").read_text()
    assert "postgresql://" not in text
    assert "connection_id: events_source" in text
    [line] = [line.strip() for line in run.out.splitlines() if "export" in line]
    assert line.startswith('export DPONE_CONN_EVENTS_SOURCE_URL="postgresql://')
    pasted = subprocess.run(["bash", "-c", line + "; echo went on"], capture_output=True, text=True, check=False)
    assert "write the password here" in pasted.stderr
    assert "went on" not in pasted.stdout
    dpone.connect("events_source", events.url)
    dpone("run", "events.yaml").expect(0)


def test_demo(dpone):
    run = dpone("init", "--demo", "shop").expect(0)
    assert "cd shop\n  dpone plan orders.yaml\n  dpone run orders.yaml\n  dpone run orders_changes.yaml\n" in run.out
    folder = dpone.folder / "shop"
    files = ["README.txt", "orders.csv", "orders.yaml", "orders_changes.csv", "orders_changes.yaml"]
    assert sorted(path.name for path in folder.iterdir()) == files
    with (folder / "orders.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5000
    assert {row["order_id"] for row in rows} == {str(i) for i in range(1, 5001)}
    merged = {row["order_id"]: row for row in rows}
    with (folder / "orders_changes.csv").open(newline="") as file:
        changes = list(csv.DictReader(file))
    merged |= {row["order_id"]: row for row in changes}
    assert (len(changes), len(merged)) == (160, 5040)
    full, merge = (yaml.safe_load((folder / name).read_text()) for name in ("orders.yaml", "orders_changes.yaml"))
    assert full["source"] == {"type": "file", "path": "orders.csv"}
    assert full["sink"]["table"] == merge["sink"]["table"] == {"name": "orders"}
    assert merge["sink"]["strategy"] == {"mode": "incremental_merge", "unique_key": "order_id"}
    again = dpone("init", "--demo", "other", "--format", "json").expect(0).json
    assert again["next"][0] == "cd other"
    for name in files:
        assert (dpone.folder / "other" / name).read_bytes() == (folder / name).read_bytes()


def test_demo_wants_an_empty_folder(dpone):
    dpone.write("shop/orders.csv", "mine")
    run = refused(dpone("init", "--demo", "shop"), 3, "init.exists")
    assert "not empty" in run.err
    assert (dpone.folder / "shop/orders.csv").read_text() == "mine"
    assert len(list((dpone.folder / "shop").iterdir())) == 1
    refused(dpone("init", "--demo", "shop/orders.csv"), 2, "init.not_a_folder")
    refused(dpone("init", "--demo", "--table", "t"), 2, "usage.exclusive")
    dpone.write("shop/mine.txt", "mine")
    dpone("init", "--demo", "shop", "--force").expect(0)
    assert (dpone.folder / "shop/mine.txt").read_text() == "mine"
    assert len((dpone.folder / "shop/orders.csv").read_text()) > 100_000


def checks(run):
    return {check["name"]: check for check in run.json["checks"]}


def test_doctor_finds_nothing_wrong_and_says_so(dpone, src, dst):
    run = dpone("doctor", "--format", "json").expect(0)
    assert (run.json["schema_version"], run.json["passed"]) == ("dpone.doctor.v1", True)
    found = checks(run)
    assert "PostgreSQL 16" in found["connection src"]["text"]
    assert all(check["health"] == "ok" for check in found.values())
    text = dpone("doctor").expect(0).out
    assert text.endswith("no problems, no warnings\n")
    assert dpone("doctor", "-q").expect(0).out == ""
    assert not (dpone.folder / ".dpone").exists()


def test_doctor_looks_at_the_files_of_a_manifest(dpone):
    dpone("init", "--demo").expect(0)
    found = checks(dpone("doctor", "orders.yaml", "--format", "json").expect(0))
    assert "columns" in found["source"]["text"]
    assert "the first run creates it" in found["target"]["text"]
    dpone("run", "orders.yaml").expect(0)
    found = checks(dpone("doctor", "orders.yaml", "--format", "json").expect(0))
    assert "columns" in found["target"]["text"]
    assert checks(dpone("doctor", "orders.yaml", "--offline", "--format", "json").expect(0))["source"]["text"].startswith("not checked")
    (dpone.folder / "orders.csv").unlink()
    os.mkfifo(dpone.folder / "orders.csv")
    assert "a stream" in checks(dpone("doctor", "orders.yaml", "--format", "json").expect(0))["source"]["text"]
    (dpone.folder / "orders.csv").unlink()
    run = dpone("doctor", "orders.yaml", "--format", "json").expect(2)
    assert checks(run)["source"]["error_code"] == "file.not_found"


def test_a_misspelled_connection_in_a_manifest(dpone, src, dst):
    dpone.write("orders.yaml", full_refresh().replace("connection_id: src", "connection_id: scr"))
    run = refused(dpone("check", "orders.yaml"), 2, "connection.missing_variables")
    assert "did you mean src?" in run.err
    assert "dpone connections list" in run.err
    assert "did you mean src?" in dpone("init", "first", "--from", "scr", "--to", "dst", "--table", "t").expect(0).err


@pytest.mark.parametrize("name", ["SHOP_URL", "DPONE_SHOP_URL", "SHOP_HOST", "DPONE_SHOP_HOST"])
def test_a_variable_of_the_original_is_noticed(name, dpone):
    dpone.env[name] = "x"
    run = refused(dpone("copy", "--from", "shop", "--to", "t.db", "--table", "t"), 2, "connection.missing_variables")
    assert f"{name} is set: rename it to DPONE_CONN_SHOP_{name[-4:].strip('_')}" in run.err


def test_a_start_without_a_cursor_is_refused(dpone, src, dst):
    dpone.write("orders.yaml", full_refresh())
    for command in (["run", "orders.yaml"], ["plan", "orders.yaml"],
                    ["copy", "--from", "src", "--to", "dst", "--table", "public.orders"]):  # fmt: skip
        assert "requires a cursor" in refused(dpone(*command, "--start-cursor", "5"), 2, "usage.strategy").err


def test_an_overwrite_type_is_of_a_full_refresh(dpone, src, dst):
    copy = ["copy", "--from", "src", "--to", "dst", "--table", "public.orders", "--mode", "incremental_merge", "--key", "id"]
    run = refused(dpone(*copy, "--overwrite-type", "truncate_insert"), 2, "usage.strategy")
    assert "--overwrite-type requires full_refresh" in run.err
    sink = {"strategy": {"mode": "incremental_merge", "unique_key": "id"}, "options": {"overwrite_type": "exchange"}}
    dpone.write("merge.yaml", full_refresh(sink=sink))
    assert "sink.options.overwrite_type requires full_refresh" in dpone("check", "merge.yaml").expect(2).err


def test_a_schema_of_another_system_is_left_out(dpone, src):
    src.run("create table public.orders (id bigint primary key)")
    copy = ["copy", "--from", "src", "--to", "t.db", "--table", "public.orders"]
    document = yaml.safe_load(dpone(*copy, "--print-manifest").expect(0).out)
    assert document["sink"]["table"] == {"name": "orders"}
    dpone(*copy).expect(0)


def test_a_schema_that_the_run_creates_is_in_the_plan(dpone, src, dst):
    src.run("create table public.orders (id bigint primary key)")
    note = 'schema "rawx" does not exist, and the run creates it'
    for mode in ([], ["--mode", "incremental_merge", "--key", "id"], ["--mode", "replace", "--scope", "id=1"]):
        copy = ["copy", "--from", "src", "--to", "dst", "--table", "public.orders", "--to-table", "rawx.orders", *mode]
        assert note in dpone(*copy, "--dry-run").expect(0).out


def test_a_duplicate_has_its_key_and_value_in_every_target(dpone, dst):
    dpone.write("in.csv", "id,v\n1,a\n7,b\n7,c\n")
    for target in (["--to", "t.db"], ["--to", "dst"]):
        for mode in ("full_refresh", "incremental_merge"):
            run = dpone("copy", "--from", "in.csv", *target, "--to-table", "t", "--key", "id", "--mode", mode)
            assert "__dpone" not in refused(run, 1, "gate.key").err
            assert "GROUP BY" not in run.err, "a file has no queries"
            assert ("--keep-latest-by" in run.err) == (mode == "incremental_merge")
    assert "id = 7" in dpone("copy", "--from", "in.csv", "--to", "t.db", "--to-table", "t", "--key", "id").err
    dpone.write("null.csv", "id,v\n1,a\n,b\n")
    for target in (["--to", "t.db"], ["--to", "dst"]):
        run = dpone("copy", "--from", "null.csv", *target, "--to-table", "t", "--key", "id")
        assert "the target's column" not in run.expect(1).err
        assert "name another key" in run.err


@pytest.mark.parametrize("text, name", [("id,v\n1,a,b\n", "in.csv"), ('{"id": 1}\n{"id": }\n', "in.jsonl")])
def test_an_invalid_row_has_a_next_step(text, name, dpone):
    dpone.write(name, text)
    assert "--on-error reject-file" in dpone("copy", "--from", name, "--to", "t.db", "--to-table", "t").expect(1).err


def as_nobody(dpone, *args):
    """Root may write anything."""
    other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    run = dpone.start(*args, **other)
    out, err = run.communicate(timeout=60)
    return run.returncode, out + err


def test_init_in_a_folder_that_may_not_be_written(dpone):
    with tempfile.TemporaryDirectory() as folder:
        there = Dpone(folder)
        there.write("in.csv", "id\n1\n")
        os.chmod(folder, 0o555)
        code, said = as_nobody(there, "init", "orders", "--from", "in.csv", "--to", "t.db")
        os.chmod(folder, 0o755)
        assert code == 1, said
        assert "--output" in said
        assert "tmp" not in said.replace(folder, "")


def test_reconcile_of_a_run_that_nobody_knows(dpone, src, dst):
    dpone.write("orders.yaml", full_refresh())
    src.run("create table public.orders (id bigint primary key)")
    run = dpone("reconcile", "orders.yaml", "--run-id", "never").expect(4)
    assert "neither the target nor the ledger" in run.out
    assert dpone("reconcile", "orders.yaml", "--run-id", "never", "--format", "json").expect(4).json["is_known"] is False
    dpone("run", "orders.yaml", "--run-id", "done").expect(0)
    assert dpone("reconcile", "orders.yaml", "--run-id", "done", "--format", "json").expect(0).json["is_known"] is True


def test_doctor_makes_the_plan(dpone, src, dst):
    dpone.write("orders.yaml", full_refresh())
    found = checks(dpone("doctor", "orders.yaml", "--format", "json").expect(1))
    assert found["plan"]["error_code"] == "postgres.no_relation"
    src.run("create table public.orders (id bigint primary key, at timestamptz not null)")
    found = checks(dpone("doctor", "orders.yaml", "--format", "json").expect(0))
    assert found["plan"]["text"] == "full_refresh by create, version 1"
    assert "plan" not in checks(dpone("doctor", "orders.yaml", "--offline", "--format", "json").expect(0))
    dpone("init", "append", "--from", "src", "--to", "dst", "--table", "public.orders", "--mode", "incremental_append",
          "--cursor", "at").expect(0)  # fmt: skip
    text = (dpone.folder / "append.yaml").read_text().replace("    unique_key: [id]\n", "")
    dpone.write("append.yaml", text)
    found = checks(dpone("doctor", "append.yaml", "--format", "json").expect(1))
    assert found["plan"]["error_code"] == "cursor.needs_key"


@pytest.mark.parametrize("name", ["t.db", "t.csv"])
def test_doctor_finds_a_target_that_may_not_be_written(name):
    with tempfile.TemporaryDirectory() as folder:
        dpone = Dpone(folder)
        os.chmod(folder, 0o755)
        dpone.write("in.csv", "id\n1\n")
        dpone("init", "orders", "--from", "in.csv", "--to", name).expect(0)
        (dpone.folder / "state").mkdir()
        os.chmod(dpone.folder / "state", 0o777)
        if os.geteuid() != 0:
            os.chmod(folder, 0o555)
        for command in ("doctor", "plan", "run"):
            code, said = as_nobody(dpone, command, "orders.yaml", "--state-dir", "state")
            assert code == 1, said
            assert "sqlite.read_only" in said or "file.permission" in said
        os.chmod(folder, 0o755)


def test_doctor_ends_with_the_worst_problem(dpone, src):
    dpone.connect("dead", "postgresql://me@127.0.0.1:1/db")
    run = dpone("doctor", "--format", "json").expect(4)
    assert checks(run)["connection dead"]["error_code"] == "postgres.connection"
    assert dpone("doctor", "--offline").expect(0).out.count("not connected") == 2
    dpone.env["DPONE_CONN_HALF_HOST"] = "h"
    dpone.env["DPONE_CONN_SRC_PASWORD"] = "pa55-of-nobody"
    run = dpone("doctor", "--format", "json").expect(2)
    assert "DPONE_CONN_HALF_DATABASE" in checks(run)["connection half"]["text"]
    assert checks(run)["environment"]["next_step"] == "did you mean DPONE_CONN_SRC_PASSWORD?"
    bad = src.url.replace(":" + src.url.split(":")[2].split("@")[0] + "@", ":pa55-of-nobody@")
    dpone.connect("denied", bad)
    run = dpone("doctor").expect(1)
    assert "code: postgres." in run.out
    assert "next: " in run.out
    assert dpone("doctor", "-q").expect(1).err.endswith("3 problems, no warnings\n")


def test_doctor_of_a_manifest(dpone, src, dst):
    src.run("create table public.orders (id bigint primary key)")
    dpone.write("sub/orders.yaml", full_refresh())
    dpone.connect("other", "postgresql://me@127.0.0.1:1/db")
    found = checks(dpone("doctor", "sub/orders.yaml", "--format", "json").expect(0))
    assert {"manifest", "connection src", "connection dst"} <= set(found)
    assert "connection other" not in found
    assert "sub/.dpone" in found["state folder"]["text"]
    dpone.write("bad.yaml", full_refresh().replace("source:", "sorce:"))
    assert checks(dpone("doctor", "bad.yaml", "--format", "json").expect(2))["manifest"]["health"] == "problem"
    del dpone.env["DPONE_CONN_DST_URL"]
    assert "DPONE_CONN_DST_HOST" in dpone("doctor", "sub/orders.yaml").expect(2).out


def test_doctor_looks_at_the_state_folder(dpone):
    dpone.write("a_file", "")
    assert checks(dpone("doctor", "--state-dir", "a_file/x", "--format", "json").expect(1))["state folder"]["error_code"] == "state.not_writable"
    found = checks(dpone("doctor", "--state-dir", "/proc/dpone", "--format", "json").expect(1))
    assert found["state folder"]["health"] == "problem"
    assert "GiB free" in checks(dpone("doctor", "--format", "json").expect(0))["disk"]["text"]
    assert checks(dpone("doctor", "--format", "json").expect(0))["connections"]["health"] == "warning"


def test_connections_list_names_variables_and_no_values(dpone):
    assert "export DPONE_CONN_SHOP_URL" in dpone("connections", "list").expect(0).out
    dpone.connect("shop", "postgresql://me:pa55-of-nobody@h/d")
    dpone.env |= {"DPONE_CONN_PG_SRC_HOST": "secret-host", "DPONE_CONN_PG_SRC_PASSWORD": "pa55-of-nobody", "DPONE_CONN_LOCAL_PATH": "a.db"}
    listed = dpone("connections", "list", "--format", "json").expect(0).json
    assert listed["schema_version"] == "dpone.connection_list.v1"
    assert [(one["connection"], one["system"], one["is_complete"]) for one in listed["connections"]] == [
        ("local", "sqlite", True), ("pg_src", "postgres", False), ("shop", "postgres", True)]  # fmt: skip
    text = dpone("connections", "list").expect(0).out
    assert "lacks DPONE_CONN_PG_SRC_DATABASE, DPONE_CONN_PG_SRC_USERNAME" in text
    assert "secret-host" not in text + json.dumps(listed)
    assert "did you mean shop?" in dpone("connections", "test", "shp").expect(2).err


def test_connections_discover(dpone, events):
    events.run("create schema other")
    events.run('create table other."Odd.Name" (id int)')
    events.run("create view public.v as select 1 as x")
    events.run("create table parted (id int) partition by range (id)")
    events.run("create table part_1 partition of parted for values from (0) to (1000)")
    events.run("insert into parted select i from generate_series(1, 300) i")
    events.run("analyze parted, part_1")
    events.run("create table __dpone__loads (id int)")
    rows = dpone("connections", "discover", "src", "--format", "json").expect(0).json["relations"]
    assert [(row["schema"], row["name"], row["kind"], row["estimated_rows"]) for row in rows] == [
        ("other", "Odd.Name", "table", None), ("public", "events", "table", 20),
        ("public", "parted", "partitioned_table", 300), ("public", "v", "view", None)]  # fmt: skip
    assert rows[1]["bytes"] > 0
    text = dpone("connections", "discover", "src").expect(0).out
    assert 'other."Odd.Name"' in text
    names = dpone("connections", "discover", "src", "--like", "EV%", "--format", "json").expect(0).json["relations"]
    assert [row["name"] for row in names] == ["events"]
    assert "no table or view in schema other with a name like x%" in dpone("connections", "discover", "src", "--schema", "other", "--like", "x%").expect(0).out
    assert "did you mean other?" in refused(dpone("connections", "discover", "src", "--schema", "othr"), 1, "postgres.no_schema").err


def test_discovered_tables_say_what_may_not_be_read(dpone, databases, postgres):
    database = databases(postgres)
    database.run("create table public.mine (id int)")
    role = "reader_" + database.value("select current_database()")
    database.run(f"create role {role} login password 'pa55-of-nobody'")
    try:
        head, _, tail = database.url.partition("@")
        dpone.connect("reader", f"{head.split('//')[0]}//{role}:pa55-of-nobody@{tail}")
        assert "(*) this role cannot read it" in dpone("connections", "discover", "reader").expect(0).out
    finally:
        database.run(f"drop role {role}")


def test_discover_of_every_version(dpone, databases, postgres_each):
    database = databases(postgres_each)
    database.run("create table public.orders (id int)")
    dpone.connect("each", database.url)
    assert "public.orders" in dpone("connections", "discover", "each").expect(0).out
    assert dpone("doctor", "--format", "json").expect(0).json["passed"]


def test_schema_print(dpone, events):
    events.run("create table public.t (b int, a int not null default 1, c int generated always as (1) stored, x xml, primary key (a, b), unique (b))")
    shown = dpone("schema", "print", "src", "public.t", "--format", "json").expect(0).json
    assert shown["schema_version"] == "dpone.schema.v1"
    assert [(c["name"], c["native_type"], c["is_nullable"], c["has_default"], c["is_generated"]) for c in shown["columns"]] == [
        ("b", "integer", False, False, False), ("a", "integer", False, True, False),
        ("c", "integer", True, False, True), ("x", "xml", True, False, False)]  # fmt: skip
    assert shown["keys"][0]["columns"] == ["a", "b"]
    text = dpone("schema", "print", "src", "t").expect(0).out
    assert "primary 2" in next(line for line in text.splitlines() if line.startswith("  b "))
    assert "unique: t_b_key (b)" in text
    assert "discover src" in refused(dpone("schema", "print", "src"), 2, "usage.missing_argument").err
    assert "public.events" in refused(dpone("schema", "print", "src", "evnts"), 1, "postgres.no_relation").err


def test_schema_of_manifests_is_the_file(dpone):
    assert dpone("schema", "manifest").expect(0).out == (ROOT / "schemas/manifest.schema.json").read_text()


def test_check_live(dpone, events, dst):
    dpone(*INIT).expect(0)
    text = dpone("check", "events.yaml", "--live").expect(0).out
    assert '"public"."events" of src: table, 4 of 4 columns are loaded, about 20 rows' in text
    assert "does not exist yet, will be created" in text
    assert dst.value("select count(*) from pg_class where relname = 'events'") == 0
    dpone("run", "events.yaml").expect(0)
    live = dpone("check", "events.yaml", "--live", "--format", "json").expect(0).json["live"]
    assert (live["target"]["is_created"], live["expected_version"]) == (False, 2)
    assert dpone("check", "events.yaml", "--format", "json").expect(0).json["live"] is None
    events.run("drop table events")
    dpone("check", "events.yaml").expect(0)
    refused(dpone("check", "events.yaml", "--live"), 1, "postgres.no_relation")


def test_a_dry_run_is_a_plan(dpone, events, dst):
    dpone(*INIT).expect(0)
    plan = dpone("plan", "events.yaml").expect(0).out
    assert dpone("run", "events.yaml", "--dry-run").expect(0).out == plan
    copied = dpone("copy", "--from", "src", "--to", "dst", "--table", "events", "--dry-run", "--format", "json").expect(0).json
    assert copied["schema_version"] == "dpone.plan.v1"
    assert dst.value("select count(*) from pg_class where relname in ('events', '__dpone__loads')") == 0
    assert not (dpone.folder / ".dpone/runs").exists()


def test_progress_as_json(dpone, events, dst):
    dpone(*INIT).expect(0)
    run = dpone("run", "events.yaml", "--progress", "json", "-q", "--run-id", "mine").expect(0)
    lines = [json.loads(line) for line in run.err.splitlines()]
    assert [line["stage"] for line in lines] == ["plan", "load", "seal", "publish"]
    keys = {"schema_version", "run_id", "process", "time", "stage", "rows", "bytes", "rows_per_second", "expected_rows", "seconds"}
    assert all(set(line) == keys for line in lines)
    assert all((line["schema_version"], line["run_id"]) == ("dpone.progress.v1", "mine") for line in lines)
    assert (lines[-1]["rows"], lines[-1]["expected_rows"]) == (20, 20)
    assert [line["seconds"] for line in lines] == sorted(line["seconds"] for line in lines)
    page = (ROOT / "docs/formats/progress.md").read_text()
    assert all(f"`{key}`" in page for key in keys)


def test_progress_tells_once_a_second(dpone, events, dst):
    events.run("create view public.slow as select i, pg_sleep(0.05)::text as s from generate_series(1, 50) i")
    run = dpone("copy", "--from", "src", "--to", "dst", "--table", "slow", "--progress", "json").expect(0)
    loads = [json.loads(line) for line in run.err.splitlines() if '"load"' in line]
    assert len(loads) >= 3
    none = dpone("copy", "--from", "src", "--to", "dst", "--table", "slow", "--progress", "none", "--limit", "1").expect(0)
    assert none.err == ""


@pytest.mark.parametrize(("typed", "meant"), [(("connections", "tset"), "connections test"), (("conections", "list"), "connections list"),
                                              (("discover", "src"), "connections discover"), (("schema", "prnt"), "schema print"),
                                              (("docter",), "doctor")], ids=str)  # fmt: skip
def test_a_subcommand_is_named(dpone, typed, meant):
    run = refused(dpone(*typed), 2, "usage.unknown_command")
    assert f"did you mean {meant}?" in run.err


@pytest.mark.parametrize("args", [("help", "connections"), ("connections", "--help"), ("connections", "-h")], ids=" ".join)
def test_help_of_a_group(dpone, args):
    out = dpone(*args).expect(0).out
    for name in ("list", "test", "discover"):
        assert f"  connections {name} " in out
    assert dpone("help", "connections", "list").expect(0).out == dpone("connections", "list", "--help").expect(0).out


def test_a_missing_manifest_is_looked_for(dpone):
    assert "see dpone run --help" in refused(dpone("run"), 2, "usage.missing_argument").err
    dpone("init", "--demo", "shop", "-q").expect(0)
    dpone.write("other.yaml", "a: b\n")
    assert "next: name one of the manifests in this folder: shop/orders.yaml, shop/orders_changes.yaml" in refused(dpone("run", "shop"), 2, "file.is_directory").err
    dpone.write("my load.yaml", (dpone.folder / "shop/orders.yaml").read_text())
    assert "next: name one of the manifests in this folder: 'my load.yaml'" in refused(dpone("plan"), 2, "usage.missing_argument").err


def test_a_cursor_is_the_source_s_matter(dpone):
    dpone.write("m.yaml", "name: a\nsource: {type: sqlite, connection_type: params, params: {path: a.db}, table: {name: t}}\n"
                          "sink: {type: sqlite, connection_type: params, params: {path: b.db}, table: {name: t}, strategy: {mode: incremental_append, cursor: id}}\n")  # fmt: skip
    assert "it belongs in source.options" in dpone("run", "m.yaml").expect(2).err
