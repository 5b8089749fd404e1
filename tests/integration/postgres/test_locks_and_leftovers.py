"""Locks that others hold, and what dead runs leave."""

import signal
import time

import pytest

from harness.held import eventually, leftovers, receipts, sessions


@pytest.fixture
def killed(published):
    """A run was killed when its stage was committed; gives its manifest."""
    manifest = published.manifest()
    run = published.dpone("run", manifest, "-q", "--run-id", "dead", env={"DPONE_FAULT": "stage.committed=kill"})
    run.expect(-signal.SIGKILL)
    eventually(lambda: sessions(published.dst) == 0, "the end of the killed run's sessions")
    assert len(stages(published.dst)) == 1
    return manifest


def stages(database):
    return [name for (name,) in database.rows("select relname from pg_class where relkind = 'r' and relname ~ '^__dpone_[0-9a-f]{16}$'")]


@pytest.mark.parametrize("method", ["exchange", "truncate_insert"])
def test_a_long_query_on_the_target_ends_the_wait_for_it(method, published, other_session, sql, hold):
    query = other_session(published.dst)
    query.autocommit = False
    sql(query, "select count(*) from public.orders")
    manifest = published.manifest(method=method, options={"publish_wait": "3s"})
    run = hold(published.dpone, "run", manifest)
    look, second = other_session(published.dst), other_session(published.dst)
    waits = "select 1 from pg_locks where not granted and locktype = 'relation' and relation = 'public.orders'::regclass"
    eventually(lambda: sql(look, waits), "the publication waits for the table")
    slowest = 0
    for _ in range(5):
        started = time.monotonic()
        assert sql(second, "select count(*) from public.orders") == [(50,)]
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < 2, "a reader queued behind the publication"
    assert "finalize.lock_timeout" in run.end().expect(4).err
    assert leftovers(published.dst) == []
    query.rollback()
    assert published.generation() == 1
    published.dpone("run", manifest, "-q").expect(0)
    assert published.generation() == 2


def test_a_publication_goes_on_when_the_long_query_ends(published, other_session, sql, hold):
    query = other_session(published.dst)
    query.autocommit = False
    sql(query, "select count(*) from public.orders")
    run = hold(published.dpone, "run", published.manifest())
    look = other_session(published.dst)
    waits = "select pid, waitstart from pg_locks where not granted and locktype = 'relation' and relation = 'public.orders'::regclass"
    first = eventually(lambda: sql(look, waits), "the publication waits for the table")
    eventually(lambda: sql(look, waits) not in ([], first), "a second attempt")
    query.rollback()
    run.end().expect(0)
    assert published.generation() == 2


@pytest.fixture
def long_writer(published, other_session, sql):
    """The target refers to `kinds`, which a long transaction has written."""
    published.dst.run("create table public.kinds (id int primary key); insert into public.kinds select generate_series(1, 9);"
                      "alter table public.orders add constraint kind foreign key (generation) references public.kinds")  # fmt: skip
    writer = other_session(published.dst)
    writer.autocommit = False
    sql(writer, "insert into public.kinds values (100)")
    return writer


WAITS_FOR_KINDS = "select 1 from pg_locks where not granted and relation = 'public.kinds'::regclass"


def test_writers_of_a_referenced_table_do_not_queue_behind_a_new_foreign_key(long_writer, published, other_session, sql, hold):
    run = hold(published.dpone, "run", published.manifest(method="exchange"))
    look, writer = other_session(published.dst), other_session(published.dst)
    slowest = 0
    for number in range(5):
        eventually(lambda: sql(look, WAITS_FOR_KINDS), "the new key waits for the table it refers to")
        started = time.monotonic()
        sql(writer, f"insert into public.kinds values ({200 + number})")
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < 2, "a writer queued behind the new key"
    long_writer.rollback()
    run.end().expect(0)
    assert published.generation() == 2
    assert published.dst.value("select convalidated from pg_constraint where conname = 'kind'")


def test_a_long_writer_of_a_referenced_table_ends_the_wait_for_it(long_writer, published):
    manifest = published.manifest(method="exchange", options={"publish_wait": "2s"})
    run = published.dpone("run", manifest, timeout=30).expect(4)
    assert "finalize.lock_timeout" in run.err
    assert "foreign keys refer to" in run.err
    assert leftovers(published.dst) == []
    assert published.generation() == 1
    long_writer.rollback()
    published.dpone("run", manifest, "-q").expect(0)
    assert published.generation() == 2


def test_an_interrupt_ends_the_wait_for_the_target(published, other_session, sql, hold):
    query = other_session(published.dst)
    query.autocommit = False
    sql(query, "select count(*) from public.orders")
    run = hold(published.dpone, "run", published.manifest())
    look = other_session(published.dst)
    waits = "select 1 from pg_locks where not granted and locktype = 'relation' and relation = 'public.orders'::regclass"
    eventually(lambda: sql(look, waits), "the publication waits for the table")
    run.signal(signal.SIGINT)
    run.end(5).expect(130)
    assert leftovers(published.dst) == []
    query.rollback()
    assert published.generation() == 1


def test_the_stage_of_a_killed_run_is_dropped_by_the_next_run(killed, published):
    (stage,) = stages(published.dst)
    run = published.dpone("run", killed).expect(0)
    assert stage in run.err
    assert "dead" in run.err
    assert leftovers(published.dst) == []
    assert published.generation() == 2


def test_the_stage_of_a_killed_run_is_dropped_by_cleanup(killed, published):
    (stage,) = stages(published.dst)
    listed = published.dpone("cleanup", killed, "--dry-run", "--format", "json").expect(0).json
    assert [(each["run_id"], each["is_removed"]) for each in listed["leftovers"]] == [("dead", False)]
    assert stage in listed["leftovers"][0]["name"]
    assert stages(published.dst) == [stage]
    removed = published.dpone("cleanup", killed, "--format", "json").expect(0).json
    assert [(each["run_id"], each["is_removed"]) for each in removed["leftovers"]] == [("dead", True)]
    assert leftovers(published.dst) == []
    assert "nothing to clean up" in published.dpone("cleanup", killed).expect(0).out
    assert published.generation() == 1


def test_the_stage_of_another_process_is_left_to_it(killed, published):
    theirs = published.manifest("theirs")
    assert "nothing to clean up" in published.dpone("cleanup", theirs).expect(0).out
    assert len(stages(published.dst)) == 1


def test_a_table_that_only_looks_like_a_stage_is_left_alone(killed, published):
    published.dst.run('create table public."__dpone_0123456789abcdef" (id int)')
    published.dst.run('create table public."__dpone_0123456789abcde0" (id int)')
    published.dst.run("""comment on table public."__dpone_0123456789abcde0" is 'not {json'""")
    published.dpone("cleanup", killed).expect(0)
    assert stages(published.dst) == ["__dpone_0123456789abcde0", "__dpone_0123456789abcdef"]


@pytest.mark.parametrize("point", ["stage.committed", "finalize.begin", "finalize.before_send"])
def test_the_stage_of_a_living_run_is_never_dropped(point, published, hold):
    manifest = published.manifest()
    run = hold(published.dpone, "run", manifest, at=point)
    (stage,) = stages(published.dst)
    for command in ("cleanup", "--dry-run"), ("cleanup",):
        assert "nothing to clean up" in published.dpone(command[0], manifest, *command[1:]).expect(0).out
    assert stages(published.dst) == [stage]
    run.finish().expect(0)
    assert published.generation() == 2


def test_a_second_run_elsewhere_leaves_the_stage_of_the_first(published, hold):
    manifest = published.manifest()
    run = hold(published.dpone, "run", manifest, at="stage.committed")
    (stage,) = stages(published.dst)
    published.dpone("run", manifest, "--state-dir", "elsewhere", "-q").expect(0)
    assert stages(published.dst) == [stage]
    run.finish().expect(3)
    assert leftovers(published.dst) == []


def test_a_killed_run_lets_go_of_its_lock_on_this_host(published):
    manifest = published.manifest()
    published.dpone("run", manifest, env={"DPONE_FAULT": "run.locked=kill"}).expect(-signal.SIGKILL)
    published.dpone("run", manifest, "-q").expect(0)


def test_a_killed_run_is_run_again_with_its_run_id(killed, published):
    published.dpone("run", killed, "--run-id", "dead", "-q").expect(0)
    assert [run_id for _, run_id, _ in receipts(published.dst)][1:] == ["dead"]
    assert leftovers(published.dst) == []


def test_a_run_id_of_a_living_stage_is_refused(published, hold):
    manifest = published.manifest()
    run = hold(published.dpone, "run", manifest, "--run-id", "same", at="stage.committed")
    second = published.dpone("run", manifest, "--run-id", "same", "--state-dir", "elsewhere").expect(3)
    assert "stage.in_use" in second.err
    run.finish().expect(0)
    assert published.generation() == 2
