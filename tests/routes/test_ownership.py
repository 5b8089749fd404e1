"""Whose table it is, and what the receipts say: ownership, run ids, control tables, versions and epochs."""

import re

import pytest

FEED = "create table feed.t (id int, v text); insert into feed.t select g, 'new' from generate_series(1, 9) g;"
TARGET = "create table public.t (id int primary key, v text); insert into public.t values (1, 'old'), (2, 'old');"
RECEIPTS = "select process, version, target_epoch, run_id, (receipt->>'rows_loaded')::int from public.__dpone__loads order by target_epoch"


def old_rows(db):
    return db.value("select count(*) from public.t where v = 'old'")


def test_a_filled_table_without_a_receipt_is_not_ours(route):
    route.db.run(FEED + TARGET)
    said = route.refused(route.run(), 3, "target.not_ours")
    assert "--adopt" in said
    assert old_rows(route.db) == 2
    assert route.db.value("select to_regclass('public.__dpone__loads')") is None


def test_an_empty_table_without_a_receipt_is_loaded(route):
    route.db.run(FEED + "create table public.t (id int, v text)")
    route.run().expect(0)
    assert route.db.fingerprint("public.t") == route.db.fingerprint("feed.t")


def test_adopt_on_the_command_line_takes_a_table_over(route):
    route.db.run(FEED + TARGET)
    route.run("--adopt").expect(0)
    assert old_rows(route.db) == 0
    # From now on it is ours.
    route.run().expect(0)


def test_a_table_of_another_process_is_refused_until_adopted(route):
    route.db.run(FEED)
    first = route.run(name="first").expect(0).json["run_id"]
    said = route.refused(route.run(name="second"), 3, "target.other_process")
    assert "first" in said
    assert first in said
    route.run("--adopt", name="second").expect(0)
    route.refused(route.run(name="first"), 3, "target.other_process")
    assert [row[0] for row in route.db.rows(RECEIPTS)] == ["first", "second"]


def test_versions_count_a_process_and_epochs_the_target(route):
    route.db.run(FEED)
    for number, name in enumerate(["aaa", "aaa", "bbb", "aaa", "bbb"]):
        route.run("--adopt", "--run-id", f"run-{number}", name=name).expect(0)
    assert route.db.rows(RECEIPTS) == [
        ("aaa", 1, 1, "run-0", 9), ("aaa", 2, 2, "run-1", 9), ("bbb", 1, 3, "run-2", 9),
        ("aaa", 3, 4, "run-3", 9), ("bbb", 2, 5, "run-4", 9)]  # fmt: skip


def test_a_dropped_target_is_created_again(route):
    route.db.run(FEED)
    route.run().expect(0)
    route.db.run("drop table public.t")
    assert any("no longer exists" in note for note in route.plan(options={"adopt": False}).expect(0).json["notes"])
    route.run().expect(0)
    assert route.db.fingerprint("public.t") == route.db.fingerprint("feed.t")
    assert [row[1:3] for row in route.db.rows(RECEIPTS)] == [(1, 1), (2, 2)]


def test_rows_that_somebody_put_in_its_place_are_kept(route):
    route.db.run(FEED)
    route.run().expect(0)
    route.db.run("drop table public.t; create table public.t (id int, mine text); insert into public.t values (1, 'precious')")
    said = route.refused(route.run(), 3, "target.not_ours")
    assert "another program created it" in said
    assert route.db.rows("select * from public.t") == [(1, "precious")]
    # Taken over, it is still not a table that dpone made: it gets no columns.
    route.refused(route.run("--adopt"), 3, "schema.target_column_gone")
    assert route.db.rows("select * from public.t") == [(1, "precious")]


def test_a_column_that_was_dropped_at_the_target_stays_away(route):
    route.db.run(FEED)
    route.run().expect(0)
    route.db.run("alter table public.t drop column v")
    said = route.refused(route.run(), 3, "schema.target_column_gone")
    assert "source.options.exclude" in said
    route.run(source_options={"exclude": ["v"]}).expect(0)
    assert route.db.rows("select * from public.t order by id limit 1") == [(1,)]


def test_a_column_that_the_source_lost_is_no_matter_where_the_target_is_made_again(route):
    route.db.run(FEED)
    route.run().expect(0)
    route.db.run("alter table feed.t drop column v")
    route.refused(route.run(), 3, "schema.column_gone")
    route.db.run("drop table public.t")
    route.run().expect(0)
    assert route.db.fingerprint("public.t") == route.db.fingerprint("feed.t")


@pytest.mark.parametrize("keys", [{"target": ("public", "k" * 64)}, {"source": ("feed", "k" * 64)}, {"target": ("ä" * 32, "t")},
                                  {"options": {"control_schema": "c" * 64}}])  # fmt: skip
def test_a_name_that_the_server_would_cut_is_refused(route, keys):
    route.db.run(FEED)
    route.db.run(f"create table public.{'k' * 63} (id int); create table feed.{'k' * 63} (id int)")
    said = route.refused(route.run(**keys), 2, "name.too_long")
    assert "63 bytes" in said


def test_a_column_name_that_the_server_would_cut_is_refused(route):
    (route.dpone.folder / "long.csv").write_text("id," + "c" * 64 + "\n1,2\n")
    run = route.dpone("copy", "--from", "long.csv", "--to", "dst", "--to-table", "public.t")
    said = route.refused(run, 1, "name.too_long")
    assert "column: " + "c" * 64 in said and "rename it in the source" in said
    assert route.db.value("select to_regclass('public.t')") is None


def test_nobody_adopts_the_receipts(route):
    route.db.run(FEED)
    route.run().expect(0)
    run = route.run("--adopt", target="public.__dpone__loads", name="other")
    route.refused(run, 1, "target.reserved_name")
    route.run().expect(0)


def test_receipts_that_may_not_be_written_are_found_before_the_load(route, roles):
    route.db.run(FEED)
    route.run().expect(0)
    role = roles.create(route.db, "reader")
    route.db.run(f'grant usage, create on schema public, feed to "{role}"; grant select on feed.t, public.__dpone__loads to "{role}"')
    route.dpone.connect("dst", roles.url(route.db, role))
    said = route.refused(route.run(target="public.other", name="other"), 1, "postgres.permission")
    assert "GRANT SELECT, INSERT ON" in said
    assert route.db.value("select to_regclass('public.other')") is None


def test_a_run_id_that_was_published_is_reported_again(route):
    route.db.run(FEED)
    path = route.manifest()
    first = route.dpone("run", path, "--run-id", "mine", "--format", "json").expect(0).json
    route.db.run("insert into feed.t values (10, 'later')")
    again = route.dpone("run", path, "--run-id", "mine", "--format", "json").expect(0).json
    assert again["is_repeated"] is True
    assert again["receipt"] == first["receipt"]
    assert route.db.value("select count(*) from public.t") == 9
    assert route.db.value("select count(*) from public.__dpone__loads") == 1


def test_a_run_id_of_another_manifest_is_refused(route):
    route.db.run(FEED)
    route.run("--run-id", "mine").expect(0)
    changed = route.run("--run-id", "mine", source_options={"where": "id < 3"})
    route.refused(changed, 3, "run_id.reused")
    assert route.db.value("select count(*) from public.t") == 9


def test_a_run_id_that_never_published_runs(route):
    route.db.run(FEED + TARGET)
    route.refused(route.run("--run-id", "mine"), 3, "target.not_ours")
    route.run("--run-id", "mine", "--adopt").expect(0)
    assert route.db.rows("select run_id from public.__dpone__loads") == [("mine",)]


def test_a_second_control_table_is_refused(route):
    route.db.run(FEED + "create schema control")
    route.run().expect(0)
    said = route.refused(route.run(options={"control_schema": "control"}), 3, "control.second")
    assert "public" in said
    assert route.db.value("select to_regclass('control.__dpone__loads')") is None


def test_the_control_table_may_lie_in_a_schema_of_its_own(route):
    route.db.run(FEED)
    for _ in range(2):
        route.run(options={"control_schema": "made by dpone"}).expect(0)
    assert route.db.value('select count(*) from "made by dpone".__dpone__loads') == 2
    assert route.db.value("select to_regclass('public.__dpone__loads')") is None


def test_a_receipt_says_what_was_published(route):
    route.db.run(FEED)
    report = route.run("--run-id", "mine").expect(0).json
    (row,) = route.db.rows("select receipt || to_jsonb(l) - 'receipt' from public.__dpone__loads l")
    receipt = row[0]
    oid = route.db.value("select 'public.t'::regclass::oid::int8")
    expected = {"process": "orders", "target": '"public"."t"', "version": 1, "target_epoch": 1, "target_created": True,
                "run_id": "mine", "columns": ["id", "v"], "position": None, "part": 0, "format": 2, "rows_read": 9, "rows_loaded": 9,
                "outcome": "committed", "dpone_version": "0.1.0", "manifest_hash": report["manifest_hash"],
                "plan_hash": report["plan_hash"], "method": "create"}  # fmt: skip
    assert {key: receipt[key] for key in expected} == expected
    assert receipt["target_identity"] == str(oid)
    assert re.fullmatch("[0-9a-f]{64}", receipt["selection_fingerprint"])
    assert route.db.value("select clock_timestamp() - published_at < interval '1 minute' from public.__dpone__loads")
    route.run().expect(0)
    assert route.db.rows("select receipt->>'method', (receipt->>'target_created')::boolean, target_identity = 'public.t'::regclass::oid::text from"
                         " public.__dpone__loads where version = 2") == [("exchange", True, True)]  # fmt: skip


# What the target is when the source is empty, what the last receipt of this process says, and what follows.
EMPTY_SOURCE = {
    ("absent", "none"): None,
    ("empty", "none"): None,
    ("with rows", "none"): "the target has",
    ("absent", "no rows"): None,
    ("empty", "no rows"): None,
    ("with rows", "no rows"): "the target has",
    ("absent", "rows"): "run before published 9; the target no longer exists",
    ("empty", "rows"): "run before published 9; the target is empty now",
    ("with rows", "rows"): "the target has",
}


@pytest.mark.parametrize(("target", "receipt"), EMPTY_SOURCE)
def test_an_empty_source(route, target, receipt):
    route.db.run(FEED if receipt == "rows" else "create table feed.t (id int, v text)")
    if receipt != "none":
        route.run("--run-id", "before").expect(0)
    route.db.run("truncate feed.t; drop table if exists public.t")
    if target != "absent":
        route.db.run("create table public.t (id int, v text)")
    if target == "with rows":
        route.db.run("insert into public.t values (1, 'old')")
    refusal = EMPTY_SOURCE[target, receipt]
    if refusal:
        said = route.refused(route.adopt(), 3, "guard.empty_source")
        assert refusal in said
        assert "--allow-empty-source" in said
        assert (route.db.value("select to_regclass('public.t')") is None) == (target == "absent")
        if target == "with rows":
            assert old_rows(route.db) == 1
    run = route.adopt(*(["--allow-empty-source"] if refusal else [])).expect(0)
    assert run.json["receipt"]["rows_loaded"] == 0
    assert route.db.value("select count(*) from public.t") == 0
    route.adopt().expect(0)


def test_an_empty_source_does_not_empty_a_filled_target(route):
    route.db.run(FEED)
    route.run().expect(0)
    route.db.run("truncate feed.t")
    said = route.refused(route.run(), 3, "guard.empty_source")
    assert "--allow-empty-source" in said
    assert route.db.value("select count(*) from public.t") == 9
    assert route.db.value("select count(*) from public.__dpone__loads") == 1
    assert route.db.rows("select relname from pg_class where relname ~ '^__dpone_[0-9a-f]'") == []


@pytest.mark.parametrize("method", ["exchange", "truncate_insert", "delete_insert"])
def test_an_allowed_empty_source_empties_the_target(route, method):
    route.db.run(FEED)
    route.run().expect(0)
    route.db.run("truncate feed.t")
    route.run("--allow-empty-source", options={"overwrite_type": method}).expect(0)
    assert route.db.value("select count(*) from public.t") == 0


def test_an_empty_source_may_be_allowed_by_the_manifest(route):
    route.db.run(FEED)
    route.run().expect(0)
    route.db.run("truncate feed.t")
    route.run(options={"allow_empty_source": True}).expect(0)
    assert route.db.value("select count(*) from public.t") == 0
