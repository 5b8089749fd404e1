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
    assert "a line begins with an array, not an object" in run.err and "jq -c '.[]'" in run.err


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


def test_a_clean_run_removes_the_rejected_rows_of_an_earlier_one(dpone, folder):
    copy = ["copy", "--from", "in.csv", "--to", "t.db", "--to-table", "t", "--on-error", "reject-file", "--reject-path", "rej.csv", "-q"]
    dpone.write("in.csv", "id,v\n1,a,b\n2,c\n")
    dpone(*copy).expect(0)
    assert len((folder / "rej.csv").read_text().splitlines()) == 2
    dpone.write("in.csv", "id,v\n1,a\n2,c\n")
    dpone(*copy).expect(0)
    assert not (folder / "rej.csv").exists()
    # Anything else at that place is not touched.
    dpone.write("rej.csv", "id,v\n9,z\n")
    dpone(*copy).expect(0)
    assert (folder / "rej.csv").read_text() == "id,v\n9,z\n"


def test_rejected_rows_are_not_loaded_into_their_own_file(dpone, folder):
    dpone.write("in.csv", "id,v\n1,a,b\n2,c\n")
    dpone("copy", "--from", "in.csv", "--to", "t.db", "--to-table", "t", "--on-error", "reject-file", "--reject-path", "rej.csv", "-q").expect(0)
    before = (folder / "rej.csv").read_text()
    for source in ("rej.csv", "*.csv"):
        refused(dpone("copy", "--from", source, "--to", "r.db", "--to-table", "t", "--on-error", "reject-file", "--reject-path", "./rej.csv"), 2, "option.invalid")
    assert (folder / "rej.csv").read_text() == before


@pytest.mark.parametrize("text, flag", [("id;name\n1;Ann\n", "--delimiter ';'"), ("id\tname\n1\tAnn\n", "--delimiter tab"), ("id|name\n1|Ann\n", "--delimiter '|'")])
@pytest.mark.parametrize("header", [True, False])
def test_a_file_with_another_delimiter_is_not_loaded_as_one_column(dpone, folder, text, flag, header):
    dpone.write("in.csv", text)
    flags = ["--to", "t.db", "--to-table", "t"] + ([] if header else ["--no-header"])
    run = refused(dpone("copy", "--from", "in.csv", *flags), 1, "delimited.delimiter")
    assert flag in run.err and not (folder / "t.db").exists()
    # Either way out works.
    dpone("copy", "--from", "in.csv", *flags, *flag.replace("'", "").split()).expect(0)
    assert table(folder) == ([(1, "Ann")] if header else [("1", "Ann"), ("id", "name")])
    dpone("copy", "--from", "in.csv", "--delimiter", ",", "--to", "one.csv", "-q").expect(0)
    assert (folder / "one.csv").read_text() == text
    dpone.write("in.tsv", "id,name\n1,Ann\n")
    assert "--delimiter ','" in refused(dpone("copy", "--from", "in.tsv", *flags), 1, "delimited.delimiter").err


def test_one_column_that_holds_another_delimiter_in_some_rows_is_one_column(dpone, folder):
    dpone.write("in.csv", "note\na;b\nc|d\n")
    dpone("copy", "--from", "in.csv", "--to", "t.db", "--to-table", "t", "-q").expect(0)
    dpone.write("rows.csv", "a;b\nc\n")
    dpone("copy", "--from", "rows.csv", "--to", "t2.db", "--to-table", "t", "--no-header", "-q").expect(0)
    assert table(folder) == [("a;b",), ("c|d",)] and table(folder, "t2.db") == [("a;b",), ("c",)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_for_excel_is_neither_a_header_nor_a_row(dpone, end):
    dpone.write("in.csv", f"sep=;{end}id;name{end}1;Ann{end}")
    for flags in ([], ["--delimiter", ";"], ["--no-header"]):
        run = refused(dpone("copy", "--from", "in.csv", "--to", "t.db", "--to-table", "t", *flags), 1, "delimited.delimiter")
        assert "tail -n +2" in run.err and "--delimiter ';'" in run.err


def test_two_stars_stand_for_any_number_of_folders(dpone, folder):
    names = ["top.csv", "2024/mid.csv", "2024/01/deep.csv", "2024/01/x[1]/brackets.csv"]
    hidden = ["2024/.hidden/no.csv", ".no.csv"]
    for n, name in enumerate(names + hidden):
        (folder / "d" / name).parent.mkdir(parents=True, exist_ok=True)
        dpone.write("d/" + name, f"id\n{n}\n")
    (folder / "d" / "loop").symlink_to(folder / "d")

    def ids(pattern):
        dpone("copy", "--from", pattern, "--from-format", "csv", "--to", "out.csv", "--adopt", "-q").expect(0)
        return sorted(int(line) for line in (folder / "out.csv").read_text().split()[1:])

    assert ids("d/**/*.csv") == [0, 1, 2, 3]
    assert ids("**/deep.csv") == [2]
    assert ids("d/**/01/*.csv") == [2]
    assert ids("d/2024/**/*.csv") == [1, 2, 3]
    assert ids("d/**") == [0, 1, 2, 3]
    assert ids("d/**/**/m*.csv") == [1]
    assert ids("d/*/*.csv") == [0, 1]  # through the link
    refused(dpone("copy", "--from", "d/**/*.tsv", "--to", "out.csv"), 2, "file.not_found")


def test_hints_fit_a_file(dpone, dst):
    dpone.write("in.csv", "Id,ID\n1,2\n")
    run = refused(dpone("copy", "--from", "in.csv", "--to", "t.db", "--to-table", "t"), 1, "target.column_names")
    assert "source.options.query" not in run.err and "rename it in the source" in run.err and "column: Id" in run.err
    dpone.write("in.csv", f"id,{'7' * 70}\n1,2\n")
    run = refused(dpone("copy", "--from", "in.csv", "--to", "dst", "--to-table", "t"), 1, "name.too_long")
    assert f"column: {'7' * 70}" in run.err and "rename it in the source" in run.err
    dst.run("create table m (a money)")
    dpone.write("in.csv", "a\n1.50\n")
    run = refused(dpone("copy", "--from", "in.csv", "--to", "dst", "--to-table", "m"), 1, "type.mismatch")
    assert "(lc_monetary=C)" in run.err and "source query" not in run.err
