// SqliteStage: the table that a run loads beside its target, from CREATE to the transaction that publishes it (ADR
// 0008). Owns the writing session and the lock that says "this run is alive". Thread rule as in ports/sink.h.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dpone/base/run_context.h"
#include "dpone/connectors/sqlite/control_table.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/dialect.h"
#include "dpone/connectors/sqlite/stage_lock.h"
#include "dpone/ports/sink.h"

namespace dpone::sqlite {

class SqliteStage final : public Stage {
 public:
  // Begins the first transaction and creates the stage in it. In a database that has nothing yet that transaction is
  // also the one that publishes.
  static Result<std::unique_ptr<Stage>> create(std::unique_ptr<Database> database, const LoadTask& task,
                                               std::chrono::milliseconds busy_timeout,
                                               std::chrono::milliseconds publish_wait, const RunContext& context);

  Result<std::unique_ptr<BatchWriter>> open_writer(const Slice& slice) override;
  Result<std::unique_ptr<RawWriter>> open_raw_writer(const Slice& slice) override;
  Result<StageFacts> seal() override;
  Result<bool> changes_target() override;
  Result<Published> finalize(const Receipt& receipt) override;
  Status drop() override;

 private:
  friend class StageWriter;
  SqliteStage(std::unique_ptr<Database> database, const LoadTask& task, std::chrono::milliseconds busy_timeout,
              std::chrono::milliseconds publish_wait, const RunContext& context);
  Status begin();
  Status set_synchronous(bool is_full);
  // The rows so far are in the stage; commits when they outgrow what readers can be kept off by.
  Status rows_written(std::int64_t payload_bytes, std::int64_t rows);
  // Leaves only the latest row of each key; returns how many went.
  Result<std::int64_t> keep_latest();
  Result<StageFacts> check_key();
  Error seal_error(Error error) const;
  // One attempt; `is_locked_out` is set when a lock could not be had and nothing was changed.
  Result<Published> finalize_once(const Receipt& receipt, bool& is_locked_out);
  Status check_target();
  Status check_index_names();
  Status check_foreign_keys();
  Result<std::int64_t> change(const std::string& sql, const std::string& count, const char* what);
  Status publish(Receipt& receipt, Published& published);
  Status commit(bool& is_locked_out);
  Error publish_error(Error error) const;

  std::unique_ptr<Database> database_;
  LoadTask task_;
  std::chrono::milliseconds busy_timeout_;
  std::chrono::milliseconds publish_wait_;
  const RunContext& context_;
  std::string target_;  // quoted
  std::string stage_;   // quoted
  ControlTable control_;
  SinkStatements statements_;
  std::optional<StageLock> lock_;
  std::int64_t rows_ = 0;
  std::int64_t committed_bytes_ = 0;
  int stage_indexes_ = 0;
  bool is_new_database_ = false;
  bool is_wal_ = false;
  bool is_begun_ = false;
  bool is_published_ = false;
};

}  // namespace dpone::sqlite
