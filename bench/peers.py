"""Installs the peers, each into a virtual environment of its own, and tells how to run them."""

import os
import subprocess

from tables import ROOT, TARGET

SLING = ["sling==1.4.11", "sling-linux-amd64==1.4.11"]
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
    if not (folder / "complete").exists():
        print(f"installing {' '.join(packages)}", flush=True)
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "-q", "--disable-pip-version-check", *packages], check=True)
        (folder / "complete").touch()
    return folder


def sling(server, source):
    """(command, environment, target table)"""
    # The launcher beside it would look for a newer program on the network.
    (program,) = install("sling", SLING).glob("lib/*/site-packages/sling_linux_amd64/bin/sling-linux-amd64")
    env = {
        **os.environ,
        "BENCH_SRC": server.url_of(source) + "?sslmode=disable",
        "BENCH_DST": server.url_of(TARGET) + "?sslmode=disable",
        "SLING_DISABLE_TELEMETRY": "true",
    }
    ends = ["--src-conn", "BENCH_SRC", "--src-stream", "public.orders", "--tgt-conn", "BENCH_DST"]
    return [str(program), "run", *ends, "--tgt-object", "peer.sling_orders", "--mode", "full-refresh"], env, "peer.sling_orders"


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
    return [str(program), "run", "python_dpone.yaml"], env, "peer.dpone_orders"
