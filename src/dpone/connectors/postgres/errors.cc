#include "dpone/connectors/postgres/errors.h"

#include <algorithm>

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
constexpr ErrorClass kUsage = ErrorClass::kUsage;
constexpr ErrorClass kUnavailable = ErrorClass::kUnavailable;

constexpr std::string_view kNoRaw =
    "if COPY refuses a value in binary form, do not pass bytes through: --no-raw (runtime.raw: false)";

constexpr Rule kRules[] = {
    // COPY calls a field that its type's binary input does not read to the end so.
    {"08P01", kFailed, Retry::kNever, "postgres.protocol", kNoRaw},
    {"08", kUnavailable, Retry::kUnknown, "postgres.connection", "check host, port and network, then run again"},
    {"57P01", kUnavailable, Retry::kUnknown, "postgres.shutdown",
     "the server or an administrator ended the session; run again"},
    {"57P02", kUnavailable, Retry::kUnknown, "postgres.shutdown", "the server crashed or restarted; run again"},
    {"57P03", kUnavailable, Retry::kSafe, "postgres.starting_up",
     "the server is starting or stopping; run again in a moment"},
    // The server was waiting for us: what came too late was not begun.
    {"57P05", kUnavailable, Retry::kSafe, "postgres.idle_timeout",
     "the server ends sessions that idle longer than its idle_session_timeout; run again"},
    {"25P03", kUnavailable, Retry::kSafe, "postgres.idle_timeout",
     "the server ends transactions that idle for too long; raise the connection's idle_timeout, or run again"},
    {"25P04", kUnavailable, Retry::kSafe, "postgres.transaction_timeout",
     "the server ends transactions that last longer than its transaction_timeout; raise it for this role"},
    {"57014", kUnavailable, Retry::kSafe, "postgres.canceled",
     "raise statement_timeout, or run again when the server is less busy"},
    {"25006", kFailed, Retry::kNever, "postgres.read_only",
     "a source is read-only: remove nextval, FOR UPDATE and functions that write from its query; a target must not be "
     "a standby or read-only: connect to the primary"},
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
    {"22P03", kFailed, Retry::kNever, "postgres.value", kNoRaw},
    {"22", kFailed, Retry::kNever, "postgres.value", ""},
    {"0A", kFailed, Retry::kNever, "postgres.not_supported", ""},
    {"58", kFailed, Retry::kNever, "postgres.system", "see the server's log"},
    {"XX", kFailed, Retry::kNever, "postgres.internal", "see the server's log"},
};

constexpr std::string_view kTls = "postgres.tls";
constexpr std::string_view kProtocol = "postgres.protocol";
constexpr std::string_view kSettings = "postgres.settings";

// What libpq itself says: in English, as dpone sets no locale.
struct TextRule {
  std::string_view part;
  std::string_view slug;
  std::string_view next_step;
  ErrorClass error_class = kFailed;
};

constexpr TextRule kTextRules[] = {
    {"SSL was required", kTls, "turn on TLS at the server, or choose an sslmode that does not require it"},
    {"does not match host name", kTls,
     "connect with a host name that the server's certificate contains, or set sslmode=verify-ca"},
    {"certificate verify failed", kTls,
     "set sslrootcert to the certificate of the authority that signed the server's certificate"},
    {"root certificate", kTls,
     "set sslrootcert to the certificate of the authority that signed the server's certificate"},
    {"certificate", kTls, "check sslcert, sslkey and sslrootcert"},
    {"private key", kTls, "check sslcert and sslkey; only the owner may have permission to read the key's file"},
    {"channel binding", kTls, "check channel_binding; it needs TLS"},
    {"received invalid response", kProtocol,
     "check host and port: the program that answers is not a PostgreSQL server"},
    {"expected authentication request", kProtocol,
     "check host and port: the program that answers is not a PostgreSQL server"},
    // Errors of libpq before it contacts a server.
    {"service file", kSettings, "check the service's name and pg_service.conf", kUsage},
    {"definition of service", kSettings, "check the service's name and pg_service.conf", kUsage},
    {"invalid ", kSettings, "correct the connection's settings", kUsage},
};

bool is_sqlstate(std::string_view text) {
  for (const char c : text) {
    if ((c < '0' || c > '9') && (c < 'A' || c > 'Z')) return false;
  }
  return text.size() == 5;
}

// `text` without its double-quoted parts: hosts, sockets and values are not libpq's words.
std::string without_names(std::string_view text) {
  std::string words;
  bool is_name = false;
  for (const char c : text) {
    if (c == '"') is_name = !is_name;
    if (!is_name) words += c;
  }
  return words;
}

// Cuts each SQLSTATE (`FATAL:  28P01: `) and place in the server's source (`LOCATION:  ...`) out of `text`; the last
// SQLSTATE, as that of the last host that was tried, or empty.
std::string cut_sqlstates(std::string& text) {
  std::string last;
  for (std::size_t at = text.find(":  "); at != std::string::npos; at = text.find(":  ", at + 1)) {
    const std::string code = text.substr(at + 3, 5);
    if (!is_sqlstate(code) || text.compare(at + 8, 2, ": ") != 0) continue;
    last = code;
    text.erase(at + 3, 7);
  }
  for (std::size_t at = text.find("\nLOCATION:"); at != std::string::npos; at = text.find("\nLOCATION:")) {
    text.erase(at, text.find('\n', at + 1) - at);
  }
  return last;
}

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

Error connect_error(std::string_view verbose) {
  std::string text(verbose);
  std::string state = cut_sqlstates(text);
  text = one_line(text);
  if (is_out_of_memory(text)) return out_of_memory_error();
  std::string message = "cannot connect: " + text;
  if (state.empty() && text.find("no password supplied") != std::string::npos) state = "28P01";
  if (!state.empty()) return error_from_sqlstate(state, std::move(message));
  const std::string words = without_names(text);
  for (const TextRule& rule : kTextRules) {
    if (words.find(rule.part) == std::string::npos) continue;
    if (rule.error_class == kUsage && words.find("connection to server") != std::string::npos) continue;
    return Error(rule.error_class, std::string(rule.slug), std::move(message)).hint(std::string(rule.next_step));
  }
  return error_from_sqlstate("08001", std::move(message));
}

std::optional<FailedGuard> failed_guard(const Error& error) {
  constexpr std::string_view kMark = "dpone:";
  const std::string_view message = error.message();
  const std::size_t at = message.find(kMark);
  if (error.native_code() != "22P02" || at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = message.substr(at + kMark.size());
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  std::string_view detail = rest.substr(std::min(colon + 1, rest.size()));
  if (detail.ends_with('"')) {
    detail.remove_suffix(1);
  } else {
    // A name in the detail ends in a quotation mark of SQL, whatever follows.
    while (!detail.empty() && (static_cast<unsigned char>(detail.back()) >= 0x80 || detail.back() == ' '))
      detail.remove_suffix(1);
  }
  return FailedGuard{std::string(rest.substr(0, colon)), std::string(detail)};
}

bool is_out_of_memory(std::string_view text) {
  return text.find("out of memory") != std::string_view::npos ||
         text.find("cannot allocate memory") != std::string_view::npos;
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_blank = c == '\n' || c == '\t' || c == ' ';
    if (!is_blank) {
      line += c;
    } else if (!line.empty() && (c == ' ' || line.back() != ' ')) {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace dpone::postgres
