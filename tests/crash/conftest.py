"""Here one pair of databases serves all tests: there are many, and each empties what it uses."""

import os

import pytest

from harness.postgres import Database


@pytest.fixture(scope="session")
def _pair(_server):
    server = _server(16)
    pair = [Database(server, f"crash_{end}_{server.name}_{os.getpid()}") for end in ("src", "dst")]
    yield pair
    for database in pair:
        database.drop()
