#include "dpone/connectors/sqlite/database.h"

#include <sqlite3.h>

#include <algorithm>

#include "dpone/connectors/sqlite/errors.h"
#include "dpone/connectors/sqlite/full_disk.h"

namespace dpone::sqlite {
namespace {

// Steps of SQLite's machine between two looks for a stop: under a millisecond.
constexpr int kLookUpSteps = 20'000;

}  // namespace

void Query::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Query::Query(sqlite3_stmt* statement, const Database& database) : statement_(statement), database_(&database) {}

Result<bool> Query::step() {
  if (database_->is_told_to_stop()) return interrupted_error();
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_->last_error("a statement failed");
}

void Query::reset() { sqlite3_reset(statement_.get()); }

void Query::bind(int parameter, std::int64_t value) { sqlite3_bind_int64(statement_.get(), parameter, value); }
void Query::bind(int parameter, double value) { sqlite3_bind_double(statement_.get(), parameter, value); }
void Query::bind_null(int parameter) { sqlite3_bind_null(statement_.get(), parameter); }

void Query::bind_text(int parameter, std::string_view value) {
  sqlite3_bind_text64(statement_.get(), parameter, value.data() == nullptr ? "" : value.data(), value.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}

void Query::bind_blob(int parameter, std::string_view value) {
  sqlite3_bind_blob64(statement_.get(), parameter, value.data() == nullptr ? "" : value.data(), value.size(),
                      SQLITE_STATIC);
}

int Query::type(int column) const { return sqlite3_column_type(statement_.get(), column); }
bool Query::is_null(int column) const { return type(column) == SQLITE_NULL; }
std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
double Query::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string_view Query::text(int column) const {
  // A text is asked for as UTF-8, whatever the database's encoding; before its size.
  const void* const bytes = type(column) == SQLITE_BLOB ? sqlite3_column_blob(statement_.get(), column)
                                                        : sqlite3_column_text(statement_.get(), column);
  return {bytes == nullptr ? "" : static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

int Query::column_count() const { return sqlite3_column_count(statement_.get()); }

std::string Query::column_name(int column) const {
  const char* const name = sqlite3_column_name(statement_.get(), column);
  return name == nullptr ? "" : name;
}

Database::Database(std::filesystem::path path, std::chrono::milliseconds busy_timeout, const RunContext& context)
    : path_(std::move(path)), busy_timeout_(busy_timeout), context_(context) {}

Database::~Database() { sqlite3_close_v2(database_); }

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path, OpenMode mode,
                                                 std::chrono::milliseconds busy_timeout, const RunContext& context) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return Error(ErrorClass::kFailed, "sqlite.is_directory", "the path is a folder, not a database")
        .with("file", path.string())
        .hint("name a file");
  }
  if (mode != OpenMode::kCreate && !std::filesystem::exists(path, ignored)) {
    return Error(ErrorClass::kFailed, "sqlite.no_database", "the database file does not exist")
        .with("file", path.string())
        .hint(
            "check the path; a relative path is relative to the manifest's folder, for dpone copy to the current one");
  }
  std::unique_ptr<Database> database(new Database(path, busy_timeout, context));
  const int flags = mode == OpenMode::kRead    ? SQLITE_OPEN_READONLY
                    : mode == OpenMode::kWrite ? SQLITE_OPEN_READWRITE
                                               : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  // Without a mutex: one thread at a time. The path is a path, whatever it begins with.
  const int code =
      sqlite3_open_v2(path.c_str(), &database->database_, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (code != SQLITE_OK) return database->last_error("the database cannot be opened");
  sqlite3_busy_handler(database->database_, &Database::wait, database.get());
  sqlite3_progress_handler(database->database_, kLookUpSteps, &Database::look_up, database.get());
  // The meaning of a statement must not depend on installed extensions or on a hostile file.
  sqlite3_db_config(database->database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database->database_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(database->database_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  return database;
}

// Called for each attempt to get a lock that another connection holds. 0 gives up.
int Database::wait(void* self, int attempts) {
  auto& database = *static_cast<Database*>(self);
  const auto now = database.context_.clock->steady_now();
  if (attempts == 0) database.waiting_since_ = now;
  if (now - database.waiting_since_ >= database.busy_timeout_) return 0;
  const std::chrono::milliseconds pause(std::min(100, 1 + attempts * 5));
  const std::stop_token stop = database.shields_ == 0 ? database.context_.stop : std::stop_token();
  return database.context_.clock->sleep_for(pause, stop) ? 1 : 0;
}

// Called now and then inside a statement. Not 0 ends it.
int Database::look_up(void* self) { return static_cast<Database*>(self)->is_told_to_stop() ? 1 : 0; }

Result<Query> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement, &rest);
  Query query(statement, *this);
  if (code != SQLITE_OK) return last_error("a statement cannot be prepared");
  const std::string_view tail = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  if (tail.find_first_not_of(" \t\r\n\f;") != std::string_view::npos) {
    return Error(ErrorClass::kFailed, "sqlite.two_statements", "there are several statements; one is expected")
        .with("file", path_.string())
        .hint("write one statement; an extra `;` or bracket ends it early");
  }
  return query;
}

Status Database::execute(const std::string& sql) {
  if (is_told_to_stop()) return interrupted_error();
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return last_error("a statement failed");
}

std::int64_t Database::changes() const { return sqlite3_changes64(database_); }

Status Database::roll_back() {
  if (!in_transaction()) return {};
  Shield shield(*this);
  return execute("ROLLBACK");
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }

Error Database::last_error(const std::string& what) const {
  if (database_ == nullptr) return out_of_memory_error();
  const int code = sqlite3_extended_errcode(database_) & 0xff;
  if (is_told_to_stop() && (code == SQLITE_BUSY || code == SQLITE_INTERRUPT)) return interrupted_error();
  Error error = sqlite_error(sqlite3_extended_errcode(database_), what + ": " + sqlite3_errmsg(database_), path_);
  return code == SQLITE_FULL ? with_full_folder(std::move(error), path_) : error;
}

std::string quote_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string quote_literal(std::string_view value) {
  std::string out = "'";
  for (const char c : value) out.append(c == '\'' ? 2 : 1, c);
  return out + '\'';
}

}  // namespace dpone::sqlite
