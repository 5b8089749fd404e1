#include "dpone/connectors/sqlite/dialect.h"

#include <algorithm>

#include "dpone/connectors/sqlite/database.h"
#include "dpone/connectors/sqlite/types.h"
#include "dpone/data/batch_builder.h"
#include "dpone/data/temporal.h"
#include "dpone/data/value_parse.h"
#include "dpone/data/value_text.h"
#include "dpone/sql/extraction_condition.h"
#include "dpone/sql/relation_sql.h"

namespace dpone::sqlite {
namespace {

// A column of the source by its relation, so that ORDER BY cannot take it for an output name.
std::string qualified(const NativeSource& source, const std::string& column) {
  return (source.query.empty() ? quote_name(source.name) : "rows_of") + "." + quote_name(column);
}

sql::ColumnTerm term_of(const ReadTask& task) {
  return [&task](const std::string& column) { return qualified(native_of(task.source), column); };
}

DataType type_of(const ReadTask& task, const std::string& column) {
  const SourceColumn* const facts = task.source.find(column);
  return facts == nullptr ? DataType() : facts->type;
}

sql::RelationColumn column_of(const ReadTask& task, const std::string& column) {
  const NativeSource& native = native_of(task.source);
  return {render_relation(native), qualified(native, column), {}, native.where};
}

sql::RelationColumn cursor_of(const ReadTask& task) {
  sql::RelationColumn column = column_of(task, task.cursor()->column);
  column.type = task.cursor()->type;
  return column;
}

// Texts byte by byte, whatever the column's collation.
std::string ordered(const std::string& column, const DataType& type) {
  return column + (storage_of(type) == Storage::kText ? " COLLATE BINARY" : "");
}

std::string as_it_is(const std::string& column) { return column; }

std::string value(const std::string& text, const DataType& type, const std::string&) {
  return render_literal(text, type);
}

// A time, less the overlap, as the text that sorts where it belongs.
std::string lowered_time(const CursorRange& range) {
  ColumnBuilder builder(range.type);
  if (append_parsed_value(*range.lower, builder) != nullptr) return render_literal(*range.lower, range.type);
  const Column column = builder.release();
  const std::int64_t overlap = range.overlap.duration.count();
  std::string text;
  if (range.type.kind == TypeKind::kDate) {
    const std::int64_t micros = std::int64_t{column.value_at<std::int32_t>(0)} * kMicrosPerDay - overlap;
    // A date sorts before every text that continues it.
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

std::string lowered(const CursorRange& range) {
  std::string bound =
      range.overlap.duration.count() != 0 ? lowered_time(range) : render_literal(*range.lower, range.type);
  if (range.overlap.number != 0) bound += " - " + std::to_string(range.overlap.number);
  return bound;
}

std::string key_operator(const LoadTask&, const std::string&) { return "="; }

// Byte by byte, whatever the column's collation.
std::string differ(const std::vector<std::string>& columns, const std::vector<std::string>& values) {
  std::string out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    out += (out.empty() ? "t." : " OR t.") + quote_name(columns[i]) + " COLLATE BINARY IS NOT " + values[i];
  }
  return out;
}

std::string is_marked(const std::string& column, std::size_t position) {
  return "substr(s." + quote_name(column) + ", " + std::to_string(position) + ", 1) = '1'";
}

std::string quoted(std::string_view name) { return quote_name(name); }

}  // namespace

const sql::Dialect& dialect() {
  static constexpr sql::Dialect kDialect{.quote_name = quoted,
                                         .value = value,
                                         .ordered = ordered,
                                         .printed = as_it_is,
                                         .lowered = lowered,
                                         .key_operator = key_operator,
                                         .differ = differ,
                                         .is_marked = is_marked,
                                         .insert_into = "INSERT OR ABORT INTO",
                                         .update = "UPDATE OR ABORT",
                                         .joins_to_find_missing = true};
  return kDialect;
}

std::string render_relation(const NativeSource& source) {
  return source.query.empty() ? quote_name(source.name) : "(" + source.query + "\n) AS rows_of";
}

std::string render_select(const ReadTask& task) {
  const NativeSource& native = native_of(task.source);
  std::string columns;
  for (const ColumnPolicy& column : task.columns) {
    columns += (columns.empty() ? "" : ", ") + qualified(native, column.name);
  }
  std::string sql = "SELECT " + (columns.empty() ? "1" : columns) + " FROM " + render_relation(native) +
                    sql::where_clause(native.where, sql::extraction_condition(dialect(), task, term_of(task)));
  if (native.limit) sql += " LIMIT " + std::to_string(*native.limit);
  return sql;
}

std::string render_upper_bound(const ReadTask& task) {
  const sql::RelationColumn column = cursor_of(task);
  return sql::render_upper_bound(dialect(), column, *task.cursor(), ", typeof(" + column.name + ")");
}

std::string render_greatest(const ReadTask& task) { return sql::render_greatest(dialect(), cursor_of(task)); }

std::string render_find_null(const ReadTask& task, const std::string& column) {
  return sql::render_find_null(column_of(task, column));
}

std::string render_find_disorder(const ReadTask& task, const std::string& column) {
  const std::string name = qualified(native_of(task.source), column);
  const DataType type = type_of(task, column);
  const std::string is_canonical = canonical_time_condition(type, name);
  std::string is_wrong = "NOT (" + is_canonical + ")";
  if (is_canonical.empty()) {
    // Numbers among texts, possible only in tables that are not STRICT, sort before all texts.
    if (storage_of(type) != Storage::kText || native_of(task.source).is_strict) return {};
    is_wrong = name + " COLLATE BINARY < ''";
  }
  return "SELECT " + name + " FROM " + render_relation(native_of(task.source)) +
         sql::where_clause(native_of(task.source).where, is_wrong) + " LIMIT 1";
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

}  // namespace dpone::sqlite
