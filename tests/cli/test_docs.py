"""Every command that README.md and docs/ show is run, or stands here with the reason why not."""

import re
import shlex

import pytest

from harness.program import ROOT

NOT_RUN = {}


def shown():
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        inside = False
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.lstrip().startswith("```"):
                inside = not inside
            elif inside and re.match(r"\s*(\$ )?dpone ", line):
                command = line.strip().removeprefix("$ ").split(" #")[0].strip()
                yield pytest.param(command, id=f"{path.relative_to(ROOT)}:{number}")


def test_there_are_commands():
    assert len(list(shown())) >= 4


@pytest.mark.parametrize("command", shown())
def test_command(dpone, src, dst, command):
    if command in NOT_RUN:
        return
    src.run("create table public.orders (id integer primary key, note text)")
    src.run("insert into orders values (1, 'a')")
    for name in ("shop", "pg_src"):
        dpone.connect(name, src.url)
    for name in ("warehouse", "pg_dst"):
        dpone.connect(name, dst.url)
    made = dpone("copy", "--from", "shop", "--to", "warehouse", "--table", "public.orders", "--print-manifest").expect(0)
    dpone.write("orders.yaml", made.out)
    words, _, file = command.partition(" > ")
    arguments = shlex.split(words)[1:]
    if arguments[0] == "reconcile":
        dpone("run", "orders.yaml", "--run-id", arguments[arguments.index("--run-id") + 1]).expect(0)
    run = dpone(*arguments).expect(0)
    if file:
        assert run.out == made.out
