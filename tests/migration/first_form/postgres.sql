-- A target, its receipts and a shared state as commit 69448f3 left them; OIDs are those of the database that this runs in.
create table public.events (id int primary key, note text, at date);
insert into public.events select n, 'n' || n, '2026-01-01'::date + n from generate_series(1, 11) n;
create table public.__dpone__loads (
  process text NOT NULL, target text NOT NULL, version bigint NOT NULL, target_oid oid NOT NULL,
  target_epoch bigint NOT NULL, target_created boolean NOT NULL, run_id text NOT NULL, manifest_hash text NOT NULL,
  plan_hash text NOT NULL, selection_fingerprint text NOT NULL, columns jsonb NOT NULL, cursor_after jsonb,
  rows_read bigint NOT NULL, rows_loaded bigint NOT NULL, method text NOT NULL, outcome text NOT NULL,
  published_at timestamptz NOT NULL DEFAULT clock_timestamp(), dpone_version text NOT NULL,
  PRIMARY KEY (process, target, version), UNIQUE (process, target, run_id));
insert into public.__dpone__loads values
  ('events_pg', '"public"."events"', 1, 'public.events'::regclass, 1, true, '20261130T031539Z-17b33c0f',
   '9cf21811f7c5e60bad816b098fdc2010c0b265db00bede19fb66feb2ee6f93a6',
   'daa3a8cdeba81e4f10825a14c6119183b259ee78977140e4ad5072c7ef0628e4',
   '0046da3719b2d5adce88c7e446bae48c38e232a67eb5d9cfcfb0409d67c32573', '["id", "note", "at"]',
   '{"key": {"id": "10"}, "type": "date", "value": "2026-01-11", "column": "at"}', 10, 10, 'create', 'committed',
   '2026-11-30T03:15:39.533707Z', '0.1.0'),
  ('events_pg', '"public"."events"', 2, 'public.events'::regclass, 1, true, '20261130T031539Z-327000df',
   '9cf21811f7c5e60bad816b098fdc2010c0b265db00bede19fb66feb2ee6f93a6',
   '5701d4d812d8aa84b6a9029ea92c338b6147caf330eed3b35273b71933ecc11b',
   '0046da3719b2d5adce88c7e446bae48c38e232a67eb5d9cfcfb0409d67c32573', '["id", "note", "at"]',
   '{"key": {"id": "11"}, "type": "date", "value": "2026-01-12", "column": "at"}', 1, 1, 'append', 'committed',
   '2026-11-30T03:15:39.736566Z', '0.1.0');
create schema dpone;
create table dpone.__dpone__state (
  process text NOT NULL, target text NOT NULL, record bigint NOT NULL, state jsonb NOT NULL, updated_at
  timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (process, target));
insert into dpone.__dpone__state (process, target, record, state) values ('events_pg', '"public"."events"', 2,
  jsonb_build_object('epoch', 1, 'record', 2, 'run_id', '20261130T031539Z-327000df', 'target', '"public"."events"',
    'process', 'events_pg', 'version', 2, 'updated_at', '2026-11-30T03:15:39.742Z', 'schema_version', 'dpone.state.v1',
    'cursor', '{"key": {"id": "11"}, "type": "date", "value": "2026-01-12", "column": "at"}'::jsonb,
    'target_identity', 'public.events'::regclass::oid::text,
    'selection_fingerprint', '0046da3719b2d5adce88c7e446bae48c38e232a67eb5d9cfcfb0409d67c32573'));
