#include "dpone/connectors/postgres/source.h"

#include <algorithm>
#include <map>

#include "dpone/base/sha256.h"
#include "dpone/codec/pg_copy/decoder.h"
#include "dpone/codec/pg_copy/frame_walker.h"
#include "dpone/connectors/postgres/catalog.h"
#include "dpone/connectors/postgres/connection.h"
#include "dpone/connectors/postgres/dialect.h"
#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/connectors/postgres/quote.h"
#include "dpone/connectors/postgres/source_locks.h"
#include "dpone/ports/null_check.h"

namespace dpone::postgres {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} * 1024;
constexpr std::size_t kHugeBuffer = 16U << 20;

constexpr OptionSpec kSourceOptions[] = {
    {.name = "search_path",
     .description = "Schemas in which names in a query, and in functions that a view uses, are resolved while rows are "
                    "read: `role` for the path of a plain session of the role, or names between commas; by default "
                    "pg_catalog alone",
     .value_name = "SCHEMAS"}};

constexpr const char* kFixedPath = "SET LOCAL search_path TO pg_catalog";

// The statement that sets the path of source.options.search_path in a transaction; empty without it.
std::string path_statement(const std::string& option) {
  if (option.empty()) return {};
  if (option == "role") return "SET LOCAL search_path TO DEFAULT";
  std::string names;
  for (std::size_t at = 0; at <= option.size();) {
    const std::size_t comma = std::min(option.find(',', at), option.size());
    std::string name = option.substr(at, comma - at);
    while (name.starts_with(' ')) name.erase(0, 1);
    while (name.ends_with(' ')) name.pop_back();
    if (!name.empty()) names += (names.empty() ? "" : ", ") + quote_name(name);
    at = comma + 1;
  }
  return "SET LOCAL search_path TO " + names;
}

std::vector<SourceColumn> column_facts(const std::vector<NativeSource::Column>& columns, const TypeCatalog& types) {
  std::vector<SourceColumn> out;
  for (const NativeSource::Column& column : columns) {
    const Oid type = static_cast<Oid>(column.type_oid);
    SourceColumn facts;
    facts.name = column.name;
    facts.native_type = column.type;
    facts.type = types.logical_type(type, static_cast<int>(column.typmod), facts.travels_as_text);
    facts.meaning = types.meaning(type);
    facts.is_nullable = !column.is_not_null;
    facts.is_generated = !column.generated.empty();
    facts.has_default = column.default_value || !column.identity.empty();
    out.push_back(std::move(facts));
  }
  return out;
}

std::vector<Oid> type_oids(const std::vector<NativeSource::Column>& columns) {
  std::vector<Oid> oids;
  oids.reserve(columns.size());
  for (const NativeSource::Column& column : columns) oids.push_back(static_cast<Oid>(column.type_oid));
  return oids;
}

// What a sink needs to know of each column's type: its signature, what rules raw out, and the user types behind it.
void add_types(NativeSource& native, const TypeCatalog& types, int server_version) {
  std::vector<Oid> ordered;
  std::map<Oid, std::vector<std::string>> needed_by;  // user type to the columns that need it
  for (const NativeSource::Column& column : native.columns) {
    const Oid oid = static_cast<Oid>(column.type_oid);
    types.dependencies(oid, ordered);
    std::vector<Oid> own;
    types.dependencies(oid, own);
    for (const Oid type : own) needed_by[type].push_back(column.name);
    native.types[column.name] = {types.signature(oid), types.raw_obstacle(oid, server_version),
                                 types.raw_obstacle(oid, 120000), char_form(types.signature(oid), server_version)};
  }
  for (const Oid oid : ordered) {
    const TypeInfo& info = *types.find(oid);
    // A range brings its multirange, whose name and schema matter where a column is of it.
    const auto is_its_multirange = [&](Oid other) {
      return types.find(other)->type == 'm' && types.find(other)->subtype == oid;
    };
    const auto multirange = std::find_if(ordered.begin(), ordered.end(), is_its_multirange);
    const bool has_multirange = multirange != ordered.end();
    NativeSource::UserType type;
    type.schema = info.schema;
    type.name = info.name;
    type.signature = types.signature(oid);
    type.formatted = info.formatted;
    type.extension = info.extension;
    type.create = types.create_statement(oid, has_multirange);
    type.create_before_14 = types.create_statement(oid, false);
    if (has_multirange) type.multirange_schema = types.find(*multirange)->schema;
    if (info.type == 'm') {
      const TypeInfo& range = *types.find(info.subtype);
      type.range = quote_name(range.schema, range.name);
    }
    type.columns = needed_by.at(oid);
    native.user_types.push_back(std::move(type));
  }
  native.server_version = server_version;
}

Json array_of(const std::vector<std::string>& texts) {
  Json out = Json::array();
  for (const std::string& text : texts) out.push(text);
  return out;
}

// What a fingerprint has of the types, for `described`.
void describe_types(const NativeSource& native, Json& described) {
  Json details = Json::object();
  for (const auto& [column, type] : native.types) {
    Json detail = Json::object();
    detail.set("signature", type.signature).set("raw_obstacle", type.raw_obstacle);
    detail.set("raw_obstacle_before_14", type.raw_obstacle_before_14).set("char_form", type.char_form);
    details.set(column, std::move(detail));
  }
  Json user_types = Json::array();
  for (const NativeSource::UserType& type : native.user_types) {
    Json json = Json::object();
    json.set("schema", type.schema).set("name", type.name).set("signature", type.signature);
    json.set("formatted", type.formatted).set("extension", type.extension).set("create", type.create);
    json.set("create_before_14", type.create_before_14).set("columns", array_of(type.columns));
    if (type.multirange_schema) json.set("multirange_schema", *type.multirange_schema);
    if (type.range) json.set("range", *type.range);
    user_types.push(std::move(json));
  }
  described.set("type_details", std::move(details)).set("user_types", std::move(user_types));
  described.set("server_version", native.server_version);
}

// The codec knows of a limit, not where a user sets it.
Status fed(Status status) {
  if (status || status.error().slug() != "pg_copy.row_too_big") return status;
  return std::move(status).error().hint("raise runtime.max_row_bytes, or leave the row out with source.options.where");
}

class RawCopyReader final : public RawReader {
 public:
  RawCopyReader(Connection& connection, int columns, std::int64_t max_row_bytes, bool is_text)
      : connection_(connection), is_text_(is_text), walker_(columns, max_row_bytes), lines_(max_row_bytes) {}

  void give_up() override { connection_.give_up(); }

  // The server sends one row per COPY message, but the protocol does not require it: an incomplete row waits in
  // `rest_`, and header and trailer are omitted.
  Status next(std::string& out, std::size_t wanted) override {
    const std::size_t before = out.size();
    out += rest_;
    rest_.clear();
    while (!is_at_end_) {
      const std::size_t size = out.size();
      const std::size_t missing = wanted - std::min(wanted, size - before);
      DPONE_TRY(const bool more, connection_.read_copy(out, std::max<std::size_t>(missing, 1)));
      is_at_end_ = !more;
      const std::string_view fresh = std::string_view(out).substr(size);
      DPONE_CHECK(fed(is_text_ ? lines_.feed(fresh) : walker_.feed(fresh)));
      const std::int64_t begin = is_text_ ? 0 : walker_.rows_begin();
      const std::int64_t end = is_text_ ? lines_.rows_end() : walker_.rows_end();
      if (end <= std::max(begin, handed_out_)) continue;
      const auto offset_of = [&](std::int64_t at) { return before + static_cast<std::size_t>(at - handed_out_); };
      rest_.assign(out, offset_of(end));
      out.resize(offset_of(end));
      if (begin > handed_out_) out.erase(before, static_cast<std::size_t>(begin - handed_out_));
      handed_out_ = end;
      return {};
    }
    out.resize(before);
    return {};
  }

  std::int64_t rows_so_far() const override { return is_text_ ? lines_.row_count() : walker_.row_count(); }

  Result<ReadSummary> finish() override {
    DPONE_TRY(const std::int64_t reported, connection_.finish_copy_out());
    DPONE_CHECK(is_text_ ? lines_.finish() : walker_.finish());
    return is_text_ ? ReadSummary{lines_.row_count(), reported, lines_.byte_count()}
                    : ReadSummary{walker_.row_count(), reported, walker_.byte_count()};
  }

 private:
  Connection& connection_;
  bool is_text_;
  bool is_at_end_ = false;
  std::int64_t handed_out_ = 0;  // offset in the stream up to which bytes were handed out or left out
  std::string rest_;             // bytes read beyond it
  pg_copy::FrameWalker walker_;
  pg_copy::TextLineCounter lines_;
};

class BatchCopyReader final : public BatchReader {
 public:
  BatchCopyReader(Connection& connection, pg_copy::Decoder decoder)
      : connection_(connection), decoder_(std::move(decoder)) {
    buffer_.reserve(kReadBytes + 8192);
  }

  void give_up() override { connection_.give_up(); }

  Result<std::optional<Batch>> next() override {
    while (!is_at_end_) {
      if (auto batch = decoder_.take()) return batch;
      buffer_.clear();
      DPONE_TRY(const bool more, connection_.read_copy(buffer_, kReadBytes));
      DPONE_CHECK(fed(decoder_.feed(buffer_)));
      // A huge value is not held twice while it is encoded and sent.
      if (buffer_.capacity() > kHugeBuffer) std::string().swap(buffer_);
      if (!more) {
        // The source's own error, if it has one, says more than a cut stream.
        DPONE_TRY(reported_, connection_.finish_copy_out());
        is_at_end_ = true;
      }
    }
    if (auto batch = decoder_.take()) return batch;
    if (is_drained_) return std::optional<Batch>();
    is_drained_ = true;
    return decoder_.finish();
  }

  Result<ReadSummary> finish() override { return ReadSummary{decoder_.row_count(), reported_, decoder_.byte_count()}; }

 private:
  Connection& connection_;
  pg_copy::Decoder decoder_;
  std::string buffer_;
  std::int64_t reported_ = 0;
  bool is_at_end_ = false;
  bool is_drained_ = false;
};

class PostgresSnapshot final : public Snapshot, public RawSnapshot {
 public:
  PostgresSnapshot(Connection connection, const RunContext& context)
      : connection_(std::move(connection)), context_(context) {}

  Result<ReadBound> bound(const ReadTask& task) override {
    const CursorRange* const range = task.cursor();
    if (range == nullptr) return ReadBound{};
    ReadBound bound;
    DPONE_TRY(const bool has_null,
              check_cursor_nulls(task, [&](const std::string& column) { return has_null_in(task, column); }));
    DPONE_TRY(const Rows rows, connection_.query(render_upper_bound(task)));
    DPONE_TRY(bound.relation, storage_of(task));
    bound.has_rows = rows.size() == 1 || has_null;
    bound.advances = rows.size() == 1 && rows.boolean(0, 1);
    if (rows.size() == 0) return range->lower ? look_behind(task, bound) : bound;
    const std::string upper = rows.text(0, 0);
    if (upper == "infinity" || upper == "Infinity" || upper == "NaN") {
      return Error(ErrorClass::kFailed, "cursor.infinite",
                   "the greatest value of cursor column \"" + range->column + "\" is " + upper +
                       ": no later row could have a greater value")
          .with("relation", task.source.relation)
          .hint("correct that row, or leave it out with source.options.where");
    }
    bound.until = to_position(*range, {upper, {}, bound.relation});
    return bound;
  }

  Result<std::unique_ptr<BatchReader>> open(const Slice&, const ReadTask& task) override {
    pg_copy::DecoderOptions options;
    options.max_row_bytes = context_.max_row_bytes;
    options.target_bytes = 2 << 20;
    DPONE_TRY(pg_copy::Decoder decoder, pg_copy::Decoder::create(batch_schema(task.columns), options));
    DPONE_CHECK(connection_.begin_copy_out(render_copy_out(task, "binary", false)));
    return std::unique_ptr<BatchReader>(std::make_unique<BatchCopyReader>(connection_, std::move(decoder)));
  }

  RawSnapshot* raw() override { return this; }

  Result<std::unique_ptr<RawReader>> open_raw(const Slice&, const ReadTask& task) override {
    const bool is_text = task.format.is_text;
    DPONE_CHECK(connection_.begin_copy_out(render_copy_out(task, is_text ? "text" : "binary", true)));
    return std::unique_ptr<RawReader>(std::make_unique<RawCopyReader>(
        connection_, static_cast<int>(task.columns.size()), context_.max_row_bytes, is_text));
  }

  Status close() override {
    Shield shield(connection_);
    DPONE_CHECK(connection_.execute("COMMIT"));
    return {};
  }

 private:
  // The value that TRUNCATE, and dropping and recreating the table, change; empty for a query, a view and a partitioned
  // table.
  Result<std::string> storage_of(const ReadTask& task) {
    if (native_of(task.source).oid == 0) return std::string();
    const std::string oid = std::to_string(native_of(task.source).oid);
    DPONE_TRY(const Rows rows, connection_.query("SELECT pg_relation_filenode(" + oid + ")::text"));
    return rows.is_null(0, 0) ? std::string() : oid + "/" + rows.text(0, 0);
  }

  // No row is beyond the position: check whether all rows are before it.
  Result<ReadBound> look_behind(const ReadTask& task, ReadBound bound) {
    DPONE_TRY(const Rows rows, connection_.query(render_greatest(task)));
    if (rows.size() == 0) return bound;
    bound.greatest = rows.text(0, 0);
    bound.is_behind = bound.greatest != *task.cursor()->lower;
    return bound;
  }

  Result<bool> has_null_in(const ReadTask& task, const std::string& column) {
    DPONE_TRY(const Rows rows, connection_.query(render_find_null(task, column)));
    return rows.size() == 1;
  }

  Connection connection_;
  const RunContext& context_;
};

class PostgresSource final : public Source {
 public:
  PostgresSource(SourceSettings settings, Connection connection, const RunContext& context)
      : settings_(std::move(settings)), context_(context), connection_(std::move(connection)) {}

  Result<SourceFacts> describe() override {
    for (int attempt = 1;; ++attempt) {
      DPONE_CHECK(connect());
      auto facts = describe_with(*connection_, false);
      const bool may_retry = settings_.query.empty() && connection_->is_alive() && attempt < kDescribeAttempts;
      if (facts || !may_retry || !is_of_vanished(facts.error())) return facts;
    }
  }

  bool is_server() const override { return true; }

  std::vector<WireFormat> raw_formats(const ReadTask& task) const override {
    const NativeSource& native = native_of(task.source);
    Json columns = Json::array();
    for (const ColumnPolicy& column : task.columns) {
      const auto known = native.types.find(column.name);
      const NativeSource::Type type = known == native.types.end() ? NativeSource::Type() : known->second;
      Json entry = Json::array();
      entry.push(column.source_native).push(type.signature).push(type.raw_obstacle).push(type.char_form);
      columns.push(std::move(entry));
    }
    const std::string fingerprint = columns.canonical();
    return {{"postgres.copy_binary", fingerprint, false}, {"postgres.copy_text", fingerprint, true}};
  }

  std::vector<Statement> render(const ReadTask& task) const override {
    std::vector<Statement> out;
    for (const std::string& sql : lock_statements(task.source)) out.push_back({"extract", sql});
    const std::string path = path_statement(settings_.search_path);
    if (!path.empty()) out.push_back({"extract", path});
    if (const CursorRange* range = task.cursor()) {
      if (looks_for_nulls(task)) out.push_back({"extract", render_find_null(task, range->column)});
      out.push_back({"extract", render_upper_bound(task)});
      if (range->lower) out.push_back({"extract", render_greatest(task)});
    }
    const bool is_text = task.is_raw && task.format.is_text;
    out.push_back({"extract", render_copy_out(task, is_text ? "text" : "binary", task.is_raw)});
    return out;
  }

  Result<std::unique_ptr<Snapshot>> open_snapshot(const ReadTask& task) override {
    const SourceFacts& planned = task.source;
    DPONE_CHECK(connect());
    for (const std::string& sql : lock_statements(planned)) {
      auto done = connection_->execute(sql);
      if (!done) {
        Error error = std::move(done).error();
        // Gone since the plan was made.
        if (error.native_code() == "42P01" || error.native_code() == "3F000") return changed(planned);
        return error;
      }
    }
    DPONE_CHECK(context_.fault("source.locked"));
    DPONE_TRY(const SourceFacts now, describe_with(*connection_, true));
    if (now.fingerprint != planned.fingerprint) return changed(planned);
    const std::string path = path_statement(settings_.search_path);
    if (!path.empty()) DPONE_CHECK(connection_->execute(path));
    std::unique_ptr<Snapshot> snapshot = std::make_unique<PostgresSnapshot>(std::move(*connection_), context_);
    connection_.reset();
    return snapshot;
  }

 private:
  // A snapshot takes the connection with it.
  Status connect() {
    if (connection_) return {};
    DPONE_TRY(connection_, Connection::open(settings_.connection, SessionRole::kSource, context_));
    return {};
  }

  static Error changed(const SourceFacts& planned) {
    return Error(ErrorClass::kUnavailable, "source.changed", "the source's definition changed after the plan was made")
        .with("relation", planned.relation)
        .retry(Retry::kSafe)
        .hint("run again: the next plan uses the new definition");
  }

  static Error vanished(const std::string& relation) {
    return Error(ErrorClass::kUnavailable, "source.changed",
                 "the relation was replaced while dpone read its definition")
        .with("relation", relation)
        .retry(Retry::kSafe)
        .hint("run again: the next plan uses the new table");
  }

  // LOCK TABLE takes no snapshot: rows that another session moves are seen whole, before or after.
  static std::vector<std::string> lock_statements(const SourceFacts& facts) {
    std::vector<std::string> out = {"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
    for (const std::string& name : native_of(facts).locks) out.push_back(lock_statement(name));
    return out;
  }

  // For a plan, and again in a run's snapshot, with that plan's list of locks.
  Result<SourceFacts> describe_with(Connection& connection, bool in_snapshot) {
    if (!in_snapshot) {
      locks_.clear();
      asked_.clear();
    }
    auto facts = settings_.query.empty()
                     ? describe_relation(connection, in_snapshot)
                     : in_transaction(connection, [&] { return describe_query(connection, in_snapshot); });
    if (facts && !in_snapshot) {
      DPONE_CHECK(try_locks(connection, locks_));
      facts->asked = asked_;
    }
    return facts;
  }

  // Runs `body` in the transaction that is open, or in one that is rolled back.
  template <class Body>
  static std::invoke_result_t<Body> in_transaction(Connection& connection, Body body) {
    if (connection.in_transaction()) return body();
    DPONE_CHECK(connection.execute("BEGIN READ ONLY"));
    auto result = body();
    if (connection.is_alive()) {
      Shield shield(connection);
      DPONE_CHECK(connection.execute("ROLLBACK"));
    }
    return result;
  }

  // Runs `body` with the path of source.options.search_path. What dpone asks of the catalog has its own.
  // REQUIRES: a transaction is open.
  template <class Body>
  std::invoke_result_t<Body> with_path(Connection& connection, Body body) {
    const std::string path = path_statement(settings_.search_path);
    if (path.empty()) return body();
    DPONE_CHECK(connection.execute(path));
    auto result = body();
    if (result) DPONE_CHECK(connection.execute(kFixedPath));
    return result;
  }

  struct Rights {
    std::string role;
    bool may_use_schema;
    bool may_select;
    bool may_select_columns;  // some
    bool is_row_security_active;
  };

  Status check_rights(const Connection& connection, const std::string& relation, const Rights& rights) const {
    const std::string schema = quote_name(settings_.schema);
    const std::string role = quote_name(rights.role);
    std::string what;
    std::string next_step;
    if (!rights.may_use_schema) {
      what = "read " + relation + ": it lacks USAGE on schema " + schema;
      next_step = "GRANT USAGE ON SCHEMA " + schema + " TO " + role;
    } else if (!rights.may_select) {
      what = rights.may_select_columns ? "lock " + relation + ": LOCK TABLE requires SELECT on the whole table"
                                       : "read " + relation + ": it lacks SELECT";
      next_step = "GRANT SELECT ON " + relation + " TO " + role;
    } else if (rights.is_row_security_active) {
      what = "read all rows of " + relation + ": row-level security applies to it";
      next_step = "ALTER ROLE " + role + " BYPASSRLS; or read a view whose owner may see the rows";
    } else {
      return {};
    }
    return Error(ErrorClass::kFailed, "postgres.permission", "role " + rights.role + " may not " + what)
        .with("connection", connection.id())
        .hint(std::move(next_step));
  }

  Result<SourceFacts> describe_relation(Connection& connection, bool in_snapshot) {
    const std::string relation = quote_name(settings_.schema, settings_.table);
    const auto [name, sql] = source_statement(settings_.schema, settings_.table, connection.server_version());
    DPONE_TRY(const Rows rows, connection.query_kept(name, sql));
    if (rows.size() == 0) return no_relation(connection, settings_.schema, settings_.table);
    // A relation that is gone has no privileges, which is NULL.
    if (rows.size() != 1 || rows.is_null(0, 0) || rows.is_null(0, 1)) return vanished(relation);
    DPONE_CHECK(check_rights(
        connection, relation,
        {rows.text(0, 2), rows.boolean(0, 4), rows.boolean(0, 1), rows.boolean(0, 3), rows.boolean(0, 5)}));
    DPONE_TRY(Json described, Json::parse(rows.text(0, 0)));  // what the fingerprint is of
    DPONE_TRY(NativeSource native, NativeSource::from_json(described));
    const Oid oid = static_cast<Oid>(native.oid);
    DPONE_TRY(const TypeCatalog types, read_types(connection, type_oids(native.columns)));
    SourceFacts facts;
    facts.system = "postgres";
    facts.relation = relation;
    const std::string& kind = native.kind;
    facts.kind = kind == "v"   ? "view"
                 : kind == "m" ? "materialized_view"
                 : kind == "p" ? "partitioned_table"
                 : kind == "f" ? "foreign_table"
                               : "table";
    facts.columns = column_facts(native.columns, types);
    // A table's key does not cover the rows of tables that inherit from it, which are read with it; a key of a
    // partitioned table does.
    const bool has_keys = kind == "p" || !native.has_children;
    for (const NativeSource::Key& key : native.keys) {
      if (!has_keys) {
        facts.notes.push_back("key " + key.name + " of " + relation +
                              " does not cover the rows of the tables that inherit from it, and is omitted");
        continue;
      }
      facts.keys.push_back({key.name, key.columns, key.is_primary});
    }
    for (const NativeSource::UniqueIndex& index : native.unique_indexes) {
      if (!has_keys) break;
      facts.keys.push_back({index.name, index.columns, false, false});
    }
    facts.identity = std::to_string(oid);
    // LOCK TABLE takes tables and views only.
    if (!in_snapshot && (kind == "r" || kind == "p" || kind == "v")) locks_.push_back(relation);
    add_types(native, types, connection.server_version());
    describe_types(native, described);
    if (settings_.limit >= 0) {
      native.limit = settings_.limit;
      described.set("limit", settings_.limit);
    }
    if (!settings_.search_path.empty()) described.set("search_path", settings_.search_path);
    if (!settings_.where.empty()) {
      native.where = settings_.where;
      described.set("where", settings_.where);
      DPONE_CHECK(in_transaction(connection, [&] { return describe_where(connection, native, oid, in_snapshot); }));
    } else if (kind == "v" && !in_snapshot) {
      DPONE_CHECK(in_transaction(connection, [&] { return check_view(connection, native); }));
    }
    native.locks = locks_;
    described.set("locks", array_of(locks_));
    facts.fingerprint = sha256_hex(described.canonical());
    facts.native = std::move(native);
    if (!in_snapshot) {
      DPONE_TRY(const Estimates estimates, read_estimates(connection, oid, settings_.schema, settings_.table));
      if (!estimates.is_current) return vanished(relation);
      if (estimates.rows > 0) facts.estimated_rows = estimates.rows;
      facts.estimated_bytes = estimates.bytes;
    }
    return facts;
  }

  Result<SourceFacts> describe_query(Connection& connection, bool in_snapshot) {
    const std::string nested = "SELECT FROM (\n" + settings_.query + "\n) AS source_query";
    auto described = with_path(connection, [&] {
      auto query = connection.describe(settings_.query);
      // It will be read as a part of COPY (SELECT ...): a statement that cannot be nested (EXPLAIN, SHOW, RETURNING, a
      // WITH that writes) is refused here, before anything is created at the target.
      if (query && query->column_count() > 0) {
        auto parsed = connection.describe(nested);
        if (!parsed) query = std::move(parsed);
      }
      return query;
    });
    if (!described) {
      Error error = std::move(described).error();
      if (error.native_code() == "42P01") {
        return std::move(error).hint(
            "name tables with their schema: the session's search_path is pg_catalog, or the value "
            "of source.options.search_path");
      }
      error = may_not_run(std::move(error), "source.options.query");
      if (!error.next_step().empty()) return error;
      return std::move(error).hint("write one SELECT, WITH or VALUES statement of the source's SQL");
    }
    if (described->column_count() == 0) {
      return Error(ErrorClass::kFailed, "source.not_a_query", "source.options.query returns no columns")
          .hint("write one SELECT, WITH or VALUES statement");
    }
    NativeSource native;
    native.kind = "query";
    native.query = settings_.query;
    Json columns = Json::array();
    for (int i = 0; i < described->column_count(); ++i) {
      DPONE_TRY(const Rows formatted, connection.query("SELECT format_type($1::oid, $2::int4)",
                                                       {std::to_string(described->column_type(i)),
                                                        std::to_string(described->column_typmod(i))}));
      NativeSource::Column column;
      column.name = described->column_name(i);
      column.type = formatted.text(0, 0);
      column.type_oid = described->column_type(i);
      column.typmod = described->column_typmod(i);
      for (const NativeSource::Column& other : native.columns) {
        if (other.name == column.name) {
          return Error(ErrorClass::kFailed, "source.duplicate_column",
                       "the query has two columns named \"" + column.name + "\"")
              .hint("give one of them another name with AS");
        }
      }
      Json json = Json::object();
      json.set("name", column.name).set("type", column.type).set("type_oid", column.type_oid);
      columns.push(std::move(json.set("typmod", column.typmod).set("not_null", false)));
      native.columns.push_back(std::move(column));
    }
    if (!in_snapshot) {
      DPONE_TRY(locks_, described_relations(connection, 0));
      DPONE_CHECK(
          with_path(connection, [&] { return check_may_run(connection, nested, "source.options.query", asked_); }));
    }
    native.locks = locks_;
    Json json = Json::object();  // what the fingerprint is of
    json.set("kind", "query").set("query", settings_.query).set("columns", std::move(columns));
    json.set("locks", array_of(locks_));
    if (!settings_.search_path.empty()) json.set("search_path", settings_.search_path);
    DPONE_TRY(const TypeCatalog types, read_types(connection, type_oids(native.columns)));
    DPONE_TRY(const Rows monetary, connection.query("SELECT current_setting('lc_monetary')"));
    json.set("lc_monetary", monetary.text(0, 0));
    SourceFacts facts;
    facts.system = "postgres";
    facts.relation = "(query)";
    facts.kind = "query";
    facts.columns = column_facts(native.columns, types);
    add_types(native, types, connection.server_version());
    describe_types(native, json);
    facts.fingerprint = sha256_hex(json.canonical());
    facts.native = std::move(native);
    return facts;
  }

  // What a view reads and calls, with the rights of its owner and of the role.
  Status check_view(Connection& connection, const NativeSource& native) {
    ReadTask probe;
    probe.source.native = native;
    return with_path(connection, [&] { return check_may_run(connection, render_select(probe, false), "", asked_); });
  }

  // The condition is parsed by the server as part of one SELECT, so that it cannot end the statement. What its
  // subqueries read is locked too.
  Status describe_where(Connection& connection, const NativeSource& native, Oid oid, bool in_snapshot) {
    ReadTask probe;
    probe.source.native = native;
    const std::string select = render_select(probe, false);
    auto described = with_path(connection, [&] { return connection.describe(select); });
    if (!described) {
      Error error = std::move(described).error();
      error = may_not_run(std::move(error), "source.options.where");
      if (!error.next_step().empty()) return error;
      return std::move(error).hint("write one condition, as after WHERE in the source's SQL");
    }
    if (in_snapshot) return {};
    DPONE_TRY(const std::vector<std::string> read, described_relations(connection, oid));
    locks_.insert(locks_.end(), read.begin(), read.end());
    return with_path(connection, [&] { return check_may_run(connection, select, "source.options.where", asked_); });
  }

  SourceSettings settings_;
  const RunContext& context_;
  std::optional<Connection> connection_;
  // Of the last plan.
  std::vector<std::string> locks_;
  std::vector<Statement> asked_;
};

}  // namespace

std::span<const OptionSpec> source_options() { return kSourceOptions; }

Result<std::unique_ptr<Source>> make_source(SourceSettings settings, const RunContext& context) {
  if (settings.schema.empty())
    settings.schema = settings.connection.field("schema").empty() ? "public" : settings.connection.field("schema");
  for (const std::string& name : {settings.schema, settings.table}) DPONE_CHECK(check_name_length(name));
  while (!settings.query.empty() &&
         (settings.query.back() == ';' || std::isspace(static_cast<unsigned char>(settings.query.back())) != 0)) {
    settings.query.pop_back();
  }
  auto connected = Connection::open(settings.connection, SessionRole::kSource, context);
  if (!connected) return std::move(connected.error().add("end", "source"));
  return std::unique_ptr<Source>(std::make_unique<PostgresSource>(std::move(settings), std::move(*connected), context));
}

}  // namespace dpone::postgres
