"""What README.md, docs/ and the help show is so: every command is run, and answers are compared."""

import contextlib
import re
import shlex

import pytest

from harness.program import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks():
    """(page:line, language, lines) of each fenced block."""
    for path in PAGES:
        language = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.lstrip().startswith("```"):
                if language is not None:
                    lines.append(line)
            elif language is None:
                language, place, lines = line.strip("` "), f"{path.relative_to(ROOT)}:{number}", []
            else:
                yield place, language, lines
                language = None


def examples():
    """The commands under `Examples:` in the help texts."""
    for path in sorted((ROOT / "tests/cli/golden").glob("help-*.txt")):
        for line in path.read_text().splitlines():
            if line.startswith("  dpone "):
                yield pytest.param(line.strip(), id=line.strip())


def sessions():
    """Of each page, its blocks of language `console` one after the other: [(command, lines of its answer)]."""
    pages = {}
    for place, language, lines in blocks():
        if language != "console":
            continue
        steps = pages.setdefault(place.partition(":")[0], [])
        for line in lines:
            if line.startswith("$ "):
                steps.append((line.removeprefix("$ "), []))
            else:
                steps[-1][1].append(line)
    return [pytest.param(steps, id=page) for page, steps in pages.items()]


@pytest.fixture
def shop(dpone, src, dst):
    """The connections of the docs' examples."""
    for name in ("shop", "pg_src"):
        dpone.connect(name, src.url)
    for name in ("warehouse", "pg_dst"):
        dpone.connect(name, dst.url)
    return src


def run(dpone, command):
    words, _, file = command.partition(" > ")
    program, *arguments = shlex.split(words)
    assert program == "dpone"
    ended = dpone(*arguments)
    if file:
        dpone.write(file, ended.out)
        ended.out = ""
    return ended


def test_every_link_leads_somewhere(dpone):
    said = dpone("docs", "check-docs", ROOT, "--format", "json").expect(0).json
    assert said["passed"] is True
    assert said["pages"] >= len(PAGES)
    assert said["links"] >= 60


def test_a_broken_link_is_named_with_its_line(dpone):
    dpone.write("README.md", "# A\n\n[b](docs/b.md#c) [gone](docs/d.md)\n")
    dpone.write("docs/b.md", "# B\n[up](../README.md#a)\n")
    said = dpone("docs", "check-docs").expect(1).err
    assert "README.md:3: docs/b.md#c: docs/b.md has no heading #c" in said
    assert "README.md:3: docs/d.md: docs/d.md does not exist" in said
    assert "code: docs.broken_links" in said
    dpone.write("docs/b.md", "# B\n[up](../README.md#a)\n## C\n")
    dpone.write("docs/d.md", "")
    assert dpone("docs", "check-docs", ".").expect(0).out == "3 links in 3 pages are valid\n"
    assert "code: docs.no_pages" in dpone("docs", "check-docs", "nowhere").expect(2).err


def test_every_command_that_is_shown_is_run():
    assert sum(len(session.values[0]) for session in sessions()) >= 5
    assert len(list(examples())) >= 8
    loose = [(place, line) for place, language, lines in blocks() for line in lines if language != "console" and line.lstrip().startswith("dpone ")]
    assert loose == []


@pytest.mark.parametrize("command", examples())
def test_example_of_the_help(dpone, shop, command):
    shop.run("create table public.orders (id integer primary key, note text)")
    shop.run("insert into orders values (1, 'a')")
    copy = ("--from", "pg_src", "--to", "pg_dst", "--table", "public.orders")
    arguments = shlex.split(command)
    mode = ("--mode", "incremental_merge", "--key", "id", "--cursor", "id") if arguments[1] == "state" else ()
    dpone.write("orders.yaml", dpone("copy", *copy, *mode, "--print-manifest").expect(0).out)
    if mode:
        dpone("run", "orders.yaml").expect(0)
    if arguments[1] == "reconcile":
        dpone("copy", *copy, "--run-id", arguments[arguments.index("--run-id") + 1]).expect(0)
    run(dpone, command).expect(0)


def masked(line):
    """Without what differs from run to run: names by hash, run ids, numbers and their units."""
    line = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{8}", "RUN", line)
    line = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", line)
    line = re.sub(r"_[0-9a-f]{8}\b", "_HASH", line)
    line = re.sub(r"version \d+", lambda found: found[0].replace(" ", "-"), line)
    line = re.sub(r"database \w+, role", "database NAME, role", line)
    return re.sub(r"(?<![\w-])-?\d[\d,.]*( (ms|s|B|KiB|MiB|GiB)\b)?", "N", line)


def grants(page):
    """(`source` or `target`, SQL) of each block of the page that says where it is to be run."""
    for place, language, lines in blocks():
        if place.partition(":")[0] == page and language == "sql" and lines[0].startswith("-- at the "):
            yield lines[0].removeprefix("-- at the "), "\n".join(lines)


@pytest.fixture
def roles(postgres):
    """Takes away the roles that a page makes. Asked for before the databases, which hold their rights."""
    yield
    with contextlib.closing(postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("drop role if exists dpone_reader, dpone_loader")


def exit_code(shown):
    """The code that a command with this answer ends with: where it is an error, the one that the error tells."""
    told = re.search(r"^  code: \S+(?: \(\w+\))?, exit (\d+)$", "\n".join(shown), re.MULTILINE)
    return int(told[1]) if told else int(bool(shown) and shown[0].startswith("error: "))


@pytest.mark.parametrize("session", sessions())
def test_session(roles, dpone, shop, dst, session, request):
    """A line `...` stands for any lines. Where the page grants rights, its commands have those and no others."""
    shop.psql(ROOT / "bench/data/orders.sql", n=5000)
    ends = {"source": (shop, "shop", "dpone_reader"), "target": (dst, "warehouse", "dpone_loader")}
    for end, sql in grants(request.node.callspec.id):
        database, connection_id, role = ends[end]
        database.run(f"{sql}; alter role {role} password 'known to this test'")
        dpone.connect(connection_id, database.url_as(role, "known to this test"))
    for command, shown in session:
        ended = run(dpone, command)
        assert ended.code == exit_code(shown), ended
        pattern = "".join("(?:.*\n)*" if line == "..." else re.escape(masked(line)) + "\n" for line in shown)
        answer = "".join(masked(line) + "\n" for line in (ended.out + ended.err).splitlines())
        assert re.fullmatch(pattern, answer), f"{command}\n--- shown\n{pattern}\n--- answered\n{answer}"
