"""replace: the rows inside a scope are replaced by the source's, the others stay."""

import pytest

from strategies.conftest import INTO_POSTGRES


@pytest.fixture
def days(load):
    """Orders of two days at both ends; a run replaces those of the second."""
    load = load
    load.src.run("alter table orders drop constraint orders_pkey, add day date; update orders set day = case when id <= 5 then date '2026-11-29' else '2026-11-30' end")
    load.strategy, load.source = {"mode": "full_refresh"}, {}
    load.run()
    load.strategy = {"mode": "replace", "scope": {"day": "2026-11-30"}}
    load.source = {"where": "day = '2026-11-30'"}
    return load


def test_rows_inside_the_scope_are_replaced_and_the_others_stay(days):
    days.dst.run("update orders set state = 'kept' where id = 1; update orders set state = 'lost' where id = 6")
    days.src.run("delete from orders where id = 7; update orders set state = 'new' where id = 8; insert into orders values (20, 'added', 1, '2026-11-30')")
    run = days.run().json
    assert (run["method"], run["result"]["deleted_rows"], run["result"]["inserted_rows"]) == ("replace", 5, 5)
    assert {gate["name"]: gate["verdict"] for gate in run["result"]["quality_gates"]}["scope"] == "pass"
    assert days.rows("id, state") == [
        (1, "kept"), (2, "old"), (3, "old"), (4, "old"), (5, "old"), (6, "old"), (8, "new"), (9, "old"), (10, "old"), (20, "added"),
    ]  # fmt: skip
    assert days.receipts()[-1] == ("orders", 2, 1, "replace", 5), "the epoch stays: other rows are where they were"


def test_a_run_again_changes_nothing(days):
    days.run()
    before = days.rows()
    days.run()
    assert days.rows() == before


def test_a_row_for_which_the_scope_is_null_stays(days):
    days.dst.run("update orders set day = null where id in (2, 6)")
    days.run()
    assert days.rows("id, day is null")[:2] == [(1, False), (2, True)]
    assert days.dst.value("select count(*) from orders where id = 6") == 2, "one of no day, one of the day that was loaded"


def test_a_row_outside_the_scope_ends_the_run_before_anything_is_published(days):
    days.source = {"where": "day = '2026-11-30' or id = 1"}
    before, receipts = days.rows(), days.receipts()
    run = days.run(code=1)
    assert "gate.scope" in run.err and "1 row" in run.err and "day = 2026-11-30" in run.err and "where" in run.err
    assert (days.rows(), days.receipts()) == (before, receipts)
    days.source = {"where": "day = '2026-11-30'"}
    days.src.run("alter table orders add more int; insert into orders values (21, 'no day', 1, null, 1)")
    days.source = {"where": "day = '2026-11-30' or day is null", "exclude": ["more"]}
    assert "gate.scope" in days.run(code=1).err, "what is NULL is not inside"


def test_a_missing_target_is_created_and_proved(load):
    load = load
    load.strategy, load.source = {"mode": "replace", "scope": {"id": "> 5"}}, {}
    assert "gate.scope" in load.run(code=1).err
    assert load.rows() is None
    load.source = {"where": "id > 5"}
    run = load.run().json
    assert (run["method"], run["result"]["final_rows"]) == ("create", 5)
    assert load.run().json["method"] == "replace"
    assert load.rows("id") == [(6,), (7,), (8,), (9,), (10,)]


def test_an_empty_source_empties_the_scope_only_when_it_may(days):
    days.src.run("delete from orders where id > 5")
    before = days.rows()
    assert "guard.empty_source" in days.run(code=3).err
    assert days.rows() == before
    run = days.run("--allow-empty-source").json
    assert run["is_published"] and run["result"]["deleted_rows"] == 5
    assert days.rows("id") == [(1,), (2,), (3,), (4,), (5,)]


@pytest.mark.parametrize("scope, inside", [
    ({"id": ">= 3 and < 5"}, {3, 4}), ({"id": "between 3 and 5"}, {3, 4, 5}), ({"id": "in (1, 9)"}, {1, 9}),
    ({"state": "it's, (odd)"}, {2}), ({"state": "in ('it''s, (odd)', nothing)", "id": "< 5"}, {2}), ({"day": "> 2026-11-29", "id": "<= 7"}, {6, 7}),
])  # fmt: skip
def test_every_kind_of_condition(days, scope, inside):
    for end in days.src, days.dst:
        end.run("update orders set state = 'it''s, (odd)' where id = 2")
    days.strategy = {"mode": "replace", "scope": scope}
    days.source = {"where": f"id in ({', '.join(map(str, inside))})"}
    days.dst.run("update orders set changed = -1")
    run = days.run().json
    assert run["result"]["deleted_rows"] == len(inside)
    assert {id for id, changed in days.rows("id, changed") if changed > 0} == inside


def test_a_predicate_in_sql_is_the_scope(days):
    days.strategy = {"mode": "replace", "custom_predicate": "id > 8 or (id = 2) -- and no more"}
    days.source = {"where": "id > 8 or id = 2"}
    days.dst.run("update orders set changed = -1")
    assert days.run().json["result"]["deleted_rows"] == 3
    assert [id for id, changed in days.rows("id, changed") if changed > 0] == [2, 9, 10]


@pytest.mark.parametrize("predicate", ["nosuch = 1", "id >", "true); drop table orders; --", '"nosuch" = 1'])
def test_a_predicate_that_means_nothing_is_found_by_the_plan(days, predicate):
    days.strategy = {"mode": "replace", "custom_predicate": predicate}
    assert "sink.strategy.custom_predicate" in days.refused("", code=1).err


def test_a_column_that_the_target_lacks_is_found_by_the_plan(days):
    days.strategy = {"mode": "replace", "scope": {"night": "1"}}
    assert "night" in days.refused("", code=1).err


@pytest.mark.parametrize("scope, value", [({"id": "ten"}, "ten"), ({"day": "2026-11-29", "id": "in (1, x)"}, "x"), ({"day": ">= 31.11.2026"}, "31.11.2026")])
def test_a_value_that_is_not_of_the_columns_type_is_found_by_the_plan(days, scope, value):
    days.strategy = {"mode": "replace", "scope": scope}
    run = days.refused("strategy.scope_value", code=1)
    column = "day" if value[0] == "3" else "id"
    assert f"'{value}'" in run.err and f'column "{column}"' in run.err and "sink.strategy.scope" in run.err
    assert "datestyle" not in run.err


@pytest.mark.parametrize("text, operator", [
    ("<> 2026-11-05", "<>"), ("!= 2026-11-05", "!="), ("not in (2026-11-05)", "not"), ("like 2026%", "like"), ("is null", "is"), ("2026-11-05 and 2026-11-06", "and"),
])  # fmt: skip
def test_an_operator_that_a_scope_does_not_have_is_refused(days, text, operator):
    days.strategy = {"mode": "replace", "scope": {"day": text}}
    run = days.refused("manifest.", code=2)
    assert f"`{operator}` is not a condition of a scope" in run.err and "custom_predicate" in run.err


def test_an_empty_range_is_refused(days):
    days.strategy = {"mode": "replace", "scope": {"day": "between 2026-11-30 and 2026-10-01"}}
    days.refused("strategy.scope_empty", code=1)


def test_numbers_and_booleans_are_conditions(days):
    days.strategy = {"mode": "replace", "scope": {"id": 7, "changed": 7}}
    days.source = {"where": "id = 7"}
    assert days.run().json["result"]["deleted_rows"] == 1
    days.strategy = {"mode": "replace", "scope": {"id": [5, 6]}}
    assert "write id: in (5, 6)" in days.refused("manifest.wrong_type", code=2).err


def test_sqlite_does_not_compare_texts_of_numbers(load):
    load.source = {}
    load.src.run("alter table orders add amount numeric(12, 2); update orders set amount = id")
    load.run()
    load.strategy, load.source = {"mode": "replace", "scope": {"amount": ">= 5"}}, {"where": "amount >= 5"}
    if load.is_sqlite:
        load.refused("strategy.scope_order", code=1)
    else:
        assert load.run().json["result"]["deleted_rows"] == 6
    load.strategy, load.source = {"mode": "replace", "scope": {"amount": "in (5, 6.0)"}}, {"where": "amount in (5, 6)"}
    assert load.run().json["result"]["deleted_rows"] == 2


@pytest.mark.parametrize("action", ["cascade", "set null"])
def test_a_key_that_would_change_rows_outside_is_refused(days, action):
    days.dst.run(f"create table lines (order_id int references orders(id) on delete {action})" if days.is_sqlite else
                 f"alter table orders add primary key (id); create table lines (order_id int references orders on delete {action})")  # fmt: skip
    days.refused("publish.no_method")


def test_a_key_that_refers_to_a_removed_row_ends_the_run(days):
    if not days.is_sqlite:
        days.dst.run("create unique index on orders (id); create table lines (order_id int references orders(id))")
    else:
        days.dst.run("create unique index one on orders (id); create table lines (order_id int references orders(id))")
    days.dst.run("insert into lines values (7)")
    days.src.run("delete from orders where id = 7")
    before = days.rows()
    run = days.run(code=3)
    assert "publish.referenced" in run.err and "lines" in run.err
    assert days.rows() == before


def test_a_trigger_that_keeps_rows_ends_the_run(days):
    if days.is_sqlite:
        days.dst.run("create trigger keep before delete on orders when old.id = 6 begin select raise(ignore); end")
    else:
        days.dst.run("create function keep() returns trigger language plpgsql as 'begin if old.id = 6 then return null; end if; return old; end';"
                     "create trigger keep before delete on orders for each row execute function keep()")  # fmt: skip
    before = days.rows()
    assert "gate.row_count" in days.run(code=1).err
    assert days.rows() == before


def test_copy_takes_the_scope_as_a_flag(days):
    days.dst.run("update orders set changed = -1")
    source = ["--from", "src", "--table", "public.orders", "--where", "id in (3, 4)", "--to", "dst", "--to-table", "orders" if days.is_sqlite else "public.orders"]
    days.dpone("copy", *source, "--mode", "replace", "--scope", "id=in (3, 4),day=2026-11-29", "--adopt").expect(0)
    assert [id for id, changed in days.rows("id, changed") if changed > 0] == [3, 4]
    error = days.dpone("copy", *source, "--mode", "replace").expect(2).err
    assert "--scope is missing (or --custom-predicate)" in error
