"""Every system behind one face: a place for rows, as the conformance suite fills, loads and looks at it.

What a system can do is what `dpone version --format json` says; a system that it names and that has no class here fails the suite.
"""

import csv
import json
import sqlite3

from harness import held
from harness.sqlite_file import File

COLUMNS = ("id", "name", "amount", "day", "at")
DDL = "id integer{key}, name text, amount {numeric}, day {date}, at {timestamp}"
ROWS = [
    (1, "plain", "1.50", "2024-02-29", "2024-02-29 12:00:00.25"),
    (2, "", "-0.01", "1999-12-31", "1970-01-01 00:00:00"),
    (3, None, None, None, None),
    (4, 'quo"te, comma\nline \u00e9\U0001f600', "123456789.00", "2024-03-01", "2024-03-01 23:59:59.999999"),
]


def changed(rows):
    """The same a day later: row 1 is another, row 5 is new."""
    return [(1, "changed", "2.25", "2024-03-02", "2024-03-02 00:00:00"), *rows[1:], (5, "new", "5.00", "2024-03-03", "2024-03-03 00:00:00")]


class System:
    """`end()` is what stands in a manifest; `fill(rows)` replaces what is there; `rows()` reads it back by other means.

    `methods` are the ways to publish that a killed run is tried with (tests/crash): the first ones of each kind come
    first, since the shorter tests take every second one."""

    methods = ()

    def __init__(self, dpone, name):
        self.dpone, self.name = dpone, name

    def exists(self):
        return self.rows() is not None

    def prepare(self, method):
        """Before the first load by `method`; after it, where there is one."""

    def settle(self):
        """Waits until a killed run holds nothing here any more."""

    def receipts(self):
        """(version, run id, rows) of each receipt, oldest first; None where they are not looked at."""
        return None

    def leftovers(self):
        """What a run may have left besides its target."""
        raise NotImplementedError


class Postgres(System):
    system = "postgres"
    methods = ("exchange", "create", "truncate_insert", "delete_insert", "merge", "append", "replace")

    def __init__(self, dpone, name, database):
        super().__init__(dpone, name)
        self.database = database
        dpone.connect(name, database.url)

    def end(self):
        return {"type": "postgres", "connection_type": "env", "connection_id": self.name, "table": {"schema": "public", "name": "orders"}}

    def fill(self, rows):
        columns = DDL.format(key=" primary key", numeric="numeric(12,2)", date="date", timestamp="timestamp")
        self.database.run(f"drop table if exists orders; create table orders ({columns})")
        if rows:
            values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
            self.database.run(f"insert into orders values {values}", [value for row in rows for value in row])

    def rows(self):
        if self.database.value("select to_regclass('public.orders') is null"):
            return None
        return self.database.rows("select id, name, amount::text, day::text, at::text from orders order by id")

    def settle(self):
        held.eventually(lambda: held.sessions(self.database) == 0, "the end of the killed run's sessions")

    def receipts(self):
        return held.receipts(self.database)

    def leftovers(self):
        keys = self.database.value("select count(*) from pg_constraint where conrelid = to_regclass('public.orders') and contype = 'p'")
        assert keys == self.exists(), "the key of the source came with the rows"
        return held.leftovers(self.database)


class Sqlite(System):
    system = "sqlite"
    methods = ("exchange", "create", "truncate_insert", "append", "merge", "new_database", "replace", "exchange_in_wal")

    @property
    def path(self):
        return self.dpone.folder / f"{self.name}.db"

    def end(self):
        return {"type": "sqlite", "connection_type": "params", "params": {"path": self.path.name}, "table": {"name": "orders"}}

    def fill(self, rows):
        columns = DDL.format(key=" primary key", numeric="numeric(12,2)", date="date", timestamp="timestamp")
        with sqlite3.connect(self.path) as connection:
            connection.executescript(f"drop table if exists orders; create table orders ({columns.replace('numeric(12,2)', 'text')})")
            connection.executemany("insert into orders values (?, ?, ?, ?, ?)", rows)

    def rows(self):
        if not self.path.exists():
            return None
        with sqlite3.connect(self.path) as connection:
            if not connection.execute("select 1 from sqlite_schema where name = 'orders'").fetchone():
                return None
            return connection.execute("select id, name, amount, day, at from orders order by id").fetchall()

    def prepare(self, method):
        file = File(self.path)
        if self.exists():
            file.run("create index if not exists by_name on orders (name)")
        if method == "create":
            file.run("create table if not exists other (n); insert into other values (1)")
        if method == "exchange_in_wal":
            file.run("pragma journal_mode = wal")

    def receipts(self):
        return File(self.path).receipts()

    def leftovers(self):
        file = File(self.path)
        assert not file.has("other") or file.value("select count(*) from other") == 1
        return file.leftovers()


class RowFile(System):
    system = "file"
    extension = "csv"
    methods = ("exchange", "create")

    @property
    def path(self):
        return self.dpone.folder / f"{self.name}.{self.extension}"

    def end(self):
        return {"type": "file", "path": self.path.name}

    def rows(self):
        return self.read(self.path.read_bytes().decode()) if self.path.exists() else None

    def leftovers(self):
        names = (path.name for path in self.path.parent.glob(f".{self.path.name}.dpone*"))
        return sorted(name for name in names if not name.endswith(".dpone.json"))


class Csv(RowFile):
    def fill(self, rows):
        def field(value):
            return "" if value is None else '"' + str(value).replace('"', '""') + '"'

        self.path.write_text("\n".join([",".join(COLUMNS), *(",".join(map(field, row)) for row in rows)]) + "\n")

    def read(self, text):
        # Python's reader does not tell an empty text from NULL: one that is quoted has a mark put in.
        rows = list(csv.reader(text.replace(',"",', ',"\x01",').splitlines(keepends=True)))
        assert tuple(rows[0]) == COLUMNS
        return sorted((int(row[0]), *("" if value == "\x01" else value or None for value in row[1:])) for row in rows[1:])


class JsonLines(RowFile):
    extension = "jsonl"

    def fill(self, rows):
        self.path.write_text("".join(json.dumps(dict(zip(COLUMNS, row))) + "\n" for row in rows))

    def read(self, text):
        def row_of(line):
            row = json.loads(line, parse_float=str)
            return tuple(row.get(name) for name in COLUMNS)

        return sorted(map(row_of, text.splitlines()))


CLASSES = {"postgres": [Postgres], "sqlite": [Sqlite], "file": [Csv, JsonLines]}
