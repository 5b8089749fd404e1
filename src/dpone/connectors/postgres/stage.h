// PostgresStage: the table that a run loads beside its target, from CREATE to the transaction that publishes it. Owns
// the writing session and, through it, the advisory lock that says "this run is alive".
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/run_context.h"
#include "dpone/connectors/postgres/connection.h"
#include "dpone/connectors/postgres/control_table.h"
#include "dpone/connectors/postgres/copy_writers.h"
#include "dpone/connectors/postgres/load_sql.h"
#include "dpone/ports/sink.h"

namespace dpone::postgres {

class PostgresStage final : public Stage, public RawStage {
 public:
  // Takes the lock, then begins the load transaction and creates the stage in it. `settings` is kept for reconnecting;
  // `prepared` are statements that were carried out for this run, and will not be undone.
  static Result<std::unique_ptr<Stage>> create(Connection connection, ConnectionSettings settings, ControlTable control,
                                               const LoadTask& task, std::vector<std::string> prepared,
                                               const RunContext& context);
  ~PostgresStage() override;

  int most_writers() const override { return task_.loaders; }
  Result<std::unique_ptr<BatchWriter>> open_writer(const Slice& slice) override;
  RawStage* raw() override { return this; }
  Result<std::unique_ptr<RawWriter>> open_raw_writer(const Slice& slice) override;
  Result<std::vector<StepCount>> apply() override;
  Result<std::vector<Answer>> ask(const std::vector<Question>& questions) override;
  Status seal() override;
  Status drop() override;

  // One attempt of Sink::publish.
  Result<PublishOutcome> publish(const Receipt& receipt);

 private:
  PostgresStage(Connection connection, ConnectionSettings settings, ControlTable control, const LoadTask& task,
                const RunContext& context);
  Status begin();
  // A separate connection for each writer after the first, in COPY FROM STDIN.
  Result<OpenCopy> begin_copy();
  // Any thread. See copy_error().
  Error explain(Error error);
  bool is_binary() const;
  Result<std::vector<pg_copy::EncodeColumn>> encode_columns();
  Status name_identity_sequences();
  Status begin_seal();
  Error seal_error(Error error) const;
  // The error of an attempt that changed nothing: `finalize.lock_timeout` with Retry::kAgain if a lock was not
  // available.
  Error locked_out(const Error& error, const std::string& what) const;
  std::vector<StepCount> count_steps(const std::vector<std::string>& tags);
  Error publish_error(Error error);
  bool has_target_changed(const Error& error);
  Status roll_back();

  Connection connection_;
  std::vector<std::unique_ptr<Connection>> helpers_;  // of the writers after the first
  std::optional<std::vector<pg_copy::EncodeColumn>> encode_columns_;
  ConnectionSettings settings_;
  ControlTable control_;
  LoadTask task_;
  std::vector<std::string> prepared_;
  const RunContext& context_;
  std::string target_;  // quoted
  sql::TemporaryNames names_;
  std::string stage_;  // quoted
  SinkRenderOptions render_options_;
  SinkStatements statements_;
  std::int64_t rows_ = 0;
  int writers_ = 0;
  bool is_sealing_ = false;
  std::optional<std::size_t> next_constraint_;  // once the stage is committed
  bool is_locked_ = false;
  bool is_published_ = false;
  std::atomic<bool> comes_again_ = false;  // another stage of this run will use what was prepared
};

}  // namespace dpone::postgres
