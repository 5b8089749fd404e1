#include "dpone/connectors/sqlite/state_store.h"

#include <optional>

#include "dpone/base/file.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/sql_session.h"
#include "dpone/sql/state_table.h"

namespace dpone::sqlite {
namespace {

constexpr std::chrono::milliseconds kBusyTimeout{10'000};
constexpr const char* kDefinition =
    "PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS __dpone__state (process TEXT NOT NULL, target TEXT NOT "
    "NULL, "
    "record INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (process, target)) STRICT";

class SqliteStateStore final : public StateStore {
 public:
  SqliteStateStore(std::filesystem::path file, const RunContext& context)
      : file_(std::move(file)), table_("__dpone__state", file_.string(), "state", ""), context_(context) {}

  Result<std::optional<State>> load(std::string_view process, std::string_view target) override {
    DPONE_TRY(const bool is_there, open(false));
    if (!is_there) return std::optional<State>();
    SqlSession session(*database_);
    return table_.load(session, process, target);
  }

  Status apply(const State& state, std::int64_t expected) override {
    DPONE_CHECK(open(true));
    SqlSession session(*database_);
    return table_.apply(session, state, expected);
  }

  Result<std::vector<State>> list() override {
    DPONE_TRY(const bool is_there, open(false));
    if (!is_there) return std::vector<State>();
    SqlSession session(*database_);
    return table_.list(session);
  }

  std::string place() const override { return table_.place(); }

 private:
  // False: the file does not exist and must not be created.
  Result<bool> open(bool is_created) {
    if (database_) return true;
    std::error_code ignored;
    if (!is_created && !std::filesystem::exists(file_, ignored)) return false;
    if (is_created && file_.has_parent_path()) DPONE_CHECK(make_directories(file_.parent_path()));
    DPONE_TRY(database_, Database::open(file_, OpenMode::kCreate, kBusyTimeout, context_));
    // A published load is recorded even if the run is interrupted.
    shield_ = std::make_unique<Shield>(*database_);
    DPONE_CHECK(database_->execute(kDefinition));
    return true;
  }

  std::filesystem::path file_;
  sql::StateTable table_;
  const RunContext& context_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Shield> shield_;
};

}  // namespace

std::unique_ptr<StateStore> make_state_store(std::filesystem::path file, const RunContext& context) {
  return std::make_unique<SqliteStateStore>(std::move(file), context);
}

}  // namespace dpone::sqlite
