"""The peers that move a table between two PostgreSQL databases: a million orders without a key, time of the peer / dpone."""

import peers
from pairs import compare

# dpone against the best peer of a day, and they change places.
BEST_PEER_BAR = 1.35


def against(bench, peer, bar, *arguments):
    source = bench.server.source(bench.rows // 5)
    name, command, env, table = peer(bench.server, source, *arguments)
    title = f"{bench.rows // 5:,} rows: time of {name} / dpone"
    yield compare(title, bench.peer(peer.__name__, command, env, table, source), bench.dpone(source, "orders"), bench.rounds, bar=bar, is_upper_bar=False)


def peer_sling(bench):
    """The tool sling, full-refresh."""
    yield from against(bench, peers.sling, 5)


def peer_ingestr(bench):
    """The tool ingestr, strategy replace."""
    yield from against(bench, peers.ingestr, BEST_PEER_BAR)


def peer_duckdb(bench):
    """DuckDB, CREATE TABLE AS through its postgres extension."""
    yield from against(bench, peers.duckdb, BEST_PEER_BAR)


def peer_adbc(bench):
    """ADBC, a stream of record batches from one connection into the other."""
    yield from against(bench, peers.adbc, BEST_PEER_BAR)


def peer_python(bench):
    """The Python dpone."""
    yield from against(bench, peers.python_dpone, 8, bench.folder)


CASES = [peer_sling, peer_ingestr, peer_duckdb, peer_adbc, peer_python]
