#include "dpone/connectors/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <thread>

#include "dpone/base/contains.h"
#include "dpone/connectors/postgres/errors.h"

namespace dpone::postgres {
namespace {

constexpr std::chrono::milliseconds kStopCheck{100};
constexpr std::chrono::seconds kCancelEvery{1};
// After a stop: how long the server may be silent before another session asks whether it is still there.
constexpr std::chrono::milliseconds kStopPatience{2000};
constexpr std::chrono::seconds kCancelPatience{3};  // a server that is well takes a request at once
constexpr std::chrono::milliseconds kStallTimeout{30'000};
// How long an answer may be under way when the server says that it waits for us.
constexpr std::chrono::seconds kUnderWay{3};
constexpr int kMostUnreachable = 2;

// The one server that a connection has, of those that its settings name.
ConnectionSettings settings_of(PGconn* connection, ConnectionSettings settings) {
  const auto set = [&](const char* field, const char* value) {
    if (value != nullptr && *value != '\0') settings.fields[field] = value;
  };
  set("host", PQhost(connection));
  set("hostaddr", PQhostaddr(connection));
  set("port", PQport(connection));
  settings.fields["stall_timeout"] = "0";
  return settings;
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
int Rows::parameter_count() const { return PQnparams(result_.get()); }
int Rows::column_typmod(int column) const { return PQfmod(result_.get(), column); }

void Connection::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

Connection::Connection(pg_conn* connection, std::string id, const RunContext& context)
    : connection_(connection), id_(std::move(id)), context_(&context) {}

Result<Connection> Connection::open(const ConnectionSettings& settings, SessionRole role, const RunContext& context) {
  DPONE_TRY(Keywords keywords, connection_keywords(settings));
  for (auto& keyword : keepalive_defaults(keywords)) keywords.push_back(std::move(keyword));
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  Connection connection(PQconnectStartParams(names.data(), values.data(), 0), settings.id, context);
  PGconn* raw = connection.connection_.get();
  if (raw == nullptr) return out_of_memory_error();
  PQsetErrorVerbosity(raw, PQERRORS_VERBOSE);

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
        is_late ? "no answer within " + std::to_string(timeout_seconds) + " s" : PQerrorMessage(raw);
    return connect_error(message)
        .with("connection", settings.id)
        .with("host", settings.field("host").empty() ? std::string("(default)") : settings.field("host"));
  }
  PQsetErrorVerbosity(raw, PQERRORS_DEFAULT);
  // Otherwise libpq would block while it sends, regardless of the run and of the server.
  PQsetnonblocking(raw, 1);
  if (connection.server_version() < 120000) {
    return Error(ErrorClass::kFailed, "postgres.version", "PostgreSQL 12 or later is required")
        .with("connection", settings.id)
        .with("server_version", std::to_string(connection.server_version() / 10000));
  }
  DPONE_TRY(const Rows session, connection.execute(session_settings(settings, role, connection.server_version()) +
                                                   "SELECT pg_backend_pid(), pg_postmaster_start_time()::text"));
  connection.peer_ = {settings_of(raw, settings), static_cast<int>(session.integer(0, 0)), session.text(0, 1)};
  const std::string stall_timeout = settings.field("stall_timeout");
  connection.stall_timeout_ =
      stall_timeout.empty() ? kStallTimeout : std::chrono::milliseconds(std::atoll(stall_timeout.c_str()));
  return connection;
}

int Connection::server_version() const { return PQserverVersion(connection_.get()); }
bool Connection::is_alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
bool Connection::in_transaction() const { return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }

Error Connection::connection_error(const std::string& what) const {
  if (cancel_sent_at_ && context_->stop.stop_requested()) return interrupted_error();
  const std::string text = one_line(PQerrorMessage(connection_.get()));
  if (is_out_of_memory(text)) return out_of_memory_error().with("connection", id_);
  return Error(ErrorClass::kUnavailable, "postgres.connection_lost", what + ": " + text)
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
  if (!detail.empty()) message += " (" + one_line(detail) + ")";
  Error error = error_from_sqlstate(state, one_line(message)).with("connection", id_);
  const std::string table = field(PG_DIAG_TABLE_NAME);
  if (!table.empty()) error.add("table", field(PG_DIAG_SCHEMA_NAME) + "." + table);
  const std::string column = field(PG_DIAG_COLUMN_NAME);
  if (!column.empty()) error.add("column", column);
  const std::string constraint = field(PG_DIAG_CONSTRAINT_NAME);
  if (!constraint.empty()) error.add("constraint", constraint);
  const std::string context = field(PG_DIAG_CONTEXT);
  if (!context.empty()) error.add("context", one_line(context));
  const bool is_unknown_name = state == "42P01" || state == "42883" || state == "42704";
  if (is_unknown_name && context.find("function ") != std::string::npos && error.next_step().empty()) {
    return std::move(error).hint(
        "a function resolves names by the session's search_path: set one for it (ALTER FUNCTION ... SET search_path), "
        "or, at the source, set source.options.search_path: role");
  }
  const std::string server_hint = field(PG_DIAG_MESSAGE_HINT);
  if (!server_hint.empty() && error.next_step().empty()) return std::move(error).hint(one_line(server_hint));
  return error;
}

Status Connection::may_send() const {
  if (!is_shielded_ && context_->stop.stop_requested()) return interrupted_error();
  return {};
}

// Do not ask a busy server ten times a second: each cancel needs a separate connection.
void Connection::cancel() {
  const auto now = std::chrono::steady_clock::now();
  if (cancel_sent_at_ && now - *cancel_sent_at_ < kCancelEvery) return;
  if (is_cancel_taken_ && !*is_cancel_taken_) return;  // one at a time
  PGcancel* handle = PQgetCancel(connection_.get());
  if (handle == nullptr) return;
  cancel_sent_at_ = now;
  is_cancel_taken_ = std::make_shared<std::atomic<bool>>(false);
  // PQcancel waits as long as the server lets it: a thread of its own, which the end of the program ends.
  try {
    std::thread([handle, is_taken = is_cancel_taken_] {
      char message[256];
      PQcancel(handle, message, sizeof message);
      PQfreeCancel(handle);
      *is_taken = true;
    }).detach();
  } catch (const std::system_error&) {
    PQfreeCancel(handle);
    *is_cancel_taken_ = true;
  }
}

bool Connection::is_deaf() const {
  return is_cancel_taken_ && !*is_cancel_taken_ &&
         std::chrono::steady_clock::now() - *cancel_sent_at_ > kCancelPatience;
}

// Waits until the socket is ready. A stop request is turned into a cancel, again and again until the server answers:
// one that arrives before the statement has begun is lost.
Status Connection::wait(bool for_write) {
  pollfd socket{PQsocket(connection_.get()), static_cast<short>(for_write ? POLLIN | POLLOUT : POLLIN), 0};
  auto silent_since = std::chrono::steady_clock::now();
  while (true) {
    const int ready = ::poll(&socket, 1, static_cast<int>(kStopCheck.count()));
    if (ready > 0) {
      times_unreachable_ = 0;
      return {};
    }
    if (ready < 0 && errno != EINTR) return connection_error("cannot wait for the server");
    if (*is_given_up_ || (!is_shielded_ && context_->stop.stop_requested())) cancel();
    if (is_deaf()) {
      Error lost = give_up_silent("the server takes no request to cancel the statement");
      return context_->stop.stop_requested() ? interrupted_error() : lost;
    }
    const auto now = std::chrono::steady_clock::now();
    if (deadline_ && now > *deadline_) return give_up_silent("no answer from the server in time");
    const bool is_stopping = context_->stop.stop_requested();
    const auto patience = is_stopping ? kStopPatience : stall_timeout_;
    if (patience.count() == 0 || now - silent_since < patience) continue;
    Status there = check_peer();
    if (!there && is_stopping) return interrupted_error();
    DPONE_CHECK(there);
    silent_since = std::chrono::steady_clock::now();
  }
}

Status Connection::check_peer() {
  const PeerState state = ask_about(peer_, *context_);
  if (state == PeerState::kBusy) times_unreachable_ = 0;
  const int most = context_->stop.stop_requested() ? 1 : kMostUnreachable;
  if (state == PeerState::kUnreachable && ++times_unreachable_ >= most) {
    return give_up_silent("the server sends nothing, and another session cannot reach it either");
  }
  if (state != PeerState::kWaiting) return {};
  // Its last message may still be under way.
  pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
  if (::poll(&socket, 1, static_cast<int>(std::chrono::milliseconds(kUnderWay).count())) > 0) return {};
  return give_up_silent("the server's session has ended or waits for dpone: sent data was lost");
}

Error Connection::give_up_silent(const std::string& why) {
  // Every later use of the connection fails at once.
  ::shutdown(PQsocket(connection_.get()), SHUT_RDWR);
  is_lost_ = true;
  return Error(ErrorClass::kUnavailable, "postgres.connection_lost", why)
      .with("connection", id_)
      .retry(Retry::kUnknown)
      .hint("check the network and the server, then run again");
}

// Sends the rest of libpq's buffer, and reads what arrives meanwhile: a server that cannot send does not read.
Status Connection::flush() {
  while (true) {
    const int left = PQflush(connection_.get());
    if (left == 0) return {};
    if (left < 0) return connection_error("the connection was lost while writing");
    DPONE_CHECK(wait(true));
    pollfd socket{PQsocket(connection_.get()), POLLIN | POLLOUT, 0};
    const bool takes_nothing = ::poll(&socket, 1, 0) > 0 && (socket.revents & POLLOUT) == 0;
    if (takes_nothing && PQconsumeInput(connection_.get()) == 0) {
      return connection_error("the connection was lost while writing");
    }
  }
}

Result<pg_result*> Connection::next_result() {
  DPONE_CHECK(flush());
  while (PQisBusy(connection_.get()) != 0) {
    DPONE_CHECK(wait(false));
    if (PQconsumeInput(connection_.get()) == 0) return connection_error("the connection was lost");
  }
  return PQgetResult(connection_.get());
}

// Reads all results of the sent statements; the first error wins.
Result<Rows> Connection::last_result(std::vector<std::string>* tags) {
  std::optional<Rows> last;
  std::optional<Error> error;
  while (true) {
    auto next = next_result();
    // A server that ends the session says why before the connection is gone.
    if (!next && error) break;
    if (!next) return std::move(next).error();
    pg_result* const result = *next;
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
    if (tags != nullptr) tags->emplace_back(PQcmdStatus(result));
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

Result<Rows> Connection::execute(const std::string& sql, std::vector<std::string>* tags) {
  DPONE_CHECK(may_send());
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return connection_error("cannot send a statement");
  return last_result(tags);
}

Result<Rows> Connection::query_kept(const std::string& name, const std::string& sql) {
  DPONE_CHECK(keep(name, sql));
  return execute("EXECUTE " + name);
}

Status Connection::keep(const std::string& name, const std::string& sql) {
  if (contains(kept_, name)) return {};
  DPONE_CHECK(execute("PREPARE " + name + " AS " + sql));
  kept_.push_back(name);
  return {};
}

Result<Rows> Connection::describe(const std::string& sql) {
  DPONE_CHECK(may_send());
  if (PQsendPrepare(connection_.get(), "", sql.c_str(), 0, nullptr) == 0)
    return connection_error("cannot send a statement");
  DPONE_CHECK(last_result());
  if (PQsendDescribePrepared(connection_.get(), "") == 0) return connection_error("cannot send a statement");
  DPONE_TRY(Rows described, last_result());
  if (described.parameter_count() == 0) return described;
  return Error(ErrorClass::kFailed, "postgres.syntax", "the SQL has a parameter, $1, without a value")
      .with("connection", id())
      .hint("write the value instead, as SQL");
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
  DPONE_CHECK(flush());
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
  while (true) {
    const auto next = next_result();
    if (!next || *next == nullptr) return;
    const ExecStatusType status = PQresultStatus(*next);
    PQclear(*next);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) return;
  }
}

}  // namespace dpone::postgres
