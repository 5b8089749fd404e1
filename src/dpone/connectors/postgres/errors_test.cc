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
    {"25P04", ErrorClass::kUnavailable, "postgres.transaction_timeout"},
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

TEST(PostgresErrors, WhatTheServerDidNotBeginMayBeSentAgain) {
  for (const char* sqlstate : {"25P03", "25P04", "57P05", "57P03", "40001"}) {
    EXPECT_EQ(error_from_sqlstate(sqlstate, "said").retry_class(), Retry::kSafe) << sqlstate;
  }
  EXPECT_EQ(error_from_sqlstate("57P01", "said").retry_class(), Retry::kUnknown);
}

struct ConnectCase {
  const char* text;
  ErrorClass error_class;
  const char* slug;
  const char* message;
};

// As PQerrorMessage gives them with PQERRORS_VERBOSE.
constexpr ConnectCase kConnectCases[] = {
    {"connection to server at \"h\", port 1 failed: FATAL:  28P01: password authentication failed for user \"me\"\n"
     "LOCATION:  auth_failed, auth.c:334\n",
     ErrorClass::kFailed, "postgres.auth",
     "cannot connect: connection to server at \"h\", port 1 failed: FATAL:  password authentication failed for user "
     "\"me\""},
    // The same from servers with lc_messages = ru_RU and de_DE: words and severity differ.
    {"connection to server at \"h\", port 1 failed: ВАЖНО:  28P01: пользователь \"me\" не прошёл проверку подлинности\n"
     "LOCATION:  auth_failed, auth.c:334\n",
     ErrorClass::kFailed, "postgres.auth",
     "cannot connect: connection to server at \"h\", port 1 failed: ВАЖНО:  пользователь \"me\" не прошёл проверку "
     "подлинности"},
    {"connection to server at \"h\", port 1 failed: FATAL:  3D000: Datenbank »x« existiert nicht\nLOCATION:  "
     "InitPostgres, postinit.c:1023\n",
     ErrorClass::kFailed, "postgres.no_database",
     "cannot connect: connection to server at \"h\", port 1 failed: FATAL:  Datenbank »x« existiert nicht"},
    {"FATAL:  53300: sorry, too many clients already\nLOCATION:  InitProcess, proc.c:361\n", ErrorClass::kUnavailable,
     "postgres.too_many_connections", "cannot connect: FATAL:  sorry, too many clients already"},
    {"FATAL:  57P03: das Datenbanksystem startet\nLOCATION:  x, y.c:1\n", ErrorClass::kUnavailable,
     "postgres.starting_up", "cannot connect: FATAL:  das Datenbanksystem startet"},
    {"FATAL:  42501: permission denied for database \"x\"\nDETAIL:  no CONNECT\nLOCATION:  x, y.c:1\n",
     ErrorClass::kFailed, "postgres.permission",
     "cannot connect: FATAL:  permission denied for database \"x\" DETAIL:  no CONNECT"},
    // Two hosts: the last that was tried decides.
    {"a failed: FATAL:  57P03: starting\nLOCATION:  x, y.c:1\nb failed: FATAL:  28P01: no\nLOCATION:  x, y.c:1\n",
     ErrorClass::kFailed, "postgres.auth", "cannot connect: a failed: FATAL:  starting b failed: FATAL:  no"},
    // libpq's own words.
    {"connection to server at \"h\", port 1 failed: fe_sendauth: no password supplied\n", ErrorClass::kFailed,
     "postgres.auth",
     "cannot connect: connection to server at \"h\", port 1 failed: fe_sendauth: no password supplied"},
    {"h failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n",
     ErrorClass::kUnavailable, "postgres.connection",
     "cannot connect: h failed: Connection refused Is the server running on that host and accepting TCP/IP "
     "connections?"},
    {"h failed: server does not support SSL, but SSL was required\n", ErrorClass::kFailed, "postgres.tls",
     "cannot connect: h failed: server does not support SSL, but SSL was required"},
    {"h failed: SSL error: certificate verify failed\n", ErrorClass::kFailed, "postgres.tls",
     "cannot connect: h failed: SSL error: certificate verify failed"},
    {"definition of service \"x\" not found\n", ErrorClass::kUsage, "postgres.settings",
     "cannot connect: definition of service \"x\" not found"},
    {"invalid sslmode value: \"x\"\n", ErrorClass::kUsage, "postgres.settings",
     "cannot connect: invalid sslmode value: \"x\""},
    // A name is not one of libpq's words.
    {"could not translate host name \"certificate-db.invalid\" to address: Name or service not known\n",
     ErrorClass::kUnavailable, "postgres.connection",
     "cannot connect: could not translate host name \"certificate-db.invalid\" to address: Name or service not known"},
    {"connection to server on socket \"/tmp/invalid dir/.s.PGSQL.5432\" failed: No such file or directory\n",
     ErrorClass::kUnavailable, "postgres.connection",
     "cannot connect: connection to server on socket \"/tmp/invalid dir/.s.PGSQL.5432\" failed: No such file or "
     "directory"},
    // The program that answered is not a PostgreSQL server.
    {"h failed: received invalid response to SSL negotiation: H\n", ErrorClass::kFailed, "postgres.protocol",
     "cannot connect: h failed: received invalid response to SSL negotiation: H"},
    {"h failed: expected authentication request from server, but received H\n", ErrorClass::kFailed,
     "postgres.protocol", "cannot connect: h failed: expected authentication request from server, but received H"},
    {"out of memory\n", ErrorClass::kFailed, "out_of_memory", "dpone ran out of memory"},
    {"", ErrorClass::kUnavailable, "postgres.connection", "cannot connect: "},
    {"FATAL:  2", ErrorClass::kUnavailable, "postgres.connection", "cannot connect: FATAL:  2"},
};

TEST(PostgresErrors, AFailedConnectionIsToldByItsStateWhateverTheLanguage) {
  for (const ConnectCase& one : kConnectCases) {
    const Error error = connect_error(one.text);
    EXPECT_EQ(error.slug(), one.slug) << one.text;
    EXPECT_EQ(error.error_class(), one.error_class) << one.text;
    EXPECT_EQ(error.message(), one.message);
  }
}

TEST(PostgresErrors, AGuardIsReadWhateverTheLanguage) {
  const char* const messages[][2] = {
      {"invalid input syntax for type integer: \"dpone:gate.row_count:12\"", "12"},
      {"ungültige Eingabesyntax für Typ integer: »dpone:gate.row_count:12«", "12"},
      {"syntaxe en entrée invalide pour le type integer : « dpone:gate.row_count:12 »", "12"},
      {"invalid input syntax for type integer: \"dpone:gate.row_count:\"public\".\"née\"\"", "\"public\".\"née\""},
      {"ungültige Eingabesyntax für Typ integer: „dpone:gate.row_count:\"public\".\"née\"“", "\"public\".\"née\""}};
  for (const auto& [message, detail] : messages) {
    const auto guard = failed_guard(error_from_sqlstate("22P02", message));
    ASSERT_TRUE(guard) << message;
    EXPECT_EQ(guard->slug, "gate.row_count");
    EXPECT_EQ(guard->detail, detail) << message;
  }
  EXPECT_FALSE(failed_guard(error_from_sqlstate("22P02", "invalid input syntax for type integer: \"x\"")));
  EXPECT_FALSE(failed_guard(error_from_sqlstate("22003", "dpone:gate.row_count:12")));
  EXPECT_EQ(failed_guard(error_from_sqlstate("22P02", "dpone:x"))->detail, "");
}

TEST(PostgresErrors, AValueThatBinaryInputRefusesNamesTheOptionThatLoadsIt) {
  for (const char* code : {"22P03", "08P01"}) {
    EXPECT_NE(error_from_sqlstate(code, "invalid").next_step().find("--no-raw"), std::string::npos) << code;
  }
  EXPECT_EQ(error_from_sqlstate("22003", "out of range").next_step(), "");
}

}  // namespace
}  // namespace dpone::postgres
