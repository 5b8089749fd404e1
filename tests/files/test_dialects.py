"""Texts of another dialect than was said or guessed: each is read, or refused with the way out."""

import sqlite3

import pytest

from files.conftest import refused


def table(folder, name="t.db"):
    with sqlite3.connect(folder / name) as db:
        return db.execute("select * from t order by 1").fetchall()


@pytest.mark.parametrize(
    "content",
    [b"id,name\r1,a\r2,b\r", b"id,name\r\n1,a\n2,b\r3,c", b"id,name\n1,a\n2,b\r3,c\n", b"id,name\n1,a\rb\n"],
)
def test_lines_that_end_with_a_carriage_return_alone(dpone, folder, content):
    (folder / "in.csv").write_bytes(content)
    run = refused(dpone("copy", "--from", "in.csv", "--to", "t.db", "--to-table", "t"), 1, "delimited.line_end")
    assert r"tr '\r' '\n'" in run.err
    (folder / "in.csv").write_bytes(content.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    dpone("copy", "--from", "in.csv", "--to", "t.db", "--to-table", "t", "--on-error", "reject-file", "--reject-path", "r.csv", "-q").expect(0)


@pytest.mark.parametrize("content", ['[{"a":1},{"a":2}]', '[\n{"a":1},\n{"a":2}\n]\n', "[]", '[{"a":1}]\n', '[{"a":\n1}]\n'])
def test_a_json_array_says_how_to_take_it_apart(dpone, content):
    dpone.write("in.jsonl", content)
    run = refused(dpone("copy", "--from", "in.jsonl", "--to", "t.db", "--to-table", "t"), 1, "json_rows.not_object")
    assert "a line begins an array, not an object" in run.err and "jq -c '.[]'" in run.err


def test_skippable_frames_of_zstandard_are_skipped(dpone, folder):
    dpone.write("plain.csv", "id\n1\n")
    dpone("copy", "--from", "plain.csv", "--to", "body.csv.zst", "-q").expect(0)
    frame = (folder / "body.csv.zst").read_bytes()
    # What pzstd writes before each frame: the size of it.
    (folder / "in.csv.zst").write_bytes(b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + frame)
    dpone("copy", "--from", "in.csv.zst", "--to", "t.db", "--to-table", "t", "-q").expect(0)
    (folder / "named.csv").write_bytes((folder / "in.csv.zst").read_bytes())
    dpone("copy", "--from", "named.csv", "--to", "t.db", "--to-table", "t", "--adopt", "-q").expect(0)
    assert table(folder) == [(1,)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("name, text", [("in.csv", "id\n1\n"), ("in.jsonl", '{"id":1}\n')])
def test_another_unicode_encoding_is_named(dpone, folder, encoding, name, text):
    mark = "" if encoding in ("utf-16", "utf-32") else "\ufeff"
    (folder / name).write_bytes((mark + text).encode(encoding))
    slug = "delimited.encoding" if name == "in.csv" else "json_rows.encoding"
    run = refused(dpone("copy", "--from", name, "--to", "t.db", "--to-table", "t"), 1, slug)
    assert f"the text is {encoding[:6].upper()}" in run.err and f"iconv -f {encoding[:6].upper()} " in run.err


@pytest.mark.parametrize("flags", [[], ["--no-header"]])
@pytest.mark.parametrize("name, text", [("in.csv", "id,v\n1,a\n"), ("in.jsonl", '{"id":1,"v":"a"}\n')])
def test_byte_order_marks_are_skipped_however_many(dpone, folder, flags, name, text):
    if flags and name == "in.jsonl":
        return
    (folder / name).write_bytes(b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode())
    dpone("copy", "--from", name, "--to", "t.db", "--to-table", "t", "-q", *flags).expect(0)
    assert table(folder) == ([("1", "a"), ("id", "v")] if flags else [(1, "a")])
    # However the bytes come.
    dpone("copy", "--from", "-", "--from-format", name[3:], "--to", "p.db", "--to-table", "t", "-q", *flags, stdin=(folder / name).read_text()).expect(0)
    assert table(folder, "p.db") == table(folder)


@pytest.mark.parametrize(
    "name, content, slug, way",
    [("in.csv", b"id,v\n1,caf\xe9\n", "delimited.encoding", "iconv -f ENCODING"),
     ("in.jsonl", b'{"v":"caf\xe9"}\n', "json_rows.encoding", "iconv -f ENCODING"),
     ("in.csv", b'id,v\n1,5" pipe\n', "delimited.quote", "--quote none"),
     ("in.csv", b'id,v"x"\n1,5\n', "delimited.quote", "--quote none")],
)  # fmt: skip
def test_a_row_of_another_dialect_says_the_way_out(dpone, folder, name, content, slug, way):
    (folder / name).write_bytes(content)
    run = refused(dpone("copy", "--from", name, "--to", "t.db", "--to-table", "t"), 1, slug)
    assert "next:" in run.err and way in run.err


def test_a_folder_is_not_taken_for_a_connection(dpone, folder):
    (folder / "in").mkdir()
    dpone.write("in/a.csv", "id\n1\n")
    for text in ("in", "in/", "./in"):
        run = refused(dpone("copy", "--from", text, "--to", "t.db", "--to-table", "t"), 2, "file.is_directory")
        assert "/*.csv'" in run.err
    run = refused(dpone("copy", "--from", "in/a.csv", "--to", "in"), 2, "file.is_directory")
    assert "in/NAME.csv" in run.err
    dpone("copy", "--from", "in/*.csv", "--to", "t.db", "--to-table", "t", "-q").expect(0)
