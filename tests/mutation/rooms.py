"""Which room a source file lies in, and which tests touch a room."""

import pathlib

# The longest prefix below src/dpone counts. What no row names is its first folder's room.
NESTED = ("connectors/postgres", "connectors/sqlite", "connectors/file", "codec/pg_copy", "codec/delimited", "codec/json_rows")

# Sources that only tests use.
OF_TESTS = ("_test.cc", "test_support.h", "golden_values.h", "round_trip_check.cc", "round_trip_check.h")

# The tests of the whole program that a fault must pass which the unit tests let live: narrow, the likeliest first.
FILES = ("tests/files",)
POSTGRES = ("tests/routes/test_columns.py", "tests/routes/test_publications.py", "tests/routes/test_creation.py")
SQLITE = ("tests/sqlite/test_values.py", "tests/sqlite/test_publishing.py", "tests/sqlite/test_incremental.py")
STRATEGIES = ("tests/strategies",)
TYPES = ("tests/conformance/test_types.py", "tests/conformance/test_fidelity.py", "tests/conformance/test_into_text.py")
CLI = ("tests/cli/test_commands.py", "tests/cli/test_output.py", "tests/cli/test_bad_input.py", "tests/cli/test_copies.py")
SUITES = {
    "base": ("tests/cli/test_secrets.py", *CLI, *FILES),
    "data": (*FILES, *SQLITE, *TYPES),
    "codec/delimited": FILES,
    "codec/json_rows": FILES,
    "codec/pg_copy": (*POSTGRES, *TYPES, "tests/conformance/test_infinite_intervals.py", "tests/conformance/test_limits.py"),
    "ports": (*SQLITE, *FILES, *STRATEGIES),
    "sql": (*SQLITE, *STRATEGIES),
    "connections": ("tests/cli/test_secrets.py", *CLI),
    "manifest": (*CLI, *SQLITE),
    "plan": (*SQLITE, *STRATEGIES, *POSTGRES),
    "evidence": ("tests/cli/test_state_folder.py", *SQLITE),
    "engine": (*SQLITE, *FILES, *STRATEGIES),
    "report": ("tests/cli/test_output.py", *SQLITE),
    "connectors/postgres": (*POSTGRES, *STRATEGIES, *TYPES, "tests/integration/postgres"),
    "connectors/sqlite": ("tests/sqlite",),
    "connectors/file": FILES + ("tests/cli/test_copies.py",),
    "rowfile": FILES,
    "cli": (
        *CLI, "tests/cli/test_completion.py", "tests/cli/test_docs.py", "tests/cli/test_first_contact.py", "tests/cli/test_newcomers.py",
        "tests/cli/test_secrets.py", "tests/cli/test_state_folder.py", "tests/cli/test_stuck_streams.py",
    ),  # fmt: skip
}


def room_of(path):
    """The room of `path`, which is relative to src/dpone, or None for what is not put to the test."""
    if path.endswith(OF_TESTS) or pathlib.PurePath(path).name.startswith("test_"):
        return None
    for room in NESTED:
        if path.startswith(room + "/"):
            return room
    room = path.partition("/")[0]
    return room if room in SUITES else None


def runner_of(room):
    """The target of the unit tests of the room alone; not every room has one."""
    return f"dpone_{room.split('/')[0] if room.startswith('codec/') else room.replace('/', '_')}_test"
