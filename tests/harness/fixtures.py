"""The fixtures of every suite.

dpone           the program in an empty folder:  dpone("version").expect(0)
postgres        PostgreSQL 16
postgres_each   a test that asks for it runs once for each of DPONE_PG_VERSIONS (default 12,16,18)
                With DPONE_IT_PG_HOST set, both are that server (see ExternalServer in harness/postgres.py).
servers         servers[17]: any version
src, dst        a new database each, on 16, known to `dpone` as the connections `src` and `dst`
databases       databases(server): one more new database, dropped after the test
sqlite_trace    what SQLite executes in runs with `env=sqlite_trace.env`
"""

import os
import signal

import pytest

from harness.labels import has_external_server
from harness.program import ROOT, Dpone, binary
from harness.sqlite_trace import Trace, compile_library


EXTERNAL = "external"


class Servers(dict):
    def __missing__(self, major):
        # Imported late: suites without a server run without the driver.
        from harness.postgres import ExternalServer, Server

        self[major] = ExternalServer() if major == EXTERNAL else Server(major)
        return self[major]


_versions = pytest.StashKey()


def pytest_configure(config):
    config.stash[_versions] = set()

    # A killed run stops its servers too.
    def stop(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)


def pytest_terminal_summary(terminalreporter, config):
    if config.stash[_versions]:
        terminalreporter.write_line("met: " + ", ".join(sorted(config.stash[_versions])))


def pytest_report_header():
    return f"dpone: {os.path.relpath(binary(), ROOT)}"


def pytest_generate_tests(metafunc):
    if "postgres_each" in metafunc.fixturenames:
        majors = [int(text) for text in os.environ.get("DPONE_PG_VERSIONS", "12,16,18").split(",")]
        if has_external_server():
            majors = [EXTERNAL]
        metafunc.parametrize("postgres_each", majors, ids=[f"pg{major}" for major in majors], indirect=True)


@pytest.fixture(scope="session")
def servers():
    started = Servers()
    yield started
    for server in started.values():
        server.release()


@pytest.fixture(scope="session")
def _server(servers, request):
    def start(major):
        server = servers[major]
        request.config.stash[_versions].add(f"PostgreSQL {server.version}")
        return server

    return start


@pytest.fixture
def postgres(_server):
    return _server(EXTERNAL if has_external_server() else 16)


@pytest.fixture
def postgres_each(_server, request):
    return _server(request.param)


@pytest.fixture
def databases():
    made = []

    def create(server, name=None):
        made.append(server.create_database(name))
        return made[-1]

    yield create
    for database in made:
        database.drop()


@pytest.fixture
def dpone(tmp_path):
    assert binary().exists(), f"{binary()} is not there: ./dev build release"
    folder = tmp_path / "work"
    folder.mkdir()
    return Dpone(folder)


@pytest.fixture
def src(databases, postgres, dpone):
    database = databases(postgres)
    dpone.connect("src", database.url)
    return database


@pytest.fixture
def dst(databases, postgres, dpone):
    database = databases(postgres)
    dpone.connect("dst", database.url)
    return database


@pytest.fixture(scope="session")
def _trace_library(tmp_path_factory):
    return compile_library(tmp_path_factory.mktemp("trace"))


@pytest.fixture
def sqlite_trace(_trace_library, tmp_path):
    return Trace(_trace_library, tmp_path / "sqlite.trace")
