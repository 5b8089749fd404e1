#include "dpone/connectors/sqlite/row_reader.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "dpone/base/utf8.h"
#include "dpone/codec/json_rows/repeated_key.h"
#include "dpone/connectors/sqlite/native_facts.h"
#include "dpone/connectors/sqlite/types.h"
#include "dpone/data/batch_builder.h"
#include "dpone/data/column_run.h"
#include "dpone/data/value_parse.h"
#include "dpone/data/value_text.h"

namespace dpone::sqlite {
namespace {

constexpr std::int64_t kBatchBytes = std::int64_t{2} << 20;
constexpr std::int64_t kBatchRows = std::int64_t{64} * 1024;
// Whole numbers up to here are doubles too.
constexpr std::int64_t kExactDouble = std::int64_t{1} << 53;

enum class Read : std::uint8_t {
  kBool,
  kInt16,
  kInt32,
  kInt64,
  kUInt32,
  kInt8,
  kUnsigned8,
  kUnsigned16,
  kFloat32,
  kFloat64,
  kText,     // TEXT, unchanged
  kAnyText,  // the text of whatever is stored, but not of bytes
  kBytes,
  kParsed,     // TEXT that says a value of the type
  kAnyParsed,  // the same, or a number that is one
};

struct Operation {
  std::string name;
  Read read = Read::kText;
};

// `is_loose`: whatever is stored is read as the type, which is the target's and not the column's.
Read read_of(const DataType& type, bool is_any, bool is_loose) {
  const bool is_plain_text = type.kind == TypeKind::kText && type.length == 0;
  if (is_loose && !is_plain_text && !(is_text(type.kind) && type.kind != TypeKind::kText)) return Read::kAnyParsed;
  switch (type.kind) {
    case TypeKind::kBool:
      return Read::kBool;
    case TypeKind::kInt16:
      return Read::kInt16;
    case TypeKind::kInt32:
      return Read::kInt32;
    case TypeKind::kInt64:
      return Read::kInt64;
    case TypeKind::kUInt32:
    case TypeKind::kUnsigned32:
      return Read::kUInt32;
    case TypeKind::kInt8:
      return Read::kInt8;
    case TypeKind::kUnsigned8:
      return Read::kUnsigned8;
    case TypeKind::kUnsigned16:
      return Read::kUnsigned16;
    case TypeKind::kFloat32:
      return Read::kFloat32;
    case TypeKind::kFloat64:
      return Read::kFloat64;
    case TypeKind::kBytes:
      return Read::kBytes;
    case TypeKind::kText:
      if (type.length != 0) return Read::kParsed;
      return is_any ? Read::kAnyText : Read::kText;
    default:
      return is_text(type.kind) ? Read::kText : Read::kParsed;
  }
}

const char* class_name(int type) {
  switch (type) {
    case SQLITE_INTEGER:
      return "INTEGER";
    case SQLITE_FLOAT:
      return "REAL";
    case SQLITE_TEXT:
      return "TEXT";
    default:
      return "BLOB";
  }
}

class RowReader final : public BatchReader {
 public:
  RowReader(Database& database, Query query, const ReadTask& task, const RunContext& context)
      : database_(database),
        query_(std::move(query)),
        statement_(query_.handle()),
        relation_(task.source.relation),
        max_row_bytes_(context.max_row_bytes),
        stop_(context.stop),
        schema_(std::make_shared<const Schema>(batch_schema(task.columns))) {
    const NativeSource& native = native_of(task.source);
    for (const ColumnPolicy& column : task.columns) {
      const SourceColumn* const facts = task.source.find(column.name);
      const bool is_loose = facts != nullptr && facts->is_inferred && facts->type != column.type;
      operations_.push_back({column.name, read_of(column.type, native.any_columns.contains(column.name), is_loose)});
      builders_.emplace_back(column.type);
    }
  }

  void give_up() override { sqlite3_interrupt(database_.handle()); }

  Result<std::optional<Batch>> next() override {
    if (is_at_end_) return std::optional<Batch>();
    if (stop_.stop_requested()) return interrupted_error();
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    while (rows < kBatchRows && bytes < kBatchBytes) {
      const int code = sqlite3_step(statement_);
      if (code == SQLITE_DONE) {
        is_at_end_ = true;
        break;
      }
      if (code != SQLITE_ROW) return Error(database_.last_error("the rows cannot be read")).with("relation", relation_);
      DPONE_TRY(const std::int64_t row_bytes, take_row());
      bytes += row_bytes;
      ++rows;
      ++rows_;
    }
    bytes_ += bytes;
    if (rows == 0) return std::optional<Batch>();
    std::vector<Column> columns;
    columns.reserve(builders_.size());
    for (ColumnBuilder& builder : builders_) columns.push_back(release_run(builder));
    return std::optional<Batch>(Batch(schema_, rows, std::move(columns)));
  }

  // There is nothing between SQLite and us that could lose a row: its end is its count.
  Result<ReadSummary> finish() override { return ReadSummary{rows_, {}, bytes_}; }

 private:
  Result<std::int64_t> take_row() {
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      const int type = sqlite3_column_type(statement_, static_cast<int>(i));
      if (type == SQLITE_NULL) {
        builders_[i].append_null();
        bytes += 1;
        continue;
      }
      DPONE_CHECK(take_value(i, type, bytes));
      if (bytes > max_row_bytes_) {
        return Error(ErrorClass::kFailed, "sqlite.row_too_big",
                     fmt::format("a row has more than {} bytes", max_row_bytes_))
            .with("relation", relation_)
            .with("column", operations_[i].name)
            .with("row", std::to_string(rows_ + 1))
            .hint("raise runtime.max_row_bytes, or leave the row out with source.options.where");
      }
    }
    return bytes;
  }

  Status take_value(std::size_t i, int type, std::int64_t& bytes) {
    ColumnBuilder& builder = builders_[i];
    const int column = static_cast<int>(i);
    switch (operations_[i].read) {
      case Read::kBool: {
        const std::int64_t value = sqlite3_column_int64(statement_, column);
        if (type != SQLITE_INTEGER || value < 0 || value > 1) return wrong(i, type);
        builder.append_bool(value == 1);
        bytes += 1;
        return {};
      }
      case Read::kInt16:
        return take_integer<std::int16_t>(i, type, bytes);
      case Read::kInt32:
        return take_integer<std::int32_t>(i, type, bytes);
      case Read::kInt64:
        if (type != SQLITE_INTEGER) return wrong(i, type);
        builder.append<std::int64_t>(sqlite3_column_int64(statement_, column));
        bytes += 8;
        return {};
      case Read::kUInt32:
        return take_integer<std::uint32_t>(i, type, bytes);
      case Read::kInt8:
        return take_integer<std::int8_t>(i, type, bytes);
      case Read::kUnsigned8:
        return take_integer<std::uint8_t>(i, type, bytes);
      case Read::kUnsigned16:
        return take_integer<std::uint16_t>(i, type, bytes);
      case Read::kFloat32: {
        const double value = sqlite3_column_double(statement_, column);
        const auto narrow = static_cast<float>(value);
        if (!is_real(i, type) || static_cast<double>(narrow) != value) return wrong(i, type);
        builder.append<float>(narrow);
        bytes += 4;
        return {};
      }
      case Read::kFloat64:
        if (!is_real(i, type)) return wrong(i, type);
        builder.append<double>(sqlite3_column_double(statement_, column));
        bytes += 8;
        return {};
      case Read::kText: {
        if (type != SQLITE_TEXT) return wrong(i, type);
        const std::string_view text = query_.text(column);
        if (find_invalid_utf8(text) != std::string_view::npos) return invalid_text(i);
        if ((*schema_)[i].type.kind == TypeKind::kJsonb && repeated_key_.is_in(text)) return repeats_key(i, text);
        builder.append_bytes(text);
        bytes += static_cast<std::int64_t>(text.size());
        return {};
      }
      case Read::kAnyText: {
        if (type == SQLITE_BLOB) return wrong(i, type);
        scratch_.clear();
        std::string_view text;
        if (type == SQLITE_FLOAT) {
          append_float_text(sqlite3_column_double(statement_, column), scratch_);
          text = scratch_;
        } else {
          text = query_.text(column);
        }
        if (find_invalid_utf8(text) != std::string_view::npos) return invalid_text(i);
        builder.append_bytes(text);
        bytes += static_cast<std::int64_t>(text.size());
        return {};
      }
      case Read::kBytes: {
        if (type != SQLITE_BLOB) return wrong(i, type);
        const std::string_view blob = query_.text(column);
        builder.append_bytes(blob);
        bytes += static_cast<std::int64_t>(blob.size());
        return {};
      }
      case Read::kAnyParsed:
      case Read::kParsed: {
        const bool is_number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
        if (type != SQLITE_TEXT && !(is_number && operations_[i].read == Read::kAnyParsed)) return wrong(i, type);
        if (type == SQLITE_INTEGER && builder.type().kind == TypeKind::kBool) {
          const std::int64_t value = sqlite3_column_int64(statement_, column);
          if (value < 0 || value > 1) return wrong(i, type);
          builder.append_bool(value == 1);
          bytes += 1;
          return {};
        }
        scratch_.clear();
        if (type == SQLITE_FLOAT) append_float_text(sqlite3_column_double(statement_, column), scratch_);
        const std::string_view text = type == SQLITE_FLOAT ? std::string_view(scratch_) : query_.text(column);
        if (find_invalid_utf8(text) != std::string_view::npos) return invalid_text(i);
        const bool has_jsonb = json_rows::holds_jsonb((*schema_)[i].type);
        const std::int64_t elements = has_jsonb ? builder.child().length() : 0;
        if (const char* const problem = append_parsed_value(text, builder)) return unreadable(i, text, problem);
        if (has_jsonb && repeated_key_.is_in(builder.child(), elements)) return repeats_key(i, text);
        bytes += static_cast<std::int64_t>(text.size());
        return {};
      }
    }
    return {};
  }

  template <class T>
  Status take_integer(std::size_t i, int type, std::int64_t& bytes) {
    const std::int64_t value = sqlite3_column_int64(statement_, static_cast<int>(i));
    const bool fits =
        value >= std::int64_t{std::numeric_limits<T>::min()} && value <= std::int64_t{std::numeric_limits<T>::max()};
    if (type != SQLITE_INTEGER || !fits) return wrong(i, type);
    builders_[i].template append<T>(static_cast<T>(value));
    bytes += static_cast<std::int64_t>(sizeof(T));
    return {};
  }

  // A whole number is a REAL too if it is the same.
  bool is_real(std::size_t i, int type) const {
    if (type == SQLITE_FLOAT) return true;
    if (type != SQLITE_INTEGER) return false;
    const std::int64_t value = sqlite3_column_int64(statement_, static_cast<int>(i));
    return value >= -kExactDouble && value <= kExactDouble;
  }

  Error with_place(Error error, std::size_t i) const {
    return std::move(error)
        .with("relation", relation_)
        .with("column", operations_[i].name)
        .with("row", std::to_string(rows_ + 1))
        .hint("correct the row, or convert the value in source.options.query");
  }

  Error wrong(std::size_t i, int type) const {
    return with_place(Error(ErrorClass::kFailed, "source.value_type",
                            fmt::format("a stored {} is not a value of the column's type, {}", class_name(type),
                                        (*schema_)[i].type.to_string())),
                      i);
  }

  Error invalid_text(std::size_t i) const {
    return with_place(Error(ErrorClass::kFailed, "source.invalid_text", "a stored text is not valid UTF-8"), i);
  }

  Error unreadable(std::size_t i, std::string_view text, const char* problem) const {
    return with_place(
        Error(ErrorClass::kFailed, "source.value_type", fmt::format("'{}' {}", cut_utf8(text, 64), problem)), i);
  }

  Error repeats_key(std::size_t i, std::string_view text) const {
    return with_place(Error(ErrorClass::kFailed, json_rows::RepeatedKey::kSlug,
                            fmt::format("'{}' {}", cut_utf8(text, 64), json_rows::RepeatedKey::kWhat)),
                      i);
  }

  Database& database_;
  Query query_;
  sqlite3_stmt* statement_;
  std::string relation_;
  std::int64_t max_row_bytes_;
  std::stop_token stop_;
  std::shared_ptr<const Schema> schema_;
  std::vector<Operation> operations_;
  std::vector<ColumnBuilder> builders_;
  std::string scratch_;
  json_rows::RepeatedKey repeated_key_;
  std::int64_t rows_ = 0;
  std::int64_t bytes_ = 0;
  bool is_at_end_ = false;
};

}  // namespace

Result<std::unique_ptr<BatchReader>> make_row_reader(Database& database, const ReadTask& task,
                                                     const std::string& select, const RunContext& context) {
  DPONE_TRY(Query query, database.prepare(select));
  return std::unique_ptr<BatchReader>(std::make_unique<RowReader>(database, std::move(query), task, context));
}

}  // namespace dpone::sqlite
