#include "dpone/connectors/postgres/errors.h"

namespace dpone::postgres {
namespace {

struct Rule {
  std::string_view prefix;  // a whole SQLSTATE or the first characters of one; the first match wins
  ErrorClass error_class;
  Retry retry;
  std::string_view slug;
  std::string_view next_step;
};

constexpr ErrorClass kFailed = ErrorClass::kFailed;
constexpr ErrorClass kUnavailable = ErrorClass::kUnavailable;

constexpr Rule kRules[] = {
    {"08P01", kFailed, Retry::kNever, "postgres.protocol", ""},
    {"08", kUnavailable, Retry::kUnknown, "postgres.connection", "check host, port and network, then run again"},
    {"57P01", kUnavailable, Retry::kUnknown, "postgres.shutdown",
     "the server or an administrator ended the session; run again"},
    {"57P02", kUnavailable, Retry::kUnknown, "postgres.shutdown", "the server crashed or restarted; run again"},
    {"57P03", kUnavailable, Retry::kSafe, "postgres.starting_up",
     "the server is starting or stopping; run again in a moment"},
    {"57P05", kUnavailable, Retry::kUnknown, "postgres.idle_timeout", "the session was idle for too long; run again"},
    {"57014", kUnavailable, Retry::kSafe, "postgres.canceled",
     "raise statement_timeout, or run again when the server is less busy"},
    {"25P03", kUnavailable, Retry::kSafe, "postgres.idle_timeout", "the session was idle for too long; run again"},
    {"25006", kFailed, Retry::kNever, "postgres.read_only",
     "the server is a standby or read-only: connect to the primary"},
    {"53300", kUnavailable, Retry::kSafe, "postgres.too_many_connections",
     "wait for free connections, or raise the limit"},
    {"53100", kFailed, Retry::kNever, "postgres.disk_full", "free space on the server, then run again"},
    {"53", kUnavailable, Retry::kSafe, "postgres.resources",
     "the server is short of memory or another resource; run again"},
    {"55P03", kUnavailable, Retry::kSafe, "postgres.lock_timeout",
     "another session holds a lock on the table; run again, or wait longer"},
    {"55006", kUnavailable, Retry::kSafe, "postgres.in_use", ""},
    {"40", kUnavailable, Retry::kSafe, "postgres.serialization", "run again"},
    {"28", kFailed, Retry::kNever, "postgres.auth", "check user, password and the server's pg_hba.conf"},
    {"3D000", kFailed, Retry::kNever, "postgres.no_database", "check the database's name"},
    {"3F000", kFailed, Retry::kNever, "postgres.no_schema", "check the schema's name, or create it"},
    {"42501", kFailed, Retry::kNever, "postgres.permission", ""},
    {"42P01", kFailed, Retry::kNever, "postgres.no_relation", ""},
    {"42703", kFailed, Retry::kNever, "postgres.no_column", ""},
    {"42704", kFailed, Retry::kNever, "postgres.no_object", ""},
    {"42601", kFailed, Retry::kNever, "postgres.syntax", ""},
    {"42", kFailed, Retry::kNever, "postgres.statement", ""},
    {"23502", kFailed, Retry::kNever, "postgres.not_null", ""},
    {"23503", kFailed, Retry::kNever, "postgres.foreign_key", ""},
    {"23505", kFailed, Retry::kNever, "postgres.duplicate_key", ""},
    {"23514", kFailed, Retry::kNever, "postgres.check", ""},
    {"23", kFailed, Retry::kNever, "postgres.constraint", ""},
    {"22", kFailed, Retry::kNever, "postgres.value", ""},
    {"0A", kFailed, Retry::kNever, "postgres.not_supported", ""},
    {"58", kFailed, Retry::kNever, "postgres.system", "see the server's log"},
    {"XX", kFailed, Retry::kNever, "postgres.internal", "see the server's log"},
};

}  // namespace

Error error_from_sqlstate(std::string_view sqlstate, std::string message) {
  for (const Rule& rule : kRules) {
    if (sqlstate.starts_with(rule.prefix)) {
      return Error(rule.error_class, std::string(rule.slug), std::move(message))
          .native(std::string(sqlstate))
          .retry(rule.retry)
          .hint(std::string(rule.next_step));
    }
  }
  return Error(kFailed, "postgres.error", std::move(message)).native(std::string(sqlstate));
}

}  // namespace dpone::postgres
