"""What nobody declared: a value behind the sample that would lose something by the guess is refused, never changed."""

import sqlite3
import time

import pytest
import yaml

from files.conftest import refused

SAMPLED = {"sample_rows": 2}


@pytest.fixture
def load(dpone, folder):
    """load(name, content, **options): that file into table t of out.db, of which two rows are looked at; gives the run."""

    def run(name, content, *flags, target="out.db", **options):
        dpone.write(name, content)
        sink = {"type": "file", "path": target}
        if target == "out.db":
            sink = {"type": "sqlite", "connection_type": "params", "params": {"path": target}, "table": {"name": "t"}}
        manifest = {
            "name": "guesses",
            "source": {"type": "file", "path": name, "options": {**SAMPLED, **options}},
            "sink": {**sink, "strategy": {"mode": "full_refresh"}, "options": {"adopt": True}},
        }
        dpone.write("m.yaml", yaml.safe_dump(manifest))
        return dpone("run", "m.yaml", *flags)

    return run


def rows(folder):
    with sqlite3.connect(folder / "out.db") as connection:
        return connection.execute("select * from t order by 1").fetchall()


@pytest.mark.parametrize(
    "sample, value, why",
    [("1\n2\n", "007", "is a code"), ("1\n2\n", "-0", "is a code"), ("1.50\n2.25\n", "007.50", "is a code"), ("1.5\n2.25\n", "-0.0", "is a code"),
     ("1.0e5\n1.5e-3\n", "0.12345678901234567890", "more digits"), ("1.0e5\n2\n", "00.5", "is a code"), ("1.0e5\n2\n", "1e5", "is a code"), ("1\n2\n", "+3", "is a code"), ("true\nfalse\n", "1", "does not have its column's type"), ("true\nfalse\n", "yes", "does not have its column's type")],
)  # fmt: skip
def test_a_number_that_is_more_than_its_value(load, folder, sample, value, why):
    run = refused(load("in.csv", "v\n" + sample + value + "\n"), 1, "delimited.value")
    assert why in run.err and "row: 3" in run.err and "column: v" in run.err and "--type 'v=text'" in run.err
    load("in.csv", "v\n" + sample + value + "\n", "-q", types={"v": "text"}).expect(0)
    assert (value,) in rows(folder)


def test_a_table_that_was_made_of_guesses_is_read_as_one(load, folder):
    load("in.csv", "v\n1\n2\n", "-q").expect(0)
    refused(load("in.csv", "v\n1\n2\n3\n007\n"), 1, "delimited.value")
    refused(load("in.csv", "v\n007\n2\n3\n"), 1, "delimited.value")
    assert rows(folder) == [(1,), (2,)]
    load("in.csv", "v\n007\n2\n3\n", "-q", types={"v": "bigint"}).expect(0)
    assert rows(folder) == [(2,), (3,), (7,)]


def test_a_table_of_the_users_own_says_what_a_text_is(load, folder):
    with sqlite3.connect(folder / "out.db") as connection:
        connection.execute("create table t (v integer)")
    load("in.csv", "v\n1\n2\n007\n", "-q").expect(0)
    assert rows(folder) == [(1,), (2,), (7,)]


@pytest.mark.parametrize(
    "sample, value",
    [("1", '"2"'), ("1.5", '"2.5"'), ("1", "true"), ("true", '"t"'), ("true", "1"), ('"2024-01-02"', "20240102"), ("[1]", '"[1]"'), ("[1]", "1")],
)
def test_a_json_value_of_another_kind(load, folder, sample, value):
    lines = f'{{"id":1,"v":{sample}}}\n{{"id":2,"v":{sample}}}\n{{"id":3,"v":{value}}}\n'
    run = refused(load("in.jsonl", lines), 1, "json_rows.value")
    assert "row: 3" in run.err and "column: v" in run.err
    load("in.jsonl", lines, "-q", types={"v": "text"}).expect(0)
    assert rows(folder)[2] == (3, value.strip('"'))


def test_one_file_becomes_another_as_its_texts_stand(load, folder):
    text = "id,at,uuid,flag,n\n1,2024-01-02T03:04:05Z,123E4567-E89B-12D3-A456-426614174000,True,1.50\n2,2024-01-02 03:04,x,T,-0\n007,,,f,00\n"
    load("in.csv", text, "-q", target="out.csv").expect(0)
    assert (folder / "out.csv").read_text() == text
    lines = ('{"at":"2024-01-02T03:04:05Z","uuid":"123E4567-E89B-12D3-A456-426614174000","n":1.50,"o":{"b":  1}}\n'
             '{"at":"2024-01-02T03:04:05.120+02:00","uuid":"123E4567-E89B-12D3-A456-426614174000","n":2.25,"o":[]}\n')  # fmt: skip
    load("in.jsonl", lines, "-q", target="out.jsonl").expect(0)
    assert (folder / "out.jsonl").read_text() == lines
    plan = load("in.jsonl", lines, "--dry-run", target="out.jsonl").expect(0)
    assert 'column "n" is inferred as numeric' in plan.out and '"uuid" is inferred' not in plan.out


def test_a_wrong_line_of_the_sample_is_rejected_like_any_other(load, folder):
    lines = '{"id":1,"v":2}\n{"id":2,"v":3,"id":2}\nnot json\n{"junk":1,\n{"id":3,"v":"\\ud800"}\n{"id":4,"v":5}\n'
    load("in.jsonl", lines, "-q", sample_rows=100, on_error="reject-file", reject_path="bad.csv").expect(0)
    assert rows(folder) == [(1, 2), (4, 5)]
    rejects = (folder / "bad.csv").read_text().splitlines()[1:]
    assert [line.split(",")[1] for line in rejects] == ["2", "3", "4", "5"]
    refused(load("in.jsonl", lines, sample_rows=100), 1, "json_rows.duplicate_key")
    refused(load("in.jsonl", "not json\n", sample_rows=100), 1, "json_rows.syntax")


def test_a_key_that_no_sampled_row_has(load, folder):
    lines = '{"id":1}\n{"id":2}\n{"id":3,"note":"late"}\n'
    run = refused(load("in.jsonl", lines), 1, "json_rows.unknown_key")
    assert "--type 'KEY=TYPE'" in run.err
    load("in.jsonl", lines, "-q", types={"note": "text"}).expect(0)
    assert rows(folder) == [(1, None), (2, None), (3, "late")]
    late = '{"addr1":"a"}\n{"addr1":"b"}\n{"addr1":"c","addr2":"d"}\n'
    load("in.jsonl", late, "-q", "--allow-empty-source", target="near.csv", types={"addr2": "text", "other": "text"}).expect(0)
    assert (folder / "near.csv").read_text() == "addr1,addr2,other\na,,\nb,,\nc,d,\n"
    plan = load("in.jsonl", late, "--dry-run", target="new.csv", types={"addr2": "text", "other": "text"}).expect(0).out
    assert '"addr2" is declared, but no row of the sample has it; there is "addr1"' in plan and '"other" is declared' in plan


def test_marks_of_csv_are_none_of_json_lines(dpone, load, folder):
    refused(load("in.jsonl", '{"id":1}\n', delimiter=";"), 2, "option.invalid")
    dpone("copy", "--from", "in.jsonl", "--to", "out.csv", "--delimiter", ";", "-q").expect(0)
    dpone.write("two.jsonl", '{"id":1,"v":"a;b"}\n')
    dpone("copy", "--from", "two.jsonl", "--to", "two.csv", "--delimiter", ";", "-q").expect(0)
    assert (folder / "two.csv").read_text() == 'id;v\n1;"a;b"\n'


def test_many_rejected_rows_are_not_much_slower_than_good_ones(load, folder):
    """Each of them cost a second look at a thousand rows, which was 200 times as slow."""

    def seconds(wrong):
        content = "id,v\n" + "".join(f"{n},{'x' if n % 2 and wrong else n}\n" for n in range(200_000))
        begin = time.monotonic()
        load("in.csv", content, "-q", types={"v": "bigint"}, on_error="reject-file", reject_path="bad.csv").expect(0)
        return time.monotonic() - begin

    good, bad = seconds(False), seconds(True)
    assert len(rows(folder)) == 100_000
    assert (folder / "bad.csv").read_text().count("\n") == 100_001
    assert bad < 25 * good


@pytest.mark.parametrize("name, text", [("in.csv", "at\n2024-02-29\n2024-03-01 10:00:00\n"), ("in.jsonl", '{"at":"2024-02-29"}\n{"at":"2024-03-01 10:00:00"}\n')])
def test_a_date_is_its_midnight_where_the_type_is_declared(dpone, dst, name, text):
    dst.run("create table t (at timestamp)")
    dpone.write(name, text)
    dpone("copy", "--from", name, "--to", "dst", "--to-table", "t", "-q").expect(0)
    assert dst.rows("select at::text from t order by 1") == [("2024-02-29 00:00:00",), ("2024-03-01 10:00:00",)]
    dpone.write("zoned.csv", "at\n2024-02-29\n")
    refused(dpone("copy", "--from", "zoned.csv", "--to", "u.db", "--to-table", "u", "--type", "at=timestamptz"), 1, "delimited.value")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_date_behind_a_sample_of_times_is_refused(dpone, form):
    values = ["2024-01-01 10:00:00", "2024-02-29"]
    text = "at\n" + "".join(v + "\n" for v in values) if form == "csv" else "".join(f'{{"at":"{v}"}}\n' for v in values)
    dpone.write(f"in.{form}", text)
    dpone.write("m.yaml", f"name: times\nsource: {{type: file, path: in.{form}, options: {{sample_rows: 1}}}}\n"
                "sink: {type: sqlite, connection_type: params, params: {path: t.db}, table: {name: t}, strategy: {mode: full_refresh}}\n")
    assert "is a date" in dpone("run", "m.yaml").expect(1).err


def test_a_table_that_another_process_made_of_guesses(dpone, load, folder):
    load("in.csv", "v\n1\n7\n", "-q").expect(0)
    dpone.write("more.csv", "v\n007\n")
    merge = ("copy", "--from", "more.csv", "--to", "out.db", "--to-table", "t", "--mode", "incremental_merge", "--key", "v", "--adopt")
    refused(dpone(*merge), 1, "delimited.value")
    dpone(*merge, "-q", "--type", "v=bigint").expect(0)


def test_the_types_of_a_table_that_came_from_a_database_are_no_guesses(dpone, dst):
    dst.run("create table source (id int primary key, amount numeric(12,2), doc jsonb, host inet, tags int[], code varchar(5), at timestamp(3))")
    dst.run("insert into source values (1, 1.50, '{}', '::1', '{1}', 'a', '2024-01-01')")
    dpone("copy", "--from", "dst", "--table", "public.source", "--to", "dst", "--to-table", "public.t", "-q").expect(0)
    merge = ["--to", "dst", "--to-table", "public.t", "--mode", "incremental_merge", "--key", "id", "--adopt", "-q"]
    dpone.write("in.csv", 'id,amount,doc,host,tags,code,at\n+007,007.50,5,10.0.0.1,"{7,8}",007,2024-01-02T03:04:05\n')
    dpone("copy", "--from", "in.csv", *merge).expect(0)
    dpone.write("in.jsonl", '{"id":"8","amount":"8.50","doc":"text","host":"10.0.0.2","tags":[1,2],"code":5}\n')
    dpone("copy", "--from", "in.jsonl", *merge).expect(0)
    assert dst.rows("select id, amount::text, doc::text, host::text, tags, code from t order by id") == [
        (1, "1.50", "{}", "::1/128", [1], "a"), (7, "7.50", "5", "10.0.0.1/32", [7, 8], "007"),
        (8, "8.50", '"text"', "10.0.0.2/32", [1, 2], "5")]  # fmt: skip
