"""`route`: two new databases, of any two versions, as the connections `src` and `dst` of `dpone`."""

import dataclasses

import pytest

from conformance import cases
from harness.manifest import full_refresh


@dataclasses.dataclass
class Route:
    dpone: object
    src: object
    dst: object

    def plan(self, table="public.cases", *options):
        return self.dpone("plan", self._manifest(table), "--format", "json", *options).expect(0).json

    def run(self, table="public.cases", *options):
        return self.dpone("run", self._manifest(table), "--format", "json", *options).expect(0).json

    def _manifest(self, table):
        return self.dpone.write("m.yaml", full_refresh(table))

    def assert_identical(self, table="public.cases"):
        assert cases.types(self.dst, table) == cases.types(self.src, table)
        expected = cases.contents(self.src, table)
        found = cases.contents(self.dst, table)
        assert expected, "the source is empty"
        differences = {key: (expected.get(key), found.get(key)) for key in expected | found
                       if expected.get(key) != found.get(key)}  # fmt: skip
        assert not differences


@pytest.fixture
def route(dpone, databases, _server):
    def make(source_major, target_major):
        src, dst = databases(_server(source_major)), databases(_server(target_major))
        dpone.connect("src", src.url)
        dpone.connect("dst", dst.url)
        return Route(dpone, src, dst)

    return make
