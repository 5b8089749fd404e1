#include "dpone/connectors/sqlite/state_store.h"

#include <optional>

#include "dpone/base/file.h"
#include "dpone/connectors/sqlite/database.h"

namespace dpone::sqlite {
namespace {

constexpr std::chrono::milliseconds kBusyTimeout{10'000};
constexpr const char* kDefinition =
    "PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS __dpone__state (process TEXT NOT NULL, target TEXT NOT "
    "NULL, "
    "record INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (process, target)) STRICT";

class SqliteStateStore final : public StateStore {
 public:
  SqliteStateStore(std::filesystem::path file, const RunContext& context) : file_(std::move(file)), context_(context) {}

  Result<std::optional<State>> load(std::string_view process, std::string_view target) override {
    DPONE_TRY(const bool is_there, open(false));
    if (!is_there) return std::optional<State>();
    DPONE_TRY(Query query, database_->prepare("SELECT state FROM __dpone__state WHERE process = ? AND target = ?"));
    query.bind_text(1, process);
    query.bind_text(2, target);
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return std::optional<State>();
    return read(query);
  }

  Status apply(const State& state, std::int64_t expected) override {
    DPONE_TRY(const bool is_there, open(true));
    (void)is_there;
    State next = state;
    next.record = expected + 1;
    const std::string text = next.to_json().canonical();
    // An INSERT that meets a stored state does nothing, and an UPDATE that expects another record neither.
    DPONE_TRY(
        Query query,
        database_->prepare(expected == 0 ? "INSERT INTO __dpone__state (process, target, record, state) VALUES "
                                           "(?1, ?2, 1, ?3) ON CONFLICT DO NOTHING"
                                         : "UPDATE __dpone__state SET record = record + 1, state = ?3 WHERE process = "
                                           "?1 AND target = ?2 AND record = ?4"));
    query.bind_text(1, state.process);
    query.bind_text(2, state.target);
    query.bind_text(3, text);
    if (expected != 0) query.bind(4, expected);
    DPONE_CHECK(query.step());
    if (database_->changes() != 1) return state_conflict(state, place());
    return {};
  }

  Result<std::vector<State>> list() override {
    std::vector<State> states;
    DPONE_TRY(const bool is_there, open(false));
    if (!is_there) return states;
    DPONE_TRY(Query query, database_->prepare("SELECT state FROM __dpone__state ORDER BY process, target"));
    while (true) {
      DPONE_TRY(const bool has_row, query.step());
      if (!has_row) return states;
      DPONE_TRY(auto state, read(query));
      states.push_back(*std::move(state));
    }
  }

  std::string place() const override { return file_.string(); }

 private:
  // False: there is no file yet, and none is wanted.
  Result<bool> open(bool is_created) {
    if (database_) return true;
    std::error_code ignored;
    if (!is_created && !std::filesystem::exists(file_, ignored)) return false;
    if (is_created && file_.has_parent_path()) DPONE_CHECK(make_directories(file_.parent_path()));
    DPONE_TRY(database_, Database::open(file_, OpenMode::kCreate, kBusyTimeout, context_));
    // What was published is kept track of, also by a run that is told to stop.
    shield_ = std::make_unique<Shield>(*database_);
    DPONE_CHECK(database_->execute(kDefinition));
    return true;
  }

  Result<std::optional<State>> read(const Query& query) const {
    DPONE_TRY(const Json json, Json::parse(query.text(0)));
    auto state = State::from_json(json);
    if (!state) return std::move(state.error().add("state", place()));
    return std::optional<State>(*std::move(state));
  }

  std::filesystem::path file_;
  const RunContext& context_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Shield> shield_;
};

}  // namespace

std::unique_ptr<StateStore> make_state_store(std::filesystem::path file, const RunContext& context) {
  return std::make_unique<SqliteStateStore>(std::move(file), context);
}

}  // namespace dpone::sqlite
