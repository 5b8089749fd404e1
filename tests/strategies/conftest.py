"""`load`: a process from database `src` into database `dst`, by a cursor. `load`: into SQLite, too."""

import pytest

from harness.manifest import full_refresh
from harness.sqlite_file import File


class Load:
    def __init__(self, dpone, src, dst):
        self.dpone, self.src, self.dst = dpone, src, dst
        self.source, self.strategy, self.sections = {}, {"mode": "incremental_merge", "unique_key": "id"}, {}
        self.sink, self.name, self.table = {}, "orders", "public.orders"
        self.is_sqlite = isinstance(dst, File)

    def manifest(self):
        options = {"options": self.source} if self.source else {}
        sink = {"strategy": self.strategy, **({"options": self.sink} if self.sink else {})}
        if self.is_sqlite:
            sink |= {"type": "sqlite", "table": {"name": self.table.partition(".")[2]}}
        text = full_refresh(self.table, name=self.name, source=options, sink=sink, **self.sections)
        return self.dpone.write(f"{self.name}.yaml", text)

    def run(self, *options, code=0):
        return self.dpone("run", self.manifest(), "--format", "json", *options).expect(code)

    def plan(self, *options, code=0):
        return self.dpone("plan", self.manifest(), "--format", "json", *options).expect(code)

    def refused(self, slug, *options, code=3):
        """Both plan and run refuse, the target is as it was; gives what the run printed."""
        before = self.rows()
        self.plan(*options, code=code)
        run = self.run(*options, code=code)
        assert slug in run.err
        assert self.rows() == before
        return run

    def state(self):
        states = self.dpone("state", "export", self.manifest()).expect(0).json["states"]
        return states[0] if states else None

    def rows(self, columns="*"):
        if not (self.dst.has("orders") if self.is_sqlite else self.dst.value("select to_regclass('public.orders') is not null")):
            return None
        return self.dst.rows(f"select {columns} from orders order by id")

    def receipts(self):
        return self.dst.rows("select process, version, target_epoch, receipt->>'method', cast(receipt->>'rows_loaded' as int) from __dpone__loads order by published_at")


INTO_POSTGRES = pytest.mark.parametrize("load", ["postgres"], indirect=True)


def into_sqlite(dpone, request):
    path = dpone.folder / "target.db"
    dpone.connect("dst", f"sqlite:{path}")
    return File(path)


# Each is one kind of sink: what stands behind the connection `dst`, to be looked at by other means.
SINKS = {"postgres": lambda dpone, request: request.getfixturevalue("dst"), "sqlite": into_sqlite}


@pytest.fixture(params=SINKS)
def load(request, dpone, src):
    src.run("create table orders (id int primary key, state text, changed int)")
    src.run("insert into orders select n, 'old', n from generate_series(1, 10) n")
    loading = Load(dpone, src, SINKS[request.param](dpone, request))
    loading.source = {"cursor": "changed"}
    return loading


@pytest.fixture
def role(dst):
    """A role at the target that may log in, and nothing else; its password is its name."""
    name = f"role_{dst.name}"
    dst.run(f"create role {name} login password '{name}'")
    yield name
    dst.run(f"drop owned by {name}; drop role {name}")
