"""Time limits: those that must not end a load, and those that must."""

import contextlib
import ctypes
import os
import pathlib
import re
import socket

import pytest

from harness.held import eventually, leftovers, sessions
from harness.manifest import full_refresh

# Two seconds before the first row, and two in the middle: rows enough between them that the first are sent.
SLOW = (
    "select n as id, n as generation, repeat('x', 1000) as pad from generate_series(1, 3000) n"
    " where n not in (1, 2000) or pg_sleep(2) is not null"
)


@pytest.mark.parametrize("options", [[], ["--no-raw"]], ids=["raw", "batches"])
def test_a_slow_source_leaves_the_sink_no_idle_transaction(options, orders):
    orders.src.run(f"create view public.slow as {SLOW}")
    env = {"DPONE_CONN_DST_IDLE_TIMEOUT": "1s"}
    orders.dpone.write("slow.yaml", full_refresh("public.slow", name="slow"))
    orders.dpone("run", "slow.yaml", "-q", *options, env=env).expect(0)
    assert orders.dst.value("select count(*) from public.slow") == 3000


def limit(database, setting):
    database.run(f'alter database "{database.name}" set {setting}')


@pytest.mark.own_server
def test_a_transaction_timeout_of_the_role_does_not_end_a_load(orders, databases, _server):
    orders.dst = databases(_server(17))
    orders.dpone.connect("dst", orders.dst.url)
    limit(orders.dst, "transaction_timeout = '500ms'")
    orders.src.run(f"create view public.slow as {SLOW}")
    orders.dpone.write("slow.yaml", full_refresh("public.slow", name="slow"))
    orders.dpone("run", "slow.yaml", "-q").expect(0)
    assert orders.dst.value("select count(*) from public.slow") == 3000


def test_an_idle_session_timeout_of_the_role_does_not_end_a_load(published, hold):
    for database in (published.src, published.dst):
        limit(database, "idle_session_timeout = '300ms'")
    run = hold(published.dpone, "run", published.manifest(), at="run.planned")
    published.src.run("select pg_sleep(1)")
    run.finish().expect(0)
    assert published.generation() == 2


@pytest.mark.parametrize("point", ["stage.created", "stage.before_commit"])
def test_a_transaction_that_idled_too_long_is_told_as_that(point, published, hold):
    manifest = published.manifest()
    run = hold(published.dpone, "run", manifest, at=point, env={"DPONE_CONN_DST_IDLE_TIMEOUT": "200ms"})
    eventually(lambda: sessions(published.dst) == 0, "the end of the idle session")
    ended = run.finish().expect(4)
    assert "code: postgres.idle_timeout" in ended.err
    assert "idle_timeout" in ended.err.partition("next: ")[2]
    assert published.generation() == 1
    published.dpone("run", manifest, "-q").expect(0)
    assert leftovers(published.dst) == []


def sockets_to(pid, port):
    """The TCP sockets of process `pid` that lead to `port`, as sockets of this process."""
    inodes = set()
    for line in pathlib.Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[2].partition(":")[2], 16) == port:
            inodes.add(f"socket:[{fields[9]}]")
    pidfd = os.pidfd_open(pid)
    libc = ctypes.CDLL(None, use_errno=True)
    for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(fd) in inodes:
                ours = libc.syscall(438, pidfd, int(fd.name), 0)  # pidfd_getfd
                assert ours >= 0, os.strerror(ctypes.get_errno())
                yield socket.socket(fileno=ours)
    os.close(pidfd)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [("", (1, 15, 5, 3, 30000)), ("?keepalives_idle=77&tcp_user_timeout=5000", (1, 77, 5, 3, 5000))],
    ids=["default", "set"],
)
def test_both_ends_notice_a_peer_that_is_gone(parameters, expected, orders, hold):
    """What makes the kernel end a connection whose other end is gone without a word."""
    options = (
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
        (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
        (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
        (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
    )
    for end, database in (("src", orders.src), ("dst", orders.dst)):
        orders.dpone.connect(end, database.url + parameters)
    run = hold(orders.dpone, "run", orders.manifest(), at="stage.created")
    port = int(re.search(r":(\d+)/", orders.src.url)[1])
    found = list(sockets_to(run.process.pid, port))
    assert len(found) == 2
    for end in found:
        with contextlib.closing(end):
            assert tuple(end.getsockopt(*option) for option in options) == expected
    run.finish().expect(0)
