"""Signals, sessions that end, and servers that do not answer, in the middle of a run."""

import contextlib
import shlex
import signal
import socket
import subprocess
import time

import pytest
import yaml

from harness.held import eventually, leftovers, receipts, sessions
from harness.manifest import full_refresh
from harness.proxy import Proxy

# A source that gives its first row after a minute.
SLOW = "select 1 as id, length(pg_sleep(60)::text) as generation"
# One that gives far more rows than a test waits for.
ENDLESS = (
    "select a as id, b as generation, repeat('x', 500) as pad"
    " from generate_series(1, 10000) a, generate_series(1, 10000) b"
)


def query_manifest(orders, query):
    document = yaml.safe_load(full_refresh())
    del document["source"]["table"]
    document["source"]["options"] = {"query": query}
    return orders.dpone.write("query.yaml", yaml.safe_dump(document))


def is_copying(orders):
    return _copies(orders.src) and _copies(orders.dst)


def _copies(database):
    return database.rows(
        "select 1 from pg_stat_activity where datname = current_database() and application_name = 'dpone'"
        " and state = 'active' and query ~* '^copy'"
    )


@pytest.fixture(params=[SLOW, ENDLESS], ids=["slow", "endless"])
def loading(request, orders, hold):
    """A run in the middle of its load."""
    run = hold(orders.dpone, "run", query_manifest(orders, request.param))
    eventually(lambda: is_copying(orders), "both ends copy")
    return run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_first_signal_cancels_the_load_and_drops_the_stage(number, loading, orders):
    started = time.monotonic()
    loading.signal(number)
    run = loading.end(10).expect(130)
    assert time.monotonic() - started < 3
    assert "interrupted" in run.err
    assert orders.dst.value("select to_regclass('public.orders')") is None
    assert leftovers(orders.dst) == []
    eventually(lambda: sessions(orders.src) == 0, "the end of the source's session", 5)


def test_a_second_signal_ends_the_run_at_once(orders, hold):
    run = hold(orders.dpone, "run", query_manifest(orders, SLOW), at="stage.created")
    # Both signals are there when it goes on; only one of a kind can wait.
    run.signal(signal.SIGINT)
    run.signal(signal.SIGTERM)
    run.resume()
    ended = run.end(5).expect(130)
    assert "stopped at once" in ended.err


def test_a_signal_after_the_end_of_the_load_drops_the_committed_stage(published, hold):
    run = hold(published.dpone, "run", published.manifest(), at="stage.committed")
    run.signal(signal.SIGTERM)
    run.finish().expect(130)
    assert published.generation() == 1
    assert leftovers(published.dst) == []


# What makes each way of publishing slow: the rewrite itself, or its COMMIT.
SLOW_PUBLISHING = {
    "truncate_insert": "create trigger slow after truncate on public.orders execute function slow()",
    "delete_insert": "create trigger slow after delete on public.orders execute function slow()",
    "commit": "create constraint trigger slow after insert on public.orders initially deferred"
    " for each row when (new.id = 1) execute function slow()",
}


@pytest.fixture(params=SLOW_PUBLISHING)
def publishing(request, published, hold, other_session, sql):
    """publishing(seconds) -> a run in the middle of its publishing message, which takes so long."""

    def start(seconds):
        published.dst.run(
            "create function slow() returns trigger language plpgsql as"
            f" $$ begin perform pg_sleep({seconds}); return null; end $$; {SLOW_PUBLISHING[request.param]}"
        )
        method = "delete_insert" if request.param == "delete_insert" else "truncate_insert"
        run = hold(published.dpone, "run", published.manifest(method=method), "--run-id", "stopped")
        look = other_session(published.dst)
        eventually(lambda: sql(look, "select 1 from pg_stat_activity where wait_event = 'PgSleep'"), "the publication runs")
        return run

    return start


def test_a_signal_while_publishing_rolls_it_back(publishing, published):
    run = publishing(60)
    started = time.monotonic()
    run.signal(signal.SIGINT)
    ended = run.end(10).expect(130)
    assert time.monotonic() - started < 3
    assert "nothing was published" in ended.err
    assert published.generation() == 1
    assert leftovers(published.dst) == []
    assert [run_id for _, run_id, _ in receipts(published.dst)].count("stopped") == 0


def test_a_signal_that_the_server_does_not_hear_before_it_commits(publishing, published):
    with contextlib.closing(Proxy(published.dst.url)) as proxy:
        proxy.loses_cancels = True
        published.dpone.connect("dst", proxy.url)
        run = publishing(2)
        run.signal(signal.SIGINT)
        ended = run.end(15).expect(0)
    assert "interrupted after the load was published" in ended.err
    assert published.generation() == 2
    assert leftovers(published.dst) == []


def test_a_second_signal_while_publishing_says_how_to_settle_it(publishing, published):
    with contextlib.closing(Proxy(published.dst.url)) as proxy:
        proxy.loses_cancels = True
        published.dpone.connect("dst", proxy.url)
        run = publishing(2)
        run.signal(signal.SIGINT)
        eventually(lambda: proxy.cancels, "a cancel")
        run.signal(signal.SIGINT)
        ended = run.end(2).expect(130)
        assert "was publishing" in ended.err
        command = next(line for line in ended.err.splitlines() if line.startswith("dpone reconcile "))
        # The server goes on with what it was sent; the question waits for its end.
        settled = published.dpone(*shlex.split(command)[1:])
    assert settled.code == (0 if published.generation() == 2 else 4)


@pytest.mark.parametrize("end", ["src", "dst"])
def test_a_signal_while_a_host_does_not_answer(end, orders, hold):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(30)
        orders.dpone.connect(end, f"postgresql://u:p@127.0.0.1:{listener.getsockname()[1]}/d")
        run = hold(orders.dpone, "run", orders.manifest())
        accepted, _ = listener.accept()
        with contextlib.closing(accepted):
            started = time.monotonic()
            run.signal(signal.SIGINT)
            run.end(5).expect(130)
            assert time.monotonic() - started < 2


def test_a_host_that_does_not_answer_is_given_up(orders):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        orders.dpone.connect("dst", f"postgresql://u:p@127.0.0.1:{port}/d?connect_timeout=1")
        started = time.monotonic()
        run = orders.dpone("run", orders.manifest(), timeout=20).expect(4)
        assert time.monotonic() - started < 8
        assert "no answer within 1 s" in run.err


def test_a_sink_that_takes_nothing_more_and_answers_nobody_is_given_up(orders, hold):
    env = {"DPONE_CONN_DST_STALL_TIMEOUT": "1s", "DPONE_CONN_DST_CONNECT_TIMEOUT": "1s"}
    with contextlib.closing(Proxy(orders.dst.url)) as proxy:
        orders.dpone.connect("dst", proxy.url)
        run = hold(orders.dpone, "run", query_manifest(orders, ENDLESS), env=env)
        eventually(lambda: is_copying(orders), "both ends copy")
        proxy.flows.clear()
        ended = run.end(25).expect(4)
        assert "postgres.connection_lost" in ended.err


def test_a_second_signal_ends_a_run_whose_sink_takes_nothing_more(orders, hold):
    with contextlib.closing(Proxy(orders.dst.url)) as proxy:
        orders.dpone.connect("dst", proxy.url)
        run = hold(orders.dpone, "run", query_manifest(orders, ENDLESS))
        eventually(lambda: is_copying(orders), "both ends copy")
        proxy.flows.clear()
        run.signal(signal.SIGINT)
        try:
            run.end(2).expect(130)
        except subprocess.TimeoutExpired:
            run.signal(signal.SIGINT)
            assert "stopped at once" in run.end(2).expect(130).err


@pytest.mark.parametrize("end", ["src", "dst"])
def test_a_server_that_hangs_does_not_keep_a_stopped_run(end, orders, hold):
    with contextlib.closing(Proxy(getattr(orders, end).url)) as proxy:
        orders.dpone.connect(end, proxy.url)
        run = hold(orders.dpone, "run", query_manifest(orders, SLOW))
        eventually(lambda: is_copying(orders), "both ends copy")
        proxy.flows.clear()
        run.signal(signal.SIGINT)
        assert "the run was interrupted" in run.end(12).expect(130).err


def test_a_server_that_does_not_heed_a_cancel_is_asked_once_a_second(orders, hold):
    with contextlib.closing(Proxy(orders.src.url)) as proxy:
        proxy.loses_cancels = True
        orders.dpone.connect("src", proxy.url)
        run = hold(orders.dpone, "run", query_manifest(orders, SLOW))
        eventually(lambda: is_copying(orders), "both ends copy")
        run.signal(signal.SIGINT)
        eventually(lambda: proxy.cancels, "a cancel")
        began = time.monotonic()
        eventually(lambda: proxy.cancels >= 3, "a third cancel")
        assert time.monotonic() - began > 1.8
        proxy.loses_cancels = False
        run.end(5).expect(130)


def terminate(database):
    database.run(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'dpone'"
    )


@pytest.mark.parametrize("query", [SLOW, ENDLESS], ids=["slow", "endless"])
def test_the_sources_session_is_ended_in_the_load(query, orders, hold):
    run = hold(orders.dpone, "run", query_manifest(orders, query))
    eventually(lambda: is_copying(orders), "both ends copy")
    terminate(orders.src)
    run.end(10).expect(4)
    assert orders.dst.value("select to_regclass('public.orders')") is None
    assert leftovers(orders.dst) == []


def test_the_sinks_session_is_ended_in_the_load(orders, hold):
    run = hold(orders.dpone, "run", query_manifest(orders, ENDLESS))
    eventually(lambda: is_copying(orders), "both ends copy")
    terminate(orders.dst)
    run.end(10).expect(4)
    eventually(lambda: leftovers(orders.dst) == [], "the end of the stage")
    eventually(lambda: sessions(orders.src) == 0, "the end of the source's session", 5)


@pytest.mark.parametrize(
    ("end", "point", "code"),
    [
        ("src", "run.planned", 4),
        ("src", "source.locked", 4),
        ("src", "stage.created", 4),
        # It has been read to its end, and is not needed any more.
        ("src", "load.finished", 0),
        ("dst", "run.planned", 4),
        ("dst", "stage.created", 4),
        ("dst", "load.finished", 4),
        ("dst", "stage.committed", 4),
        ("dst", "finalize.begin", 4),
        ("dst", "finalize.locked", 4),
    ],
)
def test_a_session_is_ended_while_the_run_is_elsewhere(end, point, code, published, hold):
    manifest = published.manifest()
    run = hold(published.dpone, "run", manifest, at=point)
    terminate(getattr(published, end))
    run.finish().expect(code)
    assert published.generation() == (2 if code == 0 else 1)
    published.dpone("run", manifest, "-q").expect(0)
    assert leftovers(published.dst) == []
    assert published.generation() == 2
