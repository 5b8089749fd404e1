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
        assert "next: " in plan
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


# What a role lacks of a relation of its own schema: (how it is made, the right, what a refusal says).
OTHER = "create schema other; create table other.rows (id int primary key); insert into other.rows values (1);"
FUNCTION = "create function other.f(int) returns int language plpgsql as 'begin return $1; end'; revoke execute on function other.f from public;"
LACKS = {
    "schema of a table": (OTHER, "select on other.rows", 'lacks USAGE on schema "other"'),
    "schema of a materialized view": (OTHER + "alter table other.rows rename to r; create materialized view other.rows as select * from other.r",
                                      "select on other.rows", 'lacks USAGE on schema "other"'),
    "columns of a materialized view": (OTHER + "alter table other.rows rename to r; create materialized view other.rows as select id, 2 as x from other.r",
                                       "usage on schema other to {role}; grant select (id) on other.rows", "SELECT"),
    "row-level security": (OTHER + "alter table other.rows enable row level security; create policy p on other.rows using (id > 5)",
                           "usage on schema other to {role}; grant select on other.rows", 'read all rows of "other"."rows": row-level security'),
    "row-level security below a view": (OTHER + "alter table other.rows rename to r; create view other.rows as select * from other.r;"
                                        "alter table other.r enable row level security; alter table other.r force row level security;"
                                        "create role o_{role}; grant usage on schema other to o_{role}; grant select on other.r to o_{role};"
                                        "alter view other.rows owner to o_{role}",
                                        "usage on schema other to {role}; grant select on other.rows", "row-level security policy for table"),
    "function of a view": (OTHER + FUNCTION + "alter table other.rows rename to r; create view other.rows as select other.f(id) as id from other.r",
                           "usage on schema other to {role}; grant select on other.rows", "permission denied for function f"),
    "materialized view below a view": (OTHER + "alter table other.rows rename to r; create materialized view other.m as select * from other.r;"
                                       "create view other.rows as select * from other.m; create role o_{role}; grant usage on schema other to o_{role};"
                                       "alter view other.rows owner to o_{role}",
                                       "usage on schema other to {role}; grant select on other.rows", "permission denied for materialized view m"),
}  # fmt: skip


@pytest.mark.parametrize("lack", LACKS)
def test_a_plan_refuses_a_relation_that_its_run_could_not_read(reader, lack):
    made, granted, words = LACKS[lack]
    try:
        reader.src.run(made.format(role=reader.name))
        reader.grant(granted.format(role=reader.name))
        reader.dst.run("create schema other")
        manifest = reader.manifest("other.rows")
        check = reader.dpone("check", "--live", manifest).expect(1).err
        assert words in check
        reader.refused(manifest, words)
        assert check == reader.dpone("plan", manifest).err
    finally:
        reader.src.run(f"drop schema other cascade; drop role if exists o_{reader.name}")


@pytest.mark.parametrize("options", [{"query": "select other.f(id) as id from public.orders"}, {"where": "other.f(id) > 0"}])
@pytest.mark.parametrize("lack", ["function", "schema", "row-level security"])
def test_a_plan_refuses_what_a_query_or_condition_may_not_use(reader, options, lack):
    reader.src.run("create schema other;" + FUNCTION)
    reader.grant("select on public.orders")
    if lack != "schema":
        reader.grant("usage on schema other")
    if lack == "row-level security":
        reader.src.run("alter table public.orders enable row level security; create policy p on public.orders using (true)")
        reader.src.run("grant execute on function other.f to public")
    reader.refused(reader.manifest(**options), {"function": "function f", "schema": "schema other"}.get(lack, "row-level security"))
