"""Memory is bounded whatever the width of a row, the number of columns and the number of rows.

The rule, in docs/performance.md: at most 64 MiB while rows have at most 1 MiB; above that, four times the largest row on top.
DPONE_MEMORY_TESTS=long measures every route with every shape, and tables six times as big.
"""

import os

import pytest

from memory.conftest import KIB, MIB, Shape

IS_LONG = os.environ.get("DPONE_MEMORY_TESTS") == "long"
LIMIT = 64
# MiB that twice the rows may take more, by chance: how full the queue was, and what the allocator kept.
NOISE = 12
TOTAL = (400 if IS_LONG else 64) * MIB

ROUTES = {
    "postgres-postgres-raw": ("postgres", "postgres"),
    "postgres-postgres-batches": ("postgres", "postgres", "--no-raw"),
    "postgres-sqlite": ("postgres", "sqlite"),
    "postgres-csv": ("postgres", "csv"),
    "postgres-jsonl": ("postgres", "jsonl"),
    "csv-postgres": ("csv", "postgres"),
    "csv-sqlite": ("csv", "sqlite"),
    "jsonl-postgres": ("jsonl", "postgres"),
    "jsonl-sqlite": ("jsonl", "sqlite"),
    "sqlite-postgres": ("sqlite", "postgres"),
    "sqlite-csv": ("sqlite", "csv"),
    "sqlite-sqlite": ("sqlite", "sqlite"),
}
SHAPES = [
    Shape(1, 2 * KIB),
    Shape(1, 16 * KIB),
    Shape(1, 60 * KIB),
    Shape(1, MIB),
    Shape(10, 16 * KIB),
    Shape(10, MIB),
    Shape(100, 16 * KIB),
    Shape(100, 60 * KIB),
    Shape(300, 2 * KIB),
    Shape(300, 16 * KIB),
    Shape(300, 60 * KIB),
    Shape(300, MIB),
    Shape(1500, 60 * KIB),
    Shape(1500, MIB),
    Shape(1500, 6 * KIB, "int"),
]
# What each route is most likely to fail with; the long form leaves nothing out.
SHORT = {
    "postgres-postgres-raw": [(1, 16 * KIB), (300, 60 * KIB), (1, MIB)],
    "postgres-postgres-batches": [(1, 60 * KIB), (300, 60 * KIB), (300, MIB), (1500, 6 * KIB)],
    "postgres-sqlite": [(100, 60 * KIB)],
    "postgres-csv": [(300, 60 * KIB), (1, MIB)],
    "postgres-jsonl": [(10, MIB)],
    "csv-postgres": [(300, 2 * KIB), (100, 60 * KIB)],
    "csv-sqlite": [(1500, 60 * KIB), (1, MIB)],
    "jsonl-postgres": [(10, 16 * KIB)],
    "jsonl-sqlite": [(300, 16 * KIB), (1, MIB)],
    "sqlite-postgres": [(300, 60 * KIB)],
    "sqlite-csv": [(1500, MIB)],
    "sqlite-sqlite": [(1, 60 * KIB)],
}


# MiB of a row above 1 MiB.
BIG = 40


def fits_postgres(shape):
    """A row of PostgreSQL has 8 KiB of values and of pointers to them, of 18 bytes each."""
    return shape.columns < 400 or shape.type == "int"


def cases():
    for name, route in ROUTES.items():
        for shape in SHAPES:
            if "postgres" in route[:2] and not fits_postgres(shape):
                continue
            if IS_LONG or (shape.columns, shape.row_bytes) in SHORT[name]:
                yield pytest.param(route, shape, id=f"{name}-{shape}")


@pytest.mark.parametrize(("route", "shape"), cases())
def test_memory_stays_within_its_rule_and_flat_in_the_number_of_rows(peak_of, route, shape):
    source, target, *options = route
    rows = shape.rows_of(TOTAL)
    once = peak_of(source, target, shape, rows, *options)
    twice = peak_of(source, target, shape, 2 * rows, *options)
    print(f"peak: {once:.0f} {twice:.0f} MiB of {LIMIT}")
    assert max(once, twice) <= LIMIT
    assert twice <= once + NOISE


BIG_ROW_ROUTES = list(ROUTES) if IS_LONG else ["postgres-postgres-raw", "postgres-sqlite", "csv-postgres", "sqlite-csv"]


@pytest.mark.parametrize("name", BIG_ROW_ROUTES)
def test_a_row_above_1_mib_takes_four_times_its_size_more_at_most(peak_of, name):
    source, target, *options = ROUTES[name]
    peak = peak_of(source, target, Shape(2, BIG * MIB), 8, *options)
    print(f"peak: {peak:.0f} MiB of {LIMIT + 4 * BIG}")
    assert peak <= LIMIT + 4 * BIG
