#include "dpone/connectors/sqlite/stage.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "dpone/connectors/sqlite/batch_table.h"
#include "dpone/connectors/sqlite/catalog.h"
#include "dpone/connectors/sqlite/dialect.h"
#include "dpone/connectors/sqlite/key_fault.h"
#include "dpone/connectors/sqlite/native_facts.h"
#include "dpone/ports/fence.h"
#include "dpone/ports/refusals.h"

namespace dpone::sqlite {
namespace {

// Bytes of values in one transaction of a load, where readers are. With their headers, and pages that are not full,
// they stay within the cache: what leaves it before COMMIT locks readers out.
constexpr std::int64_t kTransactionBytes = std::int64_t{4} << 20;
constexpr const char* kCachePages = "PRAGMA cache_size = -16384";  // KiB
// Bytes of a batch in one INSERT: small, so that a stop and a commit are never far.
constexpr std::int64_t kInsertBytes = std::int64_t{1} << 20;
// How long one attempt to publish waits for a lock. While COMMIT waits for readers, new ones queue behind it.
constexpr std::chrono::milliseconds kBriefly{1000};

bool is_busy(const Error& error) { return error.slug() == "sqlite.busy"; }

int code_of(const Error& error) { return std::atoi(error.native_code().c_str()); }

bool is_duplicate(const Error& error) {
  const int code = code_of(error);
  return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID;
}

Result<bool> has_nothing(Database& database) {
  DPONE_TRY(Query empty, database.prepare("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)"));
  DPONE_CHECK(empty.step());
  return empty.integer(0) != 0;
}

std::string target_of(const LoadTask& task) { return quote_name(native_of(task.target).relation.name); }

}  // namespace

class StageWriter final : public BatchWriter {
 public:
  StageWriter(SqliteStage& stage, std::unique_ptr<BatchTable> table) : stage_(stage), table_(std::move(table)) {}

  Status write(const Batch& batch) override {
    const std::int64_t rows = batch.num_rows();
    if (rows == 0) return {};
    const std::int64_t row_bytes = std::max<std::int64_t>(1, batch.memory_bytes() / rows);
    const std::int64_t step = std::max<std::int64_t>(1, kInsertBytes / row_bytes);
    for (std::int64_t first = 0; first < rows; first += step) {
      const std::int64_t last = std::min(rows, first + step);
      Status inserted = table_->insert(batch, first, last, rows_);
      if (!inserted) return as_key_gate(std::move(inserted).error(), stage_.task_.key).with("target", stage_.target_);
      DPONE_CHECK(stage_.rows_written(table_->payload_bytes(), last - first));
    }
    rows_ += rows;
    return {};
  }

  Result<WriteSummary> finish() override {
    table_.reset();
    DPONE_TRY(const std::int64_t counted, stage_.count_rows());
    return WriteSummary{rows_, counted};
  }

 private:
  SqliteStage& stage_;
  std::unique_ptr<BatchTable> table_;
  std::int64_t rows_ = 0;
};

SqliteStage::SqliteStage(std::unique_ptr<Database> database, const LoadTask& task,
                         std::chrono::milliseconds busy_timeout, const RunContext& context)
    : database_(std::move(database)),
      task_(task),
      busy_timeout_(busy_timeout),
      context_(context),
      target_(target_of(task)),
      stage_(quote_name(stage_name(target_, context.run_id))),
      control_(target_),
      statements_(render_sink(task, {context.run_id, context.process})) {}

Result<std::unique_ptr<Stage>> SqliteStage::create(std::unique_ptr<Database> database, const LoadTask& task,
                                                   std::chrono::milliseconds busy_timeout, const RunContext& context) {
  std::unique_ptr<SqliteStage> stage(new SqliteStage(std::move(database), task, busy_timeout, context));
  Status status = stage->begin();
  if (!status) {
    const Status dropped = stage->drop();
    if (!dropped) context.warn("cannot drop the stage: " + dropped.error().to_line());
    return std::move(status).error();
  }
  return std::unique_ptr<Stage>(std::move(stage));
}

// Not inside a transaction. In WAL mode a commit that is not synced may be lost with the machine, never half done: good
// enough for a stage that is not sealed.
Status SqliteStage::set_synchronous(bool is_full) {
  return database_->execute(is_full || !is_wal_ ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
}

Status SqliteStage::begin() {
  DPONE_CHECK(database_->execute(kCachePages));
  // Rows are exchanged by name: what refers to the table by its name is not rewritten, and nothing is deleted for it.
  DPONE_CHECK(database_->execute("PRAGMA legacy_alter_table = ON"));
  DPONE_CHECK(database_->execute(takes_place(task_) ? "PRAGMA foreign_keys = OFF" : "PRAGMA foreign_keys = ON"));
  {
    DPONE_TRY(Query mode, database_->prepare("PRAGMA journal_mode"));
    DPONE_CHECK(mode.step());
    is_wal_ = mode.text(0) == "wal";
  }
  // The one transaction of a new database is synced; the mode must be set before it begins.
  DPONE_TRY(is_new_database_, has_nothing(*database_));
  DPONE_CHECK(set_synchronous(is_new_database_));
  DPONE_CHECK(database_->execute("BEGIN IMMEDIATE"));
  if (is_new_database_) {
    DPONE_TRY(is_new_database_, has_nothing(*database_));
  }
  const std::string name = stage_name(target_, context_.run_id);
  if (!is_new_database_) {
    DPONE_TRY(lock_, StageLock::take(database_->path(), name));
    if (!lock_) {
      return Error(ErrorClass::kRefused, "stage.in_use", "another process holds the lock of this run's stage")
          .with("stage", stage_)
          .hint("use another --run-id, or wait for the other run");
    }
  }
  is_begun_ = true;
  DPONE_CHECK(control_.create(*database_));
  for (const std::string& sql : statements_.stage) DPONE_CHECK(database_->execute(sql));
  {
    DPONE_TRY(Query indexes, database_->prepare("SELECT count(*) FROM pragma_index_list(?)"));
    indexes.bind_text(1, name);
    DPONE_CHECK(indexes.step());
    stage_indexes_ = static_cast<int>(indexes.integer(0));
  }
  return context_.fault("stage.created");
}

Result<std::unique_ptr<BatchWriter>> SqliteStage::open_writer(const Slice&) {
  DPONE_TRY(std::unique_ptr<BatchTable> table,
            BatchTable::create(*database_, task_.columns, statements_.insert, rowid_of(task_)));
  return std::unique_ptr<BatchWriter>(std::make_unique<StageWriter>(*this, std::move(table)));
}

Status SqliteStage::rows_written(std::int64_t payload_bytes, std::int64_t rows) {
  rows_ += rows;
  if (is_new_database_) return {};
  // Each index has its own pages, and rows come to them in any order.
  if ((payload_bytes - committed_bytes_) * (1 + stage_indexes_) < kTransactionBytes) return {};
  committed_bytes_ = payload_bytes;
  DPONE_CHECK(database_->execute("COMMIT"));
  return database_->execute("BEGIN IMMEDIATE");
}

Result<std::int64_t> SqliteStage::count_rows() {
  DPONE_TRY(Query query, database_->prepare(statements_.count));
  DPONE_CHECK(query.step());
  return query.integer(0);
}

Result<std::vector<StepCount>> SqliteStage::apply() {
  std::vector<StepCount> counts;
  for (std::size_t i = 0; i < statements_.stage_steps.size(); ++i) {
    const StageStatement& step = statements_.stage_steps[i];
    DPONE_TRY(Query disorder, database_->prepare(step.check));
    DPONE_TRY(const bool has_disorder, disorder.step());
    if (has_disorder) {
      return Error(ErrorClass::kFailed, "strategy.keep_latest_by",
                   "'" + std::string(disorder.text(0).substr(0, 64)) + "' in column \"" + disorder.column_name(0) +
                       "\" does not sort correctly as SQLite stores it")
          .with("target", target_)
          .hint("name a column of integers, or of dates and times between the years 1 and 9999");
    }
    if (step.sql.empty()) {
      return Error(ErrorClass::kFailed, "strategy.keep_latest_by",
                   "the columns rowid, _rowid_ and oid hide SQLite's row number")
          .with("target", target_)
          .hint("give one of them another name in source.options.query, or load without keep_latest_by");
    }
    DPONE_CHECK(database_->execute(step.sql));
    counts.push_back({i, database_->changes()});
    rows_ -= counts.back().rows;
  }
  return counts;
}

Result<std::vector<Answer>> SqliteStage::ask(const std::vector<Question>& questions) {
  LoadTask asked = task_;
  asked.questions = questions;
  std::vector<Answer> answers;
  for (const std::string& sql : render_sink(asked, {context_.run_id, context_.process}).questions) {
    Answer& answer = answers.emplace_back();
    if (sql.empty()) continue;
    DPONE_TRY(Query query, database_->prepare(sql));
    DPONE_CHECK(query.step());
    answer.first = query.integer(0);
    if (query.column_count() > 1) answer.second = query.integer(1);
  }
  return answers;
}

// A constraint that the loaded rows do not meet is a gate that failed.
Error SqliteStage::seal_error(Error error) const {
  if (!is_duplicate(error)) return error;
  const std::vector<std::string> columns = violated_columns(error.message());
  return as_key_gate(duplicates_error(columns, repeated_values(columns), error), task_.key).with("target", target_);
}

// The values of one key that several rows of the stage have, for a message: empty if they cannot be found.
std::vector<std::string> SqliteStage::repeated_values(const std::vector<std::string>& columns) const {
  std::vector<std::string> values;
  if (columns.empty()) return values;
  const std::string names = sql::quote_names(dialect(), columns);
  auto query =
      database_->prepare("SELECT " + names + " FROM " + stage_ + " GROUP BY " + names + " HAVING count(*) > 1 LIMIT 1");
  if (!query) return values;
  const auto found = query->step();
  if (!found || !*found) return values;
  for (int i = 0; i < query->column_count(); ++i) values.emplace_back(query->text(i));
  return values;
}

Status SqliteStage::seal() {
  for (const std::string& sql : statements_.seal) {
    Status made = database_->execute(sql);
    if (!made) return seal_error(std::move(made).error());
  }
  DPONE_CHECK(context_.fault("stage.before_commit"));
  if (!is_new_database_) {
    DPONE_CHECK(database_->execute("COMMIT"));
    DPONE_CHECK(set_synchronous(true));
  }
  return context_.fault("stage.committed");
}

Error SqliteStage::locked_out(const Error& error) const {
  return Error(ErrorClass::kUnavailable, "finalize.lock_timeout",
               "cannot lock the database for publishing: " + error.message())
      .with("target", target_)
      .with("file", database_->path().string())
      .native(error.native_code())
      .retry(Retry::kAgain)
      .hint(
          "find the program that reads or writes the file (`fuser FILE`), or raise sink.options.publish_wait; the "
          "target is unchanged. In WAL mode publishing does not wait for readers");
}

// Nothing of it is changed where this is a new database: there the load itself is what waits.
Result<PublishOutcome> SqliteStage::publish(const Receipt& receipt) {
  DPONE_CHECK(context_.fault("finalize.begin"));
  database_->set_busy_timeout(std::min(kBriefly, busy_timeout_));
  PublishOutcome outcome;
  Receipt written = receipt;
  // A new database has all in one transaction: only its COMMIT is tried again.
  Status status = is_carried_out_ ? Status() : carry_out(written, outcome);
  if (outcome.state == PublishState::kCommitted) return outcome;  // by an earlier call
  if (is_carried_out_) written = carried_out_;
  if (status && is_new_database_) {
    is_carried_out_ = true;
    carried_out_ = written;
    counts_ = outcome.counts;
  }
  if (status) status = commit();
  if (!status) {
    Error error = std::move(status).error();
    if (error.error_class() == ErrorClass::kOutcomeUnknown) return error;
    const bool is_locked_out = is_busy(error);
    if (!is_new_database_ || !is_locked_out) {
      const Status rolled_back = database_->roll_back();
      if (!rolled_back) context_.warn(rolled_back.error().to_line());
    }
    if (is_locked_out) return locked_out(error);
    return publish_error(std::move(error));
  }
  // It is published, whatever happens from here on.
  is_published_ = true;
  const Status reached = context_.fault("finalize.committed");
  if (!reached) context_.warn(reached.error().to_line());
  Shield shield(*database_);
  const Status fresh = database_->execute("PRAGMA writable_schema = RESET");
  if (!fresh) context_.debug(fresh.error().to_line());
  if (is_carried_out_) outcome.counts = counts_;
  outcome.state = PublishState::kCommitted;
  outcome.receipt = written;
  auto found = control_.read_newest(*database_, receipt.process, receipt.run_id);
  if (found && found->of_run) outcome.receipt = *found->of_run;  // else only the look at it failed
  if (lock_) lock_->release();
  return outcome;
}

// The rows that a step adds or changes. A trigger may silently skip some: if there is one, the rows to change are
// counted before.
Result<std::int64_t> SqliteStage::change(const PublishStatement& statement) {
  std::optional<std::int64_t> wanted;
  if (!statement.wanted.empty()) {
    DPONE_TRY(Query query, database_->prepare(statement.wanted));
    DPONE_CHECK(query.step());
    wanted = query.integer(0);
  }
  DPONE_CHECK(database_->execute(statement.sql));
  const std::int64_t done = database_->changes();
  if (!wanted || done == *wanted) return done;
  return Error(ErrorClass::kFailed, "gate.row_count",
               fmt::format("the target would get {} of {} rows to be {}", done, *wanted, statement.what))
      .with("target", target_)
      .hint("a trigger of the target changes the load; the target is unchanged");
}

Status SqliteStage::check_row_count(std::int64_t inserted) {
  std::int64_t rows = inserted;
  if (!statements_.count_target.empty()) {
    DPONE_TRY(Query count, database_->prepare(statements_.count_target));
    DPONE_CHECK(count.step());
    rows = count.integer(0);
  }
  if (rows == rows_) return {};
  return Error(ErrorClass::kFailed, "gate.row_count",
               "the target would get " + std::to_string(rows) + " rows, but the stage has " + std::to_string(rows_))
      .with("target", target_)
      .hint("a trigger of the target changes the load; the target is unchanged");
}

Status SqliteStage::carry_out(Receipt& receipt, PublishOutcome& outcome) {
  if (!is_new_database_) DPONE_CHECK(database_->execute("BEGIN IMMEDIATE"));
  DPONE_TRY(const PriorReceipts newest, control_.read_newest(*database_, receipt.process, receipt.run_id));
  if (newest.of_run && newest.of_run->version == receipt.version) {
    is_published_ = true;
    outcome = {PublishState::kCommitted, newest.of_run, {}};
    return database_->roll_back();
  }
  DPONE_CHECK(check_fence(newest, receipt, replaces_all(task_)));
  DPONE_CHECK(context_.fault("finalize.locked"));
  DPONE_CHECK(check_target());
  DPONE_CHECK(database_->execute("PRAGMA defer_foreign_keys = ON"));
  std::int64_t inserted = 0;
  for (const PublishStatement& statement : statements_.publish) {
    if (!statement.step) {
      DPONE_CHECK(database_->execute(statement.sql));
      continue;
    }
    DPONE_TRY(const std::int64_t rows, change(statement));
    outcome.counts.push_back({*statement.step, rows});
    if (std::holds_alternative<InsertRows>(task_.publish[*statement.step])) inserted += rows;
  }
  DPONE_CHECK(check_index_names());
  DPONE_CHECK(check_foreign_keys());
  if (replaces_all(task_) && !takes_place(task_)) DPONE_CHECK(check_row_count(inserted));
  const std::string& name = native_of(task_.target).relation.name;
  DPONE_CHECK(move_mark(*database_, name));
  DPONE_TRY(const TableIdentity seen, read_identity(*database_, name));
  receipt.target_identity = replaces_all(task_) ? seen.to_string() : task_.target.identity;
  DPONE_CHECK(database_->execute(control_.render_insert(receipt, seen)));
  return context_.fault("finalize.before_send");
}

// COMMIT either ends the transaction or leaves it open: SQLite says which.
Status SqliteStage::commit() {
  Status committed = database_->execute("COMMIT");
  if (committed) return committed;
  Error error = std::move(committed).error();
  if ((code_of(error) & 0xff) != SQLITE_IOERR || database_->in_transaction()) return error;
  return Error(ErrorClass::kOutcomeUnknown, "finalize.answer_lost", "the disk failed during COMMIT: " + error.message())
      .with("target", target_)
      .with("file", database_->path().string())
      .native(error.native_code())
      .retry(Retry::kUnknown)
      .hint("run `dpone reconcile` with this run id once the disk is working again; the receipt decides");
}

Status SqliteStage::check_target() {
  const std::string& name = native_of(task_.target).relation.name;
  const auto changed = [&](std::string how) {
    return Error(ErrorClass::kRefused, "finalize.target_changed", "the target " + std::move(how))
        .with("target", target_)
        .hint("nothing was published; check the change, then run again");
  };
  DPONE_TRY(const auto found, find_relation(*database_, name));
  if (!task_.target.exists) {
    if (found) return changed("was created by another program after the plan was made");
    return {};
  }
  if (!found) return changed("no longer exists");
  DPONE_TRY(const Relation now, read_relation(*database_, *found));
  if (now.fingerprint() != task_.target.fingerprint) {
    return changed("changed its definition after the plan was made");
  }
  return {};
}

Status SqliteStage::check_index_names() {
  for (const std::string& name : statements_.index_names) {
    DPONE_TRY(Query count, database_->prepare("SELECT count(*) FROM sqlite_schema WHERE name = ? COLLATE NOCASE"));
    count.bind_text(1, name);
    DPONE_CHECK(count.step());
    if (count.integer(0) == 1) continue;
    return Error(ErrorClass::kRefused, "finalize.target_changed",
                 "another object took the name of index " + quote_name(name) + " after the plan was made")
        .with("target", target_)
        .hint("nothing was published; run again");
  }
  return {};
}

// An exchange puts rows in without SQLite looking at its foreign keys.
Status SqliteStage::check_foreign_keys() {
  if (statements_.find_orphans.empty()) return {};
  DPONE_TRY(Query query, database_->prepare(statements_.find_orphans));
  DPONE_TRY(const bool has_row, query.step());
  if (!has_row) return {};
  return Error(ErrorClass::kFailed, "gate.foreign_key",
               std::to_string(query.integer(1)) + " of the new rows refer to rows that do not exist in table " +
                   std::string(query.text(0)))
      .with("target", target_)
      .hint("load the other table first; the target is unchanged");
}

Error SqliteStage::publish_error(Error error) const {
  const int code = code_of(error);
  if (code == SQLITE_CONSTRAINT_FOREIGNKEY || code == SQLITE_CONSTRAINT_TRIGGER) {
    std::string tables;
    for (const Relation::IncomingKey& key : native_of(task_.target).relation.incoming) {
      if (!key.is_own) tables += (tables.empty() ? "" : ", ") + key.table;
    }
    if (code == SQLITE_CONSTRAINT_FOREIGNKEY && find_step<DeleteRows>(task_.publish) != nullptr && !tables.empty()) {
      return Error(ErrorClass::kRefused, "publish.referenced",
                   "rows of " + tables +
                       " refer to rows that the load would delete, or new rows refer to rows that do not exist")
          .with("target", target_)
          .native(error.native_code())
          .hint("nothing was published; load with incremental_merge, which does not delete rows");
    }
    if (code == SQLITE_CONSTRAINT_FOREIGNKEY) {
      return Error(ErrorClass::kFailed, "gate.foreign_key", "new rows refer to rows that do not exist")
          .with("target", target_)
          .native(error.native_code())
          .hint("load the table that they refer to first; the target is unchanged");
    }
  }
  if (is_duplicate(error) && error.message().find(kLoadsTable) != std::string::npos) return fenced_error(target_);
  if (is_duplicate(error) && !replaces_all(task_)) {
    return unique_held_error(target_, error.message()).native(error.native_code());
  }
  return seal_error(std::move(error));
}

Status SqliteStage::drop() {
  if (is_published_ || !is_begun_) return {};
  DPONE_CHECK(database_->roll_back());
  if (is_new_database_) return {};
  Shield shield(*database_);
  // The next run drops it if we cannot.
  database_->set_busy_timeout(std::min(kBriefly, busy_timeout_));
  DPONE_CHECK(database_->execute("BEGIN IMMEDIATE"));
  Status dropped = [&]() -> Status {
    // The first stage of a file is made with that table, in one transaction.
    DPONE_TRY(const bool is_there, has_table(*database_, kStagesTable));
    if (is_there) {
      for (const std::string& sql : render_remove_stage(stage_name(target_, context_.run_id))) {
        DPONE_CHECK(database_->execute(sql));
      }
    }
    return database_->execute("COMMIT");
  }();
  if (!dropped) {
    const Status rolled_back = database_->roll_back();
    if (!rolled_back) context_.debug(rolled_back.error().to_line());
    return dropped;
  }
  if (lock_) lock_->release();
  is_begun_ = false;
  return {};
}

}  // namespace dpone::sqlite
