"""Integers that PostgreSQL and SQLite lack: declared for a file, kept in what holds them, and checked."""

from files.conftest import refused

from harness.sqlite_file import File

ENDS = {
    "tinyint": ("-128", "127"),
    "tinyint unsigned": ("0", "255"),
    "smallint unsigned": ("0", "65535"),
    "integer unsigned": ("0", "4294967295"),
    "bigint unsigned": ("0", "18446744073709551615"),
    "int128": (str(-(2**127)), str(2**127 - 1)),
    "uint128": ("0", str(2**128 - 1)),
    "int256": (str(-(2**255)), str(2**255 - 1)),
    "uint256": ("0", str(2**256 - 1)),
}
IN_POSTGRES = {
    "tinyint": "smallint",
    "tinyint unsigned": "smallint",
    "smallint unsigned": "integer",
    "integer unsigned": "bigint",
    "bigint unsigned": "numeric(20,0)",
    "int128": "numeric(39,0)",
    "uint128": "numeric(39,0)",
    "int256": "numeric(77,0)",
    "uint256": "numeric(78,0)",
}


def declared():
    return [part for i, name in enumerate(ENDS) for part in ("--type", f"c{i}={name}")]


def write(dpone):
    columns = [f"c{i}" for i in range(len(ENDS))]
    rows = [",".join(columns), *(",".join(ends[side] for ends in ENDS.values()) for side in (0, 1)), "," * (len(ENDS) - 1)]
    dpone.write("in.csv", "\n".join(rows) + "\n")


def test_both_ends_of_each_type_arrive_in_postgres(dpone, dst):
    write(dpone)
    dpone("copy", "--from", "in.csv", "--to", "dst", "--to-table", "t", *declared()).expect(0)
    sql = "select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 't'::regclass and attnum > 0 order by attnum"
    assert [name for (name,) in dst.rows(sql)] == [IN_POSTGRES[name] for name in ENDS]
    found = [[None if value is None else str(value) for value in row] for row in dst.rows("select * from t order by c0")]
    assert found == [[ends[0] for ends in ENDS.values()], [ends[1] for ends in ENDS.values()], [None] * len(ENDS)]


def test_both_ends_of_each_type_come_back_from_sqlite(dpone, dst):
    write(dpone)
    dpone("copy", "--from", "in.csv", "--to", "t.db", "--to-table", "t", *declared()).expect(0)
    stored = File(dpone.folder / "t.db").rows("select typeof(c0), typeof(c3), typeof(c4), c4 from t where c0 = 127")
    assert stored == [("integer", "integer", "text", "18446744073709551615")]
    dpone("copy", "--from", "t.db", "--table", "t", "--to", "back.csv").expect(0)
    assert (dpone.folder / "back.csv").read_text() == (dpone.folder / "in.csv").read_text()
    dpone("copy", "--from", "t.db", "--table", "t", "--to", "dst", "--to-table", "t").expect(0)
    assert str(dst.value("select max(c8) from t")) == ENDS["uint256"][1]


def test_a_number_beyond_its_type_ends_the_run(dpone, dst):
    for name, (_, most) in ENDS.items():
        dpone.write("in.csv", f"c\n1\n{int(most) + 1}\n")
        run = dpone("copy", "--from", "in.csv", "--to", "dst", "--to-table", "beyond", "--type", f"c={name}")
        refused(run, 1, "delimited.value")


def test_a_narrower_column_of_the_target_is_checked(dpone, dst):
    dst.run("create table narrow (c bigint)")
    dpone.write("in.csv", f"c\n{2**63 - 1}\n")
    copy = ["copy", "--from", "in.csv", "--to", "dst", "--to-table", "narrow", "--type", "c=bigint unsigned", "--adopt"]
    dpone(*copy).expect(0)
    assert dst.value("select c from narrow") == 2**63 - 1
    dpone.write("in.csv", f"c\n{2**63}\n")
    run = dpone(*copy[:-1]).expect(1)
    assert "does_not_fit" in run.err or "delimited.value" in run.err, run
