"""What is measured, one function a figure, and the bar it is held to."""

import os
import re
import statistics
import time

import embedded_cases
import peer_cases
import shape_cases
from pairs import Figure, RunFailed, Runner, compare, peak_memory
from tables import ROOT, TARGET, binary


# A table, its log and its index, and as much again.
MEMORY_PER_TABLE = 4
CODEC_BARS = {"decode": 9, "encode": 15, "CSV decode": 3.5}


class Bench:
    """A bench server with a target, and how large and how often to measure."""

    def __init__(self, server, rows, rounds):
        self.server = server
        self.rows = rows
        self.rounds = rounds
        self.folder = ROOT / "build/bench/work"
        self.folder.mkdir(parents=True, exist_ok=True)

    def checkpoint(self):
        self.server.checkpoint()

    def memory(self, source, table="orders"):
        """Bytes that a copy of `table` of database `source` makes the machine use."""
        return min(self.server.size(source, f"public.{table}") * MEMORY_PER_TABLE, 4 << 30)

    def dpone(self, source, table, *options, name="dpone"):
        """dpone reloads `table` of database `source`; from the second run on, the target exists."""
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "DPONE_CONN_BENCH_SRC_URL": self.server.url_of(source),
            "DPONE_CONN_BENCH_DST_URL": self.server.url_of(TARGET),
        }
        command = [str(binary()), "copy", "--from", "bench_src", "--to", "bench_dst"]
        command += ["--table", f"public.{table}", "-q", *options]
        check = self.server.checker(source, f"public.{table}", f"public.{table}")
        wants_key = self.server.has_key(source, f"public.{table}")

        def verify():
            check()
            if wants_key and not self.server.has_key(TARGET, f"public.{table}"):
                raise RunFailed("dpone left the target without its primary key")

        return Runner(name, command, env, str(self.folder), self.checkpoint, verify, self.memory(source, table))

    def pipe(self, source, table):
        """psql COPY BINARY | psql COPY BINARY into a fresh logged table as dpone makes it: NOT NULL and primary key are the source's."""
        columns = [f"{name} {type_}{' not null' if is_not_null else ''}" for name, type_, is_not_null in self.server.columns(source, f"public.{table}")]
        if self.server.has_key(source, f"public.{table}"):
            columns.append("primary key (id)")

        def prepare():
            self.server.rows(TARGET, f"drop table if exists pipe.{table}")
            self.server.rows(TARGET, f"create table pipe.{table} ({', '.join(columns)})")
            self.checkpoint()

        copy_out = f"psql -X -q -d {source} -c 'copy public.{table} to stdout (format binary)'"
        copy_in = f"psql -X -q -d {TARGET} -c 'copy pipe.{table} from stdin (format binary)'"
        command = ["bash", "-o", "pipefail", "-c", f"{copy_out} | {copy_in}"]
        env = {"PATH": os.environ["PATH"], **self.server.libpq("postgres")}
        verify = self.server.checker(source, f"public.{table}", f"pipe.{table}")
        return Runner("psql pipe", command, env, str(self.folder), prepare, verify, self.memory(source, table))

    def peer(self, name, command, env, table, source):
        def prepare():
            self.server.rows(TARGET, f"drop table if exists {table}")
            self.checkpoint()

        verify = self.server.checker(source, "public.orders", table)
        return Runner(name, command, env, str(self.folder), prepare, verify, self.memory(source))


def reload(bench):
    """The strategy full_refresh without a key."""
    source = bench.server.source(bench.rows)
    title = f"full_refresh, {bench.rows:,} rows, no key: time / psql pipe"
    yield compare(title, bench.dpone(source, "orders"), bench.pipe(source, "orders"), bench.rounds, bar=1.02)


def reload_loaders(bench):
    """The strategy full_refresh with two connections that load.

    Faster, but older snapshots see the new table empty.
    """
    source = bench.server.source(bench.rows)
    for table, bar in (("orders", 1.02), ("orders_pk", 0.88)):
        title = f"full_refresh of {table}, {bench.rows:,} rows, loaders 2: time / psql pipe"
        yield compare(title, bench.dpone(source, table, "--loaders", "2"), bench.pipe(source, table), bench.rounds, bar=bar)


def reload_key(bench):
    """The strategy full_refresh with a primary key."""
    source = bench.server.source(bench.rows)
    title = f"full_refresh, {bench.rows:,} rows, primary key: time / psql pipe"
    yield compare(title, bench.dpone(source, "orders_pk"), bench.pipe(source, "orders_pk"), bench.rounds, bar=0.88)


def typed(bench):
    """The option --no-raw against raw."""
    source = bench.server.source(bench.rows)
    decoded = bench.dpone(source, "orders", "--no-raw", name="dpone --no-raw")
    title = f"{bench.rows:,} rows, decoded and encoded: time of --no-raw / raw"
    yield compare(title, decoded, bench.dpone(source, "orders"), bench.rounds, bar=1.1)


def codec(bench):
    """COPY BINARY and CSV in memory.

    bench/codec takes the medians itself: `decode, 8192 rows a batch  12.3 M rows/s (11.9..12.6)  2400 MB/s`.
    """
    programs = [path for path in (ROOT / "build/bench").rglob("dpone_codec_bench") if path.is_file()]
    if not programs:
        raise RunFailed("build/bench has no dpone_codec_bench")
    million_rows = max(bench.rows / 1e6, 1)
    Runner("codec", [str(programs[0]), str(million_rows), str(bench.rounds)], dict(os.environ), str(bench.folder)).run()
    pattern = r"^(decode|encode|CSV decode)(?:, (\d+) rows a batch)? +([\d.]+) M rows/s \(([\d.]+)\.\.([\d.]+)\)"
    found = re.findall(pattern, (bench.folder / "codec.log").read_text(), re.MULTILINE)
    if {leg for leg, *_ in found} != set(CODEC_BARS):
        raise RunFailed("dpone_codec_bench printed no rates that we know how to read")
    for leg, rows, *rates in found:
        median, lowest, highest = (float(rate) for rate in rates)
        yield Figure(f"{leg}, batches of {rows} rows" if rows else leg, median, lowest, highest, "M rows/s", CODEC_BARS[leg], False)


def memory(bench):
    """Peak memory of a tenth of the rows and of all."""
    peaks = {}
    for rows in (bench.rows // 10, bench.rows):
        runner = bench.dpone(bench.server.source(rows), "orders")
        bench.server.fresh_target()
        peaks[rows] = [runner.run(peak_memory)[1] for _ in range(3)]
        yield Figure(f"peak memory, {rows:,} rows", max(peaks[rows]), min(peaks[rows]), max(peaks[rows]), "MiB", 48, True)
    few, many = (max(of) for of in peaks.values())
    yield Figure("peak memory, difference of the two", abs(many - few), 0, abs(many - few), "MiB", 8, True)


def startup(bench):
    """The start of `dpone version`."""
    runner = Runner("version", [str(binary()), "version"], dict(os.environ), str(bench.folder))
    runner.run()
    times = [runner.run()[0] * 1000 for _ in range(20 * bench.rounds)]
    yield Figure("`dpone version`", statistics.median(times), min(times), max(times), "ms", 8, True)


CASES = [startup, memory, reload, reload_key, reload_loaders, typed, codec]
CASES += shape_cases.CASES + peer_cases.CASES + embedded_cases.CASES


def named(name):
    return {case.__name__: case for case in CASES}[name]


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
