"""Texts that become jsonb: the server keeps the last of two equal keys without a word, so that dpone refuses them."""

import sqlite3

import pytest

from files.conftest import refused

TWICE = '{"a":1,"a":2}'


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize(
    "value",
    [TWICE, '[{"b":[' + TWICE + "]}]", r'{"a":1,"\u0061":2}', '{"a": {"x": 1, "y": {}, "x": 1}}'],
)
@pytest.mark.parametrize("name", ["in.csv", "in.tsv", "in.jsonl"])
def test_a_key_that_stands_twice_is_refused_whatever_the_file(dpone, dst, name, value):
    dst.run("create table t (id int, j jsonb)")
    separator = "\t" if name == "in.tsv" else ","
    good, bad = [f"id{separator}j\n1{separator}{quoted(j)}\n" for j in ('{"a":1,"b":{"a":1}}', value)]
    if name == "in.jsonl":
        good, bad = '{"id":1,"j":{"a":1,"b":{"a":1}}}\n', f'{{"id":1,"j":{value}}}\n'
    dpone.write(name, good)
    dpone("copy", "--from", name, "--to", "dst", "--to-table", "t", "-q").expect(0)
    dpone.write(name, bad)
    run = refused(dpone("copy", "--from", name, "--to", "dst", "--to-table", "t"), 1, "json_rows.duplicate_key")
    assert "row: 1" in run.err and "column: j" in run.err
    assert dst.value("select j::text from t") == '{"a": 1, "b": {"a": 1}}'
    # As any other wrong value it can be put aside.
    dpone("copy", "--from", name, "--to", "dst", "--to-table", "t", "--on-error", "reject-file", "--reject-path", "r.csv", "--allow-empty-source", "-q").expect(0)
    assert "json_rows.duplicate_key" in (dpone.folder / "r.csv").read_text()


def test_a_json_keeps_both(dpone, dst):
    dst.run("create table t (id int, j json)")
    dpone.write("in.csv", f"id,j\n1,{quoted(TWICE)}\n")
    dpone("copy", "--from", "in.csv", "--to", "dst", "--to-table", "t", "-q").expect(0)
    assert dst.value("select j::text from t") == TWICE


def test_an_element_of_an_array_is_a_jsonb_too(dpone, dst):
    dst.run("create table t (id int, j jsonb[])")
    array = '{"{\\"a\\":1,\\"a\\":2}",NULL}'
    dpone.write("in.csv", f"id,j\n1,{quoted(array)}\n")
    refused(dpone("copy", "--from", "in.csv", "--to", "dst", "--to-table", "t"), 1, "json_rows.duplicate_key")
    dpone.write("in.csv", f"id,j\n1,{quoted(array.replace('a', 'b', 1))}\n")
    dpone("copy", "--from", "in.csv", "--to", "dst", "--to-table", "t", "-q").expect(0)
    assert dst.value("select j[1]::text from t") == '{"a": 2, "b": 1}'


def test_a_text_of_sqlite_is_held_to_it(dpone, dst, folder):
    dst.run("create table t (id int primary key, j jsonb, l jsonb[]); insert into t values (1, '{\"a\": 1}', array['{\"b\": 1}'::jsonb])")
    dpone("copy", "--from", "dst", "--table", "public.t", "--to", "t.db", "--to-table", "t", "-q").expect(0)
    for change in (f"update t set j = '{TWICE}'", "update t set j = '{}', l = '{\"{\\\"a\\\":1,\\\"a\\\":2}\"}'"):
        with sqlite3.connect(folder / "t.db") as db:
            db.execute(change)
        run = refused(dpone("copy", "--from", "sqlite:t.db", "--table", "t", "--to", "dst", "--to-table", "public.back"), 1, "json_rows.duplicate_key")
        assert "row: 1" in run.err
