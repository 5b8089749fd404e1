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


def _emptied(database):
    database.run("drop schema public cascade; create schema public")
    return database


@pytest.fixture
def src(_pair, dpone):
    dpone.connect("src", _pair[0].url)
    return _emptied(_pair[0])


@pytest.fixture
def dst(_pair, dpone):
    dpone.connect("dst", _pair[1].url)
    return _emptied(_pair[1])
