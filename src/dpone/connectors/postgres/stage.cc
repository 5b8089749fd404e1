#include "dpone/connectors/postgres/stage.h"

#include <algorithm>

#include "dpone/connectors/postgres/catalog.h"
#include "dpone/connectors/postgres/copy_error.h"
#include "dpone/connectors/postgres/dialect.h"
#include "dpone/connectors/postgres/errors.h"
#include "dpone/connectors/postgres/lock_keys.h"
#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/connectors/postgres/quote.h"
#include "dpone/ports/fence.h"
#include "dpone/ports/refusals.h"

namespace dpone::postgres {
namespace {

constexpr std::string_view kCreateWord = "CREATE ";

std::string target_of(const LoadTask& task) {
  return quote_name(native_of(task.target).relation.schema, native_of(task.target).relation.name);
}

// `INSERT 0 5`, `DELETE 5`
std::int64_t rows_of(const std::string& tag) { return std::stoll(tag.substr(tag.rfind(' ') + 1)); }

}  // namespace

PostgresStage::PostgresStage(Connection connection, ConnectionSettings settings, ControlTable control,
                             const LoadTask& task, const RunContext& context)
    : connection_(std::move(connection)),
      settings_(std::move(settings)),
      control_(std::move(control)),
      task_(task),
      context_(context),
      target_(target_of(task)),
      names_(target_, context.run_id),
      stage_(quote_name(native_of(task.target).relation.schema, names_.stage())) {
  render_options_.stage_comment = stage_comment(context.process, context.run_id, target_);
  statements_ = render_sink(task_, names_, render_options_);
}

PostgresStage::~PostgresStage() = default;

Result<std::unique_ptr<Stage>> PostgresStage::create(Connection connection, ConnectionSettings settings,
                                                     ControlTable control, const LoadTask& task,
                                                     std::vector<std::string> prepared, const RunContext& context) {
  std::unique_ptr<PostgresStage> stage(
      new PostgresStage(std::move(connection), std::move(settings), std::move(control), task, context));
  stage->prepared_ = std::move(prepared);
  Status status = stage->begin();
  if (!status) {
    const Status dropped = stage->drop();
    if (!dropped) context.warn("cannot drop the stage: " + dropped.error().to_line());
    return std::move(status).error();
  }
  return std::unique_ptr<Stage>(std::move(stage));
}

Status PostgresStage::begin() {
  DPONE_CHECK(control_.create(connection_));
  DPONE_TRY(const Rows locked,
            connection_.query("SELECT pg_try_advisory_lock($1)", {std::to_string(stage_lock_key(names_.stage()))}));
  if (!locked.boolean(0, 0)) {
    return Error(ErrorClass::kRefused, "stage.in_use", "another session holds the lock of this run's stage")
        .with("stage", stage_)
        .hint("use another --run-id, or wait for the other run");
  }
  is_locked_ = true;
  // A stage of this very run id is there when an earlier attempt was killed after its load.
  std::string sql = "DROP TABLE IF EXISTS " + stage_ + "; BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
  for (const std::string& statement : statements_.stage) sql += ";\n" + statement;
  if (task_.loaders > 1) sql += ";\nCOMMIT";
  DPONE_CHECK(connection_.execute(sql));
  return context_.fault("stage.created");
}

Result<OpenCopy> PostgresStage::begin_copy() {
  Connection* connection = &connection_;
  if (writers_++ > 0) {
    DPONE_TRY(Connection opened, Connection::open(settings_, SessionRole::kSink, context_));
    helpers_.push_back(std::make_unique<Connection>(std::move(opened)));
    connection = helpers_.back().get();
  }
  std::string begin;
  for (const std::string& statement : statements_.begin_copy) begin += (begin.empty() ? "" : "; ") + statement;
  DPONE_CHECK(connection->execute(begin));
  DPONE_CHECK(connection->begin_copy_in(statements_.copy));
  return OpenCopy{*connection, rows_, statements_.end_copy, [this](Error error) { return explain(std::move(error)); }};
}

Error PostgresStage::explain(Error error) {
  error = copy_error(std::move(error), task_, is_binary());
  if (error.retry_class() == Retry::kAsText) comes_again_ = true;
  return error;
}

bool PostgresStage::is_binary() const {
  if (task_.is_raw) return !task_.format.is_text;
  return std::none_of(task_.columns.begin(), task_.columns.end(),
                      [](const ColumnPolicy& column) { return column.travels_as_text; });
}

Result<std::unique_ptr<RawWriter>> PostgresStage::open_raw_writer(const Slice&) {
  DPONE_TRY(OpenCopy copy, begin_copy());
  return make_copy_writer(std::move(copy), task_.format.is_text);
}

Result<std::vector<pg_copy::EncodeColumn>> PostgresStage::encode_columns() {
  if (encode_columns_) return *encode_columns_;
  std::vector<pg_copy::EncodeColumn> columns;
  for (const ColumnPolicy& column : task_.columns) {
    pg_copy::EncodeColumn encoded{column.sink_name, column.type, column.sink_type, 0};
    if (column.sink_type.kind == TypeKind::kArray) {
      DPONE_TRY(
          const Rows element,
          connection_.query("WITH RECURSIVE type(oid) AS (SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = "
                            "$1::regclass AND a.attname = $2 UNION SELECT t.typbasetype FROM type JOIN pg_type t ON "
                            "t.oid = type.oid WHERE t.typtype = 'd') SELECT t.typelem::int8 FROM type JOIN pg_type t "
                            "ON t.oid = type.oid WHERE t.typtype <> 'd'",
                            {stage_, column.sink_name}));
      if (element.size() == 1) encoded.element_oid = static_cast<std::uint32_t>(element.integer(0, 0));
    }
    columns.push_back(std::move(encoded));
  }
  encode_columns_ = columns;  // asked before the first COPY, which keeps the connection busy
  return columns;
}

Result<std::unique_ptr<BatchWriter>> PostgresStage::open_writer(const Slice&) {
  DPONE_TRY(std::vector<pg_copy::EncodeColumn> columns, encode_columns());
  if (!is_binary()) {
    DPONE_TRY(pg_copy::TextEncoder encoder, pg_copy::TextEncoder::create(std::move(columns)));
    DPONE_TRY(OpenCopy copy, begin_copy());
    return make_copy_writer(std::move(copy), std::move(encoder));
  }
  DPONE_TRY(pg_copy::Encoder encoder, pg_copy::Encoder::create(std::move(columns)));
  DPONE_TRY(OpenCopy copy, begin_copy());
  return make_copy_writer(std::move(copy), std::move(encoder));
}

Status PostgresStage::name_identity_sequences() {
  if (!takes_place(task_) || !task_.target.exists) return {};
  const std::string schema = native_of(task_.target).relation.schema;
  for (const TargetRelation::Sequence& sequence : native_of(task_.target).relation.sequences) {
    if (!sequence.is_identity) continue;
    const std::string& column = sequence.column;
    DPONE_TRY(const Rows found, connection_.query("SELECT pg_get_serial_sequence($1, $2)", {stage_, column}));
    DPONE_CHECK(connection_.execute("ALTER SEQUENCE " + found.text(0, 0) + " RENAME TO " +
                                    quote_name(names_.sequence(column))));
  }
  return {};
}

// The transaction of one loader is open since the stage was made.
Status PostgresStage::begin_seal() {
  if (is_sealing_) return {};
  is_sealing_ = true;
  helpers_.clear();
  if (task_.loaders > 1) DPONE_CHECK(connection_.execute(std::string(kBegin)));
  return {};
}

Result<std::vector<StepCount>> PostgresStage::apply() {
  DPONE_CHECK(begin_seal());
  std::vector<StepCount> counts;
  for (std::size_t i = 0; i < statements_.stage_steps.size(); ++i) {
    std::vector<std::string> tags;
    DPONE_CHECK(connection_.execute(statements_.stage_steps[i], &tags));
    const std::int64_t gone = tags.empty() ? 0 : rows_of(tags.back());
    rows_ -= gone;
    counts.push_back({i, gone});
  }
  return counts;
}

Result<std::vector<Answer>> PostgresStage::ask(const std::vector<Question>& questions) {
  if (!next_constraint_) DPONE_CHECK(begin_seal());
  std::vector<Answer> answers;
  for (const Question& question : questions) {
    DPONE_TRY(const Rows rows,
              connection_.execute(sql::render_question(dialect(), task_, tables_of(task_, names_), question)));
    if (question.kind == Question::Kind::kChanges) {
      answers.push_back({rows.boolean(0, 0) ? 1 : 0, 0});
    } else {
      answers.push_back(
          {rows.integer(0, 0), question.kind == Question::Kind::kKeyFaults ? rows.integer(0, 1) : std::int64_t{0}});
    }
  }
  return answers;
}

// A constraint that the loaded rows do not meet is a gate that failed.
Error PostgresStage::seal_error(Error error) const {
  if (error.native_code() == "23505" || error.native_code() == "23P01") {
    return Error(ErrorClass::kFailed, "gate.key_duplicates",
                 "rows of the source violate the target's keys: " + error.message())
        .with("target", target_)
        .native(error.native_code())
        .hint("remove the duplicates at the source, or drop the key at the target; the target is unchanged");
  }
  if (error.native_code() == "23502") {
    return Error(ErrorClass::kFailed, "gate.key_nulls",
                 "the source has NULLs in a key column of the target: " + error.message())
        .with("target", target_)
        .native(error.native_code())
        .hint("remove the NULLs at the source; the target is unchanged");
  }
  // The message names the stage, under whose name the constraint was tried.
  if (error.native_code() == "23503" || error.native_code() == "23514") {
    return std::move(error)
        .with("target", target_)
        .hint(
            "a row of the source violates a constraint of the target: correct the row, or drop the constraint; the "
            "target "
            "is unchanged");
  }
  return error;
}

Status PostgresStage::seal() {
  if (!next_constraint_) {
    DPONE_CHECK(begin_seal());
    DPONE_CHECK(name_identity_sequences());
    // One message: a stage of few rows waits for the answers longer than for the work.
    std::string sql;
    for (const std::string& statement : statements_.seal) sql += (sql.empty() ? "" : ";\n") + statement;
    if (!sql.empty()) {
      auto done = connection_.execute(sql);
      if (!done) return seal_error(std::move(done).error());
    }
    DPONE_CHECK(context_.fault("stage.before_commit"));
    auto committed = connection_.execute("COMMIT");
    if (!committed) return seal_error(std::move(committed).error());
    next_constraint_ = 0;
    DPONE_CHECK(context_.fault("stage.committed"));
  }
  for (std::size_t& next = *next_constraint_; next < statements_.constrain.size(); ++next) {
    auto done = connection_.execute(statements_.constrain[next]);
    if (done) continue;
    if (done.error().native_code() == "55P03") {
      return locked_out(done.error(), "the locks of the tables that its foreign keys refer to");
    }
    return seal_error(std::move(done).error());
  }
  return {};
}

Status PostgresStage::roll_back() {
  if (!connection_.is_alive()) return {};
  Shield shield(connection_);
  if (connection_.in_transaction()) DPONE_CHECK(connection_.execute("ROLLBACK"));
  return {};
}

Error PostgresStage::locked_out(const Error& error, const std::string& what) const {
  return Error(ErrorClass::kUnavailable, "finalize.lock_timeout", "cannot acquire " + what + ": " + error.message())
      .with("target", target_)
      .native(error.native_code())
      .retry(Retry::kAgain)
      .hint(
          "find the session that holds them (pg_locks, pg_stat_activity), or raise sink.options.publish_wait; the "
          "target is unchanged");
}

Result<PublishOutcome> PostgresStage::publish(const Receipt& receipt) {
  DPONE_CHECK(context_.fault("finalize.begin"));
  render_options_.staged_rows = rows_;
  statements_ = render_sink(task_, names_, render_options_);
  if (task_.target.exists) {
    const TargetRelation& target = native_of(task_.target).relation;
    const auto [name, sql] = target_statement(target.schema, target.name, connection_.server_version());
    DPONE_CHECK(connection_.keep(name, sql));
  }
  auto begun = connection_.execute(
      "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = on; SET LOCAL lock_timeout = "
      "'1s'; "
      "SELECT pg_advisory_xact_lock(" +
      std::to_string(target_lock_key(target_)) + ")");
  if (!begun) {
    Error error = std::move(begun).error();
    DPONE_CHECK(roll_back());
    if (error.native_code() == "55P03") return locked_out(error, "the target's locks");
    return error;
  }
  // In a separate statement after the lock: only then does its snapshot see the rows that the last holder committed.
  auto newest = control_.read_newest(connection_, receipt.process, receipt.run_id);
  if (!newest) {
    DPONE_CHECK(roll_back());
    return std::move(newest).error();
  }
  if (newest->of_run && newest->of_run->version == receipt.version) {
    DPONE_CHECK(roll_back());
    is_published_ = true;
    return PublishOutcome{PublishState::kCommitted, newest->of_run, {}};
  }
  Status fence = check_fence(*newest, receipt, replaces_all(task_));
  if (!fence) {
    DPONE_CHECK(roll_back());
    return std::move(fence).error();
  }
  Status reached = context_.fault("finalize.locked");
  if (!reached) {
    DPONE_CHECK(roll_back());
    return std::move(reached).error();
  }
  std::string message;
  for (const sql::PublishStatement& statement : statements_.publish) message += statement.sql + ";\n";
  message += control_.render_insert(receipt) + ";\nCOMMIT";
  DPONE_CHECK(context_.fault("finalize.before_send"));
  // Not shielded: rewriting a big table takes long, and a cancel before its COMMIT rolls it back. A later cancel has no
  // effect, and the answer shows that.
  std::vector<std::string> tags;
  auto sent = connection_.execute(message, &tags);
  Shield shield(connection_);
  if (sent) {
    // It is published, whatever happens from here on.
    const Status reached_end = context_.fault("finalize.committed");
    if (!reached_end) context_.warn(reached_end.error().to_line());
    is_published_ = true;
    PublishOutcome outcome{PublishState::kCommitted, receipt, count_steps(tags)};
    auto written = control_.read_newest(connection_, receipt.process, receipt.run_id);
    if (written && written->of_run) outcome.receipt = *written->of_run;  // else only the look at it failed
    return outcome;
  }
  Error error = std::move(sent).error();
  // An error without a SQLSTATE is not from the server: the answer was lost, or there was no memory to read it.
  const bool is_answer = !error.native_code().empty() || error.error_class() == ErrorClass::kInterrupted;
  if (!connection_.is_alive() || connection_.is_lost() || error.native_code().starts_with("57P") || !is_answer) {
    const Status ended = roll_back();
    if (!ended) context_.warn(ended.error().to_line());
    return Error(ErrorClass::kOutcomeUnknown, "finalize.answer_lost",
                 "the connection was lost after COMMIT was sent: " + error.message())
        .with("target", target_)
        .retry(Retry::kUnknown)
        .hint("run `dpone reconcile` with this run id when the server is back; the receipt decides");
  }
  DPONE_CHECK(roll_back());
  if (error.native_code() == "55P03") return locked_out(error, "the target's locks");
  if (error.error_class() == ErrorClass::kInterrupted) return error;
  return publish_error(std::move(error));
}

// One tag per statement, in order. For a step with triggers, a setting has the number of changed rows instead.
std::vector<StepCount> PostgresStage::count_steps(const std::vector<std::string>& tags) {
  std::vector<StepCount> counts;
  for (std::size_t i = 0; i < statements_.publish.size() && i < tags.size(); ++i) {
    const auto& step = statements_.publish[i].step;
    if (step) counts.push_back({*step, rows_of(tags[i])});
  }
  if (!statements_.counts_rows) return counts;
  for (std::size_t step = 0; step < task_.publish.size(); ++step) {
    const auto rows = connection_.execute("SELECT current_setting('dpone.rows_" + std::to_string(step) + "', true)");
    if (rows && !rows->is_null(0, 0) && !rows->text(0, 0).empty()) {
      counts.push_back({step, std::stoll(rows->text(0, 0))});
    }
  }
  return counts;
}

// Whether an error about a missing relation, or one too many, means the target. It may also come from a function that
// the target's triggers or constraints call, so check the facts again after the rollback.
bool PostgresStage::has_target_changed(const Error& error) {
  const std::string_view code = error.native_code();
  if (!task_.target.exists) return code == "42P07" || code == "42710" || code == "3F000";
  if (code != "42P01" && code != "42P07" && code != "3F000") return false;
  Shield shield(connection_);
  const auto guard = connection_.execute(render_expected_target(task_.target.fingerprint) + "; EXECUTE " +
                                         std::string(kTargetStatement));
  return !guard && guard.error().native_code() == "22P02";
}

namespace {

Error referenced_error(const std::string& target, std::string_view by) {
  return Error(ErrorClass::kRefused, "publish.referenced", "rows of " + std::string(by) + " refer to the target")
      .with("target", target)
      .hint("nothing was published; load with incremental_merge, which does not delete rows");
}

}  // namespace

// Turns the guards of the publishing message, and the fence's last word, into their slugs.
Error PostgresStage::publish_error(Error error) {
  if (const auto failed = failed_guard(error)) {
    const auto& [slug, detail] = *failed;
    if (slug == "finalize.target_changed") {
      return Error(ErrorClass::kRefused, slug, "the target's definition changed after the plan was made")
          .with("target", target_)
          .hint("nothing was published; check the change, then run again");
    }
    if (slug == "publish.referenced") return referenced_error(target_, detail);
    if (!replaces_all(task_)) {
      return Error(ErrorClass::kFailed, slug, "the target would get " + detail)
          .with("target", target_)
          .hint("a trigger of the target changes the load; the target is unchanged");
    }
    return Error(ErrorClass::kFailed, slug,
                 "the target would have " + detail + " rows, but the stage has " + std::to_string(rows_))
        .with("target", target_)
        .hint("a trigger or rule of the target changes the load; the target is unchanged");
  }
  if (error.native_code() == "23505" && error.context_value("table").find("__dpone__loads") != std::string_view::npos) {
    return fenced_error(target_);
  }
  if (has_target_changed(error)) {
    return Error(ErrorClass::kRefused, "finalize.target_changed",
                 "the target changed after the plan was made: " + error.message())
        .with("target", target_)
        .hint("nothing was published; check the change, then run again");
  }
  const std::string own = native_of(task_.target).relation.schema + "." + native_of(task_.target).relation.name;
  // A row that is removed is referred to by the table of the key, a row that is added breaks a key of the target.
  if (error.native_code() == "23503" && !error.context_value("table").empty() && error.context_value("table") != own) {
    return referenced_error(target_, error.context_value("table")).native(error.native_code());
  }
  const bool is_held = error.native_code() == "23505" || error.native_code() == "23P01";
  if (is_held && !replaces_all(task_)) {
    return unique_held_error(target_, error.message()).native(error.native_code());
  }
  return seal_error(std::move(error));
}

Status PostgresStage::drop() {
  // Other runs may use them by now; unlike a stage, they are kept.
  if (!is_published_ && !comes_again_ && !prepared_.empty()) {
    std::string made;
    for (const std::string& sql : prepared_) {
      made += (made.empty() ? "" : ", ") + sql.substr(kCreateWord.size(), sql.find(" AS ") - kCreateWord.size());
    }
    context_.warn("this run created objects that remain for a later run: " + made);
    prepared_.clear();
  }
  // Without its lock the stage, if there is one, is another session's.
  if (is_published_ || !is_locked_) return {};
  if (!connection_.is_alive()) {
    // The server rolls back uncommitted work; only a sealed stage may remain.
    RunContext quiet = context_;
    quiet.stop = {};
    ConnectionSettings settings = settings_;
    // Stopping a run must not wait for a server that hangs: the next run drops the stage.
    if (context_.stop.stop_requested()) settings.fields["connect_timeout"] = "3";
    DPONE_TRY(Connection fresh, Connection::open(settings, SessionRole::kSink, quiet));
    DPONE_CHECK(fresh.execute("DROP TABLE IF EXISTS " + stage_));
    return {};
  }
  DPONE_CHECK(roll_back());
  Shield shield(connection_);
  DPONE_CHECK(connection_.execute("DROP TABLE IF EXISTS " + stage_));
  DPONE_CHECK(connection_.query("SELECT pg_advisory_unlock($1)", {std::to_string(stage_lock_key(names_.stage()))}));
  return {};
}

}  // namespace dpone::postgres
