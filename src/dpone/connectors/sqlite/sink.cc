#include "dpone/connectors/sqlite/sink.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "dpone/base/contains.h"
#include "dpone/base/sha256.h"
#include "dpone/connectors/sqlite/catalog.h"
#include "dpone/connectors/sqlite/control_table.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/dialect.h"
#include "dpone/connectors/sqlite/errors.h"
#include "dpone/connectors/sqlite/load_sql.h"
#include "dpone/connectors/sqlite/native_facts.h"
#include "dpone/connectors/sqlite/publish_options.h"
#include "dpone/connectors/sqlite/set_aside.h"
#include "dpone/connectors/sqlite/stage.h"
#include "dpone/connectors/sqlite/stage_lock.h"
#include "dpone/connectors/sqlite/types.h"
#include "dpone/ports/advice.h"
#include "dpone/ports/column_index.h"
#include "dpone/ports/refusals.h"
#include "dpone/sql/relation_sql.h"

namespace dpone::sqlite {
namespace {

constexpr std::size_t kMostColumns = 2000;  // the default of SQLITE_MAX_COLUMN

// The entry or declaration of a target's column, and the values of `from` that it accepts (null: the source lacks the
// column).
TargetColumn column_facts(const Relation::Column& column, const ColumnEntry& entry, bool is_strict,
                          const SourceColumn* from) {
  TargetColumn facts;
  facts.name = column.name;
  facts.native_type = column.type;
  if (entry.type) {
    facts.type = *entry.type;
    facts.meaning = entry.meaning;
  } else if (from != nullptr) {
    const auto accepted = accepted_type(facts.native_type, is_strict, from->type);
    facts.type = accepted.value_or(from->type);
    if (!accepted) facts.refusal = "SQLite would convert its values to other numbers";
  } else {
    facts.type = declared_type(facts.native_type, is_strict);
  }
  facts.is_nullable = !column.is_not_null;
  facts.is_generated = column.is_generated;
  facts.has_default = column.default_value.has_value();
  return facts;
}

// What SQLite finds only when it writes: the file, and the folder in which it creates its journal.
Status check_writable(const std::filesystem::path& path) {
  std::error_code code;
  const std::filesystem::path file = std::filesystem::weakly_canonical(path, code);
  if (code) return {};
  const bool exists = std::filesystem::exists(file, code);
  if (exists && ::access(file.c_str(), W_OK) != 0)
    return sqlite_error(SQLITE_READONLY, "the database cannot be written", path);
  // Another connection has created the journal already.
  if (std::filesystem::exists(file.string() + "-wal", code)) return {};
  const std::filesystem::path folder = file.parent_path();
  if (!std::filesystem::is_directory(folder, code))
    return sqlite_error(SQLITE_CANTOPEN, "the database cannot be created: its folder does not exist", path);
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return sqlite_error(SQLITE_READONLY, "the database cannot be written: no file can be created in its folder", path);
  return {};
}

class SqliteSink final : public Sink {
 public:
  SqliteSink(TableSink settings, const RunContext& context)
      : settings_(std::move(settings)),
        context_(context),
        path_(settings_.connection.field("path")),
        busy_timeout_(busy_timeout_of(settings_.connection)) {}

  // Opens an existing file; prepare() creates a missing one.
  Status connect() {
    if (database_) return {};
    std::error_code ignored;
    if (!std::filesystem::exists(path_, ignored)) return {};
    DPONE_TRY(database_, Database::open(path_, OpenMode::kWrite, busy_timeout_, context_));
    // Whether it is a database is seen when it is read.
    auto read = look();
    if (!read) database_.reset();
    return read;
  }

  Result<TargetFacts> describe(const TargetQuestion& question) override {
    const SourceFacts& source = question.source;
    key_ = question.key;
    compares_keys_ = question.finds_rows;
    keeps_latest_ = question.keeps_latest;
    keeps_rows_ = question.keeps_rows;
    DPONE_CHECK(connect());
    DPONE_CHECK(check_writable(path_));
    TargetFacts facts;
    DPONE_CHECK(find_name());
    facts.system = "sqlite";
    facts.relation = target_;
    facts.kind = "table";
    facts.native = NativeTarget();
    if (exists_) {
      DPONE_CHECK(describe_existing(source, facts));
      DPONE_CHECK(check_scope(facts, question.scope));
    } else {
      DPONE_CHECK(describe_absent(facts));
    }
    if (database_) {
      DPONE_TRY(native_of(facts).control, ControlTable::look(*database_));
    }
    if (database_ && source.system == "sqlite" && !source.identity.empty() &&
        source.identity == file_identity(path_.string())) {
      DPONE_TRY(Query mode, database_->prepare("PRAGMA journal_mode"));
      DPONE_CHECK(mode.step());
      if (mode.text(0) != "wal") {
        facts.obstacles.push_back(
            Error(ErrorClass::kFailed, "sqlite.same_file",
                  "source and target are the same file, which outside WAL mode cannot be written while it is read")
                .with("file", path_.string())
                .hint("PRAGMA journal_mode = WAL allows both; or load into another file"));
      }
    }
    return facts;
  }

  Result<TargetFacts> propose(const TargetFacts& described, const SourceFacts& source,
                              const std::vector<std::string>& columns) const override {
    DPONE_CHECK(check_column_count(described.relation, columns.size(), kMostColumns));
    TargetFacts facts = described;
    facts.columns.clear();
    NativeTarget& native = native_of(facts);
    for (const std::string& name : columns) {
      const SourceColumn* from = source.find(name);
      if (from == nullptr) continue;
      TargetColumn column(*from);
      column.native_type = to_string(storage_of(from->type));
      column.is_generated = false;
      column.has_default = false;
      column.travels_as_text = false;
      native.new_entries[name] = {{}, from->native_type, from->meaning, from->travels_as_text, 0};
      facts.columns.push_back(std::move(column));
    }
    if (!described.exists) propose_keys(source, columns, facts);
    add_obstacles(described, source, facts);
    return facts;
  }

  Result<PriorReceipts> read_receipts(std::string_view process, std::string_view run_id) override {
    DPONE_CHECK(connect());
    DPONE_CHECK(find_name());
    if (!database_) return PriorReceipts{};
    return ControlTable(target_).read(*database_, process, run_id);
  }

  Result<std::optional<std::string>> greatest(const std::string& column, std::vector<Statement>& asked) override {
    DPONE_CHECK(connect());
    DPONE_CHECK(find_name());
    if (!exists_) return std::optional<std::string>();
    DPONE_TRY(const DataType type, type_of(column));
    const std::string name = target_ + "." + quote_name(column);
    const std::string is_canonical = canonical_time_condition(type, name);
    bool is_ordered = has_stored_order(type);
    if (is_ordered && !is_canonical.empty()) {
      asked.push_back({"prepare", "SELECT 1 FROM " + target_ + " WHERE NOT (" + is_canonical + ") LIMIT 1"});
      DPONE_TRY(Query query, database_->prepare(asked.back().text));
      DPONE_TRY(const bool has_row, query.step());
      is_ordered = !has_row;
    }
    if (!is_ordered) {
      return Error(ErrorClass::kFailed, "cursor.order",
                   "the order of column \"" + column + "\" as stored is not the order of its values")
          .with("target", target_)
          .hint("set the start with --start-cursor VALUE");
    }
    asked.push_back({"prepare", sql::render_greatest(dialect(), {target_, name, type, {}})});
    DPONE_TRY(Query query, database_->prepare(asked.back().text));
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return std::optional<std::string>();
    return std::optional<std::string>(query.text(0));
  }

  Result<std::int64_t> count_at(const std::string& column, const std::string& value,
                                std::vector<Statement>& asked) override {
    DPONE_CHECK(connect());
    DPONE_CHECK(find_name());
    if (!exists_) return 0;
    DPONE_TRY(const DataType type, type_of(column));
    asked.push_back({"prepare", sql::render_count_at(dialect(), target_, column, render_literal(value, type))});
    DPONE_TRY(Query query, database_->prepare(asked.back().text));
    DPONE_CHECK(query.step());
    return query.integer(0);
  }

  std::vector<Statement> render(const LoadTask& task) const override {
    const SinkStatements sql = render_sink(task, {});
    const NativeTarget& native = native_of(task.target);
    const bool is_new = native.is_new_database;
    std::vector<Statement> out;
    const auto add = [&](const char* phase, const std::vector<std::string>& statements) {
      for (const std::string& statement : statements) out.push_back({phase, statement});
    };
    const ControlTable control(target_);
    if (native.control.has_stages) add("prepare", {stages_sql()});
    out.push_back({"load", "BEGIN IMMEDIATE"});
    add("load", control.creation(native.control));
    add("load", sql.stage);
    out.push_back({"load", sql.insert});
    out.push_back({"load", sql.count});
    for (const StageStatement& step : sql.stage_steps) add("gate", {step.check, step.sql});
    // Whether anything would change is asked when the stage is sealed.
    std::vector<std::string> late;
    for (std::size_t i = 0; i < sql.questions.size(); ++i) {
      if (sql.questions[i].empty()) continue;
      const bool is_late = task.questions[i].kind == Question::Kind::kChanges;
      is_late ? late.push_back(sql.questions[i]) : add("gate", {sql.questions[i]});
    }
    add("seal", sql.seal);
    if (!is_new) out.push_back({"seal", "COMMIT"});
    add("gate", late);
    if (!is_new) out.push_back({"publish", "BEGIN IMMEDIATE"});
    out.push_back(control.planned_read());
    for (const PublishStatement& statement : sql.publish) {
      if (!statement.wanted.empty()) out.push_back({"publish", statement.wanted});
      out.push_back({"publish", statement.sql});
    }
    for (const std::string& check : {sql.find_orphans, sql.count_target}) {
      if (!check.empty()) out.push_back({"publish", check});
    }
    if (takes_place(task) || !native.is_marked) add("publish", mark_statements());
    out.push_back(control.planned_insert());
    out.push_back({"publish", "COMMIT"});
    return out;
  }

  Result<std::unique_ptr<Stage>> open_stage(const LoadTask& task) override {
    DPONE_CHECK(connect());
    if (!database_) {
      DPONE_TRY(database_, Database::open(path_, OpenMode::kCreate, busy_timeout_, context_));
    }
    return SqliteStage::create(std::move(database_), task, busy_timeout_, context_);
  }

  Result<PublishOutcome> publish(Stage& stage, const LoadTask&, const Receipt& receipt) override {
    return static_cast<SqliteStage&>(stage).publish(receipt);
  }

  Result<PublishOutcome> look_up(std::string_view process, std::string_view run_id) override {
    // An interrupted run still has to know how it ended.
    RunContext patient = context_;
    patient.stop = {};
    std::error_code code;
    if (!std::filesystem::exists(path_, code) && !code) return PublishOutcome{};
    DPONE_TRY(const auto database, Database::open(path_, OpenMode::kWrite, busy_timeout_, patient));
    DPONE_TRY(const auto found, find_relation(*database, settings_.table));
    const ControlTable control(quote_name(found ? *found : settings_.table));
    DPONE_TRY(const PriorReceipts prior, control.read(*database, process, run_id));
    return PublishOutcome{prior.of_run ? PublishState::kCommitted : PublishState::kAbsent, prior.of_run, {}};
  }

  Result<std::vector<Leftover>> cleanup(std::string_view process, bool is_dry_run) override {
    std::vector<Leftover> leftovers;
    DPONE_CHECK(connect());
    if (!database_) return leftovers;
    DPONE_TRY(const bool is_there, has_table(*database_, kStagesTable));
    std::vector<std::string> known;
    if (is_there) {
      DPONE_TRY(Query query, database_->prepare(stages_sql()));
      while (true) {
        DPONE_TRY(const bool has_row, query.step());
        if (!has_row) break;
        known.emplace_back(query.text(0));
        const bool is_asked = process.empty() || query.text(1) == process;
        if (is_asked)
          leftovers.push_back({known.back(), std::string(query.text(1)), std::string(query.text(2)), false});
      }
    }
    std::vector<Leftover> dead;
    for (Leftover& leftover : leftovers) {
      DPONE_TRY(auto lock, StageLock::take(path_, leftover.name));
      if (!lock) continue;  // its run is alive
      if (!is_dry_run) {
        DPONE_CHECK(remove_stage(leftover.name));
        leftover.is_removed = true;
      }
      lock->release();
      leftover.name = quote_name(leftover.name);
      dead.push_back(std::move(leftover));
    }
    if (!is_dry_run) {
      // Locks of runs that were killed before their stage was there.
      for (const std::string& name : StageLock::stages(path_)) {
        if (contains(known, name)) continue;
        DPONE_TRY(auto lock, StageLock::take(path_, name));
        if (lock) lock->release();
      }
    }
    return dead;
  }

 private:
  static std::string stages_sql() {
    return std::string("SELECT name, process, run_id FROM ") + kStagesTable + " ORDER BY name";
  }

  // Of a column of the target. REQUIRES: the target exists.
  Result<DataType> type_of(const std::string& column) {
    std::vector<Statement> asked;  // as describe() has asked before
    DPONE_TRY(const Relation relation, read_relation(*database_, name_));
    DPONE_TRY(const ColumnEntries entries, read_column_entries(*database_, relation, asked));
    DataType type;
    for (const Relation::Column& known : relation.columns) {
      if (!equal_names(known.name, column)) continue;
      type = column_facts(known, entry_of(entries, known.name), relation.is_strict, nullptr).type;
    }
    return type;
  }

  Status look() {
    DPONE_TRY(Query query, database_->prepare("SELECT count(*) FROM sqlite_schema"));
    DPONE_CHECK(query.step());
    return {};
  }

  Status check_scope(const TargetFacts& target, const Scope& scope) {
    if (scope.is_whole()) return {};
    auto prepared = database_->prepare(sql::scope_probe(dialect(), target, scope));
    if (!prepared) return sql::scope_error(std::move(prepared).error(), scope);
    for (const ScopeTerm& term : sql::single_values(scope)) {
      const TargetColumn* const column = target.find(term.column);
      if (column == nullptr) continue;
      // SQLite compares a value of another type, too, and finds other rows.
      if (!is_value_of(term.values.front(), column->type)) return sql::scope_value_error(target, term, "");
    }
    for (const ScopeTerm& term : scope.terms) {
      const TargetColumn* const column = target.find(term.column);
      if (column == nullptr) continue;
      const bool is_equality = term.op == "=" || term.op == "in";
      if (is_equality ? has_stored_equality(column->type) : compares_as_stored(column->type)) continue;
      return Error(ErrorClass::kFailed, "strategy.scope_order",
                   "column \"" + term.column + "\" is " + column->type.to_string() +
                       ", which SQLite stores as text: it would compare the texts and not the values")
          .with("target", target.relation)
          .with("option", "sink.strategy.scope")
          .hint("use custom_predicate with a CAST, or another column");
    }
    return {};
  }

  // The target's stored name, if it exists.
  Status find_name() {
    exists_ = false;
    name_ = settings_.table;
    if (database_) {
      DPONE_TRY(const auto found, find_relation(*database_, settings_.table));
      exists_ = found.has_value();
      if (found) name_ = *found;
    }
    target_ = quote_name(name_);
    return {};
  }

  Status describe_existing(const SourceFacts& source, TargetFacts& facts) {
    facts.exists = true;
    NativeTarget& native = native_of(facts);
    DPONE_TRY(native.relation, read_relation(*database_, name_));
    const Relation& relation = native.relation;
    facts.kind = relation.kind;
    facts.fingerprint = relation.fingerprint();
    facts.publish = publish_options(relation);
    facts.can_loosen = is_own_definition(relation);
    DPONE_TRY(const ColumnEntries entries, read_column_entries(*database_, relation, facts.asked));
    for (const Relation::Column& column : relation.columns) {
      const std::string& name = column.name;
      const SourceColumn* from = source.find(name);
      for (const SourceColumn& other : source.columns) {
        if (from == nullptr && equal_names(other.name, name)) from = &other;
      }
      TargetColumn entry = column_facts(column, entry_of(entries, name), relation.is_strict, from);
      // SQLite's names have no case: columns match by it, as everywhere, once they are called the same.
      if (from != nullptr) entry.name = from->name;
      if (name == relation.rowid_column) {
        entry.is_nullable = false;
        entry.has_default = true;
      }
      facts.columns.push_back(std::move(entry));
    }
    facts.keys = keys_of(relation, entries);
    if (facts.kind == "table") {
      facts.asked.push_back({"prepare", sql::render_is_empty(target_)});
      DPONE_TRY(Query query, database_->prepare(facts.asked.back().text));
      DPONE_CHECK(query.step());
      facts.is_empty = query.integer(0) != 0;
    } else {
      facts.is_empty = false;
    }
    DPONE_TRY(const TableIdentity seen, read_identity(*database_, name_));
    native.is_marked = seen.is_marked();
    DPONE_TRY(facts.identity, ControlTable(target_).identity_of(*database_, seen, facts.is_empty, facts.asked));
    const bool has_index = std::any_of(facts.keys.begin(), facts.keys.end(), [&](const KeyFacts& key) {
      return key.columns.size() == key_.size() &&
             std::is_permutation(key.columns.begin(), key.columns.end(), key_.begin(),
                                 [](const std::string& a, const std::string& b) { return equal_names(a, b); });
    });
    for (PublishOption& option : facts.publish) {
      if (option.method == "merge" && !has_index && !key_.empty()) {
        option.notes.emplace_back("the target has no unique index on the key: each run reads the whole table");
      }
      if (option.method == "merge") add_swap_notes(facts, option);
      if (!compares_keys_ || (option.method != "merge" && option.method != "append")) continue;
      for (const std::string& name : key_) {
        const TargetColumn* const column = facts.find(name);
        if (column == nullptr || has_stored_equality(column->type)) continue;
        option.blockers.push_back({"key column " + name + " is " + column->type.to_string() +
                                   ", whose values can be equal and stored differently"});
      }
    }
    return {};
  }

  void add_swap_notes(const TargetFacts& facts, PublishOption& option) const {
    std::vector<std::string> columns;
    for (const TargetColumn& column : facts.columns) columns.push_back(column.name);
    for (const std::string& name : find_set_asides(facts, key_, columns, "").without) {
      option.notes.push_back(cannot_swap(name));
    }
  }

  Status describe_absent(TargetFacts& facts) {
    NativeTarget& native = native_of(facts);
    native.relation.name = name_;
    native.relation.kind = "table";
    native.is_new_database = true;
    facts.publish.push_back({"create", {}, {}});
    if (database_) {
      DPONE_TRY(Query query, database_->prepare("SELECT name FROM sqlite_schema ORDER BY name"));
      while (true) {
        DPONE_TRY(const bool has_row, query.step());
        if (!has_row) break;
        native.is_new_database = false;
        native.taken_names.emplace_back(query.text(0));
      }
    }
    Json fingerprinted = Json::object();
    fingerprinted.set("name", name_).set("is_new_database", native.is_new_database);
    facts.fingerprint = sha256_hex(fingerprinted.canonical());
    return {};
  }

  // What SQLite would refuse later, or mean otherwise.
  void add_obstacles(const TargetFacts& described, const SourceFacts& source, TargetFacts& facts) const {
    for (const TargetColumn& column : facts.columns) {
      const auto same = std::count_if(facts.columns.begin(), facts.columns.end(),
                                      [&](const TargetColumn& other) { return equal_names(other.name, column.name); });
      if (same == 1) continue;
      facts.obstacles.push_back(
          Error(ErrorClass::kFailed, "target.column_names",
                "columns whose names differ only by case have the same name in SQLite: " + column.name)
              .with("target", target_)
              .with("column", column.name)
              .hint(rename_advice(source)));
      break;
    }
    // Also if it exists: receipts cannot be adopted.
    if (equal_names(name_.substr(0, 7), "sqlite_") || equal_names(name_.substr(0, 8), "__dpone_")) {
      facts.obstacles.push_back(
          Error(ErrorClass::kFailed, "target.reserved_name", "names with this prefix are reserved for SQLite or dpone")
              .with("target", target_)
              .hint("name another target"));
    }
    if (described.exists) return;
    if (facts.columns.empty()) {
      facts.obstacles.push_back(
          Error(ErrorClass::kFailed, "target.no_columns", "SQLite does not support tables without columns")
              .with("target", target_)
              .hint("select at least one column"));
    }
    for (const std::string& name : native_of(described).taken_names) {
      if (!equal_names(name, name_)) continue;
      facts.obstacles.push_back(
          Error(ErrorClass::kFailed, "target.name_taken", "an index or trigger already has that name")
              .with("target", target_)
              .hint("name another target, or drop it"));
    }
    if (!compares_keys_) return;
    for (const std::string& name : key_) {
      const TargetColumn* const column = facts.find(name);
      if (column == nullptr || has_stored_equality(column->type)) continue;
      facts.obstacles.push_back(Error(ErrorClass::kFailed, "strategy.key_type",
                                      "key column " + name + " is " + column->type.to_string() +
                                          ", whose values can be equal and stored differently in SQLite")
                                    .with("target", target_)
                                    .hint(source.takes_query ? "use another key, or cast it in source.options.query"
                                                             : "use another key, or declare another type for it"));
    }
  }

  // A primary key of one whole number is the rowid; every other key becomes an index, made when the rows are there.
  void propose_keys(const SourceFacts& source, const std::vector<std::string>& columns, TargetFacts& facts) const {
    const std::vector<KeyFacts> keys = with_declared_key(source.keys, key_, keeps_rows_);
    facts.keys.clear();
    NativeTarget& native = native_of(facts);
    // Other objects of the database are not part of the plan.
    std::vector<std::string> taken = std::exchange(native.taken_names, {});
    taken.push_back(name_);
    for (const KeyFacts& key : keys) {
      const bool is_whole = std::all_of(key.columns.begin(), key.columns.end(),
                                        [&](const std::string& column) { return contains(columns, column); });
      if (!is_whole) continue;
      if (key.is_primary) {
        for (std::size_t i = 0; i < key.columns.size(); ++i) {
          native.new_entries[key.columns[i]].key_position = static_cast<std::int64_t>(i) + 1;
        }
        const SourceColumn* const first = source.find(key.columns.front());
        const bool is_rowid = key.columns.size() == 1 && storage_of(first->type) == Storage::kInteger &&
                              first->type.kind != TypeKind::kBool && !keeps_latest_;
        if (is_rowid) {
          native.relation.rowid_column = key.columns.front();
          facts.keys.push_back({"", key.columns, true});
          continue;
        }
      }
      const std::string name = free_name(key, taken);
      taken.push_back(name);
      native.new_keys.push_back({name, key.columns});
      facts.keys.push_back({name, key.columns, key.is_primary});
    }
  }

  std::string free_name(const KeyFacts& key, const std::vector<std::string>& taken) const {
    std::string name = key.name;
    if (name.empty() || equal_names(name.substr(0, 7), "sqlite_")) {
      name = name_;
      for (const std::string& column : key.columns) name += key.is_primary ? "" : "_" + column;
      name += key.is_primary ? "_pkey" : "_key";
    }
    const auto is_taken = [&](const std::string& candidate) {
      return std::any_of(taken.begin(), taken.end(),
                         [&](const std::string& other) { return equal_names(other, candidate); });
    };
    std::string candidate = name;
    for (int number = 1; is_taken(candidate); ++number) candidate = name + std::to_string(number);
    return candidate;
  }

  Status remove_stage(const std::string& name) {
    DPONE_CHECK(database_->execute("BEGIN IMMEDIATE"));
    Status removed;
    std::vector<std::string> statements = render_remove_stage(name);
    statements.emplace_back("COMMIT");
    for (const std::string& sql : statements) {
      if (removed) removed = database_->execute(sql);
    }
    if (removed) return removed;
    const Status rolled_back = database_->roll_back();
    if (!rolled_back) context_.debug(rolled_back.error().to_line());
    return removed;
  }

  TableSink settings_;
  const RunContext& context_;
  // Of the last describe().
  std::vector<std::string> key_;
  bool compares_keys_ = false;
  bool keeps_rows_ = false;
  bool keeps_latest_ = false;
  std::filesystem::path path_;
  std::chrono::milliseconds busy_timeout_;
  std::string name_;    // as stored
  std::string target_;  // quoted
  bool exists_ = false;
  std::unique_ptr<Database> database_;
};

}  // namespace

std::chrono::milliseconds busy_timeout_of(const ConnectionSettings& settings) {
  const std::string text = settings.field("busy_timeout");
  constexpr std::int64_t kDefault = 10'000;
  return std::chrono::milliseconds(text.empty() ? kDefault : std::atoll(text.c_str()));
}

std::string file_identity(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

Status check_schema(const std::string& schema, const char* option) {
  if (schema.empty() || equal_names(schema, "main")) return {};
  return Error(ErrorClass::kFailed, "sqlite.no_schema", "a SQLite file does not have a schema \"" + schema + "\"")
      .with("option", option)
      .hint("leave the schema out; for a copy, name the target with --to-table");
}

Result<std::unique_ptr<Sink>> make_sink(TableSink settings, const RunContext& context) {
  DPONE_CHECK(check_schema(settings.schema, "sink.table.schema"));
  DPONE_CHECK(check_schema(settings.control_schema, "sink.options.control_schema"));
  // The file's real location: SQLite's journal and our locks are beside it.
  std::error_code ignored;
  const std::filesystem::path path =
      std::filesystem::weakly_canonical(std::filesystem::absolute(settings.connection.field("path"), ignored), ignored);
  if (!path.empty()) settings.connection.fields["path"] = path.string();
  auto sink = std::make_unique<SqliteSink>(std::move(settings), context);
  Status connected = sink->connect();
  if (connected && !std::filesystem::is_directory(path.parent_path(), ignored)) {
    connected = Error(ErrorClass::kFailed, "sqlite.cannot_open", "the folder of the database does not exist")
                    .with("file", path.string())
                    .hint("create the folder, or check the path");
  }
  if (!connected) return std::move(connected.error().add("end", "sink"));
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace dpone::sqlite
