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
