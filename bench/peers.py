"""Installs the peers, each into a virtual environment of its own, and tells how to run them.

Each pin is the newest whose wheel carries the program. Newer wheels of sling and ingestr are launchers that download it from
elsewhere; SLING_BINARY and INGESTR_BINARY_PATH (their own variables) name a newer program where there is one.
"""

import os
import pathlib
import re
import subprocess

from tables import ROOT, TARGET

SLING = ["sling-linux-amd64==1.4.11"]
INGESTR = ["ingestr==1.1.22"]
DUCKDB = ["duckdb-cli==1.5.5", "duckdb-extension-postgres-scanner==1.5.5"]
ADBC = ["adbc-driver-manager==1.13.0", "adbc-driver-postgresql==1.13.0", "pyarrow==26.0.1"]
# It streams record batches: both ends are COPY BINARY inside the driver.
ADBC_PROGRAM = """\
import sys
from adbc_driver_postgresql import dbapi
with dbapi.connect(sys.argv[1]) as source, dbapi.connect(sys.argv[2]) as target:
    with source.cursor() as read, target.cursor() as write:
        read.execute("select * from public.orders")
        write.adbc_ingest("adbc_orders", read.fetch_record_batch(), mode="create", db_schema_name="peer")
    target.commit()
"""
PYTHON_DPONE = ["dpone[postgres]==0.88.0"]
PYTHON_DPONE_MANIFEST = """\
name: bench
source:
  type: postgres
  connection_id: peer_src
  connection_type: env
  table: {schema: public, name: orders}
  options: {batch_size: 50000}
sink:
  type: postgres
  connection_id: peer_dst
  connection_type: env
  table: {schema: peer, name: dpone_orders}
  strategy: {mode: full_refresh}
runtime:
  compatibility:
    legacy_runtime_connections: explicit_only
"""


def install(name, packages):
    """The environment's folder."""
    folder = ROOT / ".services/peers" / name
    complete = folder / "complete"
    if not complete.exists() or complete.read_text() != " ".join(packages):
        print(f"installing {' '.join(packages)}", flush=True)
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
        complete.write_text(" ".join(packages))
    return folder


def only_file(folder, pattern):
    (found,) = folder.glob(f"lib/*/site-packages/{pattern}")
    return str(found)


def version_of(program):
    """The first number of the form 1.2.3 that `PROGRAM --version` prints."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"\d+\.\d+\.\d+", told)[0]


def sling(server, source):
    """(name and version, command, environment, target table)"""
    program = os.environ.get("SLING_BINARY") or only_file(install("sling", SLING), "sling_linux_amd64/bin/sling-linux-amd64")
    env = {
        **os.environ,
        "BENCH_SRC": server.url_of(source) + "?sslmode=disable",
        "BENCH_DST": server.url_of(TARGET) + "?sslmode=disable",
        "SLING_DISABLE_TELEMETRY": "true",
    }
    ends = ["--src-conn", "BENCH_SRC", "--src-stream", "public.orders", "--tgt-conn", "BENCH_DST"]
    command = [program, "run", *ends, "--tgt-object", "peer.sling_orders", "--mode", "full-refresh"]
    return f"sling {version_of(program)}", command, env, "peer.sling_orders"


def ingestr(server, source):
    program = os.environ.get("INGESTR_BINARY_PATH") or str(install("ingestr", INGESTR) / "bin/ingestr")
    ends = ["--source-uri", server.url_of(source) + "?sslmode=disable", "--source-table", "public.orders"]
    ends += ["--dest-uri", server.url_of(TARGET) + "?sslmode=disable", "--dest-table", "peer.ingestr_orders"]
    env = {**os.environ, "INGESTR_DISABLE_TELEMETRY": "true"}
    return f"ingestr {version_of(program)}", [program, "ingest", "--yes", "--progress", "log", "--no-load-timestamp", *ends], env, "peer.ingestr_orders"


def duckdb(server, source):
    folder = install("duckdb", DUCKDB)
    program = pathlib.Path(only_file(folder, "duckdb_cli/duckdb"))
    program.chmod(0o755)
    extension = only_file(folder, "duckdb_extension_postgres_scanner/extensions/*/postgres_scanner.duckdb_extension")
    sql = (
        f"load '{extension}'; attach '{server.url_of(source)}' as s (type postgres, read_only); attach '{server.url_of(TARGET)}' as t (type postgres);"
        " create table t.peer.duckdb_orders as from s.public.orders"
    )
    return f"DuckDB {version_of(program)}", [str(program), "-bail", "-c", sql], dict(os.environ), "peer.duckdb_orders"


def adbc(server, source):
    folder = install("adbc", ADBC)
    command = [str(folder / "bin/python"), "-c", ADBC_PROGRAM, server.url_of(source), server.url_of(TARGET)]
    return f"ADBC {ADBC[1].split('==')[1]}", command, dict(os.environ), "peer.adbc_orders"


def python_dpone(server, source, folder):
    program = install("dpone", PYTHON_DPONE) / "bin/dpone"
    (folder / "python_dpone.yaml").write_text(PYTHON_DPONE_MANIFEST)
    env = dict(os.environ)
    for connection, database in (("PEER_SRC", source), ("PEER_DST", TARGET)):
        fields = server.libpq(database)
        env |= {
            f"DPONE_CONN_{connection}_HOST": fields["PGHOST"],
            f"DPONE_CONN_{connection}_PORT": fields["PGPORT"],
            f"DPONE_CONN_{connection}_DATABASE": database,
            f"DPONE_CONN_{connection}_USERNAME": fields["PGUSER"],
            f"DPONE_CONN_{connection}_PASSWORD": fields["PGPASSWORD"],
        }
    return f"Python {PYTHON_DPONE[0].replace('[postgres]==', ' ')}", [str(program), "run", "python_dpone.yaml"], env, "peer.dpone_orders"
