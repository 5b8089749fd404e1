#include "dpone/connectors/postgres/state_store.h"

#include <optional>

#include "dpone/connectors/postgres/connection.h"
#include "dpone/connectors/postgres/lock_keys.h"
#include "dpone/connectors/postgres/quote.h"
#include "dpone/connectors/postgres/sql_session.h"
#include "dpone/sql/state_table.h"

namespace dpone::postgres {
namespace {

constexpr const char* kTable = "__dpone__state";

class PostgresStateStore final : public StateStore {
 public:
  PostgresStateStore(ConnectionSettings settings, std::string schema, const RunContext& context)
      : settings_(std::move(settings)),
        schema_(std::move(schema)),
        name_(quote_name(schema_, kTable)),
        table_(name_, "table " + name_ + " of " + settings_.id, "state::text", ", updated_at = clock_timestamp()"),
        context_(context) {}

  Result<std::optional<State>> load(std::string_view process, std::string_view target) override {
    DPONE_TRY(const bool is_there, find_table());
    // What a run reads here it writes again.
    if (!lack_.empty()) {
      return Error(ErrorClass::kFailed, "postgres.permission",
                   "role " + role_ + " may not keep the state in " + name_ + ": it lacks " + lack_)
          .with("connection", settings_.id)
          .hint("GRANT " + lack_ + " TO " + role_ + "; or name another state.schema");
    }
    if (!is_there) return std::optional<State>();
    SqlSession session(*connection_);
    return table_.load(session, process, target);
  }

  Status apply(const State& state, std::int64_t expected) override {
    DPONE_TRY(const bool is_there, find_table());
    if (!is_there) DPONE_CHECK(create_table());
    SqlSession session(*connection_);
    return table_.apply(session, state, expected);
  }

  Result<std::vector<State>> list() override {
    DPONE_TRY(const bool is_there, find_table());
    if (!is_there) return std::vector<State>();
    SqlSession session(*connection_);
    return table_.list(session);
  }

  std::string place() const override { return table_.place(); }

 private:
  // Whether the table exists; afterwards `lack_` is what the role lacks to keep the state in it.
  Result<bool> find_table() {
    if (!connection_ || !connection_->is_alive()) {
      DPONE_TRY(connection_, Connection::open(settings_, SessionRole::kSink, context_));
    }
    DPONE_TRY(
        const Rows found,
        connection_->query("SELECT c.oid IS NOT NULL, n.oid IS NOT NULL, CASE WHEN n.oid IS NULL THEN "
                           "has_database_privilege(current_database(), 'CREATE') ELSE has_schema_privilege(n.oid, "
                           "'USAGE') AND (c.oid IS NOT NULL OR has_schema_privilege(n.oid, 'CREATE')) END, c.oid "
                           "IS NULL OR (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, "
                           "'INSERT') AND has_table_privilege(c.oid, 'UPDATE')), quote_ident(current_user), "
                           "quote_ident(current_database()) FROM (SELECT 1) one LEFT JOIN pg_namespace n ON "
                           "n.nspname = $1 LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = $2",
                           {schema_, std::string(kTable)}));
    role_ = found.text(0, 4);
    lack_.clear();
    const bool is_there = found.boolean(0, 0);
    const bool has_schema = found.boolean(0, 1);
    const std::string schema = "SCHEMA " + quote_name(schema_);
    if (!found.boolean(0, 2)) {
      lack_ = !has_schema ? "CREATE ON DATABASE " + found.text(0, 5)
                          : (is_there ? "USAGE ON " : "USAGE, CREATE ON ") + schema;
    } else if (!found.boolean(0, 3)) {
      lack_ = "SELECT, INSERT, UPDATE ON " + name_;
    }
    return is_there;
  }

  Status create_table() {
    DPONE_TRY(const Rows schema, connection_->query("SELECT FROM pg_namespace WHERE nspname = $1", {schema_}));
    auto made = connection_->execute(
        "BEGIN; SELECT pg_advisory_xact_lock(" + std::to_string(control_lock_key(schema_)) + "); " +
        (schema.size() == 0 ? "CREATE SCHEMA IF NOT EXISTS " + quote_name(schema_) + "; " : "") +
        "CREATE TABLE IF NOT EXISTS " + name_ +
        " (process text NOT NULL, target text NOT NULL, record bigint NOT NULL, state jsonb NOT NULL, updated_at "
        "timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (process, target)); COMMIT");
    if (made) return {};
    Error error = std::move(made).error();
    if (connection_->is_alive()) {
      Shield shield(*connection_);
      DPONE_CHECK(connection_->execute("ROLLBACK"));
    }
    DPONE_TRY(const bool is_there, find_table());
    if (is_there) return {};
    if (error.native_code() != "42501") return error;
    return std::move(error).hint("GRANT CREATE ON SCHEMA " + quote_name(schema_) +
                                 " to the state's role, or name another state.schema");
  }

  ConnectionSettings settings_;
  std::string schema_;
  std::string name_;
  sql::StateTable table_;
  const RunContext& context_;
  std::optional<Connection> connection_;
  // Of the last find_table().
  std::string role_;
  std::string lack_;
};

}  // namespace

std::unique_ptr<StateStore> make_state_store(ConnectionSettings settings, std::string schema,
                                             const RunContext& context) {
  return std::make_unique<PostgresStateStore>(std::move(settings), schema.empty() ? "dpone" : std::move(schema),
                                              context);
}

}  // namespace dpone::postgres
