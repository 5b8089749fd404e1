#include "dpone/connectors/postgres/state_store.h"

#include <optional>

#include "dpone/connectors/postgres/connection.h"
#include "dpone/connectors/postgres/lock_keys.h"
#include "dpone/connectors/postgres/quote.h"

namespace dpone::postgres {
namespace {

constexpr const char* kTable = "__dpone__state";

class PostgresStateStore final : public StateStore {
 public:
  PostgresStateStore(ConnectionSettings settings, std::string schema, const RunContext& context)
      : settings_(std::move(settings)),
        schema_(std::move(schema)),
        table_(quote_name(schema_, kTable)),
        context_(context) {}

  Result<std::optional<State>> load(std::string_view process, std::string_view target) override {
    DPONE_TRY(const bool is_there, find_table());
    if (!is_there) return std::optional<State>();
    DPONE_TRY(const Rows rows,
              connection_->query("SELECT state::text FROM " + table_ + " WHERE process = $1 AND target = $2",
                                 {std::string(process), std::string(target)}));
    if (rows.size() == 0) return std::optional<State>();
    DPONE_TRY(State state, read(rows, 0));
    return std::optional<State>(std::move(state));
  }

  Status apply(const State& state, std::int64_t expected) override {
    DPONE_TRY(const bool is_there, find_table());
    if (!is_there) DPONE_CHECK(create_table());
    State next = state;
    next.record = expected + 1;
    const std::string text = next.to_json().canonical();
    // An INSERT that meets a stored state does nothing, and an UPDATE that expects another record neither.
    Parameters parameters = {state.process, state.target, text};
    if (expected != 0) parameters.emplace_back(std::to_string(expected));
    DPONE_TRY(const Rows done,
              connection_->query(
                  expected == 0 ? "INSERT INTO " + table_ +
                                      " (process, target, record, state) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING"
                                : "UPDATE " + table_ +
                                      " SET record = record + 1, state = $3, updated_at = clock_timestamp() WHERE "
                                      "process = $1 AND target = $2 AND record = $4",
                  parameters));
    if (done.affected() != 1) return state_conflict(state, place());
    return {};
  }

  Result<std::vector<State>> list() override {
    std::vector<State> states;
    DPONE_TRY(const bool is_there, find_table());
    if (!is_there) return states;
    DPONE_TRY(const Rows rows, connection_->query("SELECT state::text FROM " + table_ + " ORDER BY process, target"));
    for (int row = 0; row < rows.size(); ++row) {
      DPONE_TRY(State state, read(rows, row));
      states.push_back(std::move(state));
    }
    return states;
  }

  std::string place() const override { return "table " + table_ + " of " + settings_.id; }

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
        "CREATE TABLE IF NOT EXISTS " + table_ +
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

  Result<State> read(const Rows& rows, int row) const {
    DPONE_TRY(const Json json, Json::parse(rows.text(row, 0)));
    auto state = State::from_json(json);
    if (!state) return std::move(state.error().add("state", place()));
    return state;
  }

  ConnectionSettings settings_;
  std::string schema_;
  std::string table_;
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
