#include "dpone/connectors/postgres/errors.h"

#include <gtest/gtest.h>

namespace dpone::postgres {
namespace {

struct Case {
  const char* sqlstate;
  ErrorClass error_class;
  const char* slug;
};

// 1 is kFailed: something is wrong. 4 is kUnavailable: trying again is sensible.
constexpr Case kCases[] = {
    {"08006", ErrorClass::kUnavailable, "postgres.connection"},
    {"08P01", ErrorClass::kFailed, "postgres.protocol"},
    {"57P01", ErrorClass::kUnavailable, "postgres.shutdown"},
    {"57P02", ErrorClass::kUnavailable, "postgres.shutdown"},
    {"57P03", ErrorClass::kUnavailable, "postgres.starting_up"},
    {"57P05", ErrorClass::kUnavailable, "postgres.idle_timeout"},
    {"57014", ErrorClass::kUnavailable, "postgres.canceled"},
    {"25P03", ErrorClass::kUnavailable, "postgres.idle_timeout"},
    {"25006", ErrorClass::kFailed, "postgres.read_only"},
    {"53300", ErrorClass::kUnavailable, "postgres.too_many_connections"},
    {"53100", ErrorClass::kFailed, "postgres.disk_full"},
    {"53200", ErrorClass::kUnavailable, "postgres.resources"},
    {"55P03", ErrorClass::kUnavailable, "postgres.lock_timeout"},
    {"40001", ErrorClass::kUnavailable, "postgres.serialization"},
    {"40P01", ErrorClass::kUnavailable, "postgres.serialization"},
    {"28P01", ErrorClass::kFailed, "postgres.auth"},
    {"28000", ErrorClass::kFailed, "postgres.auth"},
    {"3D000", ErrorClass::kFailed, "postgres.no_database"},
    {"3F000", ErrorClass::kFailed, "postgres.no_schema"},
    {"42501", ErrorClass::kFailed, "postgres.permission"},
    {"42P01", ErrorClass::kFailed, "postgres.no_relation"},
    {"42703", ErrorClass::kFailed, "postgres.no_column"},
    {"42704", ErrorClass::kFailed, "postgres.no_object"},
    {"42601", ErrorClass::kFailed, "postgres.syntax"},
    {"42883", ErrorClass::kFailed, "postgres.statement"},
    {"23502", ErrorClass::kFailed, "postgres.not_null"},
    {"23503", ErrorClass::kFailed, "postgres.foreign_key"},
    {"23505", ErrorClass::kFailed, "postgres.duplicate_key"},
    {"23514", ErrorClass::kFailed, "postgres.check"},
    {"23P01", ErrorClass::kFailed, "postgres.constraint"},
    {"22003", ErrorClass::kFailed, "postgres.value"},
    {"0A000", ErrorClass::kFailed, "postgres.not_supported"},
    {"58030", ErrorClass::kFailed, "postgres.system"},
    {"XX000", ErrorClass::kFailed, "postgres.internal"},
    {"ZZ999", ErrorClass::kFailed, "postgres.error"},
};

TEST(PostgresErrors, EverySqlstateHasItsClassAndSlug) {
  for (const Case& one : kCases) {
    const Error error = error_from_sqlstate(one.sqlstate, "said");
    EXPECT_EQ(error.slug(), one.slug) << one.sqlstate;
    EXPECT_EQ(error.error_class(), one.error_class) << one.sqlstate;
    EXPECT_EQ(error.native_code(), one.sqlstate);
    EXPECT_EQ(error.message(), "said");
  }
}

}  // namespace
}  // namespace dpone::postgres
