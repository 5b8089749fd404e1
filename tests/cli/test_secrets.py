"""A password in a place where none belongs is not repeated: not in a message, not in a report, not in a name."""

import pytest

SECRET = "S3cretCanary"
URL = f"postgresql://me:{SECRET}@127.0.0.1:1/shop"
CONNINFO = f"host=127.0.0.1 port=1 user=me password={SECRET} dbname=shop"


@pytest.fixture(autouse=True)
def here(dpone):
    (dpone.folder / "in.csv").write_text("id\n1\n")
    return dpone.folder


COPY = ["--to", "t.db", "--to-table", "t"]


@pytest.mark.parametrize(
    "command",
    [
        ["run", URL],
        ["plan", URL],
        ["check", URL],
        ["doctor", URL],
        ["copy", URL, *COPY],
        ["copy", "--from", "in.csv", "--to", "t.db", "--to-table", URL],
        ["copy", "--from", "in.csv", "--table", URL, *COPY],
        ["copy", "--from", CONNINFO, *COPY],
        ["copy", "--from", f" {URL}", *COPY],
        ["copy", "--from", URL.replace(":", "", 1), *COPY],
        ["copy", "--from", URL.replace("postgresql", "mysql"), *COPY],
        ["copy", "--from", "in.csv", *COPY, "--run-id", URL],
        ["copy", "--from", "in.csv", *COPY, "--state-dir", URL, "-v"],
        ["copy", "--from", "in.csv", *COPY, "--on-error", "reject-file", "--reject-path", URL],
        ["copy", "--from", f"postgresql://me:p@{SECRET}/x@127.0.0.1:1/shop", *COPY, "--table", "t"],
        ["copy", "--from", f"postgresql://me:p@x/{SECRET}@127.0.0.1:1/shop", *COPY, "--table", "t"],
        ["copy", "--from", "in.csv", "--to", f"sqlite:{URL}", "--to-table", "t"],
        ["init", "orders", "--from", "in.csv", *COPY, "--output", URL],
        ["init", "--demo", URL],
        ["docs", "check-docs", URL],
        ["connections", "test", f" {URL}"],
        ["schema", "print", f"x/{CONNINFO}"],
    ],
    ids=lambda command: " ".join(command).replace(SECRET, "..."),
)
@pytest.mark.parametrize("more", [[], ["--format", "json"]], ids=["text", "json"])
def test_a_password_in_the_wrong_place_is_not_repeated(command, more, dpone):
    run = dpone(*command, *more)
    assert SECRET not in run.out + run.err
    paths = list(dpone.folder.rglob("*"))
    assert not [path for path in paths if SECRET in path.name]
    assert not [path for path in paths if path.is_file() and SECRET.encode() in path.read_bytes()]


@pytest.mark.parametrize("option", [["--state-dir", URL], ["--on-error", "reject-file", "--reject-path", URL]])
def test_a_url_is_not_a_path(option, dpone):
    run = dpone("copy", "--from", "in.csv", *COPY, *option).expect(2)
    assert "a path is expected here, not a URL" in run.err
    assert sorted(path.name for path in dpone.folder.iterdir()) == ["in.csv"]


def test_a_url_is_not_a_path_in_a_manifest(dpone):
    for source, sink in ((URL, "t.csv"), ("in.csv", URL)):
        dpone.write(
            "m.yaml",
            f'name: proc\nsource: {{type: file, path: "{source}"}}\n'
            f'sink: {{type: file, path: "{sink}", strategy: {{mode: full_refresh}}}}\n',
        )
        run = dpone("run", "m.yaml").expect(2)
        assert "a path is expected here, not a URL" in run.err
        assert SECRET not in run.out + run.err


def test_a_url_in_the_variable_of_a_path_is_refused_without_its_text(dpone):
    env = {"DPONE_CONN_X_PATH": URL}
    run = dpone("copy", "--from", "in.csv", "--to", "x", "--to-table", "t", env=env).expect(2)
    assert "connection.bad_value" in run.err
    assert SECRET not in run.out + run.err


def test_a_url_in_the_variable_of_a_host_is_refused_without_its_text(dpone):
    env = {"DPONE_CONN_X_HOST": URL, "DPONE_CONN_X_DATABASE": "d", "DPONE_CONN_X_USERNAME": "u"}
    run = dpone("copy", "--from", "x", "--table", "t", *COPY, env=env).expect(2)
    assert "connection.bad_value" in run.err
    assert "DPONE_CONN_X_HOST" in run.err
    assert SECRET not in run.out + run.err


def test_a_url_as_a_connection_id_of_a_manifest_is_not_repeated(dpone):
    dpone.write(
        "m.yaml",
        f'name: proc\nsource: {{type: postgres, connection_type: env, connection_id: "{URL}", table: {{name: t}}}}\n'
        "sink: {type: sqlite, connection_type: params, params: {path: t.db}, table: {name: t},"
        " strategy: {mode: full_refresh}}\n",
    )
    for command in ("run", "plan", "validate", "check"):
        run = dpone(command, "m.yaml")
        assert SECRET not in run.out + run.err


def test_a_manifest_that_is_printed_is_not_masked(dpone):
    command = ["copy", "--from", "in.csv", *COPY, "--print-manifest", "--null", "a://u:p@h"]
    assert "a://u:p@h" in dpone(*command).expect(0).out
