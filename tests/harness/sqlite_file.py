"""A SQLite file that tests fill and look at."""

import contextlib
import sqlite3


class File:
    """A database file. Each call opens it anew, so that nothing of it is held."""

    def __init__(self, path):
        self.path = path

    @contextlib.contextmanager
    def open(self, timeout=0):
        connection = sqlite3.connect(self.path, timeout=timeout, isolation_level=None)
        try:
            yield connection
        finally:
            connection.close()

    def run(self, script):
        with self.open(timeout=10) as connection:
            connection.executescript(script)

    def rows(self, sql, parameters=()):
        with self.open(timeout=10) as connection:
            return connection.execute(sql, parameters).fetchall()

    def value(self, sql, parameters=()):
        return self.rows(sql, parameters)[0][0]

    def has(self, table):
        return self.path.exists() and bool(self.rows("select 1 from sqlite_master where name = ?", (table,)))

    def receipts(self):
        """(version, run id, rows) of each receipt, oldest first."""
        if not self.has("__dpone__loads"):
            return []
        return self.rows("select version, run_id, receipt->>'rows_loaded' from __dpone__loads order by target_epoch, version")

    def leftovers(self):
        """What a stage leaves: tables and indexes, their record, and lock files."""
        found = [path.name for path in self.path.parent.glob(self.path.name + "-dpone-*")]
        if not self.path.exists():
            return found
        found += [name for (name,) in self.rows("select name from sqlite_master where name glob '__dpone_[0-9a-f]*'")]
        if self.has("__dpone__stages"):
            found += [name for (name,) in self.rows("select name from __dpone__stages")]
        assert self.value("pragma integrity_check") == "ok"
        return found
