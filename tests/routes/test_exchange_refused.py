"""What rules an exchange out: the plan says why, and the load goes another way or is refused."""

import pytest

FEED = "create table feed.t (id int, v text); insert into feed.t select g, 'new' from generate_series(1, 9) g;"
TARGET = "create table public.t (id int primary key, v text); insert into public.t values (1, 'old'), (2, 'old');"

# name: (what is done to the target, words of the reason, oldest server)
OTHER_METHOD = {
    "view": ("create view public.w as select id from public.t", "view public.w depends on it", 12),
    "materialised_view": ("create materialized view public.w as select id from public.t", "view public.w", 12),
    "function_with_a_row_argument": (
        "create function public.f(public.t) returns int language sql as 'select 1'", "function public.f", 12),
    "function_with_a_row_array": (
        "create function public.f() returns public.t[] language sql as 'select null::public.t[]'", "function public.f", 12),
    "atomic_function": (
        "create function public.f() returns bigint language sql begin atomic select count(*) from public.t; end",
        "function public.f()", 14),
    "column_of_its_row_type": ("create table public.w (r public.t)", "column r of table public.w", 12),
    "domain_over_its_row_type": ("create domain public.d as public.t check (value is not null)", "type public.d", 12),
    "trigger": (
        "create function public.f() returns trigger language plpgsql as 'begin return new; end';"
        "create trigger tr before insert on public.t for each row execute function public.f()", "it has triggers: tr", 12),
    "row_security": ("alter table public.t enable row level security", "row-level security", 12),
    "policy": ("create policy p on public.t using (true)", "row-level security", 12),
    "publication": ("create publication p for table public.t", "it is published by p", 12),
    "child_table": ("create table public.w () inherits (public.t)", "other tables inherit from it", 12),
    "parent_table": ("create table public.w (id int); alter table public.t inherit public.w", "the table inherits", 12),
    "partition": (
        "create table public.w (id int not null, v text) partition by range (id);"
        "alter table public.w attach partition public.t for values from (0) to (100)", "the table is a partition", 12),
    "typed_table": ("create type public.ty as (id int, v text); alter table public.t of public.ty", "composite type", 12),
    "extension_membership": ("create extension hstore; alter extension hstore add table public.t", "extension hstore", 12),
    # No label provider is at hand; the catalog row is what a provider leaves.
    "security_label": (
        "insert into pg_seclabel values ('public.t'::regclass, 'pg_class'::regclass, 0, 'tests', 'secret')",
        "it has security labels", 12),
    "security_label_of_a_column": (
        "insert into pg_seclabel values ('public.t'::regclass, 'pg_class'::regclass, 2, 'tests', 'secret')",
        "it has security labels", 12),
    "invalid_index": (
        "create index bad on public.t (v);"
        "update pg_index set indisvalid = false where indexrelid = 'public.bad'::regclass", "index bad is invalid", 12),
    "index_of_an_extension": (
        "create extension hstore; create index ix on public.t (v); alter index public.ix depends on extension hstore",
        "index ix depends on extension hstore", 12),
    "own_foreign_key": (
        "alter table public.t add parent int references public.t (id); update public.t set parent = 1",
        "its key t_parent_fkey refers to the table itself", 12),
    "whole_row_constraint": ("alter table public.t add constraint wr check (t is not null)", "wr uses the whole row", 12),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_METHOD)
def test_loads_by_truncate_insert_because_of(route, name):
    sql, reason, _ = OTHER_METHOD[name]
    route.db.run(FEED + TARGET)
    route.db.run(sql)
    oid = route.db.value("select 'public.t'::regclass::oid")
    plan = route.plan().expect(0).json
    assert plan["method"] == "truncate_insert"
    assert any("not exchange: " in line and reason in line for line in plan["method_reasons"]), plan["method_reasons"]
    refused = route.adopt(options={"overwrite_type": "exchange"})
    assert reason in route.refused(refused, 3, "publish.no_method")
    assert route.db.value("select count(*) from public.t where v = 'old'") == 2
    route.adopt().expect(0)
    assert route.method() == "truncate_insert"
    assert route.db.value("select 'public.t'::regclass::oid") == oid
    assert route.db.rows("select id, v from only public.t order by id") == [(i, "new") for i in range(1, 10)]


def test_a_publication_of_all_tables_would_publish_the_control_table(route):
    route.db.run(FEED + TARGET + "create schema control")
    route.db.run("create publication p for all tables")
    for run in (route.plan(), route.plan(options={"control_schema": "control"}), route.adopt()):
        route.refused(run, 3, "control.published")
    assert route.db.value("select count(*) from public.t where v = 'old'") == 2


def test_a_publication_of_the_schema_rules_out_exchange_and_its_control_table(route):
    route.db.run(FEED + TARGET + "create schema control")
    route.db.run("create publication p for tables in schema public")
    for run in (route.plan(), route.adopt()):
        route.refused(run, 3, "control.published")
    assert route.db.value("select count(*) from public.t where v = 'old'") == 2
    plan = route.plan(options={"control_schema": "control"}).expect(0).json
    assert plan["method"] == "truncate_insert"
    assert any("published by p" in line for line in plan["method_reasons"])
    route.adopt(options={"control_schema": "control"}).expect(0)
    assert route.db.value("select count(*) from public.t where v = 'new'") == 9
    assert route.db.value("select count(*) from control.__dpone__loads") == 1


def test_a_subscription_that_writes_the_target_rules_out_exchange(route):
    route.db.run(FEED + TARGET)
    route.db.run("create subscription s connection 'dbname=nowhere' publication p with (connect = false, slot_name = none)")
    try:
        # What a subscription that connects would enter.
        route.db.run("insert into pg_subscription_rel select oid, 'public.t'::regclass, 'r', null from pg_subscription"
                     " where subname = 's'")  # fmt: skip
        plan = route.plan().expect(0).json
        assert plan["method"] == "truncate_insert"
        assert "not exchange: a subscription writes to it" in plan["method_reasons"]
        refused = route.adopt(options={"overwrite_type": "exchange"})
        assert "a subscription writes to it" in route.refused(refused, 3, "publish.no_method")
        route.adopt().expect(0)
        assert route.method() == "truncate_insert"
    finally:
        route.db.run("drop subscription s")


def test_grants_of_a_column_by_a_stranger_rule_out_exchange(route, roles):
    route.db.run(FEED + TARGET)
    loader = route.as_role(roles)
    middle, last = roles.create(route.db, "middle"), roles.create(route.db, "last")
    route.db.run(f'alter table public.t owner to "{loader}"; grant usage on schema public to "{middle}";'
                 f'set role "{loader}"; grant select (v) on public.t to "{middle}" with grant option;'
                 f'set role "{middle}"; grant select (v) on public.t to "{last}"; reset role')  # fmt: skip
    plan = route.plan().expect(0).json
    assert plan["method"] == "truncate_insert"
    assert any(f"granted by {middle}" in line for line in plan["method_reasons"])


def test_a_publication_of_the_schema_sees_no_stage_of_an_unlogged_target(route):
    route.db.run(FEED + TARGET + "alter table public.t set unlogged; create schema control")
    route.db.run("create publication p for tables in schema public")
    plan = route.plan(options={"control_schema": "control"}).expect(0).json
    assert plan["method"] == "truncate_insert"


# Neither exchange nor truncate_insert: refused, with every reason.
REFUSED = {
    "foreign_key_of_another_table": (
        "create table public.w (id int references public.t (id))", "w_id_fkey of public.w", "publish.referenced"),
    "rule": ("create rule r as on insert to public.t do instead nothing", "it has rules", "publish.no_method"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_because_of(route, name):
    sql, reason, slug = REFUSED[name]
    route.db.run(FEED + TARGET)
    route.db.run(sql)
    for run in (route.plan(), route.adopt()):
        said = route.refused(run, 3, slug)
        assert "exchange: " in said
        assert "truncate_insert: " in said
        assert said.count(reason) >= 2
    assert route.db.value("select count(*) from public.t where v = 'old'") == 2


@pytest.mark.parametrize("kind", ["view", "materialized view"])
def test_a_view_as_target_is_refused(route, kind):
    route.db.run(FEED + f"create {kind} public.t as select id, v from feed.t where id < 3")
    assert "the target is a view" in route.refused(route.adopt(), 3, "publish.no_method")


def test_a_partitioned_target_is_loaded_by_truncate_insert(route):
    route.db.run(FEED)
    route.db.run("create table public.t (id int, v text) partition by range (id);"
                 "create table public.t1 partition of public.t for values from (0) to (5);"
                 "create table public.t2 partition of public.t default; insert into public.t values (1, 'old')")  # fmt: skip
    plan = route.plan().expect(0).json
    assert plan["method"] == "truncate_insert"
    assert "not exchange: the table is partitioned" in plan["method_reasons"]
    route.adopt().expect(0)
    assert route.db.value("select count(*) from public.t1") == 4
    assert route.db.value("select count(*) from public.t") == 9


def test_who_does_not_own_the_target_loads_by_truncate_insert(route, roles):
    route.db.run(FEED + TARGET)
    loader = route.as_role(roles, "grant select, insert, truncate on public.t")
    plan = route.plan().expect(0).json
    assert plan["method"] == "truncate_insert"
    assert any(f"role {loader} is not a member of its owner" in line for line in plan["method_reasons"])
    route.adopt().expect(0)
    assert route.db.value("select count(*) from public.t where v = 'new'") == 9


# Without SELECT dpone cannot describe the target.
RIGHTS = [("select", 1, "postgres.permission"), ("insert", 3, "publish.no_method"), ("truncate", 3, "publish.no_method")]


@pytest.mark.parametrize("right, code, slug", RIGHTS)
def test_each_missing_right_is_named(route, roles, right, code, slug):
    route.db.run(FEED + TARGET)
    granted = ", ".join({"select", "insert", "truncate"} - {right})
    loader = route.as_role(roles, f"grant {granted} on public.t")
    said = route.refused(route.adopt(), code, slug)
    assert f"role {loader} lacks {right.upper()} on " in said
    assert route.db.value("select count(*) from public.t where v = 'old'") == 2


def test_grants_by_a_stranger_rule_out_exchange(route, roles):
    route.db.run(FEED + TARGET)
    loader = route.as_role(roles)
    middle, last = roles.create(route.db, "middle"), roles.create(route.db, "last")
    route.db.run(f'alter table public.t owner to "{loader}"; grant usage on schema public to "{middle}";'
                 f'set role "{loader}"; grant select on public.t to "{middle}" with grant option;'
                 f'set role "{middle}"; grant select on public.t to "{last}"; reset role')  # fmt: skip
    plan = route.plan().expect(0).json
    assert plan["method"] == "truncate_insert"
    assert any(f"granted by {middle}" in line for line in plan["method_reasons"])
    route.adopt().expect(0)
    assert route.db.value("select count(*) from public.t where v = 'new'") == 9


def test_a_key_to_a_table_that_we_may_not_lock_rules_out_exchange(route, roles):
    route.db.run(FEED + TARGET + "create table public.ref (id int primary key);"
                 "insert into public.ref select generate_series(1, 9);"
                 "alter table public.t add constraint t_ref foreign key (id) references public.ref")  # fmt: skip
    loader = route.as_role(roles, "grant references, select on public.ref")
    route.db.run(f'alter table public.t owner to "{loader}"')
    plan = route.plan().expect(0).json
    assert plan["method"] == "truncate_insert"
    assert any("its key t_ref refers to public.ref" in line for line in plan["method_reasons"])
    route.adopt().expect(0)
    route.db.run(f'grant update on public.ref to "{loader}"')
    assert route.plan().expect(0).json["method"] == "exchange"
    route.run().expect(0)
    assert route.method() == "exchange"


def test_an_owner_that_may_not_create_rules_out_exchange(route, roles):
    route.db.run(FEED + TARGET)
    loader, owner = route.as_role(roles), roles.create(route.db, "owner")
    route.db.run(f'grant "{owner}" to "{loader}"; alter table public.t owner to "{owner}"')
    plan = route.plan().expect(0).json
    assert plan["method"] == "truncate_insert"
    assert any(f"its owner {owner} may not CREATE" in line for line in plan["method_reasons"])


def test_membership_without_set_rules_out_exchange(route, roles):
    route.db.run(FEED + TARGET)
    loader, owner = route.as_role(roles), roles.create(route.db, "owner")
    route.db.run(f'grant create, usage on schema public to "{owner}"; grant "{owner}" to "{loader}" with set false;'
                 f'alter table public.t owner to "{owner}"')  # fmt: skip
    assert route.plan().expect(0).json["method"] == "truncate_insert"
    route.adopt().expect(0)
    assert route.db.value("select count(*) from public.t where v = 'new'") == 9
