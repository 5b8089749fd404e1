"""Connections by TLS: a server with a certificate of an authority that is made here, and one without."""

import contextlib
import pathlib
import re
import shutil
import subprocess

import pytest

from harness.held import eventually, leftovers
from harness.manifest import full_refresh

# Seldom asked for elsewhere; who does meets a server that takes both kinds of connections.
MAJOR = 15
SETTINGS = {"ssl_cert_file": "dpone_test.crt", "ssl_key_file": "dpone_test.key", "ssl": "on"}

pytestmark = pytest.mark.own_server


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)


def make_authority(folder, name):
    openssl(
        folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
        "-addext", "keyUsage=critical,keyCertSign", "-keyout", f"{name}.key", "-out", f"{name}.crt",
    )  # fmt: skip


def make_certificate(folder, authority, name):
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-keyout", f"{name}.key", "-out", "request")
    openssl(
        folder, "x509", "-req", "-in", "request", "-CA", f"{authority}.crt", "-CAkey", f"{authority}.key",
        "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", f"{name}.crt",
    )  # fmt: skip


def set_up(server, settings):
    with contextlib.closing(server.connect()) as connection, connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"alter system set {name} = '{value}'" if value else f"alter system reset {name}")
        cursor.execute("select pg_reload_conf()")


def has_tls(server):
    with contextlib.closing(server.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()")
        return cursor.fetchone()[0]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    make_authority(folder, "ours")
    make_authority(folder, "other")
    make_certificate(folder, "ours", "dpone_test")
    return folder


@pytest.fixture(scope="module")
def tls_server(_server, certificates):
    server = _server(MAJOR)
    with contextlib.closing(server.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("show data_directory")
        data = pathlib.Path(cursor.fetchone()[0])
    placed = [data / "dpone_test.crt", data / "dpone_test.key"]
    for path in placed:
        shutil.copy(certificates / path.name, path)
        path.chmod(0o600)
        shutil.chown(path, data.owner(), data.group())
    set_up(server, SETTINGS)
    eventually(lambda: has_tls(server), "TLS at the server")
    yield server
    set_up(server, dict.fromkeys(SETTINGS))
    for path in placed:
        path.unlink()


@pytest.fixture
def orders(dpone, databases, tls_server, certificates):
    """connect(end, parameters): both ends are databases of the server with TLS, `orders` has rows."""
    ends = {end: databases(tls_server) for end in ("src", "dst")}
    ends["src"].run("create table orders as select n as id, repeat('x', 1000) as pad from generate_series(1, 5000) n")

    class Orders:
        src, dst = ends["src"], ends["dst"]

        @staticmethod
        def connect(end, **parameters):
            query = "&".join(f"{name}={value}" for name, value in parameters.items())
            dpone.connect(end, f"{ends[end].url}?{query}")

    for end in ends:
        Orders.connect(end, sslmode="verify-full", sslrootcert=certificates / "ours.crt")
    return Orders


def test_a_certificate_of_a_trusted_authority(orders, dpone):
    assert re.search(r"TLSv1\.[23]", dpone("connections", "test", "dst").expect(0).out)
    for options in [], ["--no-raw"]:
        dpone("copy", "--from", "src", "--to", "dst", "--table", "public.orders", "-q", *options).expect(0)
        assert orders.dst.fingerprint("orders") == orders.src.fingerprint("orders")


def refused(dpone, *said):
    run = dpone("copy", "--from", "src", "--to", "dst", "--table", "public.orders").expect(1)
    assert "code: postgres.tls, exit 1" in run.err
    for text in said:
        assert text in run.err, run.err
    return run


@pytest.mark.parametrize("end", ["src", "dst"])
@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_a_certificate_of_another_authority(end, mode, orders, dpone, certificates):
    orders.connect(end, sslmode=mode, sslrootcert=certificates / "other.crt")
    run = refused(dpone, "certificate verify failed", f"connection: {end}")
    assert "sslrootcert" in run.err.partition("next: ")[2]
    assert orders.dst.value("select to_regclass('public.orders')") is None


def test_a_certificate_of_another_host(orders, dpone, certificates):
    url = orders.dst.url.replace("@127.0.0.1:", "@db.example:")
    parameters = f"hostaddr=127.0.0.1&sslrootcert={certificates / 'ours.crt'}"
    dpone.connect("dst", f"{url}?sslmode=verify-full&{parameters}")
    run = refused(dpone, 'does not match host name "db.example"')
    assert "verify-ca" in run.err.partition("next: ")[2]
    dpone.connect("dst", f"{url}?sslmode=verify-ca&{parameters}")
    dpone("connections", "test", "dst").expect(0)


def test_a_root_certificate_that_is_not_there(orders, dpone):
    orders.connect("dst", sslmode="verify-full", sslrootcert="/nowhere/root.crt")
    refused(dpone, "/nowhere/root.crt", "sslrootcert")


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_a_server_without_tls(mode, src, dst, dpone):
    src.run("create table orders (id int)")
    dpone.connect("dst", f"{dst.url}?sslmode={mode}&sslrootcert=/nowhere/root.crt")
    run = refused(dpone, "does not support SSL")
    assert "sslmode" in run.err.partition("next: ")[2]


def test_a_session_that_is_ended_in_the_load_by_tls(orders, dpone, hold):
    """Bytes that are encrypted cannot be looked at for an answer: the end of the connection is what tells."""
    query = "select a as id, repeat('x', 1000) as pad from generate_series(1, 10000) a, generate_series(1, 10000) b"
    run = hold(dpone, "run", dpone.write("endless.yaml", full_refresh(query=query)))
    copying = (
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database()"
        " and application_name = 'dpone' and state = 'active' and query ~* '^copy'"
    )
    eventually(lambda: orders.dst.value(copying), "the sink copies")
    run.end(10).expect(4)
    assert leftovers(orders.dst) == []
