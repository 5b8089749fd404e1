// SqliteStage: the table that a run loads beside its target, from CREATE to the transaction that publishes it (ADR
// 0008). Owns the writing session and the lock that says "this run is alive". Thread rule as in ports/sink.h.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "dpone/base/run_context.h"
#include "dpone/connectors/sqlite/control_table.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/load_sql.h"
#include "dpone/connectors/sqlite/stage_lock.h"
#include "dpone/ports/sink.h"

namespace dpone::sqlite {

class SqliteStage final : public Stage {
 public:
  // Begins the first transaction and creates the stage in it. In a database that has nothing yet that transaction is
  // also the one that publishes.
  static Result<std::unique_ptr<Stage>> create(std::unique_ptr<Database> database, const LoadTask& task,
                                               std::chrono::milliseconds busy_timeout, const RunContext& context);

  Result<std::unique_ptr<BatchWriter>> open_writer(const Slice& slice) override;
  Result<std::vector<StepCount>> apply() override;
  Result<std::vector<Answer>> ask(const std::vector<Question>& questions) override;
  Status seal() override;
  Status drop() override;

  // One attempt of Sink::publish.
  Result<PublishOutcome> publish(const Receipt& receipt);

 private:
  friend class StageWriter;
  SqliteStage(std::unique_ptr<Database> database, const LoadTask& task, std::chrono::milliseconds busy_timeout,
              const RunContext& context);
  Status begin();
  Status set_synchronous(bool is_full);
  // The rows so far are in the stage; commits when they outgrow what readers can be kept off by.
  Status rows_written(std::int64_t payload_bytes, std::int64_t rows);
  // The number of rows in the file, counted by SQLite.
  Result<std::int64_t> count_rows();
  Error seal_error(Error error) const;
  std::vector<std::string> repeated_values(const std::vector<std::string>& columns) const;
  Status check_target();
  Status check_index_names();
  Status check_foreign_keys();
  Result<std::int64_t> change(const PublishStatement& statement);
  Status check_row_count(std::int64_t inserted);
  Status carry_out(Receipt& receipt, PublishOutcome& outcome);
  Status commit();
  Error locked_out(const Error& error) const;
  Error publish_error(Error error) const;

  std::unique_ptr<Database> database_;
  LoadTask task_;
  std::chrono::milliseconds busy_timeout_;
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
  // For a new database, whose COMMIT may be retried: everything before it is done once.
  bool is_carried_out_ = false;
  Receipt carried_out_;
  std::vector<StepCount> counts_;
};

}  // namespace dpone::sqlite
