"""The target's server is stopped in the middle of a run, and started again."""

import pytest

from harness.held import eventually, leftovers, receipts

pytestmark = pytest.mark.own_server

MODES = ["fast", "immediate"]


@pytest.fixture
def server(_server):
    """A server that no other test uses, since these stop it."""
    return _server(13)


@pytest.fixture
def dst(databases, server, dpone):
    database = databases(server)
    dpone.connect("dst", database.url)
    yield database
    server.start()


def stop(database, mode):
    database.disconnect()
    database.server.stop(mode)


def check_next_run(published):
    """What a stopped server left does not stand in the way of the next run, which drops it."""
    published.fill(3)
    published.dpone("run", published.manifest(), "-q").expect(0)
    assert published.generation() == 3
    assert leftovers(published.dst) == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("method", ["exchange", "truncate_insert"])
@pytest.mark.parametrize("point", ["load.read", "load.finished", "stage.committed", "finalize.locked"])
def test_a_restart_before_the_publishing_message_leaves_the_target(point, method, mode, published, hold):
    run = hold(published.dpone, "run", published.manifest(method=method), at=point)
    stop(published.dst, mode)
    published.dst.server.start()
    run.finish().expect(4)
    assert published.generation() == 1
    assert [version for version, _, _ in receipts(published.dst)] == [1]
    assert leftovers(published.dst) == []
    check_next_run(published)


@pytest.mark.parametrize("mode", MODES)
def test_a_server_that_stays_away_leaves_a_stage_to_the_next_run(mode, published, hold):
    run = hold(published.dpone, "run", published.manifest(), at="stage.committed")
    stop(published.dst, mode)
    said = run.finish().expect(4).err
    assert "cannot drop the stage" in said
    published.dst.server.start()
    assert published.generation() == 1
    # The stage's commit does not wait for the disk: a server that dies at once may lose it.
    assert mode == "immediate" or leftovers(published.dst) != []
    check_next_run(published)


@pytest.mark.parametrize("mode", MODES)
def test_a_restart_when_the_publishing_message_is_sent_is_settled(mode, published, hold):
    run = hold(published.dpone, "run", published.manifest(), "--run-id", "lost", at="finalize.before_send")
    stop(published.dst, mode)
    run.resume()
    published.dst.server.start()
    assert "finalize.not_committed" in run.end(60).expect(4).err
    assert published.generation() == 1
    check_next_run(published)


@pytest.mark.parametrize("mode", MODES)
def test_a_restart_while_the_server_publishes_is_settled(mode, published, hold):
    published.dst.run(
        "create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return null; end $$;"
        "create trigger slow after truncate on public.orders execute function slow()"
    )
    run = hold(published.dpone, "run", published.manifest(method="truncate_insert"), "--run-id", "lost")
    works = "select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
    eventually(lambda: published.dst.rows(works), "the server works on the publishing message")
    stop(published.dst, mode)
    published.dst.server.start()
    assert "finalize.not_committed" in run.end(60).expect(4).err
    assert published.generation() == 1
    assert [run_id for _, run_id, _ in receipts(published.dst)].count("lost") == 0
    published.dst.run("drop trigger slow on public.orders")
    check_next_run(published)


@pytest.mark.parametrize("mode", MODES)
def test_a_restart_after_the_commit_is_a_success(mode, published, hold):
    run = hold(published.dpone, "run", published.manifest(), "--run-id", "done", at="finalize.committed")
    stop(published.dst, mode)
    published.dst.server.start()
    run.finish().expect(0)
    assert published.generation() == 2
    assert [run_id for _, run_id, _ in receipts(published.dst)][1:] == ["done"]
    check_next_run(published)
