"""The connection to the sink breaks around the publishing message; a proxy cuts it at a known byte."""

import contextlib

import pytest

from harness.held import eventually, leftovers, receipts
from harness.proxy import Proxy

METHODS = ["exchange", "truncate_insert"]


@pytest.fixture
def proxied(published):
    """proxied(cut) -> Proxy that `dst` goes through from now on."""
    with contextlib.ExitStack() as stack:

        def start(cut=None, **options):
            proxy = stack.enter_context(contextlib.closing(Proxy(published.dst.url, cut, **options)))
            published.dpone.connect("dst", proxy.url)
            return proxy

        yield start


def outcome_in_ledger(dpone):
    return (dpone.folder / ".dpone/ledger.jsonl").read_text().splitlines()[-1]


def test_through_an_idle_proxy_nothing_is_lost(published, proxied):
    proxy = proxied()
    published.dpone("run", published.manifest(), "-q").expect(0)
    assert not proxy.has_cut.is_set()
    assert published.generation() == 2


@pytest.mark.parametrize("method", METHODS)
def test_a_lost_answer_after_the_commit_is_found_in_the_receipt(method, published, proxied):
    proxy = proxied("after")
    run = published.dpone("run", published.manifest(method=method), "--run-id", "lost", "--format", "json").expect(0)
    assert proxy.has_cut.is_set()
    assert run.json["receipt"]["run_id"] == "lost"
    assert run.json["is_published"] is True
    assert published.generation() == 2
    assert [(version, run_id) for version, run_id, _ in receipts(published.dst)][1:] == [(2, "lost")]
    assert '"outcome":"committed"' in outcome_in_ledger(published.dpone)
    assert leftovers(published.dst) == []


@pytest.mark.parametrize("method", METHODS)
def test_a_lost_publishing_message_publishes_nothing(method, published, proxied):
    proxy = proxied("before")
    manifest = published.manifest(method=method)
    run = published.dpone("run", manifest, "--run-id", "lost").expect(4)
    assert proxy.has_cut.is_set()
    assert "finalize.not_committed" in run.err
    assert published.generation() == 1
    assert '"outcome":"not_committed"' in outcome_in_ledger(published.dpone)
    assert leftovers(published.dst) == []
    published.dpone("reconcile", manifest, "--run-id", "lost").expect(4)
    published.dpone("run", manifest, "--run-id", "lost", "-q").expect(0)
    assert published.generation() == 2


@pytest.mark.parametrize("cut", ["after", "before"])
def test_a_lost_answer_of_a_server_that_cannot_be_asked_is_an_unknown_outcome(cut, published, proxied):
    proxy = proxied(cut, refuse_after_cut=True)
    manifest = published.manifest(runtime={"settle_wait": "2s"})
    run = published.dpone("run", manifest, "--run-id", "lost", timeout=30).expect(5)
    assert proxy.has_cut.is_set()
    assert "finalize.outcome_unknown" in run.err
    assert "dpone reconcile" in run.err
    assert '"outcome":"unknown"' in outcome_in_ledger(published.dpone)
    published.dpone("reconcile", manifest, "--run-id", "lost").expect(4)

    published.dpone.connect("dst", published.dst.url)
    reconciled = published.dpone("reconcile", manifest, "--run-id", "lost", "--format", "json")
    is_published = cut == "after"
    reconciled.expect(0 if is_published else 4)
    assert reconciled.json["outcome"] == ("committed" if is_published else "absent")
    assert published.generation() == (2 if is_published else 1)
    published.dpone("run", manifest, "-q").expect(0)
    assert published.generation() == 2
    assert leftovers(published.dst) == []
    assert [version for version, _, _ in receipts(published.dst)] == ([1, 2, 3] if is_published else [1, 2])


def test_a_lost_answer_while_the_server_still_works_on_it_waits_for_the_server(published, proxied, other_session, sql):
    """The message has reached the server, and the client is gone: only the target's lock tells that it is not over."""
    published.dst.run(
        "create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(3); return null; end $$;"
        "create trigger slow after truncate on public.orders execute function slow()"
    )
    manifest = published.manifest(method="truncate_insert")
    proxied("at_once")
    published.dpone("run", manifest, "--run-id", "lost").expect(0)
    assert published.generation() == 2
    assert [run_id for _, run_id, _ in receipts(published.dst)][1:] == ["lost"]


def test_the_sinks_session_is_ended_at_the_publishing_message(published, hold, dst):
    run = hold(published.dpone, "run", published.manifest(), "--run-id", "lost", at="finalize.before_send")
    dst.run(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        " and application_name = 'dpone' and state like 'idle in transaction%'"
    )
    assert "finalize.not_committed" in run.finish().expect(4).err
    assert published.generation() == 1
    eventually(lambda: leftovers(dst) == [], "the end of the stage")


def test_a_run_id_used_again_after_a_lost_answer_reports_the_first_publication(published, proxied):
    proxied("after", refuse_after_cut=True)
    manifest = published.manifest(runtime={"settle_wait": "1s"})
    published.dpone("run", manifest, "--run-id", "lost").expect(5)
    published.dpone.connect("dst", published.dst.url)
    published.fill(3)
    again = published.dpone("run", manifest, "--run-id", "lost", "--format", "json").expect(0)
    assert again.json["is_repeated"] is True
    assert published.generation() == 2


@pytest.mark.parametrize("method", METHODS)
def test_an_answer_that_never_comes_while_the_connection_lives_is_settled(method, published, proxied):
    proxy = proxied("hole")
    env = {"DPONE_CONN_DST_STALL_TIMEOUT": "500ms"}
    run = published.dpone("run", published.manifest(method=method), "--run-id", "hole", env=env, timeout=30).expect(0)
    assert proxy.has_cut.is_set()
    assert published.generation() == 2
    assert [run_id for _, run_id, _ in receipts(published.dst)][1:] == ["hole"]
    assert '"outcome":"committed"' in outcome_in_ledger(published.dpone)
    assert leftovers(published.dst) == []
    assert "error" not in run.err


def test_a_long_publication_is_not_taken_for_a_lost_answer(published):
    published.dst.run(
        "create function public.slow() returns trigger language plpgsql as"
        " $$ begin perform pg_sleep(6); return null; end $$;"
        "create trigger slow after truncate on public.orders for each statement execute function public.slow()"
    )
    env = {"DPONE_CONN_DST_STALL_TIMEOUT": "500ms", "DPONE_CONN_SRC_STALL_TIMEOUT": "500ms"}
    published.dpone("run", published.manifest(method="truncate_insert"), env=env).expect(0)
    assert published.generation() == 2
