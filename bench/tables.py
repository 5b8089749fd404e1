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
        found = self.rows("postgres", f"select shobj_description(oid, 'pg_database') from pg_database where datname = '{name}'")
        if found and found[0][0] == READY:
            return name
        print(f"making {rows} orders", flush=True)
        self.rows("postgres", f"drop database if exists {name}")
        self.rows("postgres", f"create database {name}")
        environment = {"PATH": "/usr/bin:/bin", **self.libpq(name)}
        script = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"n={rows}", "-f", str(ROOT / "bench/data/orders.sql")]
        subprocess.run(script, env=environment, check=True)
        self.rows(name, "create table orders_pk as table orders")
        self.rows(name, "alter table orders_pk add primary key (id)")
        self.rows(name, "alter table orders drop constraint orders_pkey")
        self.rows(name, "create table one_order as select * from orders limit 1")
        for table in ("orders", "orders_pk", "one_order"):
            self.rows(name, f"vacuum (freeze, analyze) {table}")
        self.rows("postgres", f"comment on database {name} is '{READY}'")
        return name

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
