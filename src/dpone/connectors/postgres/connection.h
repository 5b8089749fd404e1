// Connection: one libpq session with dpone's fixed settings (semantics §4). Move-only; used by one thread at a time and
// handed over, never shared. Every wait watches the run's stop token: the first stop cancels the statement that is
// running at the server, unless the connection is shielded. A server that is silent for long (the connection's
// stall_timeout) is checked by another session; if it is no longer working, the connection counts as lost.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/base/run_context.h"
#include "dpone/connectors/postgres/peer_check.h"
#include "dpone/connectors/postgres/session_start.h"
#include "dpone/ports/connection.h"

struct pg_conn;
struct pg_result;

namespace dpone::postgres {

// The rows of one statement, all text. Valid as long as it lives.
class Rows {
 public:
  explicit Rows(pg_result* result);
  int size() const;
  bool is_null(int row, int column) const;
  std::string text(int row, int column) const;  // empty for NULL
  std::int64_t integer(int row, int column) const;
  bool boolean(int row, int column) const;
  // Rows that the command says it touched (its command tag), 0 if it names none.
  std::int64_t affected() const;
  // Column descriptions, as after Connection::describe.
  int parameter_count() const;
  int column_count() const;
  std::string column_name(int column) const;
  std::uint32_t column_type(int column) const;
  int column_typmod(int column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

using Parameters = std::vector<std::optional<std::string>>;

class Connection {
 public:
  // Errors name the connection id and host, never a password.
  static Result<Connection> open(const ConnectionSettings& settings, SessionRole role, const RunContext& context);

  // One statement by the extended protocol, parameters as text.
  Result<Rows> query(const std::string& sql, const Parameters& parameters = {});
  // One or more statements in one message; the rows of the last. An error anywhere is the error. `tags` gets the
  // command tag of each statement, `UPDATE 12`.
  Result<Rows> execute(const std::string& sql, std::vector<std::string>* tags = nullptr);
  // `sql`, one statement without parameters that a session sends more than once, kept by the server under `name`: it is
  // planned once. The name stands for the same text as long as the connection lives.
  Result<Rows> query_kept(const std::string& name, const std::string& sql);
  // Without running it, for an EXECUTE in a later message.
  Status keep(const std::string& name, const std::string& sql);
  // Parses `sql` as one statement and describes its columns, without running it.
  Result<Rows> describe(const std::string& sql);

  Status begin_copy_out(const std::string& sql);
  // Appends whole messages until `out` has at least `at_least` more bytes. False at the end of the data.
  Result<bool> read_copy(std::string& out, std::size_t at_least);
  // After the end of the data: rows by the command tag.
  Result<std::int64_t> finish_copy_out();

  Status begin_copy_in(const std::string& sql);
  Status write_copy(std::string_view bytes);
  Result<std::int64_t> finish_copy_in();
  // Makes the server discard the COPY; the transaction is aborted.
  void abort_copy_in(const std::string& reason);

  int server_version() const;  // 160014
  bool is_alive() const;
  // Given up while it was silent: what was sent may have been done.
  bool is_lost() const { return is_lost_; }
  bool in_transaction() const;
  // While shielded, a stop request neither cancels nor refuses statements: for roll-back and clean-up.
  void shield(bool on) { is_shielded_ = on; }
  // Every wait ends by then, as a lost connection.
  void answer_by(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }
  // From another thread: the statement that is running is no longer wanted. It is cancelled and fails.
  void give_up() { *is_given_up_ = true; }
  const std::string& id() const { return id_; }

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  Connection(pg_conn* connection, std::string id, const RunContext& context);
  Status may_send() const;
  Status wait(bool for_write);
  Status flush();
  // After a long silence: nothing, or why the connection is given up.
  Status check_peer();
  Error give_up_silent(const std::string& why);
  Result<pg_result*> next_result();
  Result<Rows> last_result(std::vector<std::string>* tags = nullptr);
  Error connection_error(const std::string& what) const;
  Error result_error(pg_result* result) const;
  // Asks the server to end the running statement, and waits for no answer.
  void cancel();
  // A server that does not even take the request hangs.
  bool is_deaf() const;
  void drain();

  std::unique_ptr<pg_conn, Close> connection_;
  std::string id_;
  const RunContext* context_;
  bool is_shielded_ = false;
  Peer peer_;
  std::chrono::milliseconds stall_timeout_{0};  // 0: never asked
  int times_unreachable_ = 0;
  bool is_lost_ = false;  // given up, whatever libpq thinks
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  std::optional<std::chrono::steady_clock::time_point> cancel_sent_at_;
  std::shared_ptr<std::atomic<bool>> is_cancel_taken_;  // of the last request; null before the first
  std::vector<std::string> kept_;                       // names of prepared statements
  std::shared_ptr<std::atomic<bool>> is_given_up_ = std::make_shared<std::atomic<bool>>(false);
};

// Shields a connection for a scope.
class Shield {
 public:
  explicit Shield(Connection& connection) : connection_(connection) { connection_.shield(true); }
  ~Shield() { connection_.shield(false); }
  Shield(const Shield&) = delete;
  Shield& operator=(const Shield&) = delete;

 private:
  Connection& connection_;
};

}  // namespace dpone::postgres
