"""SQLite as source and target: real files in the folder of the test, looked at by Python's own sqlite3."""

import pytest
import yaml

from harness.sqlite_file import File


@pytest.fixture
def source(dpone):
    return File(dpone.folder / "source.db")


@pytest.fixture
def target(dpone):
    return File(dpone.folder / "target.db")


@pytest.fixture
def manifest(dpone):
    """manifest(table="orders", mode="full_refresh", **strategy): a file that loads the table from source to target."""

    def write(table="orders", *, mode="full_refresh", name="orders", source=None, options=None, **strategy):
        def end(file):
            return {"type": "sqlite", "connection_type": "params", "params": {"path": file}, "table": {"name": table}}

        document = {
            "name": name,
            "source": {**end("source.db"), **({"options": source} if source else {})},
            "sink": {**end("target.db"), "strategy": {"mode": mode, **strategy}},
        }
        if options:
            document["sink"]["options"] = options
        return dpone.write(f"{name}.yaml", yaml.safe_dump(document, sort_keys=False, allow_unicode=True))

    return write
