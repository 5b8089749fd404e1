#include "dpone/connectors/postgres/control_table.h"

#include "dpone/connectors/postgres/lock_keys.h"
#include "dpone/connectors/postgres/quote.h"

namespace dpone::postgres {
namespace {

constexpr std::string_view kTable = "__dpone__loads";

constexpr const char* kColumns =
    "version, process, target, target_oid::text, target_epoch, target_created, run_id, manifest_hash, plan_hash, "
    "selection_fingerprint, columns::text, cursor_after::text, rows_read, rows_loaded, method, outcome, "
    "to_char(published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

// docs/formats/receipt.md says what each column means.
constexpr const char* kDefinition = R"( (
  process text NOT NULL, target text NOT NULL, version bigint NOT NULL, target_oid oid NOT NULL,
  target_epoch bigint NOT NULL, target_created boolean NOT NULL, run_id text NOT NULL, manifest_hash text NOT NULL,
  plan_hash text NOT NULL, selection_fingerprint text NOT NULL, columns jsonb NOT NULL, cursor_after jsonb,
  rows_read bigint NOT NULL, rows_loaded bigint NOT NULL, method text NOT NULL, outcome text NOT NULL,
  published_at timestamptz NOT NULL DEFAULT clock_timestamp(), dpone_version text NOT NULL,
  PRIMARY KEY (process, target, version), UNIQUE (process, target, run_id)))";

Result<Receipt> receipt_of(const Rows& rows, int row, int first) {
  Receipt receipt;
  int column = first;
  const auto text = [&] { return rows.text(row, column++); };
  receipt.version = rows.integer(row, column++);
  receipt.process = text();
  receipt.target = text();
  receipt.target_identity = text();
  receipt.target_epoch = rows.integer(row, column++);
  receipt.target_created = rows.boolean(row, column++);
  receipt.run_id = text();
  receipt.manifest_hash = text();
  receipt.plan_hash = text();
  receipt.selection_fingerprint = text();
  DPONE_TRY(const Json names, Json::parse(text()));
  for (const Json& name : names.as_array()) receipt.columns.push_back(name.as_string());
  const bool has_cursor = !rows.is_null(row, column);
  const std::string cursor = text();
  if (has_cursor) {
    DPONE_TRY(Json value, Json::parse(cursor));
    receipt.position = Position{"cursor", std::move(value)};
  }
  receipt.rows_read = rows.integer(row, column++);
  receipt.rows_loaded = rows.integer(row, column++);
  receipt.method = text();
  receipt.outcome = text();
  receipt.published_at = text();
  return receipt;
}

}  // namespace

std::string ControlTable::name() const { return quote_name(schema_, kTable); }

Result<bool> ControlTable::exists(Connection& connection) const {
  DPONE_TRY(const Rows found,
            connection.query("SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                             "WHERE n.nspname = $1 AND c.relname = $2",
                             {schema_, std::string(kTable)}));
  return found.size() == 1;
}

Result<PriorReceipts> ControlTable::read_newest(Connection& connection, std::string_view process,
                                                std::string_view run_id) const {
  DPONE_TRY(const Rows rows,
            connection.query(
                "(SELECT 'process', " + std::string(kColumns) + " FROM " + name() +
                    " WHERE process = $1 AND target = $2 ORDER BY version DESC LIMIT 1) UNION ALL (SELECT 'target', " +
                    kColumns + " FROM " + name() +
                    " WHERE target = $2 ORDER BY target_epoch DESC, published_at DESC LIMIT 1) UNION ALL (SELECT "
                    "'run', " +
                    kColumns + " FROM " + name() +
                    " WHERE process = $1 AND target = $2 AND run_id = $3 LIMIT 1) UNION ALL (SELECT 'maker', " +
                    kColumns + " FROM " + name() + " WHERE target = $2 AND target_created LIMIT 1)",
                {std::string(process), target_, std::string(run_id)}));
  PriorReceipts prior;
  for (int row = 0; row < rows.size(); ++row) {
    DPONE_TRY(Receipt receipt, receipt_of(rows, row, 1));
    const std::string kind = rows.text(row, 0);
    if (kind == "process")
      prior.newest_of_process = std::move(receipt);
    else if (kind == "target")
      prior.newest_of_target = std::move(receipt);
    else if (kind == "run")
      prior.of_run = std::move(receipt);
    else
      prior.is_target_made = true;
  }
  return prior;
}

Result<PriorReceipts> ControlTable::read(Connection& connection, std::string_view process,
                                         std::string_view run_id) const {
  auto locked = connection.execute("BEGIN; SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock(" +
                                   std::to_string(target_lock_key(target_)) + "); COMMIT");
  if (!locked) {
    Error error = std::move(locked).error();
    if (connection.is_alive()) {
      Shield shield(connection);
      DPONE_CHECK(connection.execute("ROLLBACK"));
    }
    return error;
  }
  DPONE_TRY(const bool is_there, exists(connection));
  if (!is_there) return PriorReceipts{};
  DPONE_TRY(PriorReceipts prior, read_newest(connection, process, run_id));
  DPONE_TRY(const Rows identities,
            connection.query("SELECT DISTINCT target_oid::text FROM " + name() + " WHERE target = $1", {target_}));
  for (int row = 0; row < identities.size(); ++row) prior.identities.emplace_back(identities.text(row, 0));
  return prior;
}

Status ControlTable::check_place(Connection& connection) const {
  DPONE_CHECK(check_rights(connection));
  DPONE_CHECK(refuse_published(connection));
  return refuse_second_table(connection);
}

// A receipt that cannot be written would be found out when everything is loaded.
Status ControlTable::check_rights(Connection& connection) const {
  DPONE_TRY(const Rows rights,
            connection.query("SELECT has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT'), "
                             "quote_ident(current_user) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                             "WHERE n.nspname = $1 AND c.relname = $2",
                             {schema_, std::string(kTable)}));
  if (rights.size() == 0 || rights.boolean(0, 0)) return {};
  const std::string role = rights.text(0, 1);
  return Error(ErrorClass::kFailed, "postgres.permission", "role " + role + " may not read and write dpone's receipts")
      .with("table", name())
      .hint("GRANT SELECT, INSERT ON " + name() + " TO " + role +
            "; or keep the receipts elsewhere with sink.options.control_schema");
}

Status ControlTable::refuse_second_table(Connection& connection) const {
  DPONE_TRY(const Rows schemas,
            connection.query(
                "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = "
                "$1 AND c.relkind = 'r' AND n.nspname <> $2 AND has_schema_privilege(n.oid, 'USAGE') "
                "AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1",
                {std::string(kTable), schema_}));
  for (int row = 0; row < schemas.size(); ++row) {
    const std::string other = schemas.text(row, 0);
    DPONE_TRY(const Rows found,
              connection.query("SELECT FROM " + quote_name(other, kTable) + " WHERE target = $1 LIMIT 1", {target_}));
    if (found.size() == 0) continue;
    return Error(ErrorClass::kRefused, "control.second",
                 "receipts of this target are kept in schema \"" + other + "\", not in \"" + schema_ + "\"")
        .with("target", target_)
        .hint("set sink.options.control_schema: " + other + " for every process of this target");
  }
  return {};
}

Status ControlTable::refuse_published(Connection& connection) const {
  const std::string by_schema = connection.server_version() >= 150000
                                    ? " OR EXISTS (SELECT FROM pg_publication_namespace p JOIN pg_namespace n ON "
                                      "n.oid = p.pnnspid WHERE n.nspname = $1)"
                                    : "";
  DPONE_TRY(const Rows published,
            connection.query("SELECT EXISTS (SELECT FROM pg_publication WHERE puballtables) OR EXISTS (SELECT FROM "
                             "pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = "
                             "c.relnamespace WHERE n.nspname = $1 AND c.relname = $2)" +
                                 by_schema,
                             {schema_, std::string(kTable)}));
  if (!published.boolean(0, 0)) return {};
  return Error(ErrorClass::kRefused, "control.published",
               "a publication covers schema \"" + schema_ + "\" and would publish dpone's receipts")
      .hint(
          "set sink.options.control_schema to a schema outside the publication; a publication FOR ALL TABLES leaves "
          "none: list its tables instead");
}

Status ControlTable::create(Connection& connection) const {
  DPONE_TRY(const bool is_there, exists(connection));
  if (is_there) return {};
  // CREATE SCHEMA needs a right on the database even where the schema exists.
  DPONE_TRY(const Rows schema, connection.query("SELECT FROM pg_namespace WHERE nspname = $1", {schema_}));
  auto made = connection.execute(
      "BEGIN; SELECT pg_advisory_xact_lock(" + std::to_string(control_lock_key(schema_)) + "); " +
      (schema.size() == 0 ? "CREATE SCHEMA IF NOT EXISTS " + quote_name(schema_) + "; " : "") +
      "CREATE TABLE IF NOT EXISTS " + name() + kDefinition + "; COMMENT ON TABLE " + name() +
      " IS 'Receipts of dpone: one row a published load, written in the transaction that published it'; COMMIT");
  if (made) return {};
  Error error = std::move(made).error();
  if (connection.is_alive()) {
    Shield shield(connection);
    DPONE_CHECK(connection.execute("ROLLBACK"));
  }
  // Another process was faster: look again.
  if (error.native_code() == "23505" || error.native_code() == "42P07") {
    DPONE_TRY(const bool is_there_now, exists(connection));
    if (is_there_now) return {};
  }
  if (error.native_code() == "42501") {
    return std::move(error).hint(
        "GRANT CREATE ON SCHEMA " + quote_name(schema_) +
        " to the sink's role, or set sink.options.control_schema to a schema where it may create");
  }
  return error;
}

std::string ControlTable::render_insert(const Receipt& receipt) const {
  Json names = Json::array();
  for (const std::string& column : receipt.columns) names.push(column);
  const auto text = [](std::string_view value) { return quote_literal(value) + ", "; };
  const auto number = [](std::int64_t value) { return std::to_string(value) + ", "; };
  return "INSERT INTO " + name() +
         " (process, target, version, target_oid, target_epoch, target_created, run_id, manifest_hash, plan_hash, "
         "selection_fingerprint, columns, cursor_after, rows_read, rows_loaded, method, outcome, dpone_version) VALUES "
         "(" +
         text(receipt.process) + text(receipt.target) + number(receipt.version) + quote_literal(receipt.target) +
         "::regclass::oid, " + number(receipt.target_epoch) + (receipt.target_created ? "true, " : "false, ") +
         text(receipt.run_id) + text(receipt.manifest_hash) + text(receipt.plan_hash) +
         text(receipt.selection_fingerprint) + text(names.canonical()) +
         (receipt.position ? text(receipt.position->value.canonical()) : "NULL, ") + number(receipt.rows_read) +
         number(receipt.rows_loaded) + text(receipt.method) + text(receipt.outcome) + quote_literal(DPONE_VERSION) +
         ")";
}

}  // namespace dpone::postgres
