#include "dpone/connectors/sqlite/errors.h"

#include <sqlite3.h>

namespace dpone::sqlite {
namespace {

struct Row {
  int code;  // primary
  ErrorClass error_class;
  Retry retry;
  const char* slug;
  const char* hint;
};

// https://www.sqlite.org/rescode.html
constexpr Row kRows[] = {
    {SQLITE_BUSY, ErrorClass::kUnavailable, Retry::kSafe, "sqlite.busy",
     "another program has locked the database; try again, or raise busy_timeout of the connection"},
    {SQLITE_LOCKED, ErrorClass::kUnavailable, Retry::kSafe, "sqlite.busy",
     "another statement has locked the table; try again"},
    {SQLITE_READONLY, ErrorClass::kFailed, Retry::kNever, "sqlite.read_only",
     "the file or its folder is not writable: check their permissions"},
    {SQLITE_PERM, ErrorClass::kFailed, Retry::kNever, "sqlite.permission", "check the permissions of the file"},
    {SQLITE_AUTH, ErrorClass::kFailed, Retry::kNever, "sqlite.permission", "check the permissions of the file"},
    {SQLITE_CANTOPEN, ErrorClass::kFailed, Retry::kNever, "sqlite.cannot_open",
     "check that the folder exists and is writable: SQLite creates its journal beside the file"},
    {SQLITE_NOTADB, ErrorClass::kFailed, Retry::kNever, "sqlite.not_a_database",
     "the file is not a SQLite database, or it is encrypted"},
    {SQLITE_CORRUPT, ErrorClass::kFailed, Retry::kNever, "sqlite.corrupt",
     "the file is damaged: restore it, or try `sqlite3 FILE .recover`"},
    {SQLITE_FULL, ErrorClass::kFailed, Retry::kNever, "sqlite.disk_full",
     "free some space on the disk; nothing was published"},
    {SQLITE_IOERR, ErrorClass::kFailed, Retry::kNever, "sqlite.io",
     "check the system's log: the disk reported an error"},
    {SQLITE_TOOBIG, ErrorClass::kFailed, Retry::kNever, "sqlite.too_big",
     "SQLite stores values and rows of at most 1,000,000,000 bytes"},
    {SQLITE_CONSTRAINT, ErrorClass::kFailed, Retry::kNever, "sqlite.constraint",
     "a row violates a constraint of the table; the target is unchanged"},
    {SQLITE_MISMATCH, ErrorClass::kFailed, Retry::kNever, "sqlite.type", "a value does not have its column's type"},
    {SQLITE_NOMEM, ErrorClass::kFailed, Retry::kNever, "sqlite.no_memory", "give the process more memory"},
    {SQLITE_SCHEMA, ErrorClass::kUnavailable, Retry::kSafe, "sqlite.schema_changed",
     "the database's definition changed during the run; run again"},
    {SQLITE_INTERRUPT, ErrorClass::kInterrupted, Retry::kSafe, "interrupted", "run again"},
};

}  // namespace

Error sqlite_error(int code, std::string message, const std::filesystem::path& file) {
  const int primary = code & 0xff;
  for (const Row& row : kRows) {
    if (row.code != primary) continue;
    return Error(row.error_class, row.slug, std::move(message))
        .with("file", file.string())
        .native(std::to_string(code))
        .retry(row.retry)
        .hint(row.hint);
  }
  return Error(ErrorClass::kFailed, "sqlite.error", std::move(message))
      .with("file", file.string())
      .native(std::to_string(code));
}

}  // namespace dpone::sqlite
