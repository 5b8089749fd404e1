"""Files that are wrong: each is a clear error with its exit code, and the target is what it was."""

import gzip
import os
import resource
import shutil
import signal
import subprocess
import threading
import zlib

import pytest

from files.conftest import hidden, refused
from harness.held import held

ROWS = "".join(f"{n},row {n}\n" for n in range(1, 1001))
GOOD = "id,note\n" + ROWS


@pytest.fixture
def into(dpone, folder):
    """into(content, name) copies a file of that content over a good one; checks that the old one is still there."""
    dpone.write("in.csv", "id,note\n0,old\n")
    dpone("copy", "--from", "in.csv", "--to", "out.csv", "-q").expect(0)

    def run(content, name="in.csv", *options):
        if content is not None:
            (folder / name).write_bytes(content)
        ended = dpone("copy", "--from", name, "--to", "out.csv", "--adopt", *options)
        if ended.code != 0:
            assert (folder / "out.csv").read_text() == "id,note\n0,old\n"
        assert hidden(folder) == []
        return ended

    return run


def text(tail):
    return GOOD.encode() + tail


BAD = {
    "an unbalanced quote": (text(b'1001,"never closed\n1002,x\n'), "delimited.unclosed_quote", ["row: 1001", "line: 1002"]),
    "a quote in a value": (text(b'1001,a"b\n'), "delimited.quote", ["row: 1001"]),
    "quotes in a value": (text(b'1001,a"b"c\n'), "delimited.quote", ["row: 1001"]),
    "a quote behind a value": (text(b'1001,"a"b\n'), "delimited.quote", ["row: 1001"]),
    "too few fields": (text(b"1001\n"), "delimited.field_count", ["row: 1001", "1 fields instead of 2"]),
    "too many fields": (text(b"1001,a,b\n"), "delimited.field_count", ["row: 1001"]),
    "an empty line": (text(b"\n"), "delimited.field_count", ["row: 1001"]),
    "a zero byte": (text(b"1001,a\0b\n"), "delimited.zero_byte", ["row: 1001"]),
    "no UTF-8": (text(b"1001,\xe9t\xe9\n"), "delimited.encoding", ["row: 1001", "0xe9"]),
    "UTF-16": (GOOD.encode("utf-16"), "delimited.encoding", ["UTF-16"]),
    "a return alone": (text(b"1001,a\rb\n"), "delimited.line_end", ["row: 1001"]),
    "a row that is cut": (text(b"1001"), "delimited.field_count", ["row: 1001", f"offset: {len(GOOD)}"]),
    "a header twice": (b"id,id\n1,2\n", "file.bad_header", ['"id" twice']),
    "a header without a name": (b"id,\n1,2\n", "file.bad_header", ["field 2"]),
    "no header": (b"", "file.no_header", []),
    "zero bytes": (b"\0" * 5000, "delimited.zero_byte", []),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "delimited.encoding", []),
}


@pytest.mark.parametrize("content, slug, parts", BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_refused_with_its_place(into, content, slug, parts):
    run = refused(into(content), 1, slug)
    for part in ["file: in.csv", *parts]:
        assert part in run.err


def test_what_is_unusual_and_right(into, folder):
    mixed = b"\xef\xbb\xbfid,note\r\n1,a\n2,b\r\n3,\"c\r\nd\"\n4,last"
    into(mixed).expect(0)
    assert (folder / "out.csv").read_bytes() == b'id,note\n1,a\n2,b\n3,"c\r\nd"\n4,last\n'
    big = "y" * 40_000_000
    into(f'id,note\n1,"{big}"\n'.encode()).expect(0)
    assert (folder / "out.csv").read_text() == f"id,note\n1,{big}\n"


def test_a_field_beyond_the_limit(dpone, folder):
    dpone.write("in.csv", "id,note\n1,a\n2," + "y" * 3_000_000 + "\n")
    dpone.write("m.yaml", "name: big\nsource: {type: file, path: in.csv}\nsink: {type: file, path: out.csv, strategy: {mode: full_refresh}}\nruntime: {max_row_bytes: 1MiB}\n")
    run = refused(dpone("run", "m.yaml"), 1, "delimited.row_too_big")
    assert "file: in.csv" in run.err or "in.csv" in run.err
    assert not (folder / "out.csv").exists()


def test_a_first_row_beyond_the_limit(dpone):
    dpone.write("in.jsonl", '{"id":"' + "y" * 3_000_000 + '"}\n')
    dpone.write("m.yaml", "name: big\nsource: {type: file, path: in.jsonl}\nsink: {type: file, path: out.csv, strategy: {mode: full_refresh}}\nruntime: {max_row_bytes: 1MiB}\n")
    run = refused(dpone("run", "m.yaml"), 1, "json_rows.row_too_big")
    assert "file: in.jsonl" in run.err and "runtime.max_row_bytes" in run.err


def test_a_value_that_the_sample_did_not_see(dpone, folder):
    dpone.write("in.csv", GOOD + "".join(f"{n},row\n" for n in range(200_000)) + "x1,row\n")
    run = refused(dpone("copy", "--from", "in.csv", "--to", "out.jsonl"), 1, "delimited.value")
    for part in ("row: 201001", "column: id", "file: in.csv", "--type 'id=text'"):
        assert part in run.err
    assert not (folder / "out.jsonl").exists()
    dpone("copy", "--from", "in.csv", "--to", "out.jsonl", "--type", "id=text", "-q").expect(0)


def test_rejected_rows_are_collected(into, dpone, folder):
    wrong = b'x,row\n2\n3,a"b"c\n4,a\0b\n5,\xff\n6,"ok"\n'
    run = into(text(wrong), "in.csv", "--on-error", "reject-file", "--reject-path", "rejects.csv", "--type", "id=bigint").expect(0)
    assert "5 rows are wrong and were left out" in run.out
    assert (folder / "out.csv").read_text().endswith("1000,row 1000\n6,ok\n")
    rejects = (folder / "rejects.csv").read_bytes()
    for slug in (b"delimited.value", b"delimited.field_count", b"delimited.quote", b"delimited.zero_byte", b"delimited.encoding"):
        assert rejects.count(b"," + slug + b",") == 1
    # What hits the whole stream still ends the run.
    options = ("--on-error", "reject-file", "--reject-path", "rejects.csv")
    dpone("copy", "--from", "in.csv", "--to", "other.csv", "--on-error", "reject-file", "--reject-path", "no/where.csv")
    refused(dpone("copy", "--from", "in.csv", "--to", "third.csv", *options, "--type", "id=bigint", env={"DPONE_FAULT": "load.finished=error"}), 1, "fault.injected")
    (folder / "in.csv").write_bytes(text(b'1,"never\n'))
    refused(dpone("copy", "--from", "in.csv", "--to", "fourth.csv", *options), 1, "delimited.unclosed_quote")
    assert not (folder / "fourth.csv").exists()


def test_rejected_rows_write_over_nothing_else(into, dpone, folder):
    into(text(b"x1,row\n"), "in.csv", "--type", "id=text").expect(0)
    before = (folder / "in.csv").read_bytes()
    options = ("--type", "id=bigint", "--on-error", "reject-file", "--reject-path")
    kept = (folder / "out.csv").read_bytes()
    refused(dpone("copy", "--from", "in.csv", "--to", "other.csv", *options, "out.csv"), 3, "file.not_rejects")
    refused(dpone("copy", "--from", "in.csv", "--to", "other.csv", *options, "in.csv"), 2, "option.invalid")
    assert (folder / "out.csv").read_bytes() == kept
    assert (folder / "in.csv").read_bytes() == before
    assert not (folder / "other.csv").exists()


@pytest.mark.parametrize("tool", ["gzip", "zstd"])
def test_compressed_files_that_are_wrong(into, tool, folder):
    ending = {"gzip": "gz", "zstd": "zst"}[tool]
    name = f"in.csv.{ending}"
    packed = subprocess.run([tool, "-c"], input=GOOD.encode() * 1, capture_output=True, check=True).stdout
    into(packed, name).expect(0)
    into(packed + subprocess.run([tool, "-c"], input=b"1001,x\n", capture_output=True, check=True).stdout, name).expect(0)
    assert (folder / "out.csv").read_text() == GOOD + "1001,x\n"


@pytest.mark.parametrize("tool", ["gzip", "zstd"])
def test_compressed_files_that_are_cut(into, tool):
    name = {"gzip": "in.csv.gz", "zstd": "in.csv.zst"}[tool]
    packed = subprocess.run([tool, "-c"], input=GOOD.encode(), capture_output=True, check=True).stdout
    for size in (len(packed) - 1, len(packed) - 9, len(packed) // 2, 12, 4):
        run = into(packed[:size], name)
        if size == 4 and tool == "zstd":
            refused(run, 1, "compression.cut_short")
            continue
        refused(run, 1, "compression.cut_short")
        assert f"file: {name}" in run.err
        assert f"offset: {size}" in run.err
    changed = bytearray(packed)
    changed[-3] ^= 0x40
    refused(into(bytes(changed), name), 1, "compression.corrupt")
    refused(into(b"", name), 1, "compression.corrupt")
    refused(into(GOOD.encode(), name), 1, "compression.corrupt")
    refused(into(packed + b"trailing", name), 1, "compression.corrupt")


def test_bombs(dpone, folder):
    """300 megabytes of one value out of 300 kilobytes; a window of 2 GiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = packer.compress(b"id,note\n1,")
    for _ in range(300):
        packed += packer.compress(b"0" * 1_000_000)
    packed += packer.flush()
    (folder / "value.csv.gz").write_bytes(packed)
    (folder / "window.csv.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes([0, (31 - 10) << 3]) + b"\x01\0\0")
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    (folder / "line.csv.gz").write_bytes(b"".join(packer.compress(b"a" * 1_000_000) for _ in range(300)) + packer.flush())
    run, peak = dpone.measure("copy", "--from", "line.csv.gz", "--to", "out.csv")
    refused(run, 1, "file.bad_header")
    assert peak < 100, "a first record ends within 1 MiB, or is none"
    for name, slug in (("value.csv.gz", "delimited.row_too_big"), ("window.csv.zst", "compression.window")):
        run, peak = dpone.measure("copy", "--from", name, "--to", "out.csv")
        refused(run, 1, slug)
        assert not (folder / "out.csv").exists()
        assert peak < 350, name  # one row of 64 MiB and its copies, not what the file would become


def test_what_is_no_file(into, dpone, folder):
    refused(into(None, "none.csv"), 2, "file.not_found")
    refused(into(None, "none*.csv"), 2, "file.not_found")
    (folder / "folder.csv").mkdir()
    refused(into(None, "folder.csv"), 2, "file.is_directory")
    refused(dpone("copy", "--from", "in.csv", "--to", "folder.csv"), 2, "file.is_directory")
    refused(dpone("copy", "--from", "in.csv", "--to", "nowhere/out.csv"), 2, "file.not_found")
    refused(dpone("copy", "--from", "in.csv", "--to", "in.csv/out.csv"), 2, "file.not_found")
    if os.getuid() != 0:
        (folder / "in.csv").chmod(0)
        refused(into(None), 1, "file.permission")


def test_a_fifo_that_closes(into, folder):
    os.mkfifo(folder / "pipe.csv")

    def feed(content):
        thread = threading.Thread(target=lambda: (folder / "pipe.csv").write_bytes(content))
        thread.start()
        return thread

    thread = feed(GOOD.encode()[:-5])
    refused(into(None, "pipe.csv"), 1, "delimited.field_count") if GOOD[-6] == "\n" else into(None, "pipe.csv").expect(0)
    thread.join()


def test_a_fifo_that_closes_inside_quotes(into, folder):
    os.mkfifo(folder / "pipe.csv")
    thread = threading.Thread(target=lambda: (folder / "pipe.csv").write_bytes(GOOD.encode() + b'1001,"half'))
    thread.start()
    refused(into(None, "pipe.csv"), 1, "delimited.unclosed_quote")
    thread.join()


def test_a_file_that_is_changed_meanwhile(dpone, folder):
    dpone.write("in.csv", GOOD)
    for at in ("run.planned", "load.read"):
        with held(dpone, "copy", "--from", "in.csv", "--to", "out.csv", at=at) as run:
            with (folder / "in.csv").open("a") as file:
                file.write("1001,late\n")
            refused(run.finish(), 4, "source.changed")
        assert not (folder / "out.csv").exists()
        assert hidden(folder) == []


def test_a_target_that_is_changed_meanwhile(dpone, folder):
    dpone.write("in.csv", GOOD)
    copy = ("copy", "--from", "in.csv", "--to", "out.csv")
    dpone(*copy, "-q").expect(0)
    with held(dpone, *copy, at="stage.committed") as run:
        (folder / "out.csv").write_text("somebody else\n")
        refused(run.finish(), 3, "finalize.target_changed")
    assert (folder / "out.csv").read_text() == "somebody else\n"
    # What somebody else has written is theirs, until it is taken over.
    refused(dpone(*copy, "-q"), 3, "target.not_ours")
    dpone(*copy, "-q", "--adopt").expect(0)
    # Another run of dpone was faster.
    with held(dpone, *copy, at="stage.committed") as run:
        dpone(*copy, "-q", "--state-dir", "elsewhere").expect(0)
        refused(run.finish(), 3, "finalize.fenced")
    assert hidden(folder) == []


@pytest.mark.parametrize("size", [0, 1, 100, 4096, 5000, 11_000])
def test_a_full_disk_at_any_write(dpone, folder, size):
    """The limit of a file's size stands for the disk's: the write that crosses it fails."""
    dpone.write("in.csv", "id,note\n0,old\n")
    copy = ("copy", "--from", "in.csv", "--to", "out.csv", "--state-dir", "/dev/shm/" + folder.parent.name)
    try:
        dpone(*copy, "-q").expect(0)
        dpone.write("in.csv", GOOD)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        process = dpone.start(*copy, "-q", preexec_fn=limit)
        err = process.communicate(timeout=60)[1]
        assert process.returncode == 1, err
        assert "file.disk_full" in err or "file.io" in err
        assert (folder / "out.csv").read_text() == "id,note\n0,old\n"
        assert hidden(folder) == []
        dpone(*copy, "-q").expect(0)
        assert (folder / "out.csv").read_text() == GOOD
    finally:
        shutil.rmtree("/dev/shm/" + folder.parent.name, ignore_errors=True)


def test_stdout_that_takes_no_more(dpone, folder):
    dpone.write("in.csv", GOOD * 1)
    copy = ("copy", "--from", "in.csv", "--to", "-", "--to-format", "csv", "-q")
    with open("/dev/full", "wb") as full:
        process = dpone.start(*copy, stdout=full)
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "file.disk_full" in err
    dpone.write("in.csv", "id,note\n" + ROWS * 200)
    process = dpone.start(*copy)
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(timeout=60) == 1
    assert "file.reader_gone" in process.stderr.read()
