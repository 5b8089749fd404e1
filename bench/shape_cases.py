"""What is measured of tables that are not a million orders: one row, few, wide, narrow and large rows. Against psql's own COPY."""

from embedded_cases import copy, into_table, psql_copy, table_csv
from pairs import Figure, compare, peak_memory
from tables import TALL


def against_pipe(bench, source, table, what, rounds, bar):
    title = f"full_refresh of {what}: time / psql pipe"
    yield compare(title, bench.dpone(source, table), bench.pipe(source, table), rounds, bar=bar)


def rows_of(bench, source, table):
    return bench.server.rows(source, f"select count(*) from public.{table}")[0][0]


def one_row(bench):
    """One row without a key."""
    source = bench.server.source(bench.rows // 10)
    yield from against_pipe(bench, source, "one_order", "1 row", 3 * bench.rounds, 1.5)


def few_rows(bench):
    """10,000 rows without a key."""
    source = bench.server.shapes(bench.rows)
    yield from against_pipe(bench, source, "some_orders", "10,000 rows", 3 * bench.rounds, 1.3)


def wide(bench):
    """Rows of 300 columns."""
    source = bench.server.shapes(bench.rows)
    yield from against_pipe(bench, source, "wide", f"300 columns x {rows_of(bench, source, 'wide'):,} rows", bench.rounds, 1.1)


def narrow(bench):
    """Rows of 2 integers, twice as many of them."""
    source = bench.server.shapes(bench.rows)
    yield from against_pipe(bench, source, "narrow", f"2 integers x {rows_of(bench, source, 'narrow'):,} rows", bench.rounds, 1.02)


def large_rows(bench):
    """Rows of 16 and of 256 KiB."""
    source = bench.server.shapes(bench.rows)
    for table, (row_bytes, _) in TALL.items():
        what = f"{rows_of(bench, source, table):,} rows of {row_bytes >> 10} KiB"
        yield from against_pipe(bench, source, table, what, bench.rounds, 1.1)


def wide_csv(bench):
    """A CSV file of 300 columns into PostgreSQL, and its peak memory."""
    source = bench.server.shapes(bench.rows)
    path = table_csv(bench, source, "wide")
    prepare, verify = into_table(bench, source, "wide", "public.csv_wide")
    memory = bench.memory(source, "wide")
    limit = psql_copy(bench, path, "public.csv_wide", prepare, verify, memory)
    what = f"CSV -> PostgreSQL, 300 columns x {rows_of(bench, source, 'wide'):,} rows"
    for loaders in (1, 2):
        arguments = ["--from", str(path), "--to", "bench_dst", "--to-table", "public.csv_wide", "--loaders", str(loaders)]
        runner = copy(bench, f"dpone {loaders} loaders", arguments, prepare=prepare, verify=verify, memory=memory)
        yield compare(f"{what}, loaders {loaders}: time / psql \\copy", runner, limit, bench.rounds, bar=0.7)
        peaks = [runner.run(peak_memory)[1] for _ in range(3)]
        yield Figure(f"peak memory, {what}, loaders {loaders}", max(peaks), min(peaks), max(peaks), "MiB", 64, True)


CASES = [one_row, few_rows, wide, narrow, large_rows, wide_csv]
