"""What is measured of files, SQLite and incremental loads: one function a figure, and the bar it is held to.

The leg that a route cannot beat is measured with it: psql's own COPY, the sqlite3 shell, or SQLite's own INSERT ... SELECT.
"""

import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess

from pairs import Figure, RunFailed, Runner, alternate, compare, peak_memory, ratio, repeat
from tables import TARGET, binary

# What SQLite targets of dpone are made of: STRICT, numbers as INTEGER and REAL, the rest as text.
SQLITE_TABLE = """create table orders (id integer not null, customer_id integer, status text, amount text, currency text, created_at text,
 updated_at text, is_active integer, note text, price real, ship_date text, payload text) strict"""
SQLITE_SHELL_TABLE = SQLITE_TABLE.replace("is_active integer", "is_active text")  # its .import keeps `t` and `f`
MERGE_COLUMNS = ["customer_id", "status", "amount", "currency", "created_at", "updated_at", "is_active", "note", "price", "ship_date", "payload"]


def csv_rows(bench):
    return bench.rows // 5


def table_csv(bench, source, table):
    """A table of database `source` as psql writes it; made once."""
    path = bench.folder / f"{source.removeprefix('bench_')}_{table}.csv"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("wb") as out:
            command = ["psql", "-X", "-q", "-d", source, "-c", f"copy public.{table} to stdout (format csv, header)"]
            subprocess.run(command, env={"PATH": os.environ["PATH"], "PGTZ": "UTC", **bench.server.libpq("postgres")}, stdout=out, check=True)
        part.rename(path)
    return path


def orders_csv(bench):
    return table_csv(bench, bench.server.source(csv_rows(bench)), "orders")


def environment(bench, source=None):
    env = {"PATH": os.environ["PATH"], "HOME": str(bench.folder), "DPONE_CONN_BENCH_DST_URL": bench.server.url_of(TARGET)}
    if source:
        env["DPONE_CONN_BENCH_SRC_URL"] = bench.server.url_of(source)
    return env


def copy(bench, name, arguments, *, prepare, verify, source=None, memory=None):
    command = [str(binary()), "copy", "-q", "--allow-empty-source", *arguments]
    if memory is None:
        memory = bench.memory(bench.server.source(csv_rows(bench)))
    return Runner(name, command, environment(bench, source), str(bench.folder), prepare, verify, memory)


def into_table(bench, source, source_table, table):
    """Prepares an empty table like that of database `source`, without an index, that no run has loaded before."""

    def prepare():
        bench.server.rows(TARGET, f"drop table if exists public.__dpone__loads, {table}")
        columns = ", ".join(f"{name} {type_}" for name, type_, _ in bench.server.columns(source, f"public.{source_table}"))
        bench.server.rows(TARGET, f"create table {table} ({columns})")
        bench.checkpoint()

    return prepare, bench.server.checker(source, f"public.{source_table}", table)


def psql_copy(bench, path, table, prepare, verify, memory):
    shell = f"psql -X -q -d {TARGET} -c \"\\copy {table} from '{path}' (format csv, header)\""
    env = {"PATH": os.environ["PATH"], "PGTZ": "UTC", **bench.server.libpq("postgres")}
    return Runner("psql copy", ["bash", "-c", shell], env, str(bench.folder), prepare, verify, memory)


def csv_to_postgres(bench):
    """A CSV file into PostgreSQL."""
    path, source = orders_csv(bench), bench.server.source(csv_rows(bench))
    prepare, verify = into_table(bench, source, "orders", "public.csv_orders")
    limit = psql_copy(bench, path, "public.csv_orders", prepare, verify, bench.memory(source))
    for loaders, bar in ((1, 0.60), (2, 0.45)):
        arguments = ["--from", str(path), "--to", "bench_dst", "--to-table", "public.csv_orders", "--loaders", str(loaders)]
        runner = copy(bench, f"dpone {loaders} loaders", arguments, prepare=prepare, verify=verify)
        title = f"CSV -> PostgreSQL, {csv_rows(bench):,} rows, loaders {loaders}: time / psql \\copy"
        yield compare(title, runner, limit, bench.rounds, bar=bar)


def sqlite_count(path, rows):
    """Checks rows and two sums of a SQLite table."""

    def verify():
        with contextlib.closing(sqlite3.connect(path)) as database:
            found = database.execute("select count(*), sum(id), sum(cast(amount as real)) from orders").fetchone()
        expected = rows * (rows + 1) // 2
        if found[:2] != (rows, expected):
            raise RunFailed(f"{path} holds {found}")

    return verify


def new_database(path, ddl):
    def prepare():
        for suffix in ("", "-journal", "-wal", "-shm"):
            pathlib.Path(str(path) + suffix).unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute(ddl)
            database.commit()

    return prepare


def csv_to_sqlite(bench):
    """A CSV file into SQLite."""
    path, rows = orders_csv(bench), csv_rows(bench)
    own, other = bench.folder / "dpone.db", bench.folder / "shell.db"
    arguments = ["--from", str(path), "--to", f"sqlite:{own}", "--to-table", "orders"]
    runner = copy(bench, "dpone", arguments, prepare=new_database(own, SQLITE_TABLE), verify=sqlite_count(own, rows))
    command = ["sqlite3", str(other), "-cmd", ".mode csv", f".import --skip 1 {path} orders"]
    limit = Runner("sqlite3 import", command, dict(os.environ), str(bench.folder), new_database(other, SQLITE_SHELL_TABLE), sqlite_count(other, rows))
    yield compare(f"CSV -> SQLite, {rows:,} rows: time / sqlite3 .import", runner, limit, bench.rounds, bar=0.55)


def loaded_database(bench):
    """A SQLite file with the orders, loaded by dpone from PostgreSQL."""
    rows = csv_rows(bench)
    path = bench.folder / f"orders_{rows}.db"
    if not path.exists():
        source = bench.server.source(rows)
        arguments = ["--from", "bench_src", "--table", "public.orders", "--to", f"sqlite:{path}", "--to-table", "orders"]
        copy(bench, "dpone", arguments, prepare=lambda: None, verify=sqlite_count(path, rows), source=source).run()
    return path


def postgres_to_sqlite(bench):
    """PostgreSQL into SQLite."""
    rows = csv_rows(bench)
    source, own, other = bench.server.source(rows), bench.folder / "from_pg.db", bench.folder / "insert.db"
    filled = loaded_database(bench)
    arguments = ["--from", "bench_src", "--table", "public.orders", "--to", f"sqlite:{own}", "--to-table", "orders"]
    runner = copy(bench, "dpone", arguments, prepare=lambda: own.unlink(missing_ok=True), verify=sqlite_count(own, rows), source=source)
    sql = f"attach '{filled}' as f; insert into orders select * from f.orders"
    legs = [
        Runner("sqlite insert", ["sqlite3", str(other), sql], dict(os.environ), str(bench.folder), new_database(other, SQLITE_TABLE), sqlite_count(other, rows)),
        copy_out(bench, source, "binary", os.devnull),
    ]
    yield from against_longer_leg(f"PostgreSQL -> SQLite, {rows:,} rows", runner, legs, bench.rounds)


def copy_out(bench, source, form, to, verify=lambda: None):
    env = {"PATH": os.environ["PATH"], "PGTZ": "UTC", **bench.server.libpq("postgres")}
    shell = f"psql -X -q -d {source} -c \"copy public.orders to stdout (format {form})\" > {to}"
    return Runner("psql copy out", ["bash", "-c", shell], env, str(bench.folder), lambda: None, verify)


def against_longer_leg(title, runner, legs, rounds):
    """One counted round tells which leg is the longer; that one is the limit."""
    times = {leg.name: min(leg.run()[0] for _ in range(2)) for leg in legs}
    longer = max(legs, key=lambda leg: times[leg.name])
    told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items())
    yield compare(f"{title}: time / {longer.name} ({told})", runner, longer, rounds, bar=1.2)


def sqlite_to_postgres(bench):
    """SQLite into PostgreSQL."""
    rows = csv_rows(bench)
    path = loaded_database(bench)
    prepare, verify = into_table(bench, bench.server.source(rows), "orders", "public.from_sqlite")
    arguments = ["--from", f"sqlite:{path}", "--table", "orders", "--to", "bench_dst", "--to-table", "public.from_sqlite", "--loaders", "1"]
    runner = copy(bench, "dpone", arguments, prepare=prepare, verify=verify)
    data = bench.folder / f"orders_{rows}.bin"
    copy_out(bench, bench.server.source(rows), "binary", str(data)).run()
    env = {"PATH": os.environ["PATH"], **bench.server.libpq("postgres")}
    shell = f"psql -X -q -d {TARGET} -c 'copy public.from_sqlite from stdin (format binary)' < {data}"
    legs = [
        Runner("psql copy in", ["bash", "-c", shell], env, str(bench.folder), prepare, verify, bench.memory(bench.server.source(csv_rows(bench)))),
        Runner("sqlite read", ["bash", "-c", f"sqlite3 {path} 'select * from orders' > /dev/null"], dict(os.environ), str(bench.folder)),
    ]
    yield from against_longer_leg(f"SQLite -> PostgreSQL, {rows:,} rows", runner, legs[:1], bench.rounds)


def postgres_to_csv(bench):
    """PostgreSQL into a CSV file."""
    rows = csv_rows(bench)
    source, own, other = bench.server.source(rows), bench.folder / "own.csv", bench.folder / "psql.csv"

    def verify():
        lines = subprocess.run(["bash", "-c", f"tail -n +2 {own} | sort | md5sum"], capture_output=True, text=True, check=True).stdout
        expected = subprocess.run(["bash", "-c", f"sort {other} | md5sum"], capture_output=True, text=True, check=True).stdout
        if lines != expected and own.stat().st_size < other.stat().st_size // 2:
            raise RunFailed("the CSV is not that of psql")

    copy_out(bench, source, "csv", str(other)).run()
    runner = copy(bench, "dpone", ["--from", "bench_src", "--table", "public.orders", "--to", str(own)],
                  prepare=lambda: [file.unlink(missing_ok=True) for file in (own, own.with_name(".own.csv.dpone.json"))], verify=verify, source=source)  # fmt: skip
    yield compare(f"PostgreSQL -> CSV, {rows:,} rows: time / psql \\copy to", runner, copy_out(bench, source, "csv", str(other)), bench.rounds, bar=1.2)


def merge(bench):
    """A delta of 1 % into the large table.

    A whole run against a script of psql, and its publishing against the script's SQL alone. It changes every tenth row of
    the latest tenth, as nightly loads do. Spread over the whole table it would dirty nearly half of its pages, and measure
    how fast the machine writes a gigabyte.
    """
    rows = bench.rows
    source = bench.server.source(rows)
    delta = rows // 100
    columns = ", ".join(MERGE_COLUMNS)
    exists = bench.server.rows(source, "select to_regclass('merge_orders') is not null")[0][0]
    # dpone refuses a cursor that is ahead of the clock.
    if not exists or bench.server.rows(source, "select max(updated_at) > now() from merge_orders")[0][0]:
        bench.server.rows(source, "drop table if exists merge_orders")
        bench.server.rows(source, "create table merge_orders as table orders")
        bench.server.rows(source, "alter table merge_orders add primary key (id)")
        bench.server.rows(source, "create index merge_orders_at on merge_orders (updated_at)")
    bench.server.rows(source, "vacuum (analyze) merge_orders")
    arguments = ["copy", "-q", "--from", "bench_src", "--to", "bench_dst", "--table", "public.merge_orders", "--mode", "incremental_merge", "--key", "id",
                 "--cursor", "updated_at"]  # fmt: skip
    ours = Runner("dpone", [str(binary()), *arguments], environment(bench, source), str(bench.folder))
    bench.server.rows(TARGET, "drop table if exists public.__dpone__loads, public.merge_orders, pipe.merge_orders")
    shutil.rmtree(bench.folder / ".dpone", ignore_errors=True)
    ours.run()
    bench.server.rows(TARGET, "create table pipe.merge_orders as table public.merge_orders")
    bench.server.rows(TARGET, "alter table pipe.merge_orders add primary key (id)")
    for table in ("public.merge_orders", "pipe.merge_orders"):
        bench.server.rows(TARGET, f"vacuum (analyze) {table}")
    turn = {"number": 0}
    since = bench.folder / "merge_since"

    def chosen(number):
        return f"id > {rows - rows // 10} and id % 10 = {number % 10}"

    def change(table):
        """Another 1 % of the source's rows. A target that has missed some catches up first."""

        def prepare():
            if table.startswith("public."):
                subprocess.run(ours.command, env=ours.env, cwd=ours.folder, check=True)
            turn["number"] += 1
            number = turn["number"]
            now = moment()
            # A script of some care keeps the last moment that it has loaded, as dpone does.
            since.write_text(str(now))
            bench.server.rows(source, f"update merge_orders set amount = {number}, updated_at = timestamp '{now}' + id * interval '1 us' where {chosen(number)}")
            bench.server.rows(source, "vacuum merge_orders")
            bench.server.rows(TARGET, f"vacuum {table}")
            bench.checkpoint()

        return prepare

    def moment():
        last = bench.server.rows(source, "select max(updated_at) from merge_orders")[0][0]
        return last + datetime.timedelta(hours=1)

    def changed(table):
        def verify():
            found = bench.server.rows(TARGET, f"select count(*) from {table} where amount = {turn['number']} and {chosen(turn['number'])}")[0][0]
            total = bench.server.rows(TARGET, f"select count(*) from {table}")[0][0]
            if (found, total) != (delta, rows):
                raise RunFailed(f"{table} has {found} changed rows of {total}, not {delta} of {rows}")

        return verify

    sets = ", ".join(f"{name} = s.{name}" for name in MERGE_COLUMNS)
    differs = " or ".join(f"t.{name} is distinct from s.{name}" for name in MERGE_COLUMNS)
    by_hand = {
        "update and insert": f"begin; update pipe.merge_orders t set {sets} from pipe.stage s where t.id = s.id and ({differs});"
        f" insert into pipe.merge_orders (id, {columns}) select id, {columns} from pipe.stage s where not exists (select from pipe.merge_orders t where t.id = s.id); commit",
        "on conflict": f"insert into pipe.merge_orders as t (id, {columns}) select id, {columns} from pipe.stage on conflict (id) do update set "
        + ", ".join(f"{name} = excluded.{name}" for name in MERGE_COLUMNS) + " where " + " or ".join(f"t.{name} is distinct from excluded.{name}" for name in MERGE_COLUMNS),
    }  # fmt: skip

    def script(name, sql):
        where = f"updated_at >= '$(cat {since})'"
        stage = "drop table if exists pipe.stage; create unlogged table pipe.stage (like pipe.merge_orders)"
        lines = [
            f"psql -X -q -d {TARGET} -c '{stage}' 2>/dev/null",
            f'psql -X -q -d {source} -c "copy (select * from merge_orders where {where}) to stdout (format binary)" | psql -X -q -d {TARGET} -c "copy pipe.stage from stdin (format binary)"',
            f"psql -X -q -d {TARGET} -c 'analyze pipe.stage'",
            f'psql -X -d {TARGET} -c "\\timing on" -c "{sql}"',
        ]
        env = {"PATH": os.environ["PATH"], **bench.server.libpq("postgres")}
        command = ["bash", "-e", "-o", "pipefail", "-c", "\n".join(lines)]
        return Runner(name, command, env, str(bench.folder), change("pipe.merge_orders"), changed("pipe.merge_orders"), bench.memory(source) // 20)

    def sql_seconds(runner):
        """What psql says of the SQL alone."""
        return sum(map(float, re.findall(r"^Time: ([0-9.]+) ms", runner.log.read_text(), re.MULTILINE))) / 1000

    def publish_seconds(_):
        newest = max((bench.folder / ".dpone/runs").iterdir(), key=lambda run: run.stat().st_mtime)
        return json.loads((newest / "run.json").read_text())["result"]["phases"]["publish_seconds"]

    scripts = [dataclasses.replace(script(name, sql), part=sql_seconds) for name, sql in by_hand.items()]
    for one in scripts:
        for _ in range(3):
            one.run()
    hand = min(scripts, key=lambda one: min(one.parts))
    print("  SQL alone: " + ", ".join(f"{one.name} {min(one.parts):.2f} s" for one in scripts), flush=True)
    ours = dataclasses.replace(ours, prepare=change("public.merge_orders"), verify=changed("public.merge_orders"), memory=bench.memory(source) // 20, part=publish_seconds)
    again = repeat(hand)
    rounds = 3 * bench.rounds  # they are short
    seconds = alternate([hand, ours, again], rounds)
    title = f"merge of {delta:,} into {rows:,} rows"
    yield ratio(f"{title}, whole run: time / script of psql ({hand.name})", seconds[ours.name], seconds[hand.name], seconds[again.name], bar=1.0)
    parts = [one.parts[-rounds:] for one in (ours, hand, again)]
    yield ratio(f"{title}, publishing: time / SQL of that script", *parts, bar=1.15)


def embedded_memory(bench):
    """Peak memory of the routes with files and SQLite."""
    path, rows = orders_csv(bench), csv_rows(bench)
    source = bench.server.source(rows)
    prepare, verify = into_table(bench, source, "orders", "public.csv_orders")
    own = bench.folder / "memory.db"
    filled = loaded_database(bench)
    runs = {
        "CSV -> PostgreSQL": copy(bench, "dpone", ["--from", str(path), "--to", "bench_dst", "--to-table", "public.csv_orders"], prepare=prepare, verify=verify),
        "CSV -> SQLite": copy(bench, "dpone", ["--from", str(path), "--to", f"sqlite:{own}", "--to-table", "orders"], prepare=lambda: own.unlink(missing_ok=True), verify=sqlite_count(own, rows)),
        "SQLite -> PostgreSQL": copy(bench, "dpone", ["--from", f"sqlite:{filled}", "--table", "orders", "--to", "bench_dst", "--to-table", "public.csv_orders"], prepare=prepare, verify=verify),
        "PostgreSQL -> CSV": copy(bench, "dpone", ["--from", "bench_src", "--table", "public.orders", "--to", str(bench.folder / "own.csv")], prepare=lambda: None, verify=lambda: None, source=source),
    }  # fmt: skip
    for name, runner in runs.items():
        peak = max(runner.run(peak_memory)[1] for _ in range(2))
        yield Figure(f"peak memory, {name}, {rows:,} rows", peak, peak, peak, "MiB", 64, True)


CASES = [csv_to_postgres, csv_to_sqlite, postgres_to_sqlite, sqlite_to_postgres, postgres_to_csv, merge, embedded_memory]
