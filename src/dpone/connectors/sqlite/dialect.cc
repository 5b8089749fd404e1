#include "dpone/connectors/sqlite/dialect.h"

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/base/sha256.h"
#include "dpone/connectors/sqlite/catalog.h"
#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/types.h"
#include "dpone/data/batch_builder.h"
#include "dpone/data/temporal.h"
#include "dpone/data/value_parse.h"
#include "dpone/data/value_text.h"

namespace dpone::sqlite {
namespace {

std::string temporary_name(const std::string& kind, const std::string& target, const std::string& run_id) {
  if (run_id.empty()) return "__dpone_{" + kind + "}";
  return "__dpone_" + sha256_hex(kind + '\0' + target + '\0' + run_id).substr(0, 16);
}

std::string quote_names(const std::vector<std::string>& names, std::string_view prefix = {}) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + std::string(prefix) + quote_name(name);
  return out;
}

// Blanks and comments in front.
std::string_view after_blanks(std::string_view text) {
  while (true) {
    const std::size_t at = text.find_first_not_of(" \t\n\r\f");
    text.remove_prefix(std::min(at, text.size()));
    std::size_t end = std::string_view::npos;
    if (text.starts_with("--")) {
      end = text.find('\n');
    } else if (text.starts_with("/*")) {
      end = text.find("*/", 2);
      if (end != std::string_view::npos) ++end;
    } else {
      return text;
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

// Skips one identifier: bare, or in any of SQLite's four quotes.
std::string_view after_identifier(std::string_view text) {
  text = after_blanks(text);
  if (text.empty()) return text;
  const char quote = text.front() == '[' ? ']' : text.front();
  if (quote == '"' || quote == '`' || quote == '\'' || quote == ']') {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] != quote) continue;
      if (quote == ']' || i + 1 == text.size() || text[i + 1] != quote) return text.substr(i + 1);
      ++i;
    }
    return {};
  }
  const std::size_t end = text.find_first_of(" \t\n\r\f(/-");
  return end == std::string_view::npos ? std::string_view() : text.substr(end);
}

// Skips `word`, in any case; empty when it is not there.
std::string_view after_word(std::string_view text, std::string_view word) {
  text = after_blanks(text);
  return equal_names(text.substr(0, word.size()), word) ? text.substr(word.size()) : std::string_view();
}

std::string any_null(const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) out += (out.empty() ? "" : " OR ") + quote_name(column) + " IS NULL";
  return out;
}

std::string key_match(const LoadTask& task) {
  std::string out;
  for (const std::string& column : task.key) {
    const std::string name = quote_name(column);
    out += (out.empty() ? "t." : " AND t.") + name + " = s." + name;
  }
  return out;
}

// Whether a row of the target has other values than that of the stage: byte by byte, whatever the column's collation.
std::string values_differ(const LoadTask& task) {
  std::string out;
  for (const ColumnPolicy& column : task.columns) {
    if (contains(task.key, column.sink_name)) continue;
    const std::string name = quote_name(column.sink_name);
    out += (out.empty() ? "t." : " OR t.") + name + " COLLATE BINARY IS NOT s." + name;
  }
  return out;
}

class SinkRenderer {
 public:
  SinkRenderer(const LoadTask& task, const SinkRenderOptions& options)
      : task_(task),
        options_(options),
        native_(task.target.native),
        table_(native_["name"].as_string()),
        target_(quote_name(table_)),
        stage_name_(stage_name(target_, options.run_id)),
        stage_(quote_name(stage_name_)) {
    for (const ColumnPolicy& column : task.columns) names_.push_back(column.sink_name);
  }

  SinkStatements render() {
    render_stage();
    switch (task_.method) {
      case PublishMethod::kCreate:
        render_create();
        break;
      case PublishMethod::kExchange:
        render_exchange();
        break;
      case PublishMethod::kTruncateInsert:
      case PublishMethod::kDeleteInsert:
        render_rewrite();
        break;
      case PublishMethod::kAppend:
      case PublishMethod::kMerge:
        render_add();
        break;
    }
    out_.publish.push_back(std::string("DELETE FROM ") + kStagesTable + " WHERE name = " + quote_literal(stage_name_));
    return std::move(out_);
  }

 private:
  static std::string column_definition(const ColumnPolicy& column) {
    return quote_name(column.sink_name) + " " + std::string(to_string(storage_of(column.sink_type))) +
           (column.is_nullable ? "" : " NOT NULL");
  }

  // Keys of the stage are equal where those of the target are: 'a' and 'A' are one row of a NOCASE key.
  std::string key_collation(const ColumnPolicy& column) const {
    if (!contains(task_.key, column.sink_name)) return {};
    for (const Json& known : native_["columns"].as_array()) {
      const std::string collation = known["collation"].as_string();
      if (!equal_names(known["name"].as_string(), column.sink_name) || collation.empty() || collation == "BINARY")
        continue;
      return " COLLATE " + quote_name(collation);
    }
    return {};
  }

  void render_stage() {
    if (task_.method == PublishMethod::kExchange) {
      out_.stage.push_back("CREATE TABLE " + stage_ + table_definition_tail(native_["sql"].as_string()));
      for (const ColumnPolicy& column : task_.columns) {
        if (contains(task_.new_columns, column.sink_name)) {
          out_.stage.push_back("ALTER TABLE " + stage_ + " ADD COLUMN " + column_definition(column));
        }
      }
    } else {
      const std::string rowid = task_.method == PublishMethod::kCreate ? native_["rowid_column"].as_string() : "";
      std::string columns;
      for (const ColumnPolicy& column : task_.columns) {
        columns += (columns.empty() ? "" : ", ") + column_definition(column) + key_collation(column);
        if (!rowid.empty() && column.sink_name == rowid) columns += " PRIMARY KEY";
      }
      out_.stage.push_back("CREATE TABLE " + stage_ + " (" + columns + ") STRICT");
    }
    const std::string run = options_.run_id.empty() ? "{run_id}" : options_.run_id;
    const std::string process = options_.run_id.empty() ? "{process}" : options_.process;
    out_.stage.push_back(std::string("INSERT INTO ") + kStagesTable + " (name, process, run_id, target) VALUES (" +
                         quote_literal(stage_name_) + ", " + quote_literal(process) + ", " + quote_literal(run) + ", " +
                         quote_literal(target_) + ")");
    std::string values;
    for (std::size_t i = 0; i < names_.size(); ++i) values += (i == 0 ? "c" : ", c") + std::to_string(i);
    out_.insert = "INSERT OR ABORT INTO " + stage_ + " (" + quote_names(names_) + ") SELECT " + values + " FROM " +
                  std::string(kBatchTable);
  }

  // What an index becomes is known, but its name is taken until the old table goes. SQLite has no statement that
  // renames an index; its own ALTER TABLE does what is done here.
  void render_index(const std::string& name, const std::string& unique, const std::string& tail,
                    const std::string& final_sql) {
    const std::string temporary = index_name(target_, options_.run_id, name);
    out_.seal.push_back("CREATE " + unique + "INDEX " + quote_name(temporary) + " ON " + stage_ + tail);
    out_.index_names.push_back(name);
    renames_.push_back("UPDATE sqlite_schema SET name = " + quote_literal(name) + ", sql = " +
                       quote_literal(final_sql) + " WHERE type = 'index' AND name = " + quote_literal(temporary));
  }

  void append_renames() {
    if (renames_.empty()) return;
    out_.publish.emplace_back("PRAGMA writable_schema = ON");
    out_.publish.insert(out_.publish.end(), renames_.begin(), renames_.end());
    out_.publish.emplace_back("PRAGMA writable_schema = OFF");
  }

  void render_create() {
    for (const Json& key : native_["create_keys"].as_array()) {
      std::vector<std::string> columns;
      for (const Json& column : key["columns"].as_array()) columns.push_back(column.as_string());
      const std::string& name = key["name"].as_string();
      const std::string tail = " (" + quote_names(columns) + ")";
      render_index(name, "UNIQUE ", tail, "CREATE UNIQUE INDEX " + quote_name(name) + " ON " + target_ + tail);
    }
    out_.publish.push_back("ALTER TABLE " + stage_ + " RENAME TO " + target_);
    out_.publish.push_back(std::string("DELETE FROM ") + kColumnsTable +
                           " WHERE table_name = " + quote_literal(table_) + " COLLATE NOCASE");
    for (const ColumnPolicy& column : task_.columns) append_entry(column);
    append_renames();
  }

  void append_entry(const ColumnPolicy& column) {
    const Json& detail = native_["column_details"][column.sink_name];
    out_.publish.push_back(
        std::string("INSERT OR REPLACE INTO ") + kColumnsTable +
        " (table_name, column_name, declared, type, native_type, meaning, travels_as_text, key_position) VALUES (" +
        quote_literal(table_) + ", " + quote_literal(column.sink_name) + ", " +
        quote_literal(to_string(storage_of(column.sink_type))) + ", " +
        quote_literal(type_to_json(column.sink_type).canonical()) + ", " +
        quote_literal(detail["native_type"].as_string()) + ", " + quote_literal(detail["meaning"].as_string()) + ", " +
        (detail["travels_as_text"].as_bool() ? "1" : "0") + ", " + std::to_string(detail["key_position"].as_int()) +
        ")");
  }

  void render_exchange() {
    for (const Json& index : native_["indexes"].as_array()) {
      if (!index["sql"].is_string()) continue;  // of a constraint: it came with the table
      const std::string& sql = index["sql"].as_string();
      render_index(index["name"].as_string(), index["is_unique"].as_bool() ? "UNIQUE " : "", index_definition_tail(sql),
                   sql);
    }
    if (native_["is_autoincrement"].as_bool()) {
      // Numbers that were given once are not given again.
      out_.publish.push_back(
          "INSERT INTO sqlite_sequence (name, seq) SELECT " + quote_literal(stage_name_) +
          ", 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = " + quote_literal(stage_name_) + ")");
      out_.publish.push_back(
          "UPDATE sqlite_sequence SET seq = max(seq, coalesce((SELECT max(seq) FROM sqlite_sequence "
          "WHERE name = " +
          quote_literal(table_) + "), 0)) WHERE name = " + quote_literal(stage_name_));
    }
    out_.publish.push_back("DROP TABLE " + target_);
    out_.publish.push_back("ALTER TABLE " + stage_ + " RENAME TO " + target_);
    append_new_entries();
    append_renames();
  }

  void append_new_entries() {
    for (const ColumnPolicy& column : task_.columns) {
      const ColumnFacts* const known = task_.target.find(column.sink_name);
      if (contains(task_.new_columns, column.sink_name)) {
        append_entry(column);
      } else if (known != nullptr && known->type != column.sink_type) {
        append_new_type(column);
      }
    }
  }

  // The column is stored as before, and holds more values.
  void append_new_type(const ColumnPolicy& column) {
    out_.publish.push_back(std::string("UPDATE ") + kColumnsTable + " SET type = " +
                           quote_literal(type_to_json(column.sink_type).canonical()) + ", native_type = " +
                           quote_literal(native_["column_details"][column.sink_name]["native_type"].as_string()) +
                           " WHERE table_name = " + quote_literal(table_) +
                           " COLLATE NOCASE AND column_name = " + quote_literal(column.sink_name) + " COLLATE NOCASE");
  }

  void append_insert(const std::string& rest) {
    const std::string rows = " FROM " + stage_ + " AS s" + rest;
    out_.insert_at = static_cast<int>(out_.publish.size());
    out_.count_insert = "SELECT count(*)" + rows;
    out_.publish.push_back("INSERT OR ABORT INTO " + target_ + " (" + quote_names(names_) + ") SELECT " +
                           quote_names(names_, "s.") + rows);
  }

  void render_rewrite() {
    for (const ColumnPolicy& column : task_.columns) {
      if (contains(task_.new_columns, column.sink_name)) {
        out_.publish.push_back("ALTER TABLE " + target_ + " ADD COLUMN " + column_definition(column));
      }
    }
    append_new_entries();
    out_.publish.push_back("DELETE FROM " + target_);
    append_insert("");
    out_.publish.push_back("DROP TABLE " + stage_);
  }

  void render_add() {
    const bool is_merge = task_.method == PublishMethod::kMerge;
    const bool looks_first = is_merge || task_.only_new_rows;
    if (is_merge) append_update();
    append_insert(looks_first ? " LEFT JOIN " + target_ + " AS t ON " + key_match(task_) + " WHERE t." +
                                    quote_name(task_.key.front()) + " IS NULL"
                              : "");
    out_.publish.push_back("DROP TABLE " + stage_);
  }

  void append_update() {
    std::string set;
    for (const std::string& name : names_) {
      if (contains(task_.key, name)) continue;
      set += (set.empty() ? "" : ", ") + quote_name(name) + " = s." + quote_name(name);
    }
    if (set.empty()) return;
    const std::string condition = " WHERE " + key_match(task_) + " AND (" + values_differ(task_) + ")";
    out_.update_at = static_cast<int>(out_.publish.size());
    out_.count_update = "SELECT count(*) FROM " + target_ + " AS t, " + stage_ + " AS s" + condition;
    out_.publish.push_back("UPDATE OR ABORT " + target_ + " AS t SET " + set + " FROM " + stage_ + " AS s" + condition);
  }

  const LoadTask& task_;
  const SinkRenderOptions& options_;
  const Json& native_;
  const std::string table_;
  const std::string target_;
  const std::string stage_name_;
  const std::string stage_;
  std::vector<std::string> names_;
  std::vector<std::string> renames_;
  SinkStatements out_;
};

std::string stage_of(const LoadTask& task, const std::string& run_id) {
  return quote_name(stage_name(quote_name(task.target.native["name"].as_string()), run_id));
}

// A column of the source by its relation, so that ORDER BY cannot take it for an output name; texts byte by byte.
std::string qualified(const Json& source, const std::string& column) {
  return (source["query"].is_string() ? "rows_of" : quote_name(source["name"].as_string())) + "." + quote_name(column);
}

std::string source_column(const LoadTask& task, const std::string& column, const DataType& type) {
  return qualified(task.source.native, column) + (storage_of(type) == Storage::kText ? " COLLATE BINARY" : "");
}

DataType type_of(const LoadTask& task, const std::string& column) {
  const ColumnFacts* const facts = task.source.find(column);
  return facts == nullptr ? DataType() : facts->type;
}

// `c`, or `(c, k)` with the position as `1` or `(1, 'a')`.
struct CursorTerms {
  std::string columns;
  std::string bound;
};

CursorTerms terms_of(const LoadTask& task, const CursorPosition& position) {
  const CursorRange& range = *task.cursor;
  CursorTerms terms{source_column(task, range.column, range.type), render_literal(position.value, range.type)};
  if (range.key.empty()) return terms;
  for (std::size_t i = 0; i < range.key.size(); ++i) {
    const DataType type = type_of(task, range.key[i]);
    terms.columns += ", " + source_column(task, range.key[i], type);
    terms.bound += ", " + render_literal(position.key[i], type);
  }
  return {"(" + terms.columns + ")", "(" + terms.bound + ")"};
}

// A time, less the overlap, as the text that sorts where it belongs.
std::string lowered_time(const CursorRange& range) {
  ColumnBuilder builder(range.type);
  if (append_parsed_value(range.lower->value, builder) != nullptr)
    return render_literal(range.lower->value, range.type);
  const Column column = builder.release();
  const std::int64_t overlap = range.overlap.duration.count();
  std::string text;
  if (range.type.kind == TypeKind::kDate) {
    const std::int64_t micros = std::int64_t{column.value_at<std::int32_t>(0)} * kMicrosPerDay - overlap;
    // A date stands before every text that goes on behind it.
    if (micros % kMicrosPerDay == 0) {
      append_date_text(static_cast<std::int32_t>(micros / kMicrosPerDay), text);
    } else {
      append_timestamp_text(micros, false, text);
    }
  } else {
    append_timestamp_text(column.value_at<std::int64_t>(0) - overlap, range.type.kind == TypeKind::kTimestampTz, text);
  }
  return quote_literal(text);
}

// Empty: from the beginning.
std::string beyond_lower(const LoadTask& task) {
  const CursorRange& range = *task.cursor;
  if (!range.lower) return {};
  if (!range.is_inclusive) {
    const CursorTerms terms = terms_of(task, *range.lower);
    return terms.columns + " > " + terms.bound;
  }
  std::string bound =
      range.overlap.duration.count() != 0 ? lowered_time(range) : render_literal(range.lower->value, range.type);
  if (range.overlap.number != 0) bound += " - " + std::to_string(range.overlap.number);
  return source_column(task, range.column, range.type) + " >= " + bound;
}

std::string up_to_upper(const LoadTask& task) {
  const CursorRange& range = *task.cursor;
  if (!range.is_bounded) {
    std::string columns = source_column(task, range.column, range.type);
    for (const std::string& column : range.key) columns += ", " + source_column(task, column, type_of(task, column));
    return (range.key.empty() ? columns : "(" + columns + ")") + " <= {upper}";
  }
  if (!range.upper) return "false";
  const CursorTerms terms = terms_of(task, *range.upper);
  return terms.columns + " <= " + terms.bound;
}

// WHERE, with the user's condition if there is one and ours.
std::string where_clause(const Json& native, const std::string& condition) {
  std::string where = native["where"].is_string() ? "(" + native["where"].as_string() + "\n)" : std::string();
  if (!condition.empty()) where += (where.empty() ? "" : " AND ") + condition;
  return where.empty() ? "" : " WHERE " + where;
}

std::string cursor_condition(const LoadTask& task) {
  std::string condition = beyond_lower(task);
  condition += (condition.empty() ? "" : " AND ") + up_to_upper(task);
  if (task.cursor->nulls != CursorNulls::kAlways) return condition;
  return "(" + condition + " OR " + qualified(task.source.native, task.cursor->column) + " IS NULL)";
}

}  // namespace

std::string stage_name(const std::string& target, const std::string& run_id) {
  return temporary_name("stage", target, run_id);
}

std::string index_name(const std::string& target, const std::string& run_id, const std::string& original) {
  return temporary_name("index " + original, target, run_id);
}

SinkStatements render_sink(const LoadTask& task, const SinkRenderOptions& options) {
  return SinkRenderer(task, options).render();
}

std::string render_changes(const LoadTask& task, const std::string& run_id) {
  const std::string target = quote_name(task.target.native["name"].as_string());
  std::string condition = "t." + quote_name(task.key.front()) + " IS NULL";
  const std::string differs = task.method == PublishMethod::kMerge ? values_differ(task) : std::string();
  if (!differs.empty()) condition += " OR " + differs;
  return "SELECT 1 FROM " + stage_of(task, run_id) + " AS s LEFT JOIN " + target + " AS t ON " + key_match(task) +
         " WHERE " + condition;
}

std::string render_keep_latest(const LoadTask& task, const std::string& run_id) {
  const std::string stage = stage_of(task, run_id);
  // A column may have taken one of the three names of the rowid; not all of them, see SqliteStage::keep_latest.
  std::string rowid;
  for (const char* name : {"_rowid_", "rowid", "oid"}) {
    const bool is_taken = std::any_of(task.columns.begin(), task.columns.end(),
                                      [&](const ColumnPolicy& column) { return equal_names(column.sink_name, name); });
    if (!is_taken) rowid = name;
  }
  if (rowid.empty()) return {};
  return "DELETE FROM " + stage + " WHERE " + rowid + " IN (SELECT place FROM (SELECT " + rowid +
         " AS place, rank() OVER (PARTITION BY " + quote_names(task.key) + " ORDER BY " +
         quote_name(task.keep_latest_by) + " COLLATE BINARY DESC NULLS LAST) AS number FROM " + stage + " WHERE NOT (" +
         any_null(task.key) + ")) WHERE number > 1)";
}

std::string render_stage_disorder(const LoadTask& task, const std::string& run_id) {
  const std::string name = quote_name(task.keep_latest_by);
  std::string is_wrong = "false";
  for (const ColumnPolicy& column : task.columns) {
    if (column.sink_name != task.keep_latest_by) continue;
    const std::string is_canonical = canonical_time_condition(column.sink_type, name);
    if (!has_stored_order(column.sink_type)) {
      is_wrong = name + " IS NOT NULL";
    } else if (!is_canonical.empty()) {
      is_wrong = "NOT (" + is_canonical + ")";
    }
  }
  return "SELECT " + name + " FROM " + stage_of(task, run_id) + " WHERE " + is_wrong + " LIMIT 1";
}

std::string render_key_counts(const LoadTask& task, const std::string& run_id) {
  const std::string stage = stage_of(task, run_id);
  const std::string has_null = any_null(task.key);
  return "SELECT (SELECT count(*) FROM " + stage + " WHERE " + has_null +
         "), (SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM " + stage + " WHERE NOT (" + has_null +
         ") GROUP BY " + quote_names(task.key) + " HAVING count(*) > 1))";
}

std::string render_relation(const Json& source) {
  if (source["query"].is_string()) return "(" + source["query"].as_string() + "\n) AS rows_of";
  return quote_name(source["name"].as_string());
}

std::string render_select(const LoadTask& task) {
  const Json& native = task.source.native;
  std::string columns;
  for (const ColumnPolicy& column : task.columns) {
    columns += (columns.empty() ? "" : ", ") + qualified(native, column.name);
  }
  std::string sql = "SELECT " + (columns.empty() ? "1" : columns) + " FROM " + render_relation(native) +
                    where_clause(native, task.cursor ? cursor_condition(task) : std::string());
  if (native["limit"].is_int()) sql += " LIMIT " + std::to_string(native["limit"].as_int());
  return sql;
}

std::string render_upper_bound(const LoadTask& task) {
  const CursorRange& range = *task.cursor;
  std::string values = qualified(task.source.native, range.column);
  std::string classes = "typeof(" + values + ")";
  std::string order = source_column(task, range.column, range.type) + " DESC";
  for (const std::string& column : range.key) {
    const std::string name = qualified(task.source.native, column);
    values += ", " + name;
    classes += ", typeof(" + name + ")";
    order += ", " + source_column(task, column, type_of(task, column)) + " DESC";
  }
  std::string is_beyond = "1";
  if (range.lower) {
    const CursorTerms terms = terms_of(task, *range.lower);
    is_beyond = terms.columns + " > " + terms.bound;
  }
  std::string condition = beyond_lower(task);
  condition += (condition.empty() ? "" : " AND ") + qualified(task.source.native, range.column) + " IS NOT NULL";
  return "SELECT " + values + ", " + is_beyond + ", " + classes + " FROM " + render_relation(task.source.native) +
         where_clause(task.source.native, condition) + " ORDER BY " + order + " LIMIT 1";
}

std::string render_find_null(const LoadTask& task, const std::string& column) {
  return "SELECT 1 FROM " + render_relation(task.source.native) +
         where_clause(task.source.native, qualified(task.source.native, column) + " IS NULL") + " LIMIT 1";
}

std::string render_find_disorder(const LoadTask& task, const std::string& column) {
  const std::string name = qualified(task.source.native, column);
  const DataType type = type_of(task, column);
  const std::string is_canonical = canonical_time_condition(type, name);
  std::string is_wrong = "NOT (" + is_canonical + ")";
  if (is_canonical.empty()) {
    // Numbers among texts, which only tables that are not STRICT have, stand before all of them.
    if (storage_of(type) != Storage::kText || task.source.native["is_strict"].as_bool()) return {};
    is_wrong = name + " COLLATE BINARY < ''";
  }
  return "SELECT " + name + " FROM " + render_relation(task.source.native) +
         where_clause(task.source.native, is_wrong) + " LIMIT 1";
}

std::string render_literal(const std::string& value, const DataType& type) {
  if (!is_value_of(value, type)) return quote_literal(value);
  ColumnBuilder builder(type);
  append_parsed_value(value, builder);
  const Column column = builder.release();
  std::string text;
  append_value_text(column, 0, text);
  return storage_of(type) == Storage::kInteger && type.kind != TypeKind::kBool ? text : quote_literal(text);
}

bool is_value_of(const std::string& value, const DataType& type) {
  ColumnBuilder builder(type);
  return append_parsed_value(value, builder) == nullptr;
}

std::string table_definition_tail(std::string_view sql) {
  constexpr std::string_view kWords = "CREATE TABLE ";
  if (!sql.starts_with(kWords)) return {};
  const std::string_view rest = after_identifier(sql.substr(kWords.size()));
  return rest.empty() ? std::string() : " " + std::string(after_blanks(rest));
}

std::string index_definition_tail(std::string_view sql) {
  std::string_view rest = after_word(sql, "CREATE");
  if (const std::string_view unique = after_word(rest, "UNIQUE"); !unique.empty()) rest = unique;
  rest = after_word(rest, "INDEX");
  rest = after_word(after_identifier(rest), "ON");
  rest = after_blanks(after_identifier(rest));
  return rest.empty() ? std::string() : " " + std::string(rest);
}

}  // namespace dpone::sqlite
