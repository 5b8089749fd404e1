"""A process that gets no more memory says so, and leaves the target as it was."""

import resource
import subprocess

import pytest

from harness.held import leftovers
from harness.manifest import full_refresh


# One row that is bigger than the memory that a run here gets for it.
WIDE = "select 1 as id, 2 as generation, repeat('x', 200000000) as pad"


@pytest.mark.parametrize("options", [[], ["--no-raw"]], ids=["raw", "batches"])
@pytest.mark.parametrize("mebibytes", [60, 100, 200, 300, 400])
def test_memory_that_runs_out_is_an_error(mebibytes, options, published):
    """Each is too little at another place: libpq's, a thread's, the reader's."""

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))

    manifest = published.dpone.write("wide.yaml", full_refresh(query=WIDE))
    process = published.dpone.start("run", manifest, *options, preexec_fn=limit)
    try:
        _, err = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 1, err
    assert "code: out_of_memory, exit 1" in err
    assert published.generation() == 1
    assert leftovers(published.dst) == []
