"""What the memory tests share: rows of a given width in each kind of source, and what a copy of them takes."""

import dataclasses
import json

import pytest

from harness.sqlite_file import File

KIB = 1024
MIB = 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Shape:
    """Rows of a key and so many columns. `row_bytes` is the most that the values of a row have; they have half of it at least."""

    columns: int
    row_bytes: int
    type: str = "text"

    def __str__(self):
        size = f"{self.row_bytes // MIB}MiB" if self.row_bytes >= MIB else f"{self.row_bytes // KIB}KiB"
        return f"{self.columns}x{size}" + ("" if self.type == "text" else f"-{self.type}")

    @property
    def names(self):
        return ["id", *(f"c{i}" for i in range(self.columns))]

    @property
    def most(self):
        return max(2, self.row_bytes // self.columns)

    def rows_of(self, total_bytes):
        return max(8, total_bytes * 4 // (self.row_bytes * 3))

    def row(self, number):
        """The values of row `number`, as the SQL of `select` has them."""
        if self.type == "int":
            return [number, *((number * 7919 + i) % 1000 for i in range(self.columns))]
        half = self.most // 2
        return [number, *("x" * (half + (number * 7919 + i * 104729) % (half + 1)) for i in range(self.columns))]

    def select(self, rows):
        half = self.most // 2
        if self.type == "int":
            values = [f"((g * 7919 + {i}) % 1000)::int" for i in range(self.columns)]
        else:
            values = [f"lpad('', ({half} + (g * 7919 + {i * 104729}) % {half + 1})::int, 'x')" for i in range(self.columns)]
        return f"select g, {', '.join(values)} from generate_series(1::bigint, {rows}) g"


class Sources:
    """`sources(kind, shape, rows)` makes a source and gives the arguments of `dpone copy` that name it."""

    def __init__(self, dpone, src):
        self.folder = dpone.folder
        self.src = src

    def __call__(self, kind, shape, rows):
        return getattr(self, kind)(shape, rows)

    def postgres(self, shape, rows):
        # The server compresses such texts; a copy takes them at their full size.
        columns = ", ".join(f"{name} {shape.type}" for name in shape.names[1:])
        self.src.run(f"drop table if exists wide; create table wide (id bigint primary key, {columns})")
        self.src.run(f"insert into wide {shape.select(rows)}")
        return ["--from", "src", "--table", "wide"]

    def csv(self, shape, rows):
        with (self.folder / "wide.csv").open("w") as file:
            file.write(",".join(shape.names) + "\n")
            for number in range(1, rows + 1):
                file.write(",".join(map(str, shape.row(number))) + "\n")
        return ["--from", "wide.csv"]

    def jsonl(self, shape, rows):
        with (self.folder / "wide.jsonl").open("w") as file:
            for number in range(1, rows + 1):
                file.write(json.dumps(dict(zip(shape.names, shape.row(number), strict=True))) + "\n")
        return ["--from", "wide.jsonl"]

    def sqlite(self, shape, rows):
        path = self.folder / "wide.db"
        path.unlink(missing_ok=True)
        type_ = "INTEGER" if shape.type == "int" else "TEXT"
        columns = ", ".join(f"{name} {type_} NOT NULL" for name in shape.names[1:])
        marks = ", ".join("?" * len(shape.names))
        with File(path).open() as connection:
            connection.execute(f"create table wide (id INTEGER PRIMARY KEY, {columns}) STRICT")
            connection.execute("begin")
            connection.executemany(f"insert into wide values ({marks})", (shape.row(number) for number in range(1, rows + 1)))
            connection.execute("commit")
        return ["--from", "wide.db", "--table", "wide"]


TARGETS = {
    "postgres": ["--to", "dst", "--to-table", "wide"],
    "csv": ["--to", "out.csv"],
    "jsonl": ["--to", "out.jsonl"],
    "sqlite": ["--to", "out.db", "--to-table", "wide"],
}


@pytest.fixture
def sources(dpone, src):
    return Sources(dpone, src)


@pytest.fixture
def peak_of(dpone, dst, sources):
    """peak_of(source, target, shape, rows, *options): most MiB that a first load of so many rows took."""

    def measure(source, target, shape, rows, *options):
        dst.run("drop table if exists wide; drop table if exists __dpone__loads")
        for path in [*dpone.folder.glob("out.*"), *dpone.folder.glob(".out.*")]:
            path.unlink()
        run, peak = dpone.measure("copy", *sources(source, shape, rows), *TARGETS[target], "-q", *options)
        run.expect(0)
        return peak

    return measure
