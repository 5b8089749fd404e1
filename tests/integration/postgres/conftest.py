"""What the tests of schedules share: one table, `orders`, whose rows tell which generation they are of."""

import contextlib

import pytest

from harness.held import Held, held
from harness.manifest import full_refresh
from harness.program import Dpone


class Orders:
    """Source and target of one table. `publish()` runs it; `fill(n)` gives the source the rows of generation n."""

    def __init__(self, dpone, src, dst):
        self.dpone = dpone
        self.src = src
        self.dst = dst
        self.src.run("create table orders (id int primary key, generation int not null)")
        self.fill(1)

    def fill(self, generation, rows=50):
        self.src.run("truncate orders; insert into orders select n, %s from generate_series(1, %s) n", (generation, rows))

    def manifest(self, name="orders", method=None, options=None, **sections):
        options = {**({"overwrite_type": method} if method else {}), **(options or {})}
        sink = {"options": options} if options else {}
        return self.dpone.write(f"{name}.yaml", full_refresh(name=name, sink=sink, **sections))

    def generation(self):
        """The one generation of all rows in the target."""
        ((generation, rows),) = self.dst.rows("select min(generation), count(*) from public.orders group by generation")
        assert rows == 50
        return generation


@pytest.fixture
def orders(dpone, src, dst):
    return Orders(dpone, src, dst)


@pytest.fixture
def published(orders):
    """`orders` with generation 1 in the target, and 2 at the source."""
    orders.dpone("run", orders.manifest(), "-q").expect(0)
    orders.fill(2)
    return orders


@pytest.fixture
def hold():
    """hold(dpone, "run", ..., at=point) -> Held; whatever still runs at the end is killed."""
    with contextlib.ExitStack() as stack:

        def start(dpone: Dpone, *args, **options) -> Held:
            return stack.enter_context(held(dpone, *args, **options))

        yield start


@pytest.fixture
def other_session():
    """other_session(database) -> a new connection in autocommit mode, closed after the test."""
    with contextlib.ExitStack() as stack:
        yield lambda database: stack.enter_context(contextlib.closing(database.connect()))


def ask(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def sql():
    return ask
