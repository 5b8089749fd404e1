"""Sessions that wait for the other end are not ended by the time limits of their own."""

import pytest

from harness.manifest import full_refresh

# Two seconds before the first row, and two in the middle: rows enough between them that the first are sent.
SLOW = (
    "select n as id, n as generation, repeat('x', 1000) as pad from generate_series(1, 3000) n"
    " where n not in (1, 2000) or pg_sleep(2) is not null"
)


@pytest.mark.parametrize("options", [[], ["--no-raw"]], ids=["raw", "batches"])
def test_a_slow_source_leaves_the_sink_no_idle_transaction(options, orders):
    orders.src.run(f"create view public.slow as {SLOW}")
    env = {"DPONE_CONN_DST_IDLE_TIMEOUT": "1s"}
    orders.dpone.write("slow.yaml", full_refresh("public.slow", name="slow"))
    orders.dpone("run", "slow.yaml", "-q", *options, env=env).expect(0)
    assert orders.dst.value("select count(*) from public.slow") == 3000
