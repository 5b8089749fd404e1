#include "dpone/connectors/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "dpone/base/nearest.h"
#include "dpone/connectors/postgres/errors.h"
#include "dpone/connectors/postgres/quote.h"

namespace dpone::postgres {
namespace {

constexpr std::chrono::milliseconds kStopCheck{100};

// Fields that go to libpq as they are; what is not here is refused by name.
constexpr std::array<std::string_view, 27> kPassThrough = {"hostaddr",
                                                           "passfile",
                                                           "service",
                                                           "sslmode",
                                                           "sslrootcert",
                                                           "sslcert",
                                                           "sslkey",
                                                           "sslcrl",
                                                           "sslcrldir",
                                                           "sslsni",
                                                           "sslcompression",
                                                           "ssl_min_protocol_version",
                                                           "ssl_max_protocol_version",
                                                           "channel_binding",
                                                           "gssencmode",
                                                           "krbsrvname",
                                                           "requirepeer",
                                                           "target_session_attrs",
                                                           "keepalives",
                                                           "keepalives_idle",
                                                           "keepalives_interval",
                                                           "keepalives_count",
                                                           "tcp_user_timeout",
                                                           "application_name",
                                                           "require_auth",
                                                           "sslpassword",
                                                           "load_balance_hosts"};
constexpr std::array<std::string_view, 9> kOwn = {"host",        "port",     "database",        "username",
                                                  "schema",      "password", "connect_timeout", "statement_timeout",
                                                  "idle_timeout"};

struct ConnectionKeywords {
  std::vector<std::string> names;
  std::vector<std::string> values;
  void add(std::string name, std::string value) {
    if (value.empty()) return;
    names.push_back(std::move(name));
    values.push_back(std::move(value));
  }
};

Result<ConnectionKeywords> keywords_of(const ConnectionSettings& settings) {
  ConnectionKeywords keywords;
  keywords.add("fallback_application_name", "dpone");
  for (const auto& [name, value] : settings.fields) {
    const bool passes = std::find(kPassThrough.begin(), kPassThrough.end(), name) != kPassThrough.end();
    if (passes) {
      keywords.add(name, value);
    } else if (std::find(kOwn.begin(), kOwn.end(), name) == kOwn.end()) {
      std::vector<std::string_view> known(kPassThrough.begin(), kPassThrough.end());
      known.insert(known.end(), kOwn.begin(), kOwn.end());
      const std::string nearest = nearest_name(name, known);
      return Error(ErrorClass::kUsage, "postgres.unknown_setting", "unknown connection setting \"" + name + "\"")
          .with("connection", settings.id)
          .hint(nearest.empty() ? "see docs/connectors/postgres.md for the settings"
                                : "did you mean \"" + nearest + "\"?");
    }
  }
  keywords.add("host", settings.field("host"));
  keywords.add("port", settings.field("port"));
  keywords.add("dbname", settings.field("database"));
  keywords.add("user", settings.field("username"));
  keywords.add("password", settings.password.reveal());
  keywords.add("client_encoding", "UTF8");
  return keywords;
}

std::string session_settings(const ConnectionSettings& settings, SessionRole role, int server_version) {
  std::string sql =
      "SET row_security = off; SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; "
      "SET IntervalStyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'; "
      "SET search_path = pg_catalog; SET standard_conforming_strings = on; SET jit = off; SET client_min_messages = "
      "warning; "
      "SET default_tablespace = ''; SET default_table_access_method = heap; SET array_nulls = on; "
      "SET xmloption = content; SET quote_all_identifiers = off; SET transform_null_equals = off; ";
  const std::string statement_timeout = settings.field("statement_timeout");
  sql += "SET statement_timeout = " + quote_literal(statement_timeout.empty() ? "0" : statement_timeout) + "; ";
  if (role == SessionRole::kSink) {
    // Every transaction here depends on them, and a role may have others as its defaults.
    sql +=
        "SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off; SET "
        "default_transaction_deferrable = off; ";
    const std::string idle_timeout = settings.field("idle_timeout");
    sql += "SET idle_in_transaction_session_timeout = " + quote_literal(idle_timeout.empty() ? "60s" : idle_timeout) +
           "; SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; "
           "SET lock_timeout = '60s'; ";
    if (server_version >= 140000) sql += "SET client_connection_check_interval = '5s'; ";
  } else {
    sql +=
        "SET idle_in_transaction_session_timeout = 0; SET default_transaction_read_only = on; SET lock_timeout = "
        "'60s'; ";
  }
  return sql;
}

std::string first_line(const char* text) {
  std::string line(text == nullptr ? "" : text);
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return line;
}

}  // namespace

Rows::Rows(pg_result* result) : result_(result) {}
void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }
int Rows::size() const { return PQntuples(result_.get()); }
bool Rows::is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
std::string Rows::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}
std::int64_t Rows::integer(int row, int column) const {
  return std::strtoll(PQgetvalue(result_.get(), row, column), nullptr, 10);
}
bool Rows::boolean(int row, int column) const { return PQgetvalue(result_.get(), row, column)[0] == 't'; }
std::int64_t Rows::affected() const { return std::strtoll(PQcmdTuples(result_.get()), nullptr, 10); }
int Rows::column_count() const { return PQnfields(result_.get()); }
std::string Rows::column_name(int column) const { return PQfname(result_.get(), column); }
std::uint32_t Rows::column_type(int column) const { return PQftype(result_.get(), column); }
int Rows::column_typmod(int column) const { return PQfmod(result_.get(), column); }

void Connection::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

Connection::Connection(pg_conn* connection, std::string id, const RunContext& context)
    : connection_(connection), id_(std::move(id)), context_(&context) {}

Result<Connection> Connection::open(const ConnectionSettings& settings, SessionRole role, const RunContext& context) {
  DPONE_TRY(const ConnectionKeywords keywords, keywords_of(settings));
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (std::size_t i = 0; i < keywords.names.size(); ++i) {
    names.push_back(keywords.names[i].c_str());
    values.push_back(keywords.values[i].c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  Connection connection(PQconnectStartParams(names.data(), values.data(), 0), settings.id, context);
  PGconn* raw = connection.connection_.get();
  if (raw == nullptr) return Error(ErrorClass::kFailed, "internal", "out of memory");

  const std::string timeout_text = settings.field("connect_timeout");
  const int timeout_seconds = timeout_text.empty() ? 10 : std::atoi(timeout_text.c_str());
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(timeout_seconds > 0 ? timeout_seconds : 10);
  bool is_late = false;
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (PQstatus(raw) != CONNECTION_BAD && state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
    pollfd socket{PQsocket(raw), static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    if (::poll(&socket, 1, static_cast<int>(kStopCheck.count())) > 0) state = PQconnectPoll(raw);
    if (context.stop.stop_requested()) return interrupted_error();
    if (std::chrono::steady_clock::now() > deadline) {
      is_late = true;
      break;
    }
  }
  if (is_late || PQstatus(raw) != CONNECTION_OK) {
    const std::string message =
        is_late ? "no answer within " + std::to_string(timeout_seconds) + " s" : first_line(PQerrorMessage(raw));
    // libpq gives no SQLSTATE for a failed connection; its messages for refusals by the server are stable.
    const bool is_refusal = message.find("FATAL:") != std::string::npos;
    std::string state_code = "08001";
    if (is_refusal) {
      if (message.find("authentication") != std::string::npos || message.find("pg_hba.conf") != std::string::npos ||
          message.find("role \"") != std::string::npos) {
        state_code = "28P01";
      } else if (message.find("database \"") != std::string::npos) {
        state_code = "3D000";
      } else if (message.find("too many") != std::string::npos ||
                 message.find("remaining connection slots") != std::string::npos) {
        state_code = "53300";
      } else if (message.find("starting up") != std::string::npos ||
                 message.find("shutting down") != std::string::npos || message.find("recovery") != std::string::npos) {
        state_code = "57P03";
      }
    } else if (message.find("no password supplied") != std::string::npos) {
      state_code = "28P01";
    } else if (message.find("service file") != std::string::npos ||
               message.find("definition of service") != std::string::npos ||
               message.find("invalid ") != std::string::npos || message.find("certificate") != std::string::npos) {
      return Error(ErrorClass::kFailed, "postgres.settings", message)
          .with("connection", settings.id)
          .hint("correct the connection's settings");
    }
    return error_from_sqlstate(state_code, "cannot connect: " + message)
        .with("connection", settings.id)
        .with("host", settings.field("host").empty() ? std::string("(default)") : settings.field("host"));
  }
  if (connection.server_version() < 120000) {
    return Error(ErrorClass::kFailed, "postgres.version", "PostgreSQL 12 or later is needed")
        .with("connection", settings.id)
        .with("server_version", std::to_string(connection.server_version() / 10000));
  }
  DPONE_CHECK(connection.execute(session_settings(settings, role, connection.server_version())));
  return connection;
}

int Connection::server_version() const { return PQserverVersion(connection_.get()); }
bool Connection::is_alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
bool Connection::in_transaction() const { return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }

Error Connection::connection_error(const std::string& what) const {
  if (is_cancel_sent_ && context_->stop.stop_requested()) return interrupted_error();
  return Error(ErrorClass::kUnavailable, "postgres.connection_lost",
               what + ": " + first_line(PQerrorMessage(connection_.get())))
      .with("connection", id_)
      .retry(Retry::kUnknown)
      .hint("check the network and the server, then run again");
}

Error Connection::result_error(pg_result* result) const {
  const auto field = [&](int code) {
    const char* value = PQresultErrorField(result, code);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string state = field(PG_DIAG_SQLSTATE);
  if (state.empty()) return connection_error("the connection was lost");
  if (state == "57014" && context_->stop.stop_requested()) return interrupted_error();
  std::string message = field(PG_DIAG_MESSAGE_PRIMARY);
  const std::string detail = field(PG_DIAG_MESSAGE_DETAIL);
  if (!detail.empty()) message += " (" + first_line(detail.c_str()) + ")";
  Error error = error_from_sqlstate(state, first_line(message.c_str())).with("connection", id_);
  const std::string table = field(PG_DIAG_TABLE_NAME);
  if (!table.empty()) error.add("table", field(PG_DIAG_SCHEMA_NAME) + "." + table);
  const std::string column = field(PG_DIAG_COLUMN_NAME);
  if (!column.empty()) error.add("column", column);
  const std::string constraint = field(PG_DIAG_CONSTRAINT_NAME);
  if (!constraint.empty()) error.add("constraint", constraint);
  const std::string context = field(PG_DIAG_CONTEXT);
  if (!context.empty()) error.add("context", first_line(context.c_str()));
  const std::string server_hint = field(PG_DIAG_MESSAGE_HINT);
  if (!server_hint.empty() && error.next_step().empty()) return std::move(error).hint(first_line(server_hint.c_str()));
  return error;
}

Status Connection::may_send() const {
  if (!is_shielded_ && context_->stop.stop_requested()) return interrupted_error();
  return {};
}

void Connection::cancel() {
  is_cancel_sent_ = true;
  PGcancel* handle = PQgetCancel(connection_.get());
  if (handle == nullptr) return;
  char message[256];
  PQcancel(handle, message, sizeof message);
  PQfreeCancel(handle);
}

// Waits until the socket is ready. A stop request is turned into a cancel, again and again until the server answers:
// one that arrives before the statement has begun is lost.
Status Connection::wait(bool for_write) {
  pollfd socket{PQsocket(connection_.get()), static_cast<short>(for_write ? POLLIN | POLLOUT : POLLIN), 0};
  while (true) {
    const int ready = ::poll(&socket, 1, static_cast<int>(kStopCheck.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return connection_error("cannot wait for the server");
    if (*is_given_up_ || (!is_shielded_ && context_->stop.stop_requested())) cancel();
  }
}

Result<pg_result*> Connection::next_result() {
  while (PQflush(connection_.get()) == 1) DPONE_CHECK(wait(true));
  while (PQisBusy(connection_.get()) != 0) {
    DPONE_CHECK(wait(false));
    if (PQconsumeInput(connection_.get()) == 0) return connection_error("the connection was lost");
  }
  return PQgetResult(connection_.get());
}

// Reads all results of what was sent; the first error wins.
Result<Rows> Connection::last_result() {
  std::optional<Rows> last;
  std::optional<Error> error;
  while (true) {
    DPONE_TRY(pg_result* const result, next_result());
    if (result == nullptr) break;
    Rows rows(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      return rows;
    }
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_NONFATAL_ERROR) {
      if (!error) error = result_error(result);
      if (PQstatus(connection_.get()) == CONNECTION_BAD) break;
      continue;
    }
    last.emplace(std::move(rows));
  }
  if (error) return *error;
  if (!last) {
    if (!is_alive()) return connection_error("the connection was lost");
    return Error(ErrorClass::kFailed, "internal", "the server sent no result");
  }
  return std::move(*last);
}

Result<Rows> Connection::query(const std::string& sql, const Parameters& parameters) {
  DPONE_CHECK(may_send());
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  if (PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                        nullptr, nullptr, 0) == 0) {
    return connection_error("cannot send a statement");
  }
  return last_result();
}

Result<Rows> Connection::execute(const std::string& sql) {
  DPONE_CHECK(may_send());
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return connection_error("cannot send a statement");
  return last_result();
}

Result<Rows> Connection::describe(const std::string& sql) {
  DPONE_CHECK(may_send());
  if (PQsendPrepare(connection_.get(), "", sql.c_str(), 0, nullptr) == 0)
    return connection_error("cannot send a statement");
  DPONE_CHECK(last_result());
  if (PQsendDescribePrepared(connection_.get(), "") == 0) return connection_error("cannot send a statement");
  return last_result();
}

Status Connection::begin_copy_out(const std::string& sql) {
  DPONE_CHECK(may_send());
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return connection_error("cannot send a statement");
  DPONE_CHECK(last_result());
  return {};
}

Result<bool> Connection::read_copy(std::string& out, std::size_t at_least) {
  const std::size_t wanted = out.size() + at_least;
  while (out.size() < wanted) {
    char* message = nullptr;
    const int length = PQgetCopyData(connection_.get(), &message, 1);
    if (length > 0) {
      out.append(message, static_cast<std::size_t>(length));
      PQfreemem(message);
      continue;
    }
    if (length == -1) return false;
    if (length == -2) return connection_error("the connection was lost while reading");
    DPONE_CHECK(wait(false));
    if (PQconsumeInput(connection_.get()) == 0) return connection_error("the connection was lost while reading");
    if (*is_given_up_ || (!is_shielded_ && context_->stop.stop_requested())) cancel();
  }
  return true;
}

Result<std::int64_t> Connection::finish_copy_out() {
  DPONE_TRY(const Rows rows, last_result());
  return rows.affected();
}

Status Connection::begin_copy_in(const std::string& sql) { return begin_copy_out(sql); }

Status Connection::write_copy(std::string_view bytes) {
  DPONE_CHECK(may_send());
  if (bytes.empty()) return {};
  if (PQputCopyData(connection_.get(), bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return connection_error("the connection was lost while writing");
  }
  // libpq looks at no answer before the end of the data, and a COPY that failed early would be fed to the end. Without
  // TLS one look at the socket tells: an ErrorResponse begins with 'E'.
  char first = 0;
  if (PQsslInUse(connection_.get()) == 0 &&
      ::recv(PQsocket(connection_.get()), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && first == 'E') {
    PQputCopyEnd(connection_.get(), "the server reported an error");
    DPONE_CHECK(last_result());
  }
  return {};
}

Result<std::int64_t> Connection::finish_copy_in() {
  if (PQputCopyEnd(connection_.get(), nullptr) != 1) return connection_error("the connection was lost while writing");
  DPONE_TRY(const Rows rows, last_result());
  return rows.affected();
}

void Connection::abort_copy_in(const std::string& reason) {
  if (!is_alive()) return;
  PQputCopyEnd(connection_.get(), reason.c_str());
  drain();
}

void Connection::drain() {
  while (pg_result* result = PQgetResult(connection_.get())) {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) break;
  }
}

}  // namespace dpone::postgres
