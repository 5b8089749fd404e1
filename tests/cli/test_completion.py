"""The completion scripts, run by the shells that are installed; bash always is."""

import shutil
import subprocess

import pytest

BASH = """
source "$1"
COMP_WORDS=(%s)
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_dpone
printf '%%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def bash(dpone):
    """bash("dpone", "ru") is what Tab offers behind these words; the last one is being typed."""
    script = dpone.write("dpone.bash", dpone("completion", "bash").expect(0).out)

    def complete(*words):
        quoted = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(["bash", "-uc", BASH % quoted, "bash", str(script)], cwd=dpone.folder,
                              capture_output=True, text=True, timeout=30, check=False)  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.split("\n")[:-1] if done.stdout.strip() else []

    return complete


def test_bash_commands(bash):
    assert {"run", "init", "doctor", "connections", "schema", "help"} <= set(bash("dpone", ""))
    assert bash("dpone", "ru") == ["run"]
    assert bash("dpone", "connections", "") == ["list", "test", "discover"]
    assert bash("dpone", "connections", "d") == ["discover"]
    assert bash("dpone", "--format", "json", "pl") == ["plan"]
    assert bash("dpone", "help", "connections", "t") == ["test"]
    assert bash("dpone", "--v") == ["--version"]


def test_bash_options_and_choices(bash):
    assert bash("dpone", "run", "orders.yaml", "--dr") == ["--dry-run"]
    assert bash("dpone", "copy", "--overwrite-type", "ex") == ["exchange"]
    assert bash("dpone", "run", "--progress", "") == ["auto", "live", "lines", "json", "none"]
    assert bash("dpone", "run", "--progress", "=", "j") == ["json"]
    assert bash("dpone", "run", "--progress", "=") == ["auto", "live", "lines", "json", "none"]
    assert bash("dpone", "connections", "discover", "--l") == ["--like", "--log-level"]
    assert bash("dpone", "completion", "z") == ["zsh"]
    assert bash("dpone", "copy", "--where", "") == []
    assert bash("dpone", "version", "") == []


def test_bash_files(bash, dpone):
    dpone.write("orders list.yaml", "")
    dpone.write("orders/x.yaml", "")
    assert sorted(bash("dpone", "run", "ord")) == ["orders", "orders list.yaml"]
    assert bash("dpone", "run", "--no-raw", "orders/") == ["orders/x.yaml"]
    assert bash("dpone", "run", "x.yaml", "ord") == []
    assert sorted(bash("dpone", "run", "--state-dir", "ord")) == ["orders", "orders list.yaml"]


def offered_by_fish(script, line):
    command = f"source {script}; complete -C '{line}'"
    out = subprocess.run(["fish", "-c", command], capture_output=True, text=True, timeout=30, check=True).stdout
    return [text.partition("\t")[0] for text in out.splitlines()]


# Shells that are not installed are no parameters, since a skip is a failure.
CHECKS = {"bash": ["-n"], "zsh": ["-n"], "fish": ["--no-execute"]}


@pytest.mark.parametrize("shell", [name for name in CHECKS if shutil.which(name)])
def test_a_script_is_read_by_its_shell(dpone, shell):
    script = dpone.write("script", dpone("completion", shell).expect(0).out)
    done = subprocess.run([shell, *CHECKS[shell], str(script)], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    if shell == "fish":
        assert offered_by_fish(script, "dpone ru") == ["run"]
        assert offered_by_fish(script, "dpone connections ") == ["discover", "list", "test"]
        assert offered_by_fish(script, "dpone --format json help connections d") == ["discover"]
        assert offered_by_fish(script, "dpone run --progress js") == ["json"]
        assert "--dry-run" in offered_by_fish(script, "dpone run --")


def test_an_unknown_shell_is_refused(dpone):
    assert "bash, zsh, fish" in dpone("completion", "tcsh").expect(2).err
