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
  Result<bool> find_table() {
    if (!connection_ || !connection_->is_alive()) {
      DPONE_TRY(connection_, Connection::open(settings_, SessionRole::kSink, context_));
    }
    DPONE_TRY(const Rows found,
              connection_->query("SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                                 "WHERE n.nspname = $1 AND c.relname = $2",
                                 {schema_, std::string(kTable)}));
    return found.size() == 1;
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
};

}  // namespace

std::unique_ptr<StateStore> make_state_store(ConnectionSettings settings, std::string schema,
                                             const RunContext& context) {
  return std::make_unique<PostgresStateStore>(std::move(settings), schema.empty() ? "dpone" : std::move(schema),
                                              context);
}

}  // namespace dpone::postgres
