"""The bench server, its databases, and how a result is checked."""

import contextlib
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from harness.postgres import Server, libpq_environment, quoted  # noqa: E402
from harness.program import binary  # noqa: E402, F401

from pairs import RunFailed  # noqa: E402

TARGET = "bench_target"
READY = "dpone bench: complete, 2"
FEW_ROWS = 10_000
# Bytes of a row's text, and how many times fewer rows than --rows there are.
TALL = {"tall_16k": (16 << 10, 500), "tall_256k": (256 << 10, 8000)}
WIDE_COLUMNS = 300
# The types of orders, and the value of column {n} in row i.
WIDE_TYPES = {
    "int": "(i * {n} % 100003)::int",
    "bigint": "i * 1000003 + {n}",
    "text": r"""case when (i + {n}) % 10 = 0 then null when (i + {n}) % 997 = 0 then ''
 when (i + {n}) % 991 = 0 then E'tab\there, "quote", back\\slash\nnewline' else substr(md5((i * {n})::text), 1, 8 + (i % 17)::int) end""",
    "numeric": "((i * 104729 * {n} % 1000000000)::numeric / 100)::numeric(12,2)",
    "timestamptz": "timestamptz '2020-01-01 00:00:00+00' + i * interval '37.123457 seconds' + {n} * interval '1 day'",
    "date": "date '2020-01-01' + ((i + {n}) % 2000)::int",
    "bool": "(i + {n}) % 3 = 0",
    "float8": "sqrt((i + {n})::float8) * 1.1",
}


def wide_rows(rows):
    return max(rows // 100, 1)


def wide_columns():
    """The select list of the wide table: int_1, bigint_2, ..."""
    types = list(WIDE_TYPES.items())
    chosen = [(n, *types[(n - 1) % len(types)]) for n in range(1, WIDE_COLUMNS + 1)]
    return ", ".join(f"{value.format(n=n)} as {type_}_{n}" for n, type_, value in chosen)


class BenchServer(Server):
    """PostgreSQL 16 with the bench profile, and tables of orders in databases that outlive the run."""

    def __init__(self):
        super().__init__("16-bench")

    def rows(self, database, sql):
        with contextlib.closing(self.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute("set timezone = 'UTC'")
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def libpq(self, database):
        return libpq_environment(self.url_of(database))

    def checkpoint(self):
        self.rows("postgres", "checkpoint")

    def source(self, rows):
        """The database with `rows` orders, once without (public.orders) and once with a key (public.orders_pk)."""
        name = f"bench_orders_{rows}"

        def fill():
            self.make_orders(name, rows)
            self.rows(name, "create table orders_pk as table orders")
            self.rows(name, "alter table orders_pk add primary key (id)")
            self.rows(name, "alter table orders drop constraint orders_pkey")
            self.rows(name, "create table one_order as select * from orders limit 1")

        return self.kept(name, f"{rows} orders", ("orders", "orders_pk", "one_order"), fill)

    def shapes(self, rows):
        """The database with what orders are not: wide, narrow and few rows, and large ones. They scale with `rows`."""
        name = f"bench_shapes_{rows}"

        def fill():
            self.make_orders(name, FEW_ROWS)
            self.rows(name, "create table some_orders as table orders")
            self.rows(name, "drop table orders")
            self.rows(name, f"create table narrow as select i::int as a, (i * 7919 % 100003)::int as b from generate_series(1, {rows * 2}::bigint) i")
            self.rows(name, f"create table wide as select {wide_columns()} from generate_series(1, {wide_rows(rows)}::bigint) i")
            for table, (row_bytes, part) in TALL.items():
                body = f"(select string_agg(md5((i * 10007 + j)::text), '') from generate_series(1, {row_bytes // 32}) j)"
                self.rows(name, f"create table {table} as select i as id, {body} as body from generate_series(1, {max(rows // part, 1)}) i")

        return self.kept(name, f"shapes of {rows} rows", ("some_orders", "narrow", "wide", *TALL), fill)

    def kept(self, name, what, tables, fill):
        """The database `name`: made by `fill` unless an earlier run has completed it."""
        found = self.rows("postgres", f"select shobj_description(oid, 'pg_database') from pg_database where datname = '{name}'")
        if found and found[0][0] == READY:
            return name
        print(f"making {what}", flush=True)
        self.rows("postgres", f"drop database if exists {name}")
        self.rows("postgres", f"create database {name}")
        fill()
        for table in tables:
            self.rows(name, f"vacuum (freeze, analyze) {table}")
        self.rows("postgres", f"comment on database {name} is '{READY}'")
        return name

    def make_orders(self, database, rows):
        environment = {"PATH": "/usr/bin:/bin", **self.libpq(database)}
        script = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"n={rows}", "-f", str(ROOT / "bench/data/orders.sql")]
        subprocess.run(script, env=environment, check=True)

    def fresh_target(self):
        self.rows("postgres", f"drop database if exists {TARGET} with (force)")
        self.rows("postgres", f"create database {TARGET}")
        for schema in ("pipe", "peer", "staging"):
            self.rows(TARGET, f"create schema {schema}")

    def columns(self, database, table):
        """(name, type, whether it is NOT NULL) of each column."""
        sql = (
            "select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute"
            f" where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped order by attnum"
        )
        return [(quoted(name), type_, is_not_null) for name, type_, is_not_null in self.rows(database, sql)]

    def size(self, database, table):
        return self.rows(database, f"select pg_table_size('{table}')")[0][0]

    def has_key(self, database, table):
        return bool(self.rows(database, f"select 1 from pg_index where indrelid = '{table}'::regclass and indisprimary"))

    def fingerprint(self, database, table, columns):
        """(rows, order-free hash) with each column cast to the source's type, for peers that change types."""
        row = ", ".join(f"{name}::{type_}" for name, type_, _ in columns)
        sql = f"select count(*), sum(hash_record_extended(row({row}), 0))::text from {table}"
        return self.rows(database, sql)[0]

    def checker(self, source, table, target_table):
        """A function that raises RunFailed unless `target_table` holds what `table` of database `source` does."""
        columns = self.columns(source, table)
        expected = self.fingerprint(source, table, columns)

        def check():
            found = self.fingerprint(TARGET, target_table, columns)
            if found != expected:
                raise RunFailed(f"{target_table} holds {found}, the source {expected}")

        return check
