"""What an exchange carries: whole catalog rows of the target, before and after."""

import pytest

from harness.catalog_rows import catalog_rows, differences

FEED = """
create table feed.t (id int, serial int, name text, price numeric(12,2), span int4range, ref int, ref2 int, wide text);
insert into feed.t select g, g, 'name ' || g, g, int4range(g, g + 1), 1, 1, repeat('x', 100)
  from generate_series(1, 50) g;
"""

EVERYTHING = """
create table public.ref (id int primary key);
insert into public.ref values (1), (2);
create table public.t (
  id int generated always as identity (start 100 increment 5 minvalue 10 maxvalue 100000 cache 3 cycle),
  serial serial,
  name text collate "C" not null default 'a''b\\c',
  price numeric(12,2) default 1.5,
  double_price numeric generated always as (price * 2) stored,
  span int4range,
  ref int,
  ref2 int,
  wide text,
  constraint "t pk" primary key (id),
  constraint t_serial_key unique (serial) deferrable initially deferred,
  constraint t_check check (price >= 0),
  constraint t_check_stay check (name <> '') no inherit,
  constraint t_exclude exclude using gist (span with &&) with (fillfactor = 80) where (price > 0),
  constraint t_ref foreign key (ref) references public.ref (id) on delete cascade deferrable
) with (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_vacuum_scale_factor = 0.3);
alter table public.t add constraint t_check_later check (price < 1000000) not valid;
alter table public.t add constraint t_ref2 foreign key (ref2) references public.ref (id) not valid;
create index t_partial on public.t (price desc nulls last) where price > 10;
create index t_expression on public.t (lower(name), (price + 1)) with (fillfactor = 60);
alter index public.t_expression alter column 2 set statistics 77;
create unique index t_include on public.t (serial, id) include (name);
create index t_clustered on public.t (name);
alter table public.t cluster on t_clustered;
alter table public.t alter column wide set storage external, alter column name set statistics 333,
  alter column price set statistics 0, alter column price set (n_distinct = 5, n_distinct_inherited = -0.5);
create statistics public.t_stats (ndistinct, dependencies) on name, price from public.t;
comment on table public.t is 'it''s \\a table';
comment on column public.t.name is 'a column';
comment on constraint t_check on public.t is 'a check';
comment on constraint "t pk" on public.t is 'a key';
comment on constraint t_ref on public.t is 'a reference';
comment on constraint t_exclude on public.t is 'an exclusion';
comment on index public.t_partial is 'an index';
comment on index public."t pk" is 'the index of the key';
comment on statistics public.t_stats is 'statistics';
comment on sequence public.t_serial_seq is 'a serial sequence';
comment on sequence public.t_id_seq is 'an identity sequence';
alter table public.t replica identity using index "t pk";
insert into public.t (name, price, span, ref, ref2) values ('old', 1, '[1,2)', 1, 1), ('older', 2, '[3,4)', 1, 1);
"""
SINCE_13 = "alter statistics public.t_stats set statistics 55;"
SINCE_14 = "alter table public.t alter column wide set compression pglz;"
SINCE_15 = "create unique index t_nulls on public.t (wide, serial) nulls not distinct;"


def everything(route, roles):
    """The table with everything set, owned by another role than the one that loads it."""
    db = route.db
    owner, reader, other, loader = (roles.create(db, kind) for kind in ("owner", "reader", "other", "loader"))
    db.run(FEED + EVERYTHING)
    for since, sql in ((13, SINCE_13), (14, SINCE_14), (15, SINCE_15)):
        if db.server.major >= since:
            db.run(sql)
    db.run(f"""
      grant "{owner}", "{reader}" to "{loader}";
      grant create, usage on schema public to "{owner}", "{loader}";
      grant usage on schema feed to "{loader}";
      grant select on feed.t to "{loader}";
      alter table public.t owner to "{owner}";
      alter table public.ref owner to "{owner}";
      alter statistics public.t_stats owner to "{owner}";
      grant usage on schema public to "{reader}", "{other}";
      set role "{owner}";
      grant select, insert on public.t to "{reader}" with grant option;
      grant select (name), update (price) on public.t to "{other}" with grant option;
      revoke delete on public.t from "{owner}";
      grant trigger on public.t to public;
      grant usage on sequence public.t_id_seq to "{reader}" with grant option;
      grant select on sequence public.t_serial_seq to "{other}";
      set role "{reader}";
      grant select on public.t to "{other}";
      grant select (wide) on public.t to "{other}";
      reset role;
    """)
    route.dpone.connect("src", roles.url(db, loader))
    route.dpone.connect("dst", roles.url(db, loader))
    return loader


def exchanged(route, **keys):
    """Loads by exchange only; gives the differences in the catalogs."""
    before = catalog_rows(route.db, "public.t")
    oid = route.db.value("select 'public.t'::regclass::oid")
    route.adopt(options={"overwrite_type": "exchange"}, **keys).expect(0)
    assert route.db.value("select 'public.t'::regclass::oid") != oid
    return differences(before, catalog_rows(route.db, "public.t"))


def test_exchange_carries_a_table_with_everything_set(route_each, roles):
    everything(route_each, roles)
    assert exchanged(route_each) == []
    db = route_each.db
    assert db.fingerprint("public.t", columns=["id", "name", "price"]) == db.fingerprint(
        "feed.t", columns=["id", "name", "price"]
    )
    assert db.value("select count(*) from public.t where double_price = price * 2") == 50
    assert db.rows("select relname from pg_class where relname like '\\_\\_dpone\\_%' and relname !~ 'loads'") == []


def test_exchange_carries_everything_twice(route, roles):
    everything(route, roles)
    assert exchanged(route) == []
    assert exchanged(route) == []


def test_the_comparison_sees_a_table_that_lost_something(route, roles):
    everything(route, roles)
    before = catalog_rows(route.db, "public.t")
    route.db.run("alter table public.t alter column name set statistics 5; comment on index public.t_partial is null;"
                 "select setval('public.t_id_seq', 500); alter table public.t reset (toast.autovacuum_vacuum_scale_factor)")  # fmt: skip
    assert len(differences(before, catalog_rows(route.db, "public.t"))) == 4


def small(route, sql="", columns="id int primary key, v text"):
    route.db.run("create table feed.t (id int, v text); insert into feed.t select g, g from generate_series(1, 9) g;")
    route.db.run(f"create table public.t ({columns}); insert into public.t values (1, 'old'); {sql}")


def test_exchange_goes_on_with_the_positions_of_sequences(route):
    small(route, columns="id int primary key, v text, s serial, i int generated by default as identity")
    route.db.run("insert into public.t values (2, 'two'), (3, 'three')")
    exchanged(route)
    route.db.run("insert into public.t (id, v) values (77, 'new')")
    # 3 of the old rows, 9 defaults of the loaded ones.
    assert route.db.rows("select s, i from public.t where id = 77") == [(13, 13)] or (
        route.db.value("select s from public.t where id = 77") == 13
        and route.db.value("select i from public.t where id = 77") > 3
    )


@pytest.mark.parametrize(
    ("name", "sql"),
    {
        "unlogged": "alter table public.t set unlogged",
        "replica_identity_full": "alter table public.t replica identity full",
        "replica_identity_nothing": "alter table public.t replica identity nothing",
        "no_rights_for_anyone": "revoke all on public.t from current_user",
        "parallel_workers": "alter table public.t set (parallel_workers = 3)",
        "foreign_key_to_a_partitioned_table": """
            create table public.ref (id int primary key) partition by range (id);
            create table public.ref_1 partition of public.ref for values from (0) to (5);
            create table public.ref_2 partition of public.ref for values from (5) to (50);
            insert into public.ref select g from generate_series(0, 20) g;
            alter table public.t add constraint t_ref foreign key (id) references public.ref (id)""",
        "expression_statistics_across_schemas": """
            create schema elsewhere; create statistics elsewhere.s (mcv) on id, v from public.t""",
        "hash_index": "create index t_hash on public.t using hash (v) with (fillfactor = 33)",
        "brin_index": "create index t_brin on public.t using brin (id int4_minmax_ops) with (pages_per_range = 7)",
        "collated_index": 'create index t_coll on public.t (v collate "C" text_pattern_ops desc)',
        "unique_index_as_replica_identity": """
            create unique index t_u on public.t (id); alter table public.t replica identity using index t_u""",
    }.items(),
)
def test_exchange_carries_one_thing(route, name, sql):
    small(route, sql)
    assert exchanged(route) == []


@pytest.mark.parametrize(
    ("name", "columns", "sql"),
    [
        ("not_null_name", "id int constraint its_there not null, v text", "comment on constraint its_there on public.t is 'c'"),
        ("not_null_no_inherit", "id int, v text, constraint nn not null id no inherit", ""),
        ("not_null_not_valid", "id int, v text", "alter table public.t add constraint nn not null v not valid"),
        ("check_not_enforced", "id int, v text, constraint c check (id < 0) not enforced", ""),
        ("virtual_column", "id int, v text, w int generated always as (id * 2) virtual", ""),
        ("primary_key_without_overlaps", "id int, v text, a int4range default '[1,2)', b int4range,"
         " constraint k primary key (a, b without overlaps)", ""),
    ],
)  # fmt: skip
def test_exchange_carries_what_18_brought(make_route, servers, name, columns, sql):
    route = make_route(servers[18])
    if name.startswith("primary"):
        route.db.run("create table feed.t (id int, v text, b int4range); insert into feed.t select g, g, int4range(g, g+1)"
                     f" from generate_series(1, 9) g; create table public.t ({columns})")  # fmt: skip
    else:
        small(route, sql, columns)
    assert exchanged(route) == []


def test_exchange_carries_an_expression_statistics_object(route):
    small(route, "create statistics public.s on (id % 10), (lower(v)), id from public.t")
    assert exchanged(route) == []


def test_exchange_after_a_dropped_column_keeps_every_column(route):
    small(route, "alter table public.t add gone int, add late text default 'x'; alter table public.t drop gone")
    exchanged(route)
    assert route.db.rows("select attname from pg_attribute where attrelid = 'public.t'::regclass and attnum > 0"
                         " order by attnum") == [("id",), ("v",), ("late",)]  # fmt: skip
    assert route.db.value("select count(*) from public.t where late = 'x'") == 9


def test_exchange_ignores_default_privileges(route, roles):
    stranger = roles.create(route.db, "stranger")
    small(route)
    route.db.run(f'alter default privileges grant select on tables to "{stranger}"')
    route.db.run(f'alter default privileges grant usage on sequences to "{stranger}"')
    route.db.run("alter table public.t add i int generated always as identity")
    route.db.run(f'revoke all on sequence public.t_i_seq from "{stranger}"')
    assert exchanged(route) == []
    route.db.run(f'drop owned by "{stranger}"')


def test_exchange_carries_tablespaces(route, roles):
    """Of the table and of an index. Tablespaces are the server's: this one is dropped when nothing is in it."""
    db = route.db
    space = f"space_{db.name}"
    db.run("set allow_in_place_tablespaces = on")
    db.run(f"create tablespace {space} location ''")
    try:
        small(route, f"alter table public.t set tablespace {space}; create index i on public.t (v) tablespace {space}")
        assert exchanged(route) == []
        assert db.rows("select relname from pg_class where reltablespace <> 0 and relkind in ('r', 'i') and relnamespace ="
                       " 'public'::regnamespace order by 1") == [("i",), ("t",)]  # fmt: skip
    finally:
        db.run("drop table public.t")
        db.run(f"drop tablespace {space}")


def test_exchange_ignores_default_privileges_of_the_schema(route, roles):
    stranger = roles.create(route.db, "stranger")
    small(route)
    route.db.run(f'alter default privileges in schema public grant all on tables to "{stranger}" with grant option')
    route.db.run("alter default privileges grant select on tables to public")
    assert exchanged(route) == []
    route.db.run(f'drop owned by "{stranger}"; alter default privileges revoke select on tables from public')


def test_exchange_carries_the_owner_of_its_sequences(route, roles):
    owner = roles.create(route.db, "owner")
    small(route, columns="id int primary key, v text, s serial, i int generated always as identity")
    route.db.run(f'grant create on schema public to "{owner}"; alter table public.t owner to "{owner}"')
    # The loaded rows draw from the serial sequence; nothing else differs.
    assert [line for line in exchanged(route) if not line.startswith("position t_s_seq")] == []
    assert set(route.db.rows("select pg_get_userbyid(relowner) from pg_class where relkind = 'S' and relnamespace ="
                             " 'public'::regnamespace")) == {(owner,)}  # fmt: skip
    route.db.run(f'drop table public.t; drop owned by "{owner}"')


def test_exchange_leaves_foreign_keys_in_force(route):
    small(route, "create table public.ref (id int primary key); insert into public.ref select generate_series(1, 5);"
                 "alter table public.t add foreign key (id) references public.ref")  # fmt: skip
    run = route.adopt(options={"overwrite_type": "exchange"})
    said = route.refused(run, 1, "postgres.foreign_key")
    assert 'target: "public"."t"' in said and "the target is unchanged" in said
    assert route.db.rows("select * from public.t") == [(1, "old")]
    assert route.db.rows("select relname from pg_class where relname ~ '^__dpone_[0-9a-f]'") == []
