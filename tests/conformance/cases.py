"""Reads tests/cases/*.txt, and makes tables of them.

    setup SQL           a statement before the table is made
    extension NAME      an extension that both databases need
    type NAME           begins a column; what follows belongs to it
    since MAJOR         the type exists from that PostgreSQL on
    changed MAJOR       the bytes mean something else from that version on, and do not pass from one side of it to the other
    wire text           travels as its text form when values are decoded; typed without this line
    raw never|MAJOR     passes through as bytes never, or from that source and target version on; always without it
    LITERAL             a value, as SQL; each type also gets a NULL
    14+ | LITERAL       a value that exists from PostgreSQL 14 on;  ..13 | LITERAL: up to 13
"""

import dataclasses
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "cases"
_VERSIONED = re.compile(r"(?:(\d+)\+|\.\.(\d+)) \| (.*)")


@dataclasses.dataclass
class Column:
    type: str
    since: int = 0
    raw_since: float = 0
    changed: int = 0
    wire: str = "typed"
    values: list = dataclasses.field(default_factory=list)

    def crosses(self, majors):
        return min(majors) < self.changed <= max(majors)

    def literals(self, majors):
        """The values that every version of `majors` has."""
        return [sql for first, last, sql in self.values if first <= min(majors) and max(majors) <= last]


@dataclasses.dataclass
class CaseFile:
    name: str
    setup: list
    extensions: list
    columns: list

    def for_versions(self, *majors):
        return [column for column in self.columns if column.since <= min(majors)]


def read(path):
    case = CaseFile(path.stem, [], [], [])
    for line in path.read_text().splitlines():
        word, _, rest = line.partition(" ")
        if not line or line.startswith("#"):
            continue
        if word == "setup":
            case.setup.append(rest)
        elif word == "extension":
            case.extensions.append(rest)
        elif word == "type":
            case.columns.append(Column(rest))
        elif word == "since":
            case.columns[-1].since = int(rest)
        elif word == "changed":
            case.columns[-1].changed = int(rest)
        elif word == "wire":
            case.columns[-1].wire = rest
        elif word == "raw":
            case.columns[-1].raw_since = float("inf") if rest == "never" else int(rest)
        else:
            versioned = _VERSIONED.fullmatch(line)
            first, last, sql = versioned.groups() if versioned else (None, None, line)
            case.columns[-1].values.append((int(first or 0), int(last or 99), sql))
    return case


FILES = [read(path) for path in sorted(FOLDER.glob("*.txt"))]
BY_NAME = {case.name: case for case in FILES}


def make_table(database, columns, majors, table="public.cases"):
    """A table with a row for each value and one of NULLs; column c<i> has the type of columns[i]."""
    definitions = "".join(f", c{i} {column.type}" for i, column in enumerate(columns))
    database.run(f"create table {table} (id integer primary key{definitions})")
    height = max(len(column.literals(majors)) for column in columns)
    database.run(f"insert into {table} (id) select generate_series(0, {height})")
    for i, column in enumerate(columns):
        for row, sql in enumerate(column.literals(majors)):
            database.run(f"update {table} set c{i} = {sql} where id = {row}")
    database.run(f"vacuum full {table}")


def make_array_table(database, columns, majors, table="public.cases"):
    """Arrays of every type: all values, none, several dimensions, other lower bounds, NULL."""
    definitions = "".join(f", c{i} {array_of(column.type)}" for i, column in enumerate(columns))
    database.run(f"create table {table} (id integer primary key{definitions})")
    database.run(f"insert into {table} (id) select generate_series(0, 5)")
    for i, column in enumerate(columns):
        kind = array_of(column.type).partition(" COLLATE")[0]
        values = [f"({sql})::{kind.removesuffix('[]')}" for sql in column.literals(majors)]
        first, last = values[0], values[-1]
        forms = [
            f"array[{', '.join([*values, 'null'])}]::{kind}",
            "'{}'",
            f"array[[{first}, {last}, null], [{last}, null, {first}]]::{kind}",
            f"('[-1:0]=' || array[{last}, {first}]::{kind}::text)::{kind}",
            f"('[2:2][0:1]=' || array[[null, {first}]]::{kind}::text)::{kind}",
        ]
        for row, sql in enumerate(forms):
            database.run(f"update {table} set c{i} = {sql} where id = {row}")


def array_of(type_name):
    name, collate, collation = type_name.partition(" COLLATE ")
    return f"{name}[]{collate}{collation}"


def contents(database, table="public.cases"):
    """{(id, column): (text, binary form)}: long values by their hash. The binary form of a built-in type shows what its
    text hides; types that hold OIDs of one server, with user types in them or names of objects, are left out."""
    columns = database.rows(
        "select a.attname, t.typsend::regproc::text, coalesce(e.oid, t.oid) < 16384 and t.typtype = 'b'"
        "   and t.typname not similar to '_?reg%%|refcursor'"
        "  from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_type e on e.oid = t.typelem"
        "  where a.attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
        (table,),
    )
    found = {}
    for name, send, is_builtin in columns:
        column = '"' + name.replace('"', '""') + '"'
        text = f"case when length({column}::text) < 200 then {column}::text else md5({column}::text) end"
        binary = f"md5({send}({column}))" if is_builtin and send != "-" else "null"
        for key, *value in database.rows(f"select id, {text}, {binary} from {table}"):
            assert (key, name) not in found, f"two rows have the id {key}"
            found[key, name] = tuple(value)
    return found


def types(database, table="public.cases"):
    """(name, type with its modifier, modifier, collation, not null) of each column."""
    return database.rows(
        "select attname, format_type(atttypid, atttypmod), atttypmod, collname, attnotnull from pg_attribute"
        " left join pg_collation c on c.oid = attcollation"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
        (table,),
    )
