"""The faults of ./dev mutate are small, sit in code, and stay the same ones while other lines move."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/mutation"))
import mutate  # noqa: E402
from faults import another_number, faults_of  # noqa: E402
from rooms import SUITES, layer_of, layers_above, room_of, runner_of  # noqa: E402


def within(body):
    """Faults of the statements `body` as they stand in a function: {what: the mended body}."""
    text = f"int f(int a, int b) {{\n{body}\n}}\n"
    return {fault.what: fault.applied(text).split("{\n", 1)[1][:-3] for fault in faults_of("a.cc", text)}


@pytest.mark.parametrize(
    ("body", "what", "result"),
    [
        ("a = b <= c;", "<= becomes <", "a = b < c;"),
        ("x = a && b;", "&& becomes ||", "x = a || b;"),
        ("x = a - b;", "- becomes +", "x = a + b;"),
        ("x = a + 1;", "1 becomes 0", "x = a + 0;"),
        ("x = 0x80U;", "0x80U becomes 0x81U", "x = 0x81U;"),
        ("return true;", "true becomes false", "return false;"),
        ("if (a) g();", "the condition negated", "if (!(a)) g();"),
        ("if (const int c = h(); c) g();", "the condition negated", "if (const int c = h(); !(c)) g();"),
        ("if (a) g(b, 2);", "without g(b, 2);", "if (a) {}"),
        ("x.y->z(\n  a);", "without x.y->z( a);", "{}"),
        ("for (;;) if (a) continue;", "without continue;", "for (;;) if (a) {}"),
        ("if (a) {\n  g();\n  return 1;\n}", "without return 1;", "if (a) {\n  g();\n  {}\n}"),
        ("const auto h = [&]() -> int { return false; };", "false becomes true", "const auto h = [&]() -> int { return true; };"),
    ],
)
def test_a_fault_changes_one_thing(body, what, result):
    assert within(body)[what] == result


@pytest.mark.parametrize(
    "body",
    [
        "// if (a < b) return true;",
        'x = "a < b && 1";',
        "static_assert(sizeof a <= 8 && true);",
        "std::array<char, 16> x;",
        "std::vector<int> y;",
        "char bytes[16];",
        "#if A && B\n#endif",
        "enum class E { kA = 4 };",
        "x.reserve(n + 1);",
        "constexpr int kBufferBytes = 8;",
        "auto&& c = b;",
        "for (g(); ; g(a)) {}",
    ],
)
def test_what_is_no_code_or_only_speed_is_left_alone(body):
    assert within(body) == {}


def test_an_else_keeps_its_if():
    assert not [what for what in within("if (a) return b; else g();") if what.startswith("without return")]


@pytest.mark.parametrize(("text", "other"), [("0", "1"), ("1", "0"), ("9", "10"), ("1'000U", "1001U"), ("1.5", None), ("0xFF", "0x100"), ("007", None)])
def test_numbers_are_off_by_one(text, other):
    assert another_number(text) == other


def test_a_fault_is_known_by_its_line_wherever_that_moves():
    line = "bool f(int a) { return a < 1 || a < 1; }\n"
    keys = [fault.key for fault in faults_of("a.cc", line)]
    assert [fault.key for fault in faults_of("a.cc", "// more\n\n" + line)] == keys
    assert len(set(keys)) == len(keys)


def test_every_room_has_faults_and_suites_that_are_there():
    queues = mutate.chosen(ROOT, list(SUITES), 1)
    assert {room: len(faults) for room, faults in queues.items() if len(faults) < 20} == {}
    missing = {path for paths in SUITES.values() for path in paths if not (ROOT / path).exists()}
    assert missing == set()


def test_every_file_that_is_no_test_lies_in_a_room():
    root = ROOT / "src/dpone"
    names = [path.relative_to(root).as_posix() for path in root.rglob("*.cc")]
    assert [name for name in names if room_of(name) is None and "_test.cc" not in name and "round_trip_check" not in name] == ["main.cc"]
    assert room_of("codec/pg_copy/decoder.cc") == "codec/pg_copy"


def test_the_unit_tests_of_a_room_are_its_own_and_those_above_it():
    assert runner_of(layer_of("codec/pg_copy")) == "dpone_codec_test"
    assert runner_of(layer_of("connectors/file")) == "dpone_connectors_file_test"
    assert layers_above("cli") == ["main.cc"]
    assert layers_above("engine") == ["cli", "main.cc"]
    assert {"codec", "sql", "connectors/sqlite"} <= set(layers_above("data"))


def test_the_same_seed_chooses_the_same_faults():
    first, again, other = (mutate.chosen(ROOT, ["sql"], seed)["sql"][:20] for seed in (1, 1, 2))
    assert first == again
    assert first != other
