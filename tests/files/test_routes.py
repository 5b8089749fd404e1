"""Files to tables, tables to files, files to files, streams and patterns."""

import contextlib
import csv
import gzip
import json
import os
import sqlite3
import stat
import subprocess
import threading
import time

import pytest
import yaml

from files.conftest import hidden, refused

CSV = '''id,amount,day,at,note,zip
1,12.50,2024-01-02,2024-01-02 03:04:05+00,"say ""hi""",007
2,3.10,2024-01-03,2024-01-02T03:04:05Z,,010
3,,,,"",
'''
TABLE = "create table orders (id int primary key, amount numeric(12,2), day date, at timestamptz, note varchar(20), zip char(3))"


def test_a_file_becomes_a_table_with_types_of_its_values(dpone, dst):
    dpone.write("orders.csv", CSV.replace('"",\n', '"",099\n'))
    run = dpone("copy", "--from", "orders.csv", "--to", "dst").expect(0)
    assert "3 rows" in run.out
    assert "from orders.csv" in run.out
    types = dst.rows("select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'orders'::regclass and attnum > 0 order by attnum")
    assert types == [("id", "bigint"), ("amount", "numeric(18,2)"), ("day", "date"), ("at", "timestamp with time zone"),
                     ("note", "text"), ("zip", "text")]  # fmt: skip
    assert dst.rows("select id, amount::text, day::text, note, zip from orders order by id") == [
        (1, "12.50", "2024-01-02", 'say "hi"', "007"), (2, "3.10", "2024-01-03", None, "010"), (3, None, None, "", "099")]  # fmt: skip


def test_the_types_of_a_table_that_is_there_decide(dpone, dst):
    dst.run(TABLE)
    dpone.write("orders.csv", CSV)
    dpone("copy", "--from", "orders.csv", "--to", "dst", "-q").expect(0)
    assert dst.rows("select id, zip from orders order by id") == [(1, "007"), (2, "010"), (3, None)]
    dst.run("create table other (n text, m smallint, r int4range, j jsonb, a int[])")
    dpone.write("other.csv", 'n,m,r,j,a\n007,7,"[1,5)","{""a"": 1}","{1,2}"\n1,1,empty,1,{}\n')
    dpone("copy", "--from", "other.csv", "--to", "dst", "-q").expect(0)
    assert dst.rows("select n, m, r::text, j::text, a from other order by m desc") == [
        ("007", 7, "[1,5)", '{"a": 1}', [1, 2]), ("1", 1, "empty", "1", [])]  # fmt: skip
    dpone.write("other.csv", "n,m,r,j,a\n007,70000,empty,1,{}\n")
    run = refused(dpone("copy", "--from", "other.csv", "--to", "dst"), 1, "delimited.value")
    for part in ("file: other.csv", "row: 1", "line: 2", "column: m", "--type 'm=text'"):
        assert part in run.err
    assert dst.value("select count(*) from other") == 2


def test_the_plan_says_what_columns_are_taken_for(dpone, dst):
    dpone.write("orders.csv", CSV)
    dpone.write("m.yaml", dpone("copy", "--from", "orders.csv", "--to", "dst", "--type", "amount=numeric(9,2)", "--print-manifest").expect(0).out)
    plan = dpone("plan", "m.yaml").expect(0).out
    assert 'column "id" is inferred as bigint: all 3 values are integers' in plan
    assert 'column "zip" is inferred as text: a value has leading zeros (row 1)' in plan
    assert 'column "amount" is taken' not in plan
    assert "READ orders.csv AS csv" in plan
    assert dpone("plan", "m.yaml").out == plan
    dst.run(TABLE)
    assert 'column "id" is read as the target\'s integer' in dpone("plan", "m.yaml").expect(0).out


def test_the_report_keeps_what_columns_are_taken_for(dpone, dst, folder):
    (folder / "t.csv").write_text("id,amount\n1,2.50\n")
    run = dpone("copy", "--from", "t.csv", "--to", "dst", "--to-table", "public.t", "--format", "json").expect(0)
    assert any("amount" in note and "numeric" in note for note in run.json["notes"])


def test_a_text_with_a_zero_byte_is_not_written(dpone, folder):
    with contextlib.closing(sqlite3.connect(folder / "s.db")) as database:
        database.execute("create table t (id integer, v text)")
        database.execute("insert into t values (1, 'whole'), (2, 'a' || char(0) || 'b')")
        database.commit()
    run = refused(dpone("copy", "--from", "s.db", "--table", "t", "--to", "t.csv"), 1, "delimited.zero_byte")
    assert "row: 2" in run.err and "column: v" in run.err
    assert not (folder / "t.csv").exists()


def test_a_column_that_would_change_its_numbers_takes_no_file(dpone, folder):
    with contextlib.closing(sqlite3.connect(folder / "s.db")) as database:
        database.execute("create table t (id int, v decimal(10,2))")
        database.commit()
    for value in ("1.10", "\\x41", "abc"):
        (folder / "t.csv").write_text(f"id,v\n1,{value}\n")
        refused(dpone("copy", "--from", "t.csv", "--to", "s.db", "--to-table", "t"), 1, "type.mismatch")
    (folder / "t.csv").write_text("id,v\n1,5\n")
    dpone("copy", "--from", "t.csv", "--to", "s.db", "--to-table", "t").expect(0)
    with contextlib.closing(sqlite3.connect(folder / "s.db")) as database:
        assert database.execute("select * from t").fetchall() == [(1, 5)]


def test_a_json_value_that_is_none_is_refused_or_rejected(dpone, dst, folder):
    (folder / "t.csv").write_text('id,v\n1,"{""a"": 1}"\n2,{bad\n3,"""\\u0000"""\n')
    copy = ("copy", "--from", "t.csv", "--type", "v=jsonb")
    run = refused(dpone(*copy, "--to", "s.db", "--to-table", "t"), 1, "delimited.value")
    assert "file: t.csv" in run.err and "row: 2" in run.err and "column: v" in run.err
    rejects = ("--on-error", "reject-file", "--reject-path", "bad.csv")
    for to in ("s.db", "dst"):
        dpone(*copy, "--to", to, "--to-table", "t", *rejects).expect(0)
        assert "{bad" in (folder / "bad.csv").read_text()
        assert "a jsonb cannot store" in (folder / "bad.csv").read_text()
    assert dst.rows("select id, v::text from t") == [(1, '{"a": 1}')]


ENDS = {"csv": ("id,state\n1,new\n,new\n3,lost\n4,paid\n", "delimited"),
        "jsonl": ('{"id":1,"state":"new"}\n{"state":"new"}\n{"id":3,"state":"lost"}\n{"id":4,"state":"paid"}\n', "json_rows")}  # fmt: skip


@pytest.mark.parametrize("format", ENDS)
def test_what_the_target_rules_out_is_refused_or_rejected_with_its_place(dpone, dst, folder, format):
    text, codec = ENDS[format]
    (folder / f"t.{format}").write_text(text)
    dst.run("create type state as enum ('new', 'paid'); create domain known as state;"
            "create table t (id int not null, state known)")  # fmt: skip
    copy = ("copy", "--from", f"t.{format}", "--to", "dst", "--to-table", "t")
    run = refused(dpone(*copy), 1, f"{codec}.null")
    for part in (f"file: t.{format}", "row: 2", "line: ", "column: id", "--on-error reject-file"):
        assert part in run.err
    dpone(*copy, "--on-error", "reject-file", "--reject-path", "bad.csv").expect(0)
    assert dst.rows("select id, state::text from t order by id") == [(1, "new"), (4, "paid")]
    with (folder / "bad.csv").open(newline="") as rejects:
        null, label = csv.DictReader(rejects)
    assert [null[key] for key in ("row", "slug", "column")] == ["2", f"{codec}.null", "id"]
    assert [label[key] for key in ("row", "slug", "column")] == ["3", f"{codec}.label", "state"]
    assert "not a label of the column's type: new, paid" in label["message"]


def test_a_value_of_a_declared_type_that_the_target_s_does_not_hold_is_rejected_with_its_place(dpone, dst, folder):
    (folder / "t.csv").write_text("id,v\n1,abc\n2,abcd\n3000000000,a\n")
    dst.run("create table t (id int, v varchar(3))")
    copy = ("copy", "--from", "t.csv", "--to", "dst", "--to-table", "t", "--type", "id=bigint", "--type", "v=text")
    run = refused(dpone(*copy), 1, "delimited.value")
    assert "file: t.csv" in run.err and "row: 2" in run.err and "line: 3" in run.err and "column: v" in run.err
    assert "if the target's column accepts it" in run.err
    dpone(*copy, "--on-error", "reject-file", "--reject-path", "bad.csv").expect(0)
    assert dst.rows("select id, v from t") == [(1, "abc")]


def test_a_null_that_sqlite_rules_out_is_rejected(dpone, folder):
    with contextlib.closing(sqlite3.connect(folder / "s.db")) as database:
        database.execute("create table t (id int not null, v text) strict")
        database.commit()
    (folder / "t.csv").write_text("id,v\n1,a\n,b\n")
    copy = ("copy", "--from", "t.csv", "--to", "s.db", "--to-table", "t")
    assert "row: 2" in refused(dpone(*copy), 1, "delimited.null").err
    dpone(*copy, "--on-error", "reject-file", "--reject-path", "bad.csv").expect(0)
    with contextlib.closing(sqlite3.connect(folder / "s.db")) as database:
        assert database.execute("select * from t").fetchall() == [(1, "a")]


def test_nobody_adopts_the_receipts_of_a_database(dpone, folder):
    (folder / "t.csv").write_text("id\n1\n")
    dpone("copy", "--from", "t.csv", "--to", "s.db", "--to-table", "t").expect(0)
    refused(dpone("copy", "--from", "t.csv", "--to", "s.db", "--to-table", "__dpone__loads", "--adopt"), 1, "target.reserved_name")
    dpone("copy", "--from", "t.csv", "--to", "s.db", "--to-table", "t").expect(0)


def test_declared_types(dpone, dst):
    dpone.write("a.csv", "id,n,x\n1,2,3\n")
    dpone("copy", "--from", "a.csv", "--to", "dst", "--type", "n=numeric(5,1)", "--type", "x=text", "-q").expect(0)
    assert dst.rows("select id, n::text, x from a") == [(1, "2.0", "3")]
    refused(dpone("copy", "--from", "a.csv", "--to", "dst", "--type", "n=nummeric"), 2, "type.unknown")
    refused(dpone("copy", "--from", "a.csv", "--to", "dst", "--type", "n=money"), 2, "option.invalid")
    run = refused(dpone("copy", "--from", "a.csv", "--to", "dst", "--type", "nn=text"), 1, "source.no_column")
    assert 'did you mean "n"?' in run.err
    dpone("copy", "--from", "a.csv", "--to", "dst", "--to-table", "b", "--infer", "text", "-q").expect(0)
    assert dst.rows("select id, n, x from b") == [("1", "2", "3")]


EVERYTHING = """create table everything as select n as id, n::smallint as small, n * 1000000000000 as big, n % 2 = 0 as flag, n / 7.0 as num,
 (n / 8.0)::float8 as dbl, (n / 8.0)::real as flt, date '2000-02-29' + n as day, timestamp '2000-02-29 12:00:00.123456' + n * interval '1 hour' as ts,
 timestamptz '2000-02-29 12:00:00+03' + n * interval '1 day' as tstz, make_interval(days => n, secs => 1.5) as span, md5(n::text)::uuid as u,
 case n % 4 when 0 then null when 1 then '' when 2 then 'a,"b"' || chr(10) || 'c' else E'tab\\tand \\r return' end as note,
 decode(md5(n::text), 'hex') as bytes, jsonb_build_object('k', n, 'v', null) as j, array[n, null, n + 1] as list, array['a,b', '"', null] as words,
 int4range(n, n + 5) as rng, ('10.0.0.' || n % 200)::inet as ip, n::bit(8) as bits, '(1,2)'::point as p from generate_series(1, 250) n"""


@pytest.mark.parametrize("name", ["everything.csv", "everything.tsv", "everything.csv.gz", "everything.csv.zst"])
def test_a_table_comes_back_from_a_file_as_it_was(dpone, dst, name):
    dst.run(EVERYTHING)
    dpone("copy", "--from", "dst", "--table", "everything", "--to", name, "-q").expect(0)
    dst.run("create table again (like everything)")
    dpone("copy", "--from", name, "--to", "dst", "--to-table", "again", "-q").expect(0)
    columns = [column for (column,) in dst.rows("select attname from pg_attribute where attrelid = 'again'::regclass and attnum > 0")]
    assert dst.fingerprint("again", columns=columns) == dst.fingerprint("everything", columns=columns)
    assert dst.value("select count(*) from again") == 250
    assert dst.value("select count(*) from again where note is null") == 62
    # PostgreSQL itself reads it alike.
    if name == "everything.csv":
        dst.run("create table by_psql (like everything)")
        with contextlib.closing(dst.connect()) as connection, connection.cursor() as cursor, (dpone.folder / name).open("rb") as file:
            cursor.copy_expert("copy by_psql from stdin csv header", file)
        assert dst.fingerprint("by_psql", columns=columns) == dst.fingerprint("everything", columns=columns)


def test_a_new_table_of_a_file_holds_the_same_texts(dpone, dst):
    dst.run("create table t as select n as id, n / 4.0 as q, case when n % 3 = 0 then null else 'n' || n end as note, date '2024-01-01' + n as day from generate_series(1, 100) n")
    dpone("copy", "--from", "dst", "--table", "t", "--to", "t.csv", "-q").expect(0)
    dpone("copy", "--from", "t.csv", "--to", "dst", "--to-table", "u", "-q").expect(0)
    columns = ["id", "q", "note", "day"]
    assert dst.fingerprint("t", columns=columns) == dst.fingerprint("u", columns=columns)


def test_a_file_becomes_another_with_other_marks(dpone, folder):
    dpone.write("in.csv", "id;note\n1;a,b\n2;NA\n3;\n")
    manifest = {
        "name": "marks",
        "source": {"type": "file", "path": "in.csv", "options": {"delimiter": ";", "null_text": "NA"}},
        "sink": {"type": "file", "path": "out.txt", "strategy": {"mode": "full_refresh"},
                 "options": {"format": "tsv", "null_text": "\\N", "header": False, "compression": "gzip"}},
    }  # fmt: skip
    dpone.write("m.yaml", yaml.safe_dump(manifest))
    dpone("run", "m.yaml", "-q").expect(0)
    assert gzip.decompress((folder / "out.txt").read_bytes()) == b"1\ta,b\n2\t\\N\n3\t\n"


def test_paths_of_a_manifest_count_from_its_folder(dpone, folder):
    dpone.write("deep/in/a.csv", "id\n1\nx\n")
    dpone.write("deep/m.yaml", """name: deep
source: {type: file, path: 'in/*.csv', options: {types: {id: bigint}, on_error: reject-file, reject_path: rejects.csv}}
sink: {type: file, path: out.csv, strategy: {mode: full_refresh}}
""")  # fmt: skip
    run = dpone("run", "deep/m.yaml").expect(0)
    assert "1 invalid row was rejected" in run.out + run.err
    assert (folder / "deep/out.csv").read_text() == "id\n1\n"
    assert "delimited.value" in (folder / "deep/rejects.csv").read_text()
    dpone("run", "deep/m.yaml", "-q").expect(0)


def test_stdin_and_stdout(dpone, dst):
    run = dpone("copy", "--from", "-", "--from-format", "csv", "--to", "-", "--to-format", "tsv", stdin="id,note\n1,a\n2,\n").expect(0)
    assert run.out == "id\tnote\n1\ta\n2\t\n"
    assert "2 rows" in run.err
    run = dpone("copy", "--from", "-", "--from-format", "csv", "--to", "dst", "--to-table", "t", "-q", stdin="id\n" + "7\n" * 3_000_000).expect(0)
    assert dst.rows("select count(*), min(id), max(id) from t") == [(3_000_000, 7, 7)]
    run = dpone("copy", "--from", "dst", "--table", "t", "--limit", "2", "--to", "-", "--to-format", "csv", "--format", "json").expect(0)
    assert run.out == "id\n7\n7\n"
    assert json.loads(run.err[run.err.index("{\n") :])["target"] == "stdout"
    refused(dpone("copy", "--from", "-", "--to", "dst", "--to-table", "t", stdin="id\n1\n"), 2, "file.unknown_format")
    refused(dpone("copy", "--from", "-", "--from-format", "csv", "--to", "dst", stdin="id\n1\n"), 2, "usage.missing_option")


def test_a_first_row_may_be_longer_than_the_sample(dpone, folder):
    long = "x" * 9_000_000
    (folder / "a.jsonl").write_text(json.dumps({"id": 1, "v": long}) + "\n" + json.dumps({"id": 2, "v": "short"}) + "\n")
    dpone("copy", "--from", "a.jsonl", "--to", "s.db", "--to-table", "t").expect(0)
    with contextlib.closing(sqlite3.connect(folder / "s.db")) as database:
        assert database.execute("select id, length(v) from t order by id").fetchall() == [(1, len(long)), (2, 5)]


def test_a_file_without_rows_among_others_adds_no_keys(dpone, folder):
    for name, text in {"a.jsonl": "", "b.jsonl": '{"id": 1}\n', "c.jsonl": '{"id": 2, "v": "x"}\n'}.items():
        (folder / name).write_text(text)
    dpone("copy", "--from", "*.jsonl", "--to", "s.db", "--to-table", "t").expect(0)
    with contextlib.closing(sqlite3.connect(folder / "s.db")) as database:
        assert database.execute("select id, v from t order by id").fetchall() == [(1, None), (2, "x")]
    for name in ("b.jsonl", "c.jsonl"):
        (folder / name).write_text("")
    refused(dpone("copy", "--from", "*.jsonl", "--to", "s.db", "--to-table", "t"), 1, "file.no_header")


def test_compressed_stdin_is_known_by_its_first_bytes(dpone, folder):
    packed = gzip.compress(b"id\n1\n") + gzip.compress(b"2\n")
    process = dpone.start("copy", "--from", "-", "--from-format", "csv", "--to", "-", "--to-format", "csv", "-q", stdin=subprocess.PIPE, text=False)
    out, err = process.communicate(packed, timeout=60)
    assert (process.returncode, out) == (0, b"id\n1\n2\n"), err


def test_a_stream_has_no_receipt_and_the_plan_says_so(dpone, folder):
    dpone.write("a.csv", "id\n1\n")
    dpone.write("m.yaml", "name: out\nsource: {type: file, path: a.csv}\nsink: {type: file, path: '-', options: {format: csv}, strategy: {mode: full_refresh}}\nquality: {min_rows: 5}\n")
    assert "cannot be undone" in dpone("plan", "m.yaml").expect(0).out
    run = refused(dpone("run", "m.yaml"), 1, "gate.min_rows")
    assert run.out == "id\n1\n"
    for mode, slug in (("incremental_append", "capability.append"), ("incremental_merge", "capability.merge")):
        text = (folder / "m.yaml").read_text().replace("mode: full_refresh", f"mode: {mode}, unique_key: id" + ", only_new_rows: true" * (mode == "incremental_append"))
        dpone.write(f"{mode}.yaml", text)
        refused(dpone("run", f"{mode}.yaml"), 2, slug)


def test_a_fifo_is_read_when_somebody_writes_it(dpone, folder):
    os.mkfifo(folder / "pipe.csv")
    process = dpone.start("copy", "--from", "pipe.csv", "--to", "out.csv", "-q")
    threading.Timer(0.3, lambda: (folder / "pipe.csv").write_text("id\n1\n2\n")).start()
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 0
    assert (folder / "out.csv").read_text() == "id\n1\n2\n"


def test_files_of_a_pattern(dpone, dst, folder):
    for name, row in (("b", "2,x"), ("a", "1,"), ("c", "3,z")):
        dpone.write(f"in/{name}.csv", f"id,note\n{row}\n")
    dpone("copy", "--from", "in/*.csv", "--to", "all.csv", "-q").expect(0)
    assert (folder / "all.csv").read_text() == "id,note\n1,\n2,x\n3,z\n"
    dpone("copy", "--from", "in/[ab].csv", "--to", "dst", "--to-table", "t", "-q").expect(0)
    assert dst.rows("select id from t order by 1") == [(1,), (2,)]
    refused(dpone("copy", "--from", "in/*.csv", "--to", "dst"), 2, "usage.missing_option")
    refused(dpone("copy", "--from", "in/*.csv", "--to", "in/b.csv"), 2, "route.same_table")
    refused(dpone("copy", "--from", "in/a.csv", "--to", "in/../in/a.csv"), 2, "route.same_table")
    dpone.write("in/d.csv", "id,nota\n4,\n")
    run = refused(dpone("copy", "--from", "in/*.csv", "--to", "all.csv"), 1, "file.header_differs")
    assert "file: in/d.csv" in run.err
    assert (folder / "all.csv").read_text().count("\n") == 4


def test_columns_limit_and_modes(dpone, dst, folder):
    dpone.write("a.csv", "id,a,b\n1,x,y\n2,x,y\n3,x,y\n")
    dpone("copy", "--from", "a.csv", "--to", "b.csv", "--exclude", "a", "--limit", "2", "-q").expect(0)
    assert (folder / "b.csv").read_text() == "id,b\n1,y\n2,y\n"
    merge = ("copy", "--from", "a.csv", "--to", "dst", "--mode", "incremental_merge", "--key", "id", "-q")
    dpone(*merge).expect(0)
    dpone.write("a.csv", "id,a,b\n3,new,y\n4,x,y\n")
    dpone(*merge).expect(0)
    assert dst.rows("select id, a from a order by id") == [(1, "x"), (2, "x"), (3, "new"), (4, "x")]
    refused(dpone("copy", "--from", "a.csv", "--to", "dst", "--where", "id > 1"), 2, "capability.where")
    refused(dpone("copy", "--from", "a.csv", "--to", "b.csv", "--mode", "incremental_append", "--key", "id", "--only-new-rows"), 2, "capability.append")


def test_flags_that_need_a_file(dpone, dst):
    dst.run("create table t (id int)")
    for flag in (("--type", "id=text"), ("--on-error", "fail"), ("--delimiter", ";"), ("--no-header",)):
        refused(dpone("copy", "--from", "dst", "--table", "t", "--to", "dst", "--to-table", "u", *flag), 2, "usage.exclusive")
    dpone("copy", "--from", "dst", "--table", "t", "--to", "t.csv", "--delimiter", ";", "--no-header", "-q").expect(0)
    refused(dpone("copy", "--from", "t.dat", "--to", "dst"), 2, "copy.unknown_path")
    refused(dpone("copy", "--from", "t.csv", "--to", "dst", "--on-error", "reject-file"), 2, "option.invalid")
    refused(dpone("copy", "--from", "t.csv", "--to", "dst", "--delimiter", "ab"), 2, "option.invalid")
    refused(dpone("copy", "--from", "t.csv", "--to", "dst", "--delimiter", '"'), 2, "delimited.format")


def test_a_file_is_replaced_only_by_whoever_wrote_it(dpone, folder):
    dpone.write("a.csv", "id\n1\n")
    dpone.write("out.csv", "precious\n")
    refused(dpone("copy", "--from", "a.csv", "--to", "out.csv"), 3, "target.not_ours")
    assert (folder / "out.csv").read_text() == "precious\n"
    dpone("copy", "--from", "a.csv", "--to", "out.csv", "--adopt", "-q").expect(0)
    dpone("copy", "--from", "a.csv", "--to", "out.csv", "-q").expect(0)
    dpone.write("b.csv", "id\n2\n")
    refused(dpone("copy", "--from", "b.csv", "--to", "out.csv"), 3, "target.other_process")
    dpone.write("a.csv", "id\n")
    refused(dpone("copy", "--from", "a.csv", "--to", "out.csv"), 3, "guard.empty_source")
    assert (folder / "out.csv").read_text() == "id\n1\n"
    dpone("copy", "--from", "a.csv", "--to", "out.csv", "--allow-empty-source", "-q").expect(0)
    dpone("copy", "--from", "a.csv", "--to", "out.csv", "-q").expect(0)
    assert (folder / "out.csv").read_text() == "id\n"
    dpone("copy", "--from", "a.csv", "--to", "new.csv", "-q").expect(0)
    assert (folder / "new.csv").read_text() == "id\n"
    (folder / ".out.csv.dpone.json").write_text("{")
    refused(dpone("copy", "--from", "a.csv", "--to", "out.csv"), 3, "receipts.unreadable")


def test_an_older_file_of_ours_that_was_put_back_is_replaced(dpone, folder):
    copy = ("copy", "--from", "in.csv", "--to", "out.csv", "-q")
    dpone.write("in.csv", "id\n1\n")
    dpone(*copy).expect(0)
    yesterday = (folder / "out.csv").read_bytes()
    dpone.write("in.csv", "id\n2\n")
    dpone(*copy).expect(0)
    (folder / "out.csv").write_bytes(yesterday)
    dpone(*copy).expect(0)
    assert (folder / "out.csv").read_text() == "id\n2\n"


def test_columns_that_come_and_go(dpone, folder):
    copy = ("copy", "--from", "a.csv", "--to", "out.csv", "-q")
    dpone.write("a.csv", "id\n1\n")
    dpone(*copy).expect(0)
    dpone.write("a.csv", "id,note\n1,x\n")
    dpone(*copy).expect(0)
    assert (folder / "out.csv").read_text() == "id,note\n1,x\n"
    dpone.write("a.csv", "id\n1\n")
    refused(dpone(*copy), 3, "schema.column_gone")


def test_a_file_keeps_its_mode_and_a_link_stays_one(dpone, folder):
    dpone.write("a.csv", "id\n1\n")
    dpone("copy", "--from", "a.csv", "--to", "out.csv", "-q").expect(0)
    (folder / "out.csv").chmod(0o640)
    (folder / "link.csv").symlink_to("out.csv")
    dpone.write("a.csv", "id\n2\n")
    dpone("copy", "--from", "a.csv", "--to", "link.csv", "--adopt", "-q").expect(0)
    assert (folder / "link.csv").is_symlink()
    assert (folder / "out.csv").read_text() == "id\n2\n"
    assert stat.S_IMODE((folder / "out.csv").stat().st_mode) == 0o640
    assert hidden(folder) == []


def test_a_run_id_that_was_published_is_reported(dpone, folder):
    dpone.write("a.csv", "id\n1\n")
    copy = ("copy", "--from", "a.csv", "--to", "out.csv", "--run-id", "mine")
    dpone(*copy).expect(0)
    before = (folder / "out.csv").stat().st_ino
    assert "already done" in dpone(*copy).expect(0).out
    assert (folder / "out.csv").stat().st_ino == before
    refused(dpone(*copy, "--limit", "1"), 3, "run_id.reused")
    assert "1 rows" in dpone("reconcile", "--from", "a.csv", "--to", "out.csv", "--run-id", "mine").expect(0).out
    dpone("reconcile", "--from", "a.csv", "--to", "out.csv", "--run-id", "other").expect(4)


def test_memory_stays_bounded_whatever_the_file(dpone, folder):
    with gzip.open(folder / "big.csv.gz", "wt", compresslevel=1) as file:
        for _ in range(40):
            file.write("x" * 9 + "\n" if file.tell() else "id\n")
            file.write("1234567,some text that is a bit longer\n".replace(",", " ") * 100_000)
    run, peak = dpone.measure("copy", "--from", "big.csv.gz", "--to", "out.csv", "-q")
    run.expect(0)
    assert peak < 64


def test_dates_times_and_numbers_of_another_spelling(dpone, dst, folder):
    dpone.write("in.csv", 'id;day;at;amount;share\n1;29.02.2024;02/29/2024 12:05:09 AM;1234,50;0,1\n2;1.3.2024;3/1/2024 1:05:09 PM;-0,75;1,5e3\n3;;;;\n')
    forms = ["--date-format", "%d.%m.%Y", "--timestamp-format", "%m/%d/%Y %I:%M:%S %p", "--decimal", "comma"]
    dpone("copy", "--from", "in.csv", "--to", "dst", "--to-table", "t", "--delimiter", ";", *forms, "-q").expect(0)
    types = "select string_agg(format_type(atttypid, atttypmod), ',' order by attnum) from pg_attribute where attrelid = 't'::regclass and attnum > 0"
    assert dst.value(types) == "bigint,date,timestamp without time zone,numeric(18,2),double precision"
    rows = dst.rows("select id, day::text, at::text, amount::text, share from t order by id")
    assert rows == [(1, "2024-02-29", "2024-02-29 00:05:09", "1234.50", 0.1), (2, "2024-03-01", "2024-03-01 13:05:09", "-0.75", 1500.0), (3, None, None, None, None)]
    dpone("copy", "--from", "dst", "--table", "t", "--to", "out.csv", *forms, "-q").expect(0)
    text = (folder / "out.csv").read_text()
    assert text == 'id,day,at,amount,share\n1,29.02.2024,02/29/2024 12:05:09 AM,"1234,50","0,1"\n2,01.03.2024,03/01/2024 01:05:09 PM,"-0,75",1500\n3,,,,\n'
    # Back again by the table's types; and what stands otherwise is no date.
    dpone("copy", "--from", "out.csv", "--to", "dst", "--to-table", "t", *forms, "-q", "--adopt").expect(0)
    assert dst.rows("select id, day::text, at::text, amount::text, share from t order by id") == rows
    dpone.write("iso.csv", "id,day,at,amount,share\n1,2024-02-29,,,\n")
    run = refused(dpone("copy", "--from", "iso.csv", "--to", "dst", "--to-table", "t", *forms, "--adopt"), 1, "delimited.value")
    assert "does not match date_format" in run.err
    dpone.write("point.csv", "id,day,at,amount,share\n1,,,1.5,\n")
    refused(dpone("copy", "--from", "point.csv", "--to", "dst", "--to-table", "t", *forms, "--adopt"), 1, "delimited.value")


def test_forms_of_the_sink_are_not_those_of_the_source(dpone, folder):
    dpone.write("in.csv", "id,day,amount,code\n1,2024-02-29,1.50,20240301\n")
    sink = {"type": "file", "path": "out.csv", "strategy": {"mode": "full_refresh"}, "options": {"date_format": "%d.%m.%Y", "decimal": "comma"}}
    dpone.write("m.yaml", yaml.safe_dump({"name": "forms", "source": {"type": "file", "path": "in.csv"}, "sink": sink}))
    dpone("run", "m.yaml", "-q").expect(0)
    assert (folder / "out.csv").read_text() == 'id,day,amount,code\n1,29.02.2024,"1,50",20240301\n'
    # A pattern of digits alone takes no number for a date that there is not.
    dpone.write("in.csv", "id,day\n12345678,20240229\n22345678,20240301\n")
    dpone("copy", "--from", "in.csv", "--to", "out.jsonl", "--date-format", "%Y%m%d", "-q").expect(0)
    assert (folder / "out.jsonl").read_text() == '{"id":12345678,"day":"20240229"}\n{"id":22345678,"day":"20240301"}\n'


def test_a_format_that_would_lose_a_part_is_refused(dpone, dst, folder):
    dst.run("create table t as select 1 as id, timestamptz '2024-01-02 03:04:05.678+00' as at, date '2024-01-02' as day")
    run = refused(dpone("copy", "--from", "dst", "--table", "t", "--to", "out.csv", "--timestamp-format", "%d.%m.%Y %H:%M"), 1, "delimited.format_loss")
    assert "column: at" in run.err and not (folder / "out.csv").exists()
    dpone("copy", "--from", "dst", "--table", "t", "--to", "out.csv", "--timestamp-format", "%d.%m.%Y %H:%M:%S.%f%z", "-q").expect(0)
    assert (folder / "out.csv").read_text() == "id,at,day\n1,02.01.2024 03:04:05.678000+00:00,2024-01-02\n"
    dst.run("update t set day = 'infinity'")
    refused(dpone("copy", "--from", "dst", "--table", "t", "--to", "out.csv", "--date-format", "%d.%m.%Y", "--adopt"), 1, "delimited.format_loss")
    for option, value in (("--date-format", "%d.%m.%y"), ("--timestamp-format", "%Y-%m-%d"), ("--decimal", ";")):
        assert dpone("copy", "--from", "dst", "--table", "t", "--to", "out.csv", option, value).code == 2


def test_rejected_rows_are_not_written_where_the_target_goes(dpone, folder):
    (folder / "t.csv").write_text("id\n1\nx\n")
    rejects = ("--type", "id=bigint", "--on-error", "reject-file", "--reject-path")
    for to in (["--to", "s.db", "--to-table", "t"], ["--to", "out.csv"]):
        run = refused(dpone("copy", "--from", "t.csv", *to, *rejects, f"./{to[1]}"), 2, "option.invalid")
        assert "reject_path" in run.err
        assert not (folder / to[1]).exists()
    (folder / "link.csv").symlink_to("out.csv")
    refused(dpone("copy", "--from", "t.csv", "--to", "out.csv", *rejects, "link.csv"), 2, "option.invalid")
    refused(dpone("copy", "--from", "t.csv", "--to", "out.csv", *rejects, "-"), 2, "option.invalid")
    run = dpone("copy", "--from", "t.csv", "--to", "out.csv", *rejects, "bad.csv").expect(0)
    assert "1 invalid row was rejected; see bad.csv" in run.out


@pytest.mark.parametrize("mode", ["full_refresh", "incremental_merge"])
def test_a_row_without_its_key_is_wrong_the_first_time_too(dpone, folder, mode):
    (folder / "t.csv").write_text("id,n\n1,a\n,c\n")
    copy = ("copy", "--from", "t.csv", "--to", "s.db", "--to-table", "t", "--mode", mode, "--key", "id")
    run = refused(dpone(*copy), 1, "delimited.null")
    assert "file: t.csv" in run.err and "row: 2" in run.err
    for _ in range(2):
        dpone(*copy, "--on-error", "reject-file", "--reject-path", "bad.csv").expect(0)
    with contextlib.closing(sqlite3.connect(folder / "s.db")) as database:
        assert database.execute("select * from t").fetchall() == [(1, "a")]


def test_rows_beyond_the_limit_are_not_judged(dpone, folder):
    (folder / "t.csv").write_text("id\n1\n2\nx\n4\n")
    copy = ("copy", "--from", "t.csv", "--to", "out.csv", "--type", "id=bigint", "--limit")
    dpone(*copy, "2", "-q").expect(0)
    assert (folder / "out.csv").read_text() == "id\n1\n2\n"
    assert "row: 3" in refused(dpone(*copy, "3"), 1, "delimited.value").err
    rejects = ("--on-error", "reject-file", "--reject-path", "bad.csv")
    dpone(*copy, "2", *rejects).expect(0)
    assert not (folder / "bad.csv").exists()
    dpone(*copy, "3", *rejects).expect(0)
    assert (folder / "out.csv").read_text() == "id\n1\n2\n4\n"


@pytest.mark.parametrize(
    "declared, target, wrong",
    [("numeric", "numeric(5)", "123456"), ("bigint", "smallint", "40000"), ("numeric(14,4)", "numeric(10,2)", "1.234"),
     ("text", "char(2)", "abc"), ("timestamp", "timestamp(0)", "2024-01-02 03:04:05.6")],
)  # fmt: skip
def test_a_declared_type_of_any_kind_is_read_as_the_target_s(dpone, dst, folder, declared, target, wrong):
    right = {"char(2)": "ab", "numeric(10,2)": "12.00", "timestamp(0)": "2024-01-02 03:04:05"}.get(target, "12")
    (folder / "t.csv").write_text(f"v\n{right}\n{wrong}\n")
    dst.run(f"create table t (v {target})")
    copy = ("copy", "--from", "t.csv", "--to", "dst", "--to-table", "t", "--type", f"v={declared}")
    run = refused(dpone(*copy), 1, "delimited.value")
    assert "file: t.csv" in run.err and "row: 2" in run.err and "column: v" in run.err
    dry = dpone(*copy, "--on-error", "reject-file", "--reject-path", "bad.csv", "--dry-run").expect(0)
    assert "ends the run" not in dry.out
    dpone(*copy, "--on-error", "reject-file", "--reject-path", "bad.csv").expect(0)
    assert dst.rows("select v::text from t") == [(right,)]


@pytest.mark.parametrize(
    ("format", "declared", "target", "wrong"),
    [("csv", "double precision", "real", "16777217"), ("csv", "bigint", "numeric(10,2)", "5.5"), ("csv", "double precision[]", "real[]", "{16777217}")],
)  # fmt: skip
def test_a_declared_type_is_held_to_and_no_value_is_rounded(dpone, dst, folder, format, declared, target, wrong):
    (folder / f"t.{format}").write_text(f"v\n{wrong}\n")
    dst.run(f"create table t (v {target})")
    run = dpone("copy", "--from", f"t.{format}", "--to", "dst", "--to-table", "t", "--type", f"v={declared}").expect(1)
    assert "value.does_not_fit" in run.err or "delimited.value" in run.err
    assert dst.value("select count(*) from t") == 0


def test_a_text_of_json_lines_that_is_declared_one_is_read_as_json_by_the_target_alone(dpone, dst, folder):
    (folder / "t.jsonl").write_text('{"v":"{\\"a\\":1}"}\n{"v":"5"}\n')
    dst.run("create table t (v json)")
    dpone("copy", "--from", "t.jsonl", "--to", "dst", "--to-table", "t", "--type", "v=text").expect(0)
    assert dst.rows("select json_typeof(v) from t") == [("object",), ("number",)]


def test_null_is_refused_by_a_domain_too(dpone, dst, folder):
    (folder / "t.csv").write_text("id\n1\n\"\"\nx\n\n4\n")
    dst.run("create domain base as int not null; create domain id as base; create table t (id id)")
    copy = ("copy", "--from", "t.csv", "--to", "dst", "--to-table", "t", "--infer", "text")
    assert "row: 2" in refused(dpone(*copy), 1, "delimited.value").err
    dpone(*copy, "--on-error", "reject-file", "--reject-path", "bad.csv").expect(0)
    assert dst.rows("select id::int from t order by 1") == [(1,), (4,)]
    with (folder / "bad.csv").open(newline="") as rejects:
        assert [(row["row"], row["slug"]) for row in csv.DictReader(rejects)] == [
            ("2", "delimited.value"), ("3", "delimited.value"), ("4", "delimited.null")]  # fmt: skip


def test_planning_is_linear_in_the_number_of_columns(dpone, folder):
    """100,000 columns took minutes: names were looked for one after another."""

    def seconds(columns):
        text = ",".join(f"c{n}" for n in range(columns)) + "\n" + ",".join(["1"] * columns) + "\n"
        dpone.write("in.csv", text)
        begin = time.monotonic()
        dpone("copy", "--from", "in.csv", "--to", f"{columns}.csv", "-q").expect(0)
        assert (folder / f"{columns}.csv").read_text() == text
        return time.monotonic() - begin

    assert seconds(40_000) < 10 * max(seconds(10_000), 0.3)


@pytest.mark.parametrize("kind, most", [("sqlite", 2000), ("postgres", 1600)])
def test_more_columns_than_a_table_can_have_are_refused_at_once(request, dpone, kind, most):
    end = ["--to", "t.db", "--to-table", "t"] if kind == "sqlite" else ["--to", "dst", "--to-table", "t"]
    if kind == "postgres":
        request.getfixturevalue("dst")
    for columns in (most, most + 1, 100_000):
        dpone.write("in.csv", ",".join(f"c{n}" for n in range(columns)) + "\n")
        run = dpone("copy", "--from", "in.csv", *end, "--type", "c0=int", timeout=20)
        if columns == most:
            assert "too_many_columns" not in run.err
        else:
            refused(run, 1, "schema.too_many_columns")
            assert f"{columns} columns" in run.err and f"at most {most}" in run.err
