"""Which room a source file lies in, and which tests touch a room."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/lint"))
from layers import Rules  # noqa: E402

# The longest prefix below src/dpone counts. What no row names is its first folder's room.
NESTED = ("connectors/postgres", "connectors/sqlite", "connectors/file", "codec/pg_copy", "codec/delimited", "codec/json_rows")

# Sources that only tests use.
OF_TESTS = ("_test.cc", "test_support.h", "golden_values.h", "round_trip_check.cc", "round_trip_check.h")

# The tests of the whole program that a fault must pass which the unit tests let live: narrow, the likeliest first.
FILES = ("tests/files",)
SQLITE = ("tests/sqlite/test_values.py", "tests/sqlite/test_publishing.py", "tests/sqlite/test_incremental.py")
POSTGRES = ("tests/routes/test_columns.py", "tests/routes/test_publications.py", "tests/conformance/test_types.py")
CLI = ("tests/cli/test_commands.py", "tests/cli/test_output.py", "tests/cli/test_bad_input.py", "tests/cli/test_copies.py")
APPEND = "tests/strategies/test_append.py"
SUITES = {
    "base": ("tests/cli/test_secrets.py", "tests/cli/test_output.py", "tests/files/test_bad_input.py"),
    "data": (*FILES, "tests/sqlite/test_values.py", "tests/conformance/test_types.py"),
    "codec/delimited": FILES,
    "codec/json_rows": FILES,
    "codec/pg_copy": ("tests/conformance/test_types.py", "tests/conformance/test_infinite_intervals.py", "tests/conformance/test_limits.py"),
    "ports": (*SQLITE, APPEND),
    "sql": (*SQLITE, APPEND),
    "connections": ("tests/cli/test_secrets.py", *CLI),
    "manifest": CLI,
    "plan": (*SQLITE, APPEND, "tests/routes/test_columns.py"),
    "evidence": ("tests/cli/test_state_folder.py", *SQLITE),
    "engine": (*SQLITE, "tests/files/test_routes.py", APPEND),
    "report": ("tests/cli/test_output.py", "tests/sqlite/test_publishing.py"),
    "connectors/postgres": (*POSTGRES, APPEND, "tests/routes/test_creation.py", "tests/integration/postgres/test_locks_and_leftovers.py"),
    "connectors/sqlite": ("tests/sqlite",),
    "connectors/file": (*FILES, "tests/cli/test_copies.py"),
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


def layer_of(room):
    """The room's row in the layer table of docs/architecture.md."""
    return "codec" if room.startswith("codec/") else room


def runner_of(layer):
    """The target of the unit tests of one layer; not every one has it."""
    return f"dpone_{layer.replace('/', '_')}_test"


def layers_above(layer):
    """Those that may include `layer`, themselves or by others: no other's unit tests reach it."""
    rooms = Rules((ROOT / "docs/architecture.md").read_text()).rooms
    above = set()
    while new := {room for room, below in rooms.items() if ({layer} | above) & set(below)} - above:
        above |= new
    return sorted(above - {layer})
