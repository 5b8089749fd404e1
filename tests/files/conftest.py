"""What the file tests share: one database for all of them, and files in the folder of the program."""

import os

import pytest

from harness.postgres import Database


@pytest.fixture(scope="session")
def _target(_server):
    server = _server(16)
    database = Database(server, f"files_{server.name}_{os.getpid()}")
    yield database
    database.drop()


@pytest.fixture
def dst(_target, dpone):
    """A database that is emptied for each test."""
    _target.run("drop schema public cascade; create schema public")
    dpone.connect("dst", _target.url)
    return _target


@pytest.fixture
def folder(dpone):
    return dpone.folder


def refused(run, code, slug):
    """Ended with `code` and an error of that slug, which says what to do."""
    run.expect(code)
    assert f"code: {slug}" in run.err, run
    return run


def hidden(folder):
    """What a run may have left beside its target: hidden files that are no receipts."""
    return sorted(path.name for path in folder.glob(".*.dpone*") if not path.name.endswith(".dpone.json"))
