"""Two runs onto one target: one publishes, the other is fenced off."""

import pytest

from harness.held import eventually, leftovers, receipts

DEFAULTS = [
    "default_transaction_isolation = 'read committed'",
    "default_transaction_isolation = 'repeatable read'",
    "default_transaction_isolation = 'serializable'",
    "default_transaction_read_only = on",
]


@pytest.fixture
def as_role(dst):
    """as_role(setting): the sink's role is a new one that owns schema public and has that default."""
    made = []

    def make(dpone, setting):
        role = f"loader_{dst.name}"
        made.append(role)
        dst.run(f"create role {role} login superuser password 'x'")
        dst.run(f"alter role {role} set {setting}")
        dpone.connect("dst", dst.url_as(role, "x"))

    yield make
    for role in made:
        dst.run(f"reassign owned by {role} to current_user; drop owned by {role}; drop role {role}")


@pytest.mark.parametrize("setting", DEFAULTS)
@pytest.mark.parametrize("point", ["finalize.begin", "source.locked"])
def test_two_finalizers_of_one_process(setting, point, published, as_role, hold):
    dpone, manifest = published.dpone, published.manifest()
    as_role(dpone, setting)
    first = hold(dpone, "run", manifest, "--state-dir", "one", "--run-id", "first", at=point)
    second = dpone("run", manifest, "--state-dir", "two", "--run-id", "second").expect(0)
    assert second.err.count("finalize.fenced") == 0
    assert "finalize.fenced" in first.finish().expect(3).err
    assert [run for _, run, _ in receipts(published.dst)][1:] == ["second"]
    assert published.generation() == 2
    assert leftovers(published.dst) == []


@pytest.mark.parametrize("setting", DEFAULTS)
def test_two_finalizers_at_the_same_lock(setting, published, as_role, hold, sql, other_session):
    """Both wait for the target's lock with a plan of the same version."""
    dpone, manifest = published.dpone, published.manifest()
    as_role(dpone, setting)
    first = hold(dpone, "run", manifest, "--state-dir", "one", at="finalize.locked")
    second = hold(dpone, "run", manifest, "--state-dir", "two", at=None)
    # The second one cannot even plan while the first holds the lock of the target.
    look = other_session(published.dst)
    eventually(
        lambda: sql(look, "select 1 from pg_locks where locktype = 'advisory' and not granted"), "a wait for the lock"
    )
    first.finish().expect(0)
    second.end().expect(0)
    assert [version for version, _, _ in receipts(published.dst)] == [1, 2, 3]
    assert published.generation() == 2


def test_two_finalizers_that_planned_alike_wait_for_one_lock(published, hold, sql, other_session):
    dpone, manifest = published.dpone, published.manifest()
    first = hold(dpone, "run", manifest, "--state-dir", "one", at="finalize.begin")
    second = hold(dpone, "run", manifest, "--state-dir", "two", at="finalize.locked")
    first.resume()
    look = other_session(published.dst)
    eventually(
        lambda: sql(look, "select 1 from pg_locks where locktype = 'advisory' and not granted"), "a wait for the lock"
    )
    second.finish().expect(0)
    assert "finalize.fenced" in first.end().expect(3).err
    assert [version for version, _, _ in receipts(published.dst)] == [1, 2]


@pytest.mark.parametrize("method", ["exchange", "truncate_insert"])
def test_two_finalizers_of_two_processes(method, orders, hold):
    orders.dpone("run", orders.manifest(), "-q").expect(0)
    orders.fill(2)
    mine = orders.manifest("mine", method, {"adopt": True})
    theirs = orders.manifest("theirs", method, {"adopt": True})
    first = hold(orders.dpone, "run", mine, "--run-id", "first", at="finalize.begin")
    orders.dpone("run", theirs, "--run-id", "second").expect(0)
    assert "finalize.fenced" in first.finish().expect(3).err
    assert [run for _, run, _ in receipts(orders.dst)][1:] == ["second"]
    assert leftovers(orders.dst) == []


def test_two_finalizers_that_create_the_target(orders, hold):
    manifest = orders.manifest()
    first = hold(orders.dpone, "run", manifest, "--state-dir", "one", at="finalize.begin")
    orders.dpone("run", manifest, "--state-dir", "two", "-q").expect(0)
    assert "finalize.fenced" in first.finish().expect(3).err
    assert orders.generation() == 1
    assert leftovers(orders.dst) == []


def test_a_target_that_somebody_else_creates_meanwhile_is_left_alone(orders, hold):
    run = hold(orders.dpone, "run", orders.manifest(), at="finalize.begin")
    orders.dst.run("create table public.orders (note text); insert into public.orders values ('mine')")
    assert "finalize.target_changed" in run.finish().expect(3).err
    assert orders.dst.rows("select * from public.orders") == [("mine",)]
    assert leftovers(orders.dst) == []
    assert receipts(orders.dst) == []


@pytest.mark.parametrize("point", ["finalize.locked", "finalize.before_send"])
@pytest.mark.parametrize("method", ["exchange", "truncate_insert", "delete_insert"])
def test_a_stopped_client_holds_no_lock_on_the_target(point, method, published, hold, other_session, sql):
    run = hold(published.dpone, "run", published.manifest(method=method), at=point)
    look = other_session(published.dst)
    sql(look, "set lock_timeout = '2s'")
    assert sql(look, "select count(*) from public.orders") == [(50,)]
    look.autocommit = False
    sql(look, "lock table public.orders in access exclusive mode")
    look.rollback()
    run.finish().expect(0)
    assert published.generation() == 2


def test_a_stopped_client_is_ended_by_the_server(published, hold, dpone, dst):
    """The timeout is in force: set to a second, it ends the session and with it the lock of the target."""
    dpone.env["DPONE_CONN_DST_IDLE_TIMEOUT"] = "1s"
    run = hold(dpone, "run", published.manifest(), at="finalize.before_send")
    eventually(
        lambda: dst.value(
            "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'"
        )
        == 0,
        "the end of the idle session",
    )
    run.finish().expect(4)
    assert published.generation() == 1
    dpone.env.pop("DPONE_CONN_DST_IDLE_TIMEOUT")
    dpone("run", published.manifest(), "-q").expect(0)
    assert published.generation() == 2
    assert leftovers(dst) == []


def test_an_older_fenced_run_that_is_run_again_succeeds(published, hold):
    manifest = published.manifest()
    first = hold(published.dpone, "run", manifest, "--state-dir", "one", "--run-id", "first", at="finalize.begin")
    published.dpone("run", manifest, "--state-dir", "two", "-q").expect(0)
    first.finish().expect(3)
    published.dpone("run", manifest, "--state-dir", "one", "--run-id", "first", "-q").expect(0)
    assert [version for version, _, _ in receipts(published.dst)] == [1, 2, 3]


def test_a_second_run_on_this_host_is_refused_at_once(published, hold):
    manifest = published.manifest()
    first = hold(published.dpone, "run", manifest, at="run.locked")
    assert "run.locked" in published.dpone("run", manifest, timeout=20).expect(3).err
    first.finish().expect(0)
    published.dpone("run", manifest, "-q").expect(0)
