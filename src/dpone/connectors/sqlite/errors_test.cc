#include "dpone/connectors/sqlite/errors.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace dpone::sqlite {
namespace {

struct Case {
  int code;
  ErrorClass error_class;
  const char* slug;
};

// Extended codes are classified by their primary code.
constexpr Case kCases[] = {
    {SQLITE_BUSY, ErrorClass::kUnavailable, "sqlite.busy"},
    {SQLITE_BUSY_SNAPSHOT, ErrorClass::kUnavailable, "sqlite.busy"},
    {SQLITE_LOCKED, ErrorClass::kUnavailable, "sqlite.busy"},
    {SQLITE_READONLY, ErrorClass::kFailed, "sqlite.read_only"},
    {SQLITE_READONLY_DIRECTORY, ErrorClass::kFailed, "sqlite.read_only"},
    {SQLITE_PERM, ErrorClass::kFailed, "sqlite.permission"},
    {SQLITE_CANTOPEN, ErrorClass::kFailed, "sqlite.cannot_open"},
    {SQLITE_CANTOPEN_ISDIR, ErrorClass::kFailed, "sqlite.cannot_open"},
    {SQLITE_NOTADB, ErrorClass::kFailed, "sqlite.not_a_database"},
    {SQLITE_CORRUPT, ErrorClass::kFailed, "sqlite.corrupt"},
    {SQLITE_CORRUPT_INDEX, ErrorClass::kFailed, "sqlite.corrupt"},
    {SQLITE_FULL, ErrorClass::kFailed, "sqlite.disk_full"},
    {SQLITE_IOERR_FSYNC, ErrorClass::kFailed, "sqlite.io"},
    {SQLITE_TOOBIG, ErrorClass::kFailed, "sqlite.too_big"},
    {SQLITE_CONSTRAINT_CHECK, ErrorClass::kFailed, "sqlite.constraint"},
    {SQLITE_CONSTRAINT_DATATYPE, ErrorClass::kFailed, "sqlite.constraint"},
    {SQLITE_MISMATCH, ErrorClass::kFailed, "sqlite.type"},
    {SQLITE_NOMEM, ErrorClass::kFailed, "sqlite.no_memory"},
    {SQLITE_SCHEMA, ErrorClass::kUnavailable, "sqlite.schema_changed"},
    {SQLITE_INTERRUPT, ErrorClass::kInterrupted, "interrupted"},
    {SQLITE_ERROR, ErrorClass::kFailed, "sqlite.error"},
};

TEST(SqliteErrors, EveryCodeHasItsClassAndSlug) {
  for (const Case& one : kCases) {
    const Error error = sqlite_error(one.code, "said", "a.db");
    EXPECT_EQ(error.slug(), one.slug) << one.code;
    EXPECT_EQ(error.error_class(), one.error_class) << one.code;
    EXPECT_EQ(error.native_code(), std::to_string(one.code));
    EXPECT_EQ(error.message(), "said");
    EXPECT_EQ(error.context_value("file"), "a.db");
  }
}

TEST(SqliteErrors, OnlyWhatSurelyHadNoEffectMayBeTriedAgain) {
  EXPECT_EQ(sqlite_error(SQLITE_BUSY, "", "").retry_class(), Retry::kSafe);
  EXPECT_EQ(sqlite_error(SQLITE_IOERR, "", "").retry_class(), Retry::kNever);
  EXPECT_EQ(sqlite_error(SQLITE_CONSTRAINT, "", "").retry_class(), Retry::kNever);
}

}  // namespace
}  // namespace dpone::sqlite
