#include "dpone/connectors/sqlite/source.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>

#include "dpone/base/nearest.h"
#include "dpone/base/sha256.h"
#include "dpone/connectors/sqlite/catalog.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/dialect.h"
#include "dpone/connectors/sqlite/row_reader.h"
#include "dpone/connectors/sqlite/sink.h"
#include "dpone/connectors/sqlite/types.h"
#include "dpone/ports/null_check.h"

namespace dpone::sqlite {
namespace {

std::string or_empty(const char* text) { return text == nullptr ? std::string() : std::string(text); }

class SqliteSnapshot final : public Snapshot {
 public:
  SqliteSnapshot(std::unique_ptr<Database> database, const RunContext& context)
      : database_(std::move(database)), context_(context) {}

  Result<ReadBound> bound(const ReadTask& task) override {
    const CursorRange* const range = task.cursor();
    if (range == nullptr) return ReadBound{};
    ReadBound bound;
    DPONE_CHECK(check_order(task, range->column, range->type));
    if (range->lower && !is_value_of(*range->lower, range->type)) {
      return Error(ErrorClass::kFailed, "cursor.value",
                   "'" + *range->lower + "' is not a value of cursor column \"" + range->column + "\"")
          .with("relation", task.source.relation)
          .hint("give --start-cursor a value of its type, " + range->type.to_string());
    }
    DPONE_TRY(const bool has_null,
              check_cursor_nulls(task, [&](const std::string& column) { return has_null_in(task, column); }));
    DPONE_TRY(Query query, database_->prepare(render_upper_bound(task)));
    DPONE_TRY(const bool has_row, query.step());
    bound.has_rows = has_row || has_null;
    bound.advances = has_row && query.integer(1) != 0;
    if (!has_row) return range->lower ? look_behind(task, bound) : bound;
    // A value stored in another class sorts before or after all values of the type.
    const std::string_view stored = query.text(2);
    const bool is_integer = storage_of(range->type) == Storage::kInteger;
    std::string upper(query.text(0));
    if (stored != (is_integer ? "integer" : "text") || !is_value_of(upper, range->type)) {
      return Error(ErrorClass::kFailed, "source.value_type",
                   "the greatest stored value is " + std::string(stored) + ", not a value of the column's type")
          .with("relation", task.source.relation)
          .with("column", range->column)
          .hint("correct that row, or leave it out with source.options.where");
    }
    bound.until = to_position(*range, {std::move(upper), {}, {}});
    return bound;
  }

  Result<std::unique_ptr<BatchReader>> open(const Slice&, const ReadTask& task) override {
    return make_row_reader(*database_, task, render_select(task), context_);
  }

  Status close() override {
    Shield shield(*database_);
    return database_->execute("COMMIT");
  }

 private:
  Status check_order(const ReadTask& task, const std::string& column, const DataType& type) {
    if (!has_stored_order(type)) {
      return Error(ErrorClass::kFailed, "cursor.type",
                   "column \"" + column + "\" is " + type.to_string() +
                       ", which SQLite stores as text: the order of the texts is not the order of the values")
          .with("relation", task.source.relation)
          .hint("name a column of integers, dates, timestamps, texts or uuids");
    }
    const std::string sql = render_find_disorder(task, column);
    if (sql.empty()) return {};
    DPONE_TRY(Query query, database_->prepare(sql));
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return {};
    return Error(ErrorClass::kFailed, "cursor.order",
                 "'" + std::string(query.text(0).substr(0, 64)) + "' in column \"" + column +
                     "\" is stored in a form that does not sort correctly")
        .with("relation", task.source.relation)
        .hint(
            "numbers among texts, infinities, years before 1 and after 9999, and times in another format than dpone's "
            "do not sort correctly: correct the row, or leave it out with source.options.where");
  }

  // No row is beyond the position: check whether all rows are before it.
  Result<ReadBound> look_behind(const ReadTask& task, ReadBound bound) {
    DPONE_TRY(Query query, database_->prepare(render_greatest(task)));
    DPONE_TRY(const bool has_row, query.step());
    if (!has_row) return bound;
    bound.greatest = query.text(0);
    bound.is_behind = bound.greatest != *task.cursor()->lower;
    return bound;
  }

  Result<bool> has_null_in(const ReadTask& task, const std::string& column) {
    DPONE_TRY(Query query, database_->prepare(render_find_null(task, column)));
    return query.step();
  }

  std::unique_ptr<Database> database_;
  const RunContext& context_;
};

class SqliteSource final : public Source {
 public:
  SqliteSource(TableSource settings, std::unique_ptr<Database> database, const RunContext& context)
      : settings_(std::move(settings)), context_(context), database_(std::move(database)) {}

  static Result<std::unique_ptr<Database>> connect(const TableSource& settings, const RunContext& context) {
    const std::string path = settings.connection.field("path");
    // Not read-only: SQLite must roll back the journal of a killed writer before anyone can read.
    DPONE_TRY(auto database, Database::open(path, OpenMode::kWrite, busy_timeout_of(settings.connection), context));
    DPONE_CHECK(database->execute("PRAGMA query_only = ON"));
    {
      DPONE_TRY(Query query, database->prepare("SELECT count(*) FROM sqlite_schema"));
      DPONE_CHECK(query.step());
    }
    return database;
  }

  Result<SourceFacts> describe() override {
    DPONE_CHECK(reconnect());
    return describe_with(*database_, false);
  }

  std::vector<Statement> render(const ReadTask& task) const override {
    std::vector<Statement> out = {{"extract", "BEGIN"}};
    if (const CursorRange* const range = task.cursor()) {
      const std::string disorder = render_find_disorder(task, range->column);
      if (!disorder.empty()) out.push_back({"extract", disorder});
      if (looks_for_nulls(task)) out.push_back({"extract", render_find_null(task, range->column)});
      out.push_back({"extract", render_upper_bound(task)});
      if (range->lower) out.push_back({"extract", render_greatest(task)});
    }
    out.push_back({"extract", render_select(task)});
    return out;
  }

  Result<std::unique_ptr<Snapshot>> open_snapshot(const ReadTask& task) override {
    const SourceFacts& planned = task.source;
    DPONE_CHECK(reconnect());
    DPONE_CHECK(database_->execute("BEGIN"));
    // The snapshot is taken by the first read.
    DPONE_CHECK(context_.fault("source.locked"));
    auto now = describe_with(*database_, true);
    const bool is_gone = !now && now.error().slug() == "sqlite.no_relation";
    if (!now && !is_gone) return std::move(now).error();
    if (is_gone || now->fingerprint != planned.fingerprint) {
      return Error(ErrorClass::kUnavailable, "source.changed",
                   "the source's definition changed after the plan was made")
          .with("relation", planned.relation)
          .retry(Retry::kSafe)
          .hint("run again: the next plan uses the new definition");
    }
    return std::unique_ptr<Snapshot>(std::make_unique<SqliteSnapshot>(std::move(database_), context_));
  }

 private:
  Status reconnect() {
    if (database_) return {};
    DPONE_TRY(database_, connect(settings_, context_));
    return {};
  }

  // For a plan, and again in a run's snapshot.
  Result<SourceFacts> describe_with(Database& database, bool in_snapshot) {
    SourceFacts facts;
    facts.system = "sqlite";
    facts.identity = file_identity(settings_.connection.field("path"));
    NativeSource native;
    Json described = Json::object();  // what the fingerprint is of
    Relation base;                    // of a table: its columns say what may be NULL
    if (settings_.query.empty()) {
      DPONE_TRY(const auto found, find_relation(database, settings_.table));
      if (!found) return no_relation(database);
      DPONE_TRY(base, read_relation(database, *found));
      facts.relation = quote_name(*found);
      facts.kind = base.kind;
      native.name = *found;
      native.is_strict = base.is_strict;
      described.set("name", *found).set("kind", facts.kind).set("sql", base.sql).set("is_strict", base.is_strict);
      DPONE_TRY(const ColumnEntries entries, read_column_entries(database, base, facts.asked));
      facts.keys = keys_of(base, entries);
    } else {
      DPONE_CHECK(check_query(database));
      facts.relation = "(query)";
      facts.kind = "query";
      native.query = settings_.query;
      described.set("kind", "query").set("query", settings_.query);
    }
    native.where = settings_.where;
    if (!native.where.empty()) described.set("where", native.where);
    if (settings_.limit >= 0) {
      native.limit = settings_.limit;
      described.set("limit", settings_.limit);
    }
    DPONE_TRY(Json details, describe_columns(database, native, base, facts));
    described.set("column_details", std::move(details));
    facts.fingerprint = sha256_hex(described.canonical());
    facts.native = std::move(native);
    if (facts.kind == "table" && !in_snapshot) {
      DPONE_TRY(const auto greatest, greatest_rowid(database, base, facts.asked));
      if (greatest.value_or(0) > 0) facts.estimated_rows = greatest;
    }
    return facts;
  }

  // The statement that will be read, without its condition on the cursor: names, declarations and origins of its
  // columns. Returns what the fingerprint has of them.
  Result<Json> describe_columns(Database& database, NativeSource& native, const Relation& base, SourceFacts& facts) {
    auto prepared = database.prepare("SELECT * FROM " + render_relation(native) +
                                     (settings_.where.empty() ? "" : " WHERE (" + settings_.where + "\n)"));
    if (!prepared) {
      Error error = std::move(prepared).error();
      error.add("option", settings_.where.empty() ? "source.options.query" : "source.options.where");
      if (!error.next_step().empty()) return error;
      return std::move(error).hint(settings_.where.empty() ? "write one SELECT, WITH or VALUES statement"
                                                           : "write one condition, as after WHERE in SQLite's SQL");
    }
    const Query query = std::move(*prepared);
    Json details = Json::object();
    for (int i = 0; i < query.column_count(); ++i) {
      SourceColumn column;
      column.name = query.column_name(i);
      const std::string declared = or_empty(sqlite3_column_decltype(query.handle(), i));
      const std::string table = or_empty(sqlite3_column_table_name(query.handle(), i));
      const std::string origin = or_empty(sqlite3_column_origin_name(query.handle(), i));
      DPONE_TRY(const Origin* const from, origin_of(database, table, facts.asked));
      const ColumnEntry& entry = entry_of(from->entries, origin);
      const auto& kept = entry.type;
      column.native_type = kept ? entry.native_type : declared.empty() ? "any" : declared;
      column.type = kept ? *kept : declared_type(declared, from->is_strict);
      if (kept) column.origin_type = column.native_type;
      column.meaning = entry.meaning;
      column.travels_as_text = entry.travels_as_text;
      for (const Relation::Column& known : base.columns) {
        if (known.name != column.name) continue;
        column.is_nullable = !known.is_not_null && base.rowid_column != column.name;
        column.is_generated = known.is_generated;
        column.has_default = known.default_value.has_value();
      }
      const Affinity affinity = affinity_of(declared, from->is_strict);
      const bool is_any = !kept && (affinity == Affinity::kNumeric || affinity == Affinity::kAny);
      if (is_any) native.any_columns.insert(column.name);
      Json detail = Json::object();
      detail.set("declared", declared).set("type", type_to_json(column.type)).set("is_any", is_any);
      // SQLite has no types for the content of texts: if the target has one, the texts are read as that type.
      column.is_inferred = !kept && column.type.kind == TypeKind::kText;
      detail.set("is_nullable", column.is_nullable).set("position", i);
      details.set(column.name, std::move(detail));
      facts.columns.push_back(std::move(column));
    }
    origins_.clear();
    return details;
  }

  struct Origin {
    bool is_strict = false;
    ColumnEntries entries;
  };

  // The table that a column of the statement comes from; empty for an expression.
  Result<const Origin*> origin_of(Database& database, const std::string& table, std::vector<Statement>& asked) {
    const auto [at, is_new] = origins_.try_emplace(table);
    if (is_new && !table.empty()) {
      DPONE_TRY(const Relation relation, read_relation(database, table));
      at->second.is_strict = relation.is_strict;
      DPONE_TRY(at->second.entries, read_column_entries(database, relation, asked));
    }
    return &at->second;
  }

  // Alone and nested in another statement: one that cannot be nested (EXPLAIN, PRAGMA) is refused here.
  Status check_query(Database& database) const {
    auto query = database.prepare(settings_.query);
    if (!query) {
      Error error = std::move(query).error();
      error.add("option", "source.options.query");
      if (!error.next_step().empty()) return error;
      return std::move(error).hint("write one SELECT, WITH or VALUES statement");
    }
    const bool reads =
        query->handle() != nullptr && query->column_count() > 0 && sqlite3_stmt_readonly(query->handle()) != 0;
    if (!reads) {
      return Error(ErrorClass::kFailed, "source.not_a_query", "source.options.query returns no columns, or writes")
          .hint("write one SELECT, WITH or VALUES statement");
    }
    // As a part of another statement, the second of two names would get a number.
    std::vector<std::string> names;
    for (int i = 0; i < query->column_count(); ++i) {
      const std::string name = query->column_name(i);
      const bool is_known =
          std::any_of(names.begin(), names.end(), [&](const std::string& other) { return equal_names(other, name); });
      if (is_known) {
        return Error(ErrorClass::kFailed, "source.duplicate_column", "the query has two columns named \"" + name + "\"")
            .hint("give one of them another name with AS");
      }
      names.push_back(name);
    }
    return {};
  }

  Result<SourceFacts> no_relation(Database& database) const {
    DPONE_TRY(const std::vector<std::string> names, relation_names(database));
    const std::string near = nearest_name(settings_.table, names);
    return Error(ErrorClass::kFailed, "sqlite.no_relation", "there is no table or view " + quote_name(settings_.table))
        .with("file", database.path().string())
        .hint(near.empty() ? "check the name, and the file" : "did you mean " + quote_name(near) + "?");
  }

  TableSource settings_;
  const RunContext& context_;
  std::unique_ptr<Database> database_;
  std::map<std::string, Origin> origins_;
};

}  // namespace

Result<std::unique_ptr<Source>> make_source(TableSource settings, const RunContext& context) {
  DPONE_CHECK(check_schema(settings.schema, "source.table.schema"));
  while (!settings.query.empty() &&
         (settings.query.back() == ';' || std::isspace(static_cast<unsigned char>(settings.query.back())) != 0)) {
    settings.query.pop_back();
  }
  auto connected = SqliteSource::connect(settings, context);
  if (!connected) return std::move(connected.error().add("end", "source"));
  return std::unique_ptr<Source>(std::make_unique<SqliteSource>(std::move(settings), std::move(*connected), context));
}

}  // namespace dpone::sqlite
