"""Spellings of values: what a declared type takes, and what is never taken for a number without a declaration."""

import sqlite3

import pytest

from files.conftest import refused

TRUE = ["t", "TRUE", "tr", "y", "Yes", "on", "1"]
FALSE = ["f", "False", "fa", "n", "No", "of", "off", "0"]


def test_a_boolean_of_the_target_takes_every_spelling_that_postgres_takes(dpone, dst):
    dst.run("create table t (n int, b boolean)")
    spellings = TRUE + FALSE
    dpone.write("t.csv", "n,b\n" + "".join(f"{n},{word}\n" for n, word in enumerate(spellings)))
    dpone("copy", "--from", "t.csv", "--to", "dst", "-q").expect(0)
    assert dst.rows("select b from t order by n") == [(True,)] * len(TRUE) + [(False,)] * len(FALSE)
    # The server is of the same mind.
    assert dst.rows(f"select b::boolean from unnest(array{spellings}) with ordinality as s(b, n) order by n") == dst.rows("select b from t order by n")
    for wrong in ("o", "2", "tes", " t"):
        dpone.write("t.csv", f"n,b\n1,{wrong}\n")
        refused(dpone("copy", "--from", "t.csv", "--to", "dst"), 1, "delimited.value")


def test_a_declared_boolean_takes_them_too(dpone, folder):
    dpone.write("t.csv", "b\nyes\n0\n")
    dpone("copy", "--from", "t.csv", "--to", "t.jsonl", "--type", "b=boolean", "-q").expect(0)
    assert (folder / "t.jsonl").read_text() == '{"b":true}\n{"b":false}\n'


def test_a_plus_makes_a_number_where_the_type_is_declared(dpone, folder):
    dpone.write("t.csv", "n,d\n+5,+1.50\n")
    dpone("copy", "--from", "t.csv", "--to", "guessed.csv", "-q").expect(0)
    assert (folder / "guessed.csv").read_text() == "n,d\n+5,+1.50\n"
    dpone("copy", "--from", "t.csv", "--to", "t.csv.out", "--to-format", "csv", "--type", "n=int", "--type", "d=numeric(9,2)", "-q").expect(0)
    assert (folder / "t.csv.out").read_text() == "n,d\n5,1.50\n"


@pytest.mark.parametrize("code", ["10E23456", "1E5", "1E131071", "1E1000000", "1.5E400", "+1", "9" * 20_000])
def test_a_code_is_never_taken_for_a_number(dpone, folder, code):
    dpone.write("t.csv", f"v\n{code}\n15\n")
    dpone("copy", "--from", "t.csv", "--to", "t.db", "--to-table", "t", "-q").expect(0)
    with sqlite3.connect(folder / "t.db") as db:
        assert db.execute("select v, typeof(v) from t order by length(v) desc").fetchall() == [(code, "text"), ("15", "text")]


def test_an_exponent_is_a_number_where_the_type_is_declared(dpone, folder):
    dpone.write("t.csv", "v\n1E5\n")
    dpone("copy", "--from", "t.csv", "--to", "t.jsonl", "--type", "v=numeric", "-q").expect(0)
    assert (folder / "t.jsonl").read_text() == '{"v":100000}\n'


def test_a_char_n_takes_shorter_values_from_every_source(dpone, dst, folder):
    dst.run("create table t (id int primary key, code char(5)); create table texts (id int, code text); insert into texts values (4, 'pg')")
    dpone.write("t.csv", "id,code\n1,abc\n")
    dpone.write("t.jsonl", '{"id":3,"code":"x"}\n')
    with sqlite3.connect(folder / "t.db") as db:
        db.execute("create table t (id integer, code text)")
        db.execute("insert into t values (2, 'de')")
    merge = ["--mode", "incremental_merge", "--key", "id", "--to", "dst", "--to-table", "public.t", "--adopt", "-q"]
    dpone("copy", "--from", "t.csv", *merge).expect(0)
    dpone("copy", "--from", "t.csv", "--type", "code=text", *merge).expect(0)
    dpone("copy", "--from", "sqlite:t.db", "--table", "t", *merge).expect(0)
    dpone("copy", "--from", "t.jsonl", *merge).expect(0)
    dpone("copy", "--from", "dst", "--table", "public.texts", *merge).expect(0)
    assert dst.rows("select id, code, octet_length(code) from t order by id") == [
        (1, "abc  ", 5), (2, "de   ", 5), (3, "x    ", 5), (4, "pg   ", 5)]  # fmt: skip
    dpone.write("t.csv", "id,code\n1,abcdef\n")
    refused(dpone("copy", "--from", "t.csv", *merge), 1, "delimited.value")


@pytest.mark.parametrize("name", ["IN.CSV", "In.Csv.GZ", "IN.TSV", "IN.JSONL", "IN.NDJSON.ZST"])
def test_an_ending_is_known_in_any_case(dpone, folder, name):
    dpone.write("t.csv", "id\n1\n")
    dpone("copy", "--from", "t.csv", "--to", name, "-q").expect(0)
    dpone("copy", "--from", name, "--to", "T.DB", "--to-table", "t", "-q").expect(0)
    with sqlite3.connect(folder / "T.DB") as db:
        assert db.execute("select id from t").fetchall() == [(1,)]
