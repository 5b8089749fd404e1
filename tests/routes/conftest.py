"""What the route tests share: one database that is source (schema feed) and target, manifests, roles, catalog rows."""

import contextlib
import dataclasses
import itertools
import threading

import psycopg2
import pytest

from harness.manifest import full_refresh
from harness.postgres import quoted

_numbers = itertools.count(1)


class Roles:
    """Roles live in the whole server; these are dropped after their databases are."""

    PASSWORD = "route-test"

    def __init__(self):
        self._made = []

    def create(self, db, kind, options=""):
        name = f"{db.name}_{kind}"
        db.run(f"create role {quoted(name)} login password '{self.PASSWORD}' {options}")
        self._made.append((db.server, name))
        return name

    def url(self, db, name):
        return db.url_as(name, self.PASSWORD)

    def drop(self):
        for server, name in self._made:
            with contextlib.closing(server.connect()) as connection, connection.cursor() as cursor:
                cursor.execute(f"drop role if exists {quoted(name)}")


@dataclasses.dataclass
class Route:
    """`feed.t` into `public.t` of one database, both as the superuser unless told otherwise."""

    dpone: object
    db: object

    def manifest(self, *, name="orders", source="feed.t", target="public.t", options=None, source_options=None,
                 strategy=None, **sections):  # fmt: skip
        ends = {}
        for end, relation in (("source", source), ("sink", target)):
            if relation is not None:
                schema, table = relation if isinstance(relation, tuple) else relation.split(".")
                ends[end] = {"table": {"schema": schema, "name": table}}
        ends.setdefault("source", {"table": None})
        ends["source"]["options"] = source_options or {}
        ends["sink"]["options"] = options or {}
        if strategy:
            ends["sink"]["strategy"] = {"mode": "full_refresh", **strategy}
        text = full_refresh(name=name, **ends, **sections)
        if source is None:
            text = text.replace("  table: null\n", "")
        return self.dpone.write(f"{name}-{next(_numbers)}.yaml", text)

    def run(self, *args, **keys):
        return self.dpone("run", self.manifest(**keys), *args, "--format", "json")

    def adopt(self, *args, options=None, **keys):
        return self.run(*args, options={"adopt": True, **(options or {})}, **keys)

    def plan(self, *args, options=None, **keys):
        keys["options"] = {"adopt": True, **(options or {})}
        return self.dpone("plan", self.manifest(**keys), *args, "--format", "json")

    def as_role(self, roles, *grants):
        """Connects `dst` as a role that owns nothing and has `grants`."""
        loader = roles.create(self.db, "loader")
        self.db.run(f'grant create, usage on schema public to "{loader}"')
        for grant in grants:
            self.db.run(f'{grant} to "{loader}"')
        self.dpone.connect("dst", roles.url(self.db, loader))
        return loader

    def refused(self, run, code, slug):
        """Asserts exit code and slug; gives what was said."""
        run.expect(code)
        assert slug in run.err, run
        return run.err

    def method(self):
        return self.db.value("select receipt->>'method' from public.__dpone__loads order by published_at desc limit 1")


@pytest.fixture
def roles():
    made = Roles()
    yield made
    made.drop()


@pytest.fixture
def make_route(roles, databases, dpone):
    def make(server):
        db = databases(server)
        db.run("create schema feed")
        dpone.connect("src", db.url)
        dpone.connect("dst", db.url)
        return Route(dpone, db)

    return make


@pytest.fixture
def route(make_route, postgres):
    return make_route(postgres)


@pytest.fixture
def route_each(make_route, postgres_each):
    return make_route(postgres_each)


class Poller(threading.Thread):
    """Runs `sql` again and again in a connection of its own; `seen` is the set of its answers."""

    def __init__(self, db, sql):
        super().__init__(daemon=True)
        self.seen, self.count, self.error = set(), 0, None
        self._db, self._sql, self._stop_now = db, sql, threading.Event()

    def run(self):
        with contextlib.closing(self._db.connect()) as connection, connection.cursor() as cursor:
            while not self._stop_now.is_set():
                try:
                    cursor.execute(self._sql)
                    self.seen.add(cursor.fetchone())
                    self.count += 1
                except psycopg2.Error as error:
                    self.error = error
                    return

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._stop_now.set()
        self.join(30)
        assert self.error is None, self.error


@pytest.fixture
def poller():
    return Poller
