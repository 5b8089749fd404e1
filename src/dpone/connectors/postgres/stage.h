// PostgresStage: the table that a run loads beside its target, from CREATE to the transaction that publishes it. Owns
// the writing session and, through it, the advisory lock that says "this run is alive".
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/run_context.h"
#include "dpone/connectors/postgres/connection.h"
#include "dpone/connectors/postgres/control_table.h"
#include "dpone/connectors/postgres/copy_writers.h"
#include "dpone/connectors/postgres/dialect.h"
#include "dpone/ports/sink.h"

namespace dpone::postgres {

class PostgresStage final : public Stage {
 public:
  // Takes the lock, then begins the load transaction and creates the stage in it. `settings` is kept for reconnecting;
  // `prepared` are statements that were carried out for this run, and will not be undone.
  static Result<std::unique_ptr<Stage>> create(Connection connection, ConnectionSettings settings, ControlTable control,
                                               const LoadTask& task, std::vector<std::string> prepared,
                                               std::chrono::milliseconds publish_wait, const RunContext& context);
  ~PostgresStage() override;

  int most_writers() const override { return task_.loaders; }
  Result<std::unique_ptr<BatchWriter>> open_writer(const Slice& slice) override;
  Result<std::unique_ptr<RawWriter>> open_raw_writer(const Slice& slice) override;
  Result<StageFacts> seal() override;
  Result<bool> changes_target() override;
  Result<Published> finalize(const Receipt& receipt) override;
  Status drop() override;

 private:
  PostgresStage(Connection connection, ConnectionSettings settings, ControlTable control, const LoadTask& task,
                std::chrono::milliseconds publish_wait, const RunContext& context);
  Status begin();
  // The connection of writer `index`, in COPY FROM STDIN.
  Result<OpenCopy> begin_copy(int index);
  Result<std::vector<pg_copy::EncodeColumn>> encode_columns();
  Status name_identity_sequences();
  // Leaves only the latest row of each key; returns how many went.
  Result<std::int64_t> keep_latest();
  Result<StageFacts> check_key();
  Error seal_error(Error error) const;
  // Calls `attempt` until it gets its locks, within publish_wait. An attempt waits for a lock as briefly as those
  // should who queue behind it, and says by its argument that this was all that went wrong.
  Status retry_locks(const std::string& what, const std::function<Status(bool& is_locked_out)>& attempt);
  // One attempt; `is_locked_out` is set when a lock could not be had and nothing was changed.
  Result<Published> finalize_once(const Receipt& receipt, bool& is_locked_out);
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
  std::chrono::milliseconds publish_wait_;
  const RunContext& context_;
  std::string target_;  // quoted
  TemporaryNames names_;
  std::string stage_;  // quoted
  SinkRenderOptions render_options_;
  SinkStatements statements_;
  std::int64_t rows_ = 0;
  bool is_locked_ = false;
  bool is_published_ = false;
};

}  // namespace dpone::postgres
