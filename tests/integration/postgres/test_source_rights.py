"""What a role may not read or lock at the source is refused by the plan, not by its run."""

import pytest
import yaml

from harness.manifest import full_refresh

TABLES = (
    "create table public.orders (id int primary key, note text, secret text); insert into public.orders values (1, 'a', 's');"
    "create table public.wanted (id int, secret text); insert into public.wanted values (1, 's')"
)
SUBQUERY = "id in (select id from public.wanted)"


class Reader:
    """A role with next to no rights, as which `dpone` reads a database of each version."""

    def __init__(self, dpone, src, dst):
        self.dpone, self.src, self.dst = dpone, src, dst
        self.name = f"reader_{src.name}"
        src.run(f"create role {self.name} login password 'x'")
        src.run(f"grant usage on schema public to {self.name}")
        src.run(TABLES)
        dpone.connect("src", src.url_as(self.name, "x"))
        dpone.connect("dst", dst.url)

    def grant(self, what):
        self.src.run(f"grant {what} to {self.name}")

    def manifest(self, table="public.orders", **options):
        document = yaml.safe_load(full_refresh(table))
        if "query" in options:
            del document["source"]["table"]
        document["source"]["options"] = options
        return self.dpone.write("rights.yaml", yaml.safe_dump(document))

    def refused(self, manifest, *words):
        """Plan and run say the same; the next step that they tell."""
        plan, run = (self.dpone(command, manifest).expect(1).err for command in ("plan", "run"))
        assert "postgres.permission" in plan
        assert plan == run.partition("report: ")[0]
        for word in words:
            assert word in plan
        assert self.dst.value("select to_regclass('public.orders')") is None
        return plan.partition("next: ")[2].splitlines()[0]

    def runs(self, manifest):
        self.dpone("plan", manifest).expect(0)
        self.dpone("run", manifest).expect(0)


@pytest.fixture
def reader(dpone, databases, postgres_each):
    made = Reader(dpone, databases(postgres_each), databases(postgres_each))
    yield made
    made.src.run(f"drop owned by {made.name}; drop role {made.name}")


@pytest.mark.parametrize("relation", ["table", "condition", "query"])
def test_a_grant_on_columns_is_refused_with_the_statement_that_cures_it(reader, relation):
    options = {
        "table": {"columns": ["id", "note"]},
        "condition": {"columns": ["id", "note"], "where": SUBQUERY},
        "query": {"query": "select id, note from public.orders"},
    }
    manifest = reader.manifest(**options[relation])
    reader.grant("select on public.orders" if relation == "condition" else "select (id, note) on public.orders")
    if relation == "condition":
        reader.grant("select (id) on public.wanted")
    cure = reader.refused(manifest, "may not lock")
    assert cure.startswith("GRANT SELECT ON ")
    reader.src.run(cure)
    reader.runs(manifest)


@pytest.mark.parametrize("options", [{"where": SUBQUERY}, {"query": f"select id from public.orders where {SUBQUERY}"}])
def test_a_relation_without_any_right_is_refused(reader, options):
    reader.grant("select on public.orders")
    manifest = reader.manifest(**options)
    reader.refused(manifest, "wanted", "source.options." + next(iter(options)))
    reader.grant("select on public.wanted")
    reader.runs(manifest)


def test_a_view_needs_its_owners_rights_and_not_the_readers(reader):
    owner = f"owner_{reader.src.name}"
    reader.src.run(f"create role {owner}; create view public.seen as select id, note from public.orders")
    try:
        reader.src.run(f"grant usage on schema public to {owner}; alter view public.seen owner to {owner}")
        reader.grant("select on public.seen")
        manifests = [reader.manifest("public.seen"), reader.manifest(query="select * from public.seen")]
        for manifest in manifests:
            reader.refused(manifest, "orders")
        reader.src.run(f"grant select on public.orders to {owner}")
        for manifest in manifests:
            reader.runs(manifest)
    finally:
        reader.src.run(f"drop owned by {owner}; drop role {owner}")


@pytest.mark.parametrize("query", [True, False], ids=["query", "table"])
def test_plan_and_run_agree_on_a_parent_whose_partitions_are_not_granted(reader, query):
    reader.src.run(
        "create table public.parts (id int) partition by list (id);"
        "create table public.part_1 partition of public.parts for values in (1); insert into public.parts values (1)"
    )
    reader.grant("select on public.parts")
    manifest = reader.manifest(query="select * from public.parts") if query else reader.manifest("public.parts")
    plan, run = (reader.dpone(command, manifest).code for command in ("plan", "run"))
    assert plan == run
    if reader.src.server.major > 12:
        assert run == 0
