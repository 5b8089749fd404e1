"""Labels of the live tests: where they lie, and the variables without which they are not selected.

integration_live               every test below tests/integration
integration_postgres_xmin      tests/integration/postgres
integration_matrix             tests/integration/matrix
integration_replay             tests/integration/replay
integration_replay_services    tests of that folder that bear this mark themselves

A test gets its labels by its folder. One whose variable is not set is not selected; one whose variable is set and
whose service is missing fails. `./dev test SUITE` sets the variables; `./dev test -L LABEL` leaves them to the caller.

As a program, `labels.py LABEL` prints the folder of a label, or says why nothing would run and ends with 77.
"""

import os
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
LIVE = "integration_live"
# label: (folder below tests/integration, variables that must all be set)
LABELS = {
    "integration_postgres_xmin": ("postgres", ("DPONE_RUN_INTEGRATION",)),
    "integration_matrix": ("matrix", ("DPONE_RUN_INTEGRATION", "DPONE_RUN_INTEGRATION_MATRIX")),
    "integration_replay": ("replay", ("DPONE_RUN_INTEGRATION_REPLAY",)),
    "integration_replay_services": ("replay", ("DPONE_RUN_INTEGRATION_REPLAY_SERVICES",)),
}
OWN_SERVER = "own_server"


def is_set(variable):
    return os.environ.get(variable, "0") not in ("", "0")


def label_of(path, marks=()):
    """The label of a test file at `path` with these marks of its own, or None outside of tests/integration."""
    parts = pathlib.Path(path).resolve().relative_to(TESTS).parts
    if parts[0] != "integration":
        return None
    fits = [label for label, (folder, _) in LABELS.items() if folder == parts[1]]
    if not fits:
        raise ValueError(f"{path} lies in no folder of a label: see tests/harness/labels.py")
    return next((label for label in fits if label in marks), fits[0])


def pytest_addoption(parser):
    parser.addoption("--no-services", action="store_true", help="leave out the tests that ask for a server")


def has_external_server():
    return "DPONE_IT_PG_HOST" in os.environ


def pytest_configure(config):
    for label in [LIVE, *LABELS]:
        config.addinivalue_line("markers", f"{label}: see tests/harness/labels.py")
    config.addinivalue_line("markers", f"{OWN_SERVER}: needs another version, or a server to stop or set up, which that of DPONE_IT_PG_HOST is not")


def pytest_collection_modifyitems(config, items):
    kept, left_out = [], []
    for item in items:
        label = label_of(item.path, {mark.name for mark in item.iter_markers()})
        if label is not None:
            item.add_marker(LIVE)
            item.add_marker(label)
        is_asked_for = label is None or all(map(is_set, LABELS[label][1]))
        needs_other = has_external_server() and item.get_closest_marker(OWN_SERVER)
        needs_service = config.getoption("--no-services") and "servers" in item.fixturenames
        (kept if is_asked_for and not needs_other and not needs_service else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def obstacle(label):
    """Why no test would run under `label`, or None."""
    if label == LIVE:
        if any(all(map(is_set, variables)) for _, variables in LABELS.values()):
            return None
        return "set DPONE_RUN_INTEGRATION=1 (see tests/harness/labels.py)"
    if label not in LABELS:
        return f"no such label; there is {LIVE}, {', '.join(LABELS)}"
    folder, variables = LABELS[label]
    if not list((TESTS / "integration" / folder).glob("**/test_*.py")):
        return f"this build has no tests in tests/integration/{folder}"
    unset = [variable for variable in variables if not is_set(variable)]
    return f"set {' '.join(variable + '=1' for variable in unset)}" if unset else None


def main(label):
    reason = obstacle(label)
    if reason:
        print(f"label {label}: nothing is selected: {reason}", file=sys.stderr)
        return 77
    print("tests/integration" if label == LIVE else f"tests/integration/{LABELS[label][0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
