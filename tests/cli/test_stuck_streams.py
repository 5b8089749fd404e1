"""Pipes that nobody reads, and signals of every kind: a run ends when it is asked to, and says so."""

import os
import signal
import subprocess
import time

import pytest

from harness.held import eventually, leftovers, sessions

MANY = "select g as id, repeat('x', 200) as pad from generate_series(1, 100000000) g"


@pytest.fixture
def full_pipe():
    """The writing end of a pipe that is full and stays so."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 512)
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)
    yield writer
    os.close(writer)
    os.close(reader)


@pytest.fixture
def endless(src, dst, dpone):
    """A command that loads for as long as it may."""
    dpone.connect("src", src.url)
    dpone.connect("dst", dst.url)
    src.run(f"create view endless as {MANY}")
    return ["copy", "--from", "src", "--table", "endless", "--to", "dst"]


def ended(process, seconds=5):
    """Its exit code, and the time that it took."""
    began = time.monotonic()
    try:
        process.wait(seconds)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return process.returncode, time.monotonic() - began


@pytest.mark.parametrize("more", [[], ["-v"], ["--progress", "json"]], ids=["plain", "verbose", "json"])
def test_a_first_signal_ends_a_run_whose_stderr_nobody_reads(endless, more, dpone, dst, full_pipe):
    process = dpone.start(*endless, *more, stdout=subprocess.DEVNULL, stderr=full_pipe)
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    code, seconds = ended(process)
    assert code == 130
    assert seconds < 4
    eventually(lambda: sessions(dst) == 0, "the session ends")
    assert leftovers(dst) == []


def test_a_second_signal_ends_a_run_whose_stderr_nobody_reads_at_once(endless, dpone, full_pipe):
    process = dpone.start(*endless, stdout=subprocess.DEVNULL, stderr=full_pipe)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 130


def test_a_signal_ends_a_copy_whose_rows_nobody_reads(endless, dpone, full_pipe):
    command = [*endless[:-1], "-", "--to-format", "csv"]
    process = dpone.start(*command, stdout=full_pipe, stderr=subprocess.PIPE)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 130
    assert "interrupted" in process.stderr.read()


def test_a_signal_ends_the_wait_for_a_reader_of_the_result(dpone, full_pipe):
    (dpone.folder / "in.csv").write_text("id\n1\n")
    command = ["copy", "--from", "in.csv", "--to", "t.db", "--to-table", "t", "--format", "json"]
    process = dpone.start(*command, stdout=full_pipe, stderr=subprocess.PIPE)
    eventually(lambda: list((dpone.folder / ".dpone/runs").glob("*/run.json")), "the report is written")
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 130
    assert "published" in process.stderr.read()


def test_a_signal_ends_the_wait_for_a_reader_of_a_fifo(dpone):
    (dpone.folder / "in.csv").write_text("id\n1\n")
    os.mkfifo(dpone.folder / "out.csv")
    process = dpone.start("copy", "--from", "in.csv", "--to", "out.csv")
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 130


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT], ids=["SIGHUP", "SIGQUIT"])
def test_a_hangup_and_a_quit_stop_a_run_as_sigterm_does(endless, number, dpone, dst):
    # Whoever started the tests may ignore them.
    process = dpone.start(*endless, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    eventually(lambda: sessions(dst) > 0, "the run is connected")
    process.send_signal(number)
    assert ended(process)[0] == 130
    assert "interrupted" in process.stderr.read()
    assert leftovers(dst) == []


def test_nohup_keeps_a_run_alive_over_a_hangup(endless, dpone, dst):
    process = dpone.start(*endless, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    eventually(lambda: sessions(dst) > 0, "the run is connected")
    process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert ended(process)[0] == 130


def test_a_limit_of_file_size_is_an_error_of_the_write(dpone):
    import resource

    (dpone.folder / "in.csv").write_text("id\n" + "1234567\n" * 100_000)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    process = dpone.start("copy", "--from", "in.csv", "--to", "out.csv", preexec_fn=limit)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1, err
    assert "file.disk_full" in err
    assert "ulimit -f" in err
