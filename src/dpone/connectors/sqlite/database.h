// Database and Query: one SQLite connection and its prepared statements, as move-only owners with errors as values.
// Used by one thread at a time. A statement, and a
// wait for another connection's lock, ends when the run is interrupted.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dpone/base/result.h"
#include "dpone/base/run_context.h"

struct sqlite3;
struct sqlite3_stmt;

namespace dpone::sqlite {

// A prepared statement. Values that it returns live until the next step(), reset() or its end.
class Query {
 public:
  // The next row; false at the end.
  Result<bool> step();
  // To run again, with new parameters.
  void reset();

  // Parameters count from 1, columns from 0. The bytes of a text or blob are REQUIRED to live until the next reset.
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, double value);
  void bind_text(int parameter, std::string_view value);
  void bind_blob(int parameter, std::string_view value);
  void bind_null(int parameter);

  int type(int column) const;  // SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB, SQLITE_NULL
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // of a blob its bytes, of anything else its text in UTF-8
  int column_count() const;
  std::string column_name(int column) const;
  sqlite3_stmt* handle() const { return statement_.get(); }

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Query(sqlite3_stmt* statement, const class Database& database);
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const class Database* database_;
};

enum class OpenMode { kRead, kWrite, kCreate };

class Database {
 public:
  // Slugs: sqlite.no_database (kRead and kWrite), sqlite.not_a_database, sqlite.corrupt, sqlite.busy, sqlite.io and
  // those of errors.h. `context` must outlive the database.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path, OpenMode mode,
                                                std::chrono::milliseconds busy_timeout, const RunContext& context);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // `sqlite.two_statements` if something follows the first.
  Result<Query> prepare(std::string_view sql);
  // One or more statements without results.
  Status execute(const std::string& sql);
  std::int64_t changes() const;  // rows that the last INSERT, UPDATE or DELETE touched
  bool in_transaction() const;
  // Sets the longest wait for a lock of another connection.
  void set_busy_timeout(std::chrono::milliseconds timeout) { busy_timeout_ = timeout; }
  // Rolls back an open transaction. A stop does not end it.
  Status roll_back();
  const std::filesystem::path& path() const { return path_; }
  sqlite3* handle() const { return database_; }
  // What SQLite says of the last call that failed.
  Error last_error(const std::string& what) const;

 private:
  Database(std::filesystem::path path, std::chrono::milliseconds busy_timeout, const RunContext& context);
  friend class Shield;
  friend class Query;
  static int wait(void* self, int attempts);
  static int look_up(void* self);
  bool is_told_to_stop() const { return shields_ == 0 && context_.stop.stop_requested(); }

  std::filesystem::path path_;
  std::chrono::milliseconds busy_timeout_;
  const RunContext& context_;
  std::chrono::steady_clock::time_point waiting_since_;
  sqlite3* database_ = nullptr;
  int shields_ = 0;
};

// While one lives, a stop does not end the statements of the database: to roll back, drop and find out.
class Shield {
 public:
  explicit Shield(Database& database) : database_(database) { ++database_.shields_; }
  ~Shield() { --database_.shields_; }
  Shield(const Shield&) = delete;
  Shield& operator=(const Shield&) = delete;

 private:
  Database& database_;
};

// "Mixed ""Case""", always quoted.
std::string quote_name(std::string_view name);
// 'it''s'
std::string quote_literal(std::string_view value);

}  // namespace dpone::sqlite
