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

std::vector<std::string> texts_of(const Json& array) {
  std::vector<std::string> texts;
  for (const Json& text : array.as_array()) texts.push_back(text.as_string());
  return texts;
}

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

Result<ControlTable::Place> ControlTable::look(Connection& connection) const {
  const std::string by_schema =
      connection.server_version() >= 150000
          ? " OR EXISTS (SELECT FROM pg_publication_namespace p WHERE p.pnnspid = place.schema)"
          : "";
  const std::string schema = quote_literal(schema_);
  const std::string table = quote_literal(kTable);
  DPONE_TRY(
      const Rows rows,
      connection.query_kept(
          "dpone_receipts_place",
          "SELECT place.schema IS NOT NULL, coalesce(has_table_privilege(place.oid, 'SELECT') AND "
          "has_table_privilege(place.oid, 'INSERT'), false), quote_ident(current_user), EXISTS (SELECT FROM "
          "pg_publication WHERE puballtables) OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prrelid = "
          "place.oid)" +
              by_schema +
              ", (SELECT coalesce(jsonb_agg(a.attname), '[]'::jsonb) FROM pg_attribute a WHERE a.attrelid = place.oid "
              "AND a.attnum > 0 AND NOT a.attisdropped)::text, (SELECT coalesce(jsonb_agg(n.nspname ORDER BY "
              "n.nspname), '[]'::jsonb) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname "
              "= " +
              table + " AND c.relkind = 'r' AND n.nspname <> " + schema +
              " AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))::text, "
              "coalesce(has_schema_privilege(place.schema, 'USAGE'), false) FROM (SELECT "
              "n.oid AS schema, c.oid FROM (SELECT) one LEFT JOIN pg_namespace n ON n.nspname = " +
              schema + " LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = " + table + ") AS place"));
  DPONE_TRY(const Json columns, Json::parse(rows.text(0, 4)));
  DPONE_TRY(const Json others, Json::parse(rows.text(0, 5)));
  Place place;
  place.has_schema = rows.boolean(0, 0);
  place.may_use_schema = rows.boolean(0, 6);
  place.may_use = rows.boolean(0, 1);
  place.role = rows.text(0, 2);
  place.is_published = rows.boolean(0, 3);
  if (!columns.as_array().empty()) {
    const bool is_first = sql::ReceiptTable::has_first_form(texts_of(columns));
    place.form = is_first ? Form::kFirst : Form::kCurrent;
  }
  place.other_schemas = texts_of(others);
  return place;
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
  DPONE_TRY(const Place place, look(connection));
  form_ = place.form;
  has_schema_ = place.has_schema;
  if (form_ == Form::kAbsent) return PriorReceipts{};
  SqlSession session(connection);
  return table().read(session, form_ == Form::kFirst, process, run_id);
}

Status ControlTable::check_place(Connection& connection, std::vector<Statement>& asked) const {
  DPONE_TRY(const Place place, look(connection));
  if (place.form == Form::kAbsent) DPONE_CHECK(check_creation_rights(connection));
  // A receipt that cannot be written would be found out when everything is loaded.
  if (place.form != Form::kAbsent && !place.may_use_schema) {
    return Error(ErrorClass::kFailed, "postgres.permission",
                 "role " + place.role + " lacks USAGE on schema " + quote_name(schema_) + " of dpone's receipts")
        .with("table", name())
        .hint("GRANT USAGE ON SCHEMA " + quote_name(schema_) + " TO " + place.role);
  }
  if (place.form != Form::kAbsent && !place.may_use) {
    return Error(ErrorClass::kFailed, "postgres.permission",
                 "role " + place.role + " lacks SELECT or INSERT on dpone's receipts")
        .with("table", name())
        .hint("GRANT SELECT, INSERT ON " + name() + " TO " + place.role +
              "; or keep the receipts elsewhere with sink.options.control_schema");
  }
  if (place.is_published) {
    return Error(ErrorClass::kRefused, "control.published",
                 "a publication covers schema \"" + schema_ + "\" and would publish dpone's receipts")
        .hint(
            "set sink.options.control_schema to a schema outside the publication; a publication FOR ALL TABLES leaves "
            "none: list its tables instead");
  }
  return refuse_second_table(connection, place, asked);
}

// Where it is to be made.
Status ControlTable::check_creation_rights(Connection& connection) const {
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

Error ControlTable::no_right_to_convert(Error error) const {
  return std::move(error).hint(
      "an earlier dpone created " + name() +
      ": its owner must convert it to the current format, by one run of any process of the schema");
}

Status ControlTable::check_conversion(Connection& connection) const {
  if (form_ != Form::kFirst) return {};
  DPONE_TRY(
      const Rows owned,
      connection.query("SELECT c.oid, pg_has_role(c.relowner, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE'), "
                       "current_user::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
                       "n.nspname = $1 AND c.relname = $2",
                       {schema_, std::string(kTable)}));
  if (owned.size() == 0 || owned.boolean(0, 1)) return {};
  return no_right_to_convert(
      Error(ErrorClass::kFailed, "postgres.permission",
            "role " + owned.text(0, 2) + " may not ALTER dpone's receipts: it is not their owner")
          .with("table", name()));
}

Status ControlTable::refuse_second_table(Connection& connection, const Place& place,
                                         std::vector<Statement>& asked) const {
  for (const std::string& other : place.other_schemas) {
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
  DPONE_TRY(const Place place, look(connection));
  if (place.form == Form::kCurrent) return {};
  std::string message;
  for (const std::string& sql : creation(place.form, place.has_schema)) message += sql + "; ";
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
    DPONE_TRY(const Place now, look(connection));
    if (now.form == Form::kCurrent) return {};
  }
  if (code == "42501" && place.form == Form::kFirst) return no_right_to_convert(std::move(error));
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
