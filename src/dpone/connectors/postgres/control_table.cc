#include "dpone/connectors/postgres/control_table.h"

#include "dpone/connectors/postgres/lock_keys.h"
#include "dpone/connectors/postgres/quote.h"
#include "dpone/connectors/postgres/sql_session.h"

namespace dpone::postgres {
namespace {

constexpr std::string_view kTable = sql::kLoadsTable;

// docs/formats/receipt.md says what each column means.
constexpr sql::ReceiptDialect kReceipts{
    .quote_literal = quote_literal,
    .text_type = "text",
    .integer_type = "bigint",
    .json_type = "jsonb",
    .published_at = "timestamptz NOT NULL DEFAULT clock_timestamp()",
    .published_at_text = R"(to_char(published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))",
    .json_text = "receipt::text",
    .is_created = "(receipt->>'target_created')::boolean",
    .first_receipt =
        "jsonb_build_object('target_created', target_created, 'manifest_hash', manifest_hash, 'plan_hash', plan_hash, "
        "'selection_fingerprint', selection_fingerprint, 'columns', columns, 'position', CASE WHEN cursor_after IS "
        "NULL "
        "THEN 'null'::jsonb ELSE jsonb_build_object('kind', 'cursor', 'value', cursor_after) END, 'rows_read', "
        "rows_read, 'rows_loaded', rows_loaded, 'method', method, 'outcome', outcome, 'dpone_version', "
        "dpone_version)::text",
    .first_identity = "target_oid::text",
    .extra_columns = "",
    .table_options = ""};

// From the first form: the columns become one JSON, what grants there are stay.
std::vector<std::string> migration(const std::string& name) {
  return {"ALTER TABLE " + name +
              " ADD part bigint NOT NULL DEFAULT 0, ADD target_identity text, ADD format bigint, ADD receipt jsonb",
          "UPDATE " + name + " SET target_identity = " + std::string(kReceipts.first_identity) + ", format = " +
              std::to_string(sql::kReceiptFormat) + ", receipt = (" + std::string(kReceipts.first_receipt) + ")::jsonb",
          "ALTER TABLE " + name +
              " ALTER target_identity SET NOT NULL, ALTER format SET NOT NULL, ALTER receipt SET NOT NULL, DROP "
              "target_oid, DROP target_created, DROP manifest_hash, DROP plan_hash, DROP selection_fingerprint, DROP "
              "columns, DROP cursor_after, DROP rows_read, DROP rows_loaded, DROP method, DROP outcome, DROP "
              "dpone_version, DROP CONSTRAINT IF EXISTS __dpone__loads_process_target_run_id_key, ADD UNIQUE (process, "
              "target, run_id, part)"};
}

}  // namespace

std::string ControlTable::name() const { return quote_name(schema_, kTable); }

sql::ReceiptTable ControlTable::table() const { return {kReceipts, name(), target_}; }

Result<std::vector<std::string>> ControlTable::columns(Connection& connection) const {
  DPONE_TRY(const Rows found,
            connection.query("SELECT a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN "
                             "pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE "
                             "n.nspname = $1 AND c.relname = $2",
                             {schema_, std::string(kTable)}));
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(found.size()));
  for (int row = 0; row < found.size(); ++row) names.push_back(found.text(row, 0));
  return names;
}

Result<PriorReceipts> ControlTable::read_newest(Connection& connection, std::string_view process,
                                                std::string_view run_id) const {
  SqlSession session(connection);
  return table().read_newest(session, process, run_id);
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
  DPONE_TRY(const std::vector<std::string> names, columns(connection));
  const bool is_first_form = !names.empty() && sql::ReceiptTable::has_first_form(names);
  form_ = names.empty() ? Form::kAbsent : is_first_form ? Form::kFirst : Form::kCurrent;
  if (names.empty()) {
    DPONE_TRY(has_schema_, has_schema(connection));
    return PriorReceipts{};
  }
  SqlSession session(connection);
  return table().read(session, is_first_form, process, run_id);
}

Status ControlTable::check_place(Connection& connection, std::vector<Statement>& asked) const {
  DPONE_CHECK(check_rights(connection));
  DPONE_CHECK(refuse_published(connection));
  return refuse_second_table(connection, asked);
}

// Where it is to be made.
Status ControlTable::check_place_rights(Connection& connection) const {
  // Missing privileges in the target's own schema are obstacles of the target.
  if (target_.starts_with(quote_name(schema_) + ".")) return {};
  DPONE_TRY(const Rows place,
            connection.query("SELECT n.nspname IS NOT NULL, CASE WHEN n.oid IS NULL THEN "
                             "has_database_privilege(current_database(), 'CREATE') ELSE has_schema_privilege(n.oid, "
                             "'CREATE') AND has_schema_privilege(n.oid, 'USAGE') END, quote_ident(current_user), "
                             "quote_ident(current_database()) FROM (SELECT 1) one LEFT JOIN pg_namespace n ON "
                             "n.nspname = $1",
                             {schema_}));
  if (place.boolean(0, 1)) return {};
  const std::string role = place.text(0, 2);
  const std::string schema = quote_name(schema_);
  return Error(ErrorClass::kFailed, "postgres.permission",
               "role " + role + " may not create " +
                   (place.boolean(0, 0) ? "dpone's receipts in schema " : "the schema of dpone's receipts, ") + schema)
      .with("table", name())
      .hint((place.boolean(0, 0) ? "GRANT USAGE, CREATE ON SCHEMA " + schema
                                 : "GRANT CREATE ON DATABASE " + place.text(0, 3)) +
            " TO " + role + "; or keep the receipts elsewhere with sink.options.control_schema");
}

// A receipt that cannot be written would be found out when everything is loaded.
Status ControlTable::check_rights(Connection& connection) const {
  DPONE_TRY(const Rows rights,
            connection.query("SELECT has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT'), "
                             "quote_ident(current_user) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                             "WHERE n.nspname = $1 AND c.relname = $2",
                             {schema_, std::string(kTable)}));
  if (rights.size() == 0) return check_place_rights(connection);
  if (rights.boolean(0, 0)) return {};
  const std::string role = rights.text(0, 1);
  return Error(ErrorClass::kFailed, "postgres.permission", "role " + role + " may not read and write dpone's receipts")
      .with("table", name())
      .hint("GRANT SELECT, INSERT ON " + name() + " TO " + role +
            "; or keep the receipts elsewhere with sink.options.control_schema");
}

Status ControlTable::refuse_second_table(Connection& connection, std::vector<Statement>& asked) const {
  DPONE_TRY(const Rows schemas,
            connection.query(
                "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = "
                "$1 AND c.relkind = 'r' AND n.nspname <> $2 AND has_schema_privilege(n.oid, 'USAGE') "
                "AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1",
                {std::string(kTable), schema_}));
  for (int row = 0; row < schemas.size(); ++row) {
    const std::string other = schemas.text(row, 0);
    const std::string sql = "SELECT FROM " + quote_name(other, kTable) + " WHERE target = $1 LIMIT 1";
    asked.push_back({"prepare", sql});
    DPONE_TRY(const Rows found, connection.query(sql, {target_}));
    if (found.size() == 0) continue;
    return Error(ErrorClass::kRefused, "control.second",
                 "the receipts of this target are in schema \"" + other + "\", not in \"" + schema_ + "\"")
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

Result<bool> ControlTable::has_schema(Connection& connection) const {
  DPONE_TRY(const Rows schema, connection.query("SELECT FROM pg_namespace WHERE nspname = $1", {schema_}));
  return schema.size() == 1;
}

std::vector<std::string> ControlTable::creation(Form form, bool has_schema) const {
  std::vector<std::string> out = {"BEGIN",
                                  "SELECT pg_advisory_xact_lock(" + std::to_string(control_lock_key(schema_)) + ")"};
  if (form == Form::kFirst) {
    for (std::string& sql : migration(name())) out.push_back(std::move(sql));
  } else {
    // CREATE SCHEMA needs a right on the database even where the schema exists.
    if (!has_schema) out.push_back("CREATE SCHEMA IF NOT EXISTS " + quote_name(schema_));
    out.push_back(table().definition());
    out.push_back("COMMENT ON TABLE " + name() +
                  " IS 'Receipts of dpone: one row a published load, written in the transaction that published it'");
  }
  out.emplace_back("COMMIT");
  return out;
}

std::vector<std::string> ControlTable::planned_creation(std::string_view new_schema) const {
  if (form_ != Form::kAbsent && form_ != Form::kFirst) return {};
  return creation(form_, has_schema_ || new_schema == schema_);
}

Status ControlTable::create(Connection& connection) const {
  DPONE_TRY(const std::vector<std::string> names, columns(connection));
  if (!names.empty() && !sql::ReceiptTable::has_first_form(names)) return {};
  DPONE_TRY(const bool is_there, has_schema(connection));
  std::string message;
  for (const std::string& sql : creation(names.empty() ? Form::kAbsent : Form::kFirst, is_there)) message += sql + "; ";
  auto made = connection.execute(message);
  if (made) return {};
  Error error = std::move(made).error();
  if (connection.is_alive()) {
    Shield shield(connection);
    DPONE_CHECK(connection.execute("ROLLBACK"));
  }
  // Another process was faster: look again.
  const std::string& code = error.native_code();
  if (code == "23505" || code == "42P07" || code == "42701" || code == "42703") {
    DPONE_TRY(const std::vector<std::string> now, columns(connection));
    if (!now.empty() && !sql::ReceiptTable::has_first_form(now)) return {};
  }
  if (code == "42501" && !names.empty()) {
    return std::move(error).hint(
        "an earlier dpone created " + name() +
        ": its owner must convert it to the current format, by one run of any process of the schema");
  }
  if (code == "42501") {
    return std::move(error).hint(
        "GRANT CREATE ON SCHEMA " + quote_name(schema_) +
        " to the sink's role, or set sink.options.control_schema to a schema in which it may create tables");
  }
  return error;
}

std::string ControlTable::render_insert(const Receipt& receipt) const {
  return table().render_insert(receipt, quote_literal(receipt.target) + "::regclass::oid::text", {});
}

}  // namespace dpone::postgres
