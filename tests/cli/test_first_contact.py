"""What a person meets first: version, help, a slip of the finger."""

import pytest


def test_version_is_one_line(dpone):
    run = dpone("version").expect(0)
    assert run.out == "dpone 0.1.0\n"
    assert run.err == ""


@pytest.mark.parametrize("args", [("--help",), ("help",), ("copy", "--help")], ids=" ".join)
def test_help_is_on_stdout_and_succeeds(dpone, args):
    run = dpone(*args).expect(0)
    assert "usage" in run.out.lower()
    assert run.err == ""


def test_version_as_an_option(dpone):
    for args in (("--version",), ("-V",), ("--version", "--format", "json")):
        assert "0.1.0" in dpone(*args).expect(0).out


def test_an_option_that_is_none_without_a_command(dpone):
    run = dpone("--vresion").expect(2)
    assert "code: usage.unknown_option" in run.err
    assert "--version" in run.err


@pytest.mark.parametrize("args", [("--help",), ("run", "--help")], ids=" ".join)
def test_help_on_a_narrow_terminal(dpone, args):
    out = dpone(*args, env={"COLUMNS": "40"}).expect(0).out
    too_wide = [line for line in out.splitlines() if len(line) > 40 and not line.startswith(("  dpone ", "  --log-level"))]
    assert too_wide == []
    assert dpone(*args, env={"COLUMNS": "0"}).expect(0).out == dpone(*args).expect(0).out


def test_no_command_prints_the_usage_and_is_a_usage_error(dpone):
    run = dpone().expect(2)
    assert run.out == ""
    assert "usage" in run.err.lower()


@pytest.mark.parametrize(("typed", "meant"), [("versoin", "version"), ("cpoy", "copy"), ("plna", "plan")])
def test_unknown_command_names_the_nearest(dpone, typed, meant):
    run = dpone(typed).expect(2)
    assert run.out == ""
    assert typed in run.err
    assert meant in run.err


def test_unknown_option_names_the_nearest(dpone):
    run = dpone("copy", "--form", "x").expect(2)
    assert "--form" in run.err
    assert "--from" in run.err
