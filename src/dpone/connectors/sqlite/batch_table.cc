#include "dpone/connectors/sqlite/batch_table.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cmath>
#include <optional>

#include "dpone/codec/pg_copy/encode_columns.h"
#include "dpone/connectors/sqlite/catalog.h"
#include "dpone/connectors/sqlite/key_fault.h"
#include "dpone/connectors/sqlite/types.h"
#include "dpone/data/decimal.h"
#include "dpone/data/temporal.h"
#include "dpone/data/type_traits.h"
#include "dpone/data/value_text.h"

namespace dpone::sqlite {
namespace {

// How the values of a column reach SQLite.
enum class Take : std::uint8_t {
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUnsigned8,
  kUnsigned16,
  kUInt32,
  kFloat32,
  kFloat64,
  kText,
  kBytes,
  kPrinted
};

// The text of values without a storage class.
enum class Print : std::uint8_t { kValue, kCast, kDecimal, kTimestamp, kInet };

Take take_of(const DataType& from, const DataType& to) {
  if (storage_of(to) == Storage::kText && storage_of(from) != Storage::kText) return Take::kPrinted;
  switch (from.kind) {
    case TypeKind::kBool:
      return Take::kBool;
    case TypeKind::kInt16:
      return Take::kInt16;
    case TypeKind::kInt32:
      return Take::kInt32;
    case TypeKind::kInt64:
      return Take::kInt64;
    case TypeKind::kUInt32:
    case TypeKind::kUnsigned32:
      return Take::kUInt32;
    case TypeKind::kInt8:
      return Take::kInt8;
    case TypeKind::kUnsigned8:
      return Take::kUnsigned8;
    case TypeKind::kUnsigned16:
      return Take::kUnsigned16;
    case TypeKind::kFloat32:
      return Take::kFloat32;
    case TypeKind::kFloat64:
      return Take::kFloat64;
    case TypeKind::kBytes:
      return Take::kBytes;
    case TypeKind::kNumeric:
      return to.kind == TypeKind::kDecimal ? Take::kPrinted : Take::kText;
    default:
      return is_text(from.kind) ? Take::kText : Take::kPrinted;
  }
}

// Equal values of a column have equal texts, so each is printed as the column's type is.
Print print_of(const DataType& from, const DataType& to) {
  if (to.kind == TypeKind::kDecimal) return Print::kDecimal;
  if (to.kind == TypeKind::kText && from.kind != TypeKind::kText) return Print::kCast;
  if (to.kind == TypeKind::kTimestamp && from.kind == TypeKind::kDate) return Print::kTimestamp;
  if (to.kind == TypeKind::kInet && from.kind == TypeKind::kCidr) return Print::kInet;
  return Print::kValue;
}

struct Operation {
  std::string name;
  DataType from;
  DataType to;
  Take take = Take::kText;
  Print print = Print::kValue;
  bool is_nullable = true;
  bool is_rowid = false;
  std::unique_ptr<pg_copy::EncodeOperation> check;  // null: every value fits
  std::string printed;                              // of the rows at hand, one after another
  std::vector<std::int64_t> ends;
};

constexpr std::int64_t kCheckRows = 256;

Int128 whole_number(const Column& column, std::int64_t row) {
  switch (column.type().kind) {
    case TypeKind::kInt8:
      return column.value_at<std::int8_t>(row);
    case TypeKind::kInt16:
      return column.value_at<std::int16_t>(row);
    case TypeKind::kInt32:
      return column.value_at<std::int32_t>(row);
    case TypeKind::kUnsigned8:
      return column.value_at<std::uint8_t>(row);
    case TypeKind::kUnsigned16:
      return column.value_at<std::uint16_t>(row);
    case TypeKind::kUInt32:
    case TypeKind::kUnsigned32:
      return column.value_at<std::uint32_t>(row);
    case TypeKind::kUInt64:
    case TypeKind::kUnsigned64:
      return column.value_at<std::uint64_t>(row);
    default:
      return column.value_at<std::int64_t>(row);
  }
}

// REQUIRES: the value was checked.
void print_timestamp(const Column& column, std::int64_t row, std::string& out) {
  std::int64_t micros = 0;
  timestamp_of_date(column.value_at<std::int32_t>(row), &micros);
  append_timestamp_text(micros, false, out);
}

// Without the mask of a single host, which cidr prints and inet does not.
void print_inet(const Column& column, std::int64_t row, std::string& out) {
  append_value_text(column, row, out);
  const std::string_view value = column.bytes_at(row);
  const int bits = value[0] == 4 ? 32 : 128;
  if (static_cast<std::uint8_t>(value[1]) == bits) out.resize(out.rfind('/'));
}

// In the scale of the column that it goes to, so that equal numbers have equal texts. REQUIRES: the value was checked.
void print_decimal(const Operation& operation, const Column& column, std::int64_t row, std::string& out) {
  Int128 value = 0;
  if (operation.from.kind == TypeKind::kNumeric) {
    const auto parsed = parse_decimal(column.bytes_at(row), operation.to.precision, operation.to.scale);
    if (parsed) value = *parsed;
  } else {
    if (traits_of(operation.from).width > 8 && traits_of(operation.from).family == TypeFamily::kInteger) {
      std::string text;
      append_value_text(column, row, text);
      const auto parsed = parse_decimal(text, operation.to.precision, operation.to.scale);
      if (parsed) append_decimal_text(*parsed, operation.to.scale, out);
      return;
    }
    const bool is_decimal = operation.from.kind == TypeKind::kDecimal;
    value = is_decimal ? column.value_at<Int128>(row) : whole_number(column, row);
    decimal_rescale(value, is_decimal ? operation.from.scale : 0, operation.to.scale, &value);
  }
  append_decimal_text(value, operation.to.scale, out);
}

void print_rows(Operation& operation, const Column& column, std::int64_t first, std::int64_t last) {
  operation.printed.clear();
  operation.ends.assign(1, 0);
  for (std::int64_t row = first; row < last; ++row) {
    if (!column.is_null(row)) {
      switch (operation.print) {
        case Print::kValue:
          append_value_text(column, row, operation.printed);
          break;
        case Print::kCast:
          append_cast_text(column, row, operation.printed);
          break;
        case Print::kDecimal:
          print_decimal(operation, column, row, operation.printed);
          break;
        case Print::kTimestamp:
          print_timestamp(column, row, operation.printed);
          break;
        case Print::kInet:
          print_inet(column, row, operation.printed);
          break;
      }
    }
    operation.ends.push_back(static_cast<std::int64_t>(operation.printed.size()));
  }
}

// First row whose float SQLite would change: NaN becomes NULL, -0 becomes 0. `last` without one.
template <class T>
std::int64_t find_changed_float(const Column& column, std::int64_t first, std::int64_t last) {
  for (std::int64_t row = first; row < last; ++row) {
    const T value = column.value_at<T>(row);
    if (std::isnan(value) || (value == 0 && std::signbit(value))) {
      if (!column.is_null(row)) return row;
    }
  }
  return last;
}

// What one INSERT takes: rows first..last-1 of a batch, and where it is.
struct Rows {
  Database& database;
  std::vector<Operation> operations;
  const Batch* batch = nullptr;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t row = 0;
  std::int64_t payload = 0;

  explicit Rows(Database& owner) : database(owner) {}

  Error with_place(Error error, std::int64_t at, std::int64_t rows_before, const std::string& column) const {
    if (!column.empty()) error.add("column", column);
    error.add("row", std::to_string(rows_before + at + 1));
    return error;
  }

  // As texts; empty if a column is not in the batch.
  std::vector<std::string> values_of(const std::vector<std::string>& columns, std::int64_t at) const {
    std::vector<std::string> values;
    for (const std::string& name : columns) {
      for (std::size_t i = 0; i < operations.size(); ++i) {
        if (operations[i].name == name) append_value_text(batch->columns()[i], at, values.emplace_back());
      }
    }
    return values.size() == columns.size() ? values : std::vector<std::string>();
  }

  Error misfit(const Operation& operation, const Column& column, std::int64_t at, std::int64_t rows_before,
               const std::string& what) const {
    std::string text;
    append_value_text(column, at, text);
    return with_place(Error(ErrorClass::kFailed, "value.does_not_fit",
                            fmt::format("'{}' {}", std::string_view(text).substr(0, 64), what)),
                      at, rows_before, operation.name);
  }

  Status check(std::size_t index, std::int64_t rows_before) {
    Operation& operation = operations[index];
    const Column& column = batch->columns()[index];
    if (column.null_count() != 0 && (operation.is_rowid || !operation.is_nullable)) {
      for (std::int64_t at = first; at < last; ++at) {
        if (!column.is_null(at)) continue;
        if (operation.is_rowid) {
          return with_place(Error(ErrorClass::kFailed, "gate.key_nulls",
                                  "the source has a NULL in a column that is the target's primary key")
                                .hint("remove the NULL at the source; the target is unchanged"),
                            at, rows_before, operation.name);
        }
        return with_place(Error(ErrorClass::kFailed, "value.null", "the target's column does not allow NULL")
                              .hint("remove the NULL at the source, or allow NULL at the target; the target is "
                                    "unchanged"),
                          at, rows_before, operation.name);
      }
    }
    if (operation.take == Take::kFloat32 || operation.take == Take::kFloat64) {
      const std::int64_t at = operation.take == Take::kFloat32 ? find_changed_float<float>(column, first, last)
                                                               : find_changed_float<double>(column, first, last);
      if (at != last) {
        return Error(misfit(operation, column, at, rows_before,
                            "cannot be stored as a REAL in SQLite, which would make it " +
                                std::string(batch->columns()[index].type().kind == TypeKind::kFloat32
                                                ? (std::isnan(column.value_at<float>(at)) ? "NULL" : "0")
                                                : (std::isnan(column.value_at<double>(at)) ? "NULL" : "0"))))
            .hint("convert it to another value or a text at the source, or declare the column as text");
      }
    }
    for (std::int64_t from = first; operation.check != nullptr && from < last; from += kCheckRows) {
      pg_copy::Cells cells;
      const std::int64_t count = std::min(kCheckRows, last - from);
      const std::int64_t bad = operation.check->prepare(*operation.check, column, from, count, &cells);
      if (bad < 0) continue;
      return misfit(operation, column, from + bad, rows_before,
                    "does not fit " + operation.to.to_string() + " exactly");
    }
    return {};
  }

  void give(sqlite3_context* context, std::size_t index) {
    const Column& column = batch->columns()[index];
    if (column.is_null(row)) return sqlite3_result_null(context);
    const Operation& operation = operations[index];
    switch (operation.take) {
      case Take::kBool:
        payload += 1;
        return sqlite3_result_int(context, column.bool_at(row) ? 1 : 0);
      case Take::kInt8:
        payload += 1;
        return sqlite3_result_int(context, column.value_at<std::int8_t>(row));
      case Take::kUnsigned8:
        payload += 1;
        return sqlite3_result_int(context, column.value_at<std::uint8_t>(row));
      case Take::kUnsigned16:
        payload += 2;
        return sqlite3_result_int(context, column.value_at<std::uint16_t>(row));
      case Take::kInt16:
        payload += 2;
        return sqlite3_result_int(context, column.value_at<std::int16_t>(row));
      case Take::kInt32:
        payload += 4;
        return sqlite3_result_int(context, column.value_at<std::int32_t>(row));
      case Take::kInt64:
        payload += 8;
        return sqlite3_result_int64(context, column.value_at<std::int64_t>(row));
      case Take::kUInt32:
        payload += 4;
        return sqlite3_result_int64(context, column.value_at<std::uint32_t>(row));
      case Take::kFloat32:
        payload += 8;
        return sqlite3_result_double(context, static_cast<double>(column.value_at<float>(row)));
      case Take::kFloat64:
        payload += 8;
        return sqlite3_result_double(context, column.value_at<double>(row));
      case Take::kText: {
        const std::string_view text = column.bytes_at(row);
        payload += static_cast<std::int64_t>(text.size());
        return sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                                     SQLITE_UTF8);
      }
      case Take::kBytes: {
        const std::string_view bytes = column.bytes_at(row);
        payload += static_cast<std::int64_t>(bytes.size());
        return sqlite3_result_blob64(context, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
      }
      case Take::kPrinted: {
        const auto at = static_cast<std::size_t>(row - first);
        const std::int64_t begin = operation.ends[at];
        const auto size = static_cast<std::uint64_t>(operation.ends[at + 1] - begin);
        payload += static_cast<std::int64_t>(size);
        return sqlite3_result_text64(context, operation.printed.data() + begin, size, SQLITE_STATIC, SQLITE_UTF8);
      }
    }
  }
};

// https://www.sqlite.org/vtab.html. Both begin with SQLite's own part.
struct Table {
  sqlite3_vtab base = {};
  Rows* rows = nullptr;
};
struct Cursor {
  sqlite3_vtab_cursor base = {};
};

Rows& rows_of(sqlite3_vtab_cursor* cursor) { return *reinterpret_cast<Table*>(cursor->pVtab)->rows; }

int connect(sqlite3* database, void* rows, int, const char* const*, sqlite3_vtab** out, char**) {
  std::string columns;
  const std::size_t count = static_cast<Rows*>(rows)->operations.size();
  for (std::size_t i = 0; i < count; ++i) columns += (i == 0 ? "c" : ", c") + std::to_string(i);
  const int code = sqlite3_declare_vtab(database, ("CREATE TABLE x (" + columns + ")").c_str());
  if (code != SQLITE_OK) return code;
  auto table = std::make_unique<Table>();
  table->rows = static_cast<Rows*>(rows);
  *out = &table.release()->base;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  delete reinterpret_cast<Table*>(table);  // NOLINT: owned by SQLite until now
  return SQLITE_OK;
}

int best_index(sqlite3_vtab*, sqlite3_index_info*) { return SQLITE_OK; }

int open_cursor(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
  *out = &std::make_unique<Cursor>().release()->base;
  return SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
  delete reinterpret_cast<Cursor*>(cursor);  // NOLINT: owned by SQLite until now
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
  Rows& rows = rows_of(cursor);
  rows.row = rows.first;
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* cursor) {
  ++rows_of(cursor).row;
  return SQLITE_OK;
}

int is_at_end(sqlite3_vtab_cursor* cursor) {
  const Rows& rows = rows_of(cursor);
  return rows.row >= rows.last ? 1 : 0;
}

int give_column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int index) {
  rows_of(cursor).give(context, static_cast<std::size_t>(index));
  return SQLITE_OK;
}

int give_rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* out) {
  *out = rows_of(cursor).row;
  return SQLITE_OK;
}

constexpr sqlite3_module kModule = [] {
  sqlite3_module module = {};
  module.xConnect = connect;  // without xCreate it is there without CREATE VIRTUAL TABLE
  module.xBestIndex = best_index;
  module.xDisconnect = disconnect;
  module.xOpen = open_cursor;
  module.xClose = close_cursor;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = is_at_end;
  module.xColumn = give_column;
  module.xRowid = give_rowid;
  return module;
}();

}  // namespace

struct BatchTable::Impl {
  explicit Impl(Database& database) : rows(database) {}
  ~Impl() {
    statement.reset();
    sqlite3_create_module_v2(rows.database.handle(), name.c_str(), nullptr, nullptr, nullptr);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  const std::string name{kBatchTable};
  Rows rows;
  std::optional<Query> statement;
};

BatchTable::BatchTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BatchTable::~BatchTable() = default;

Result<std::unique_ptr<BatchTable>> BatchTable::create(Database& database, const std::vector<ColumnPolicy>& columns,
                                                       const std::string& insert, const std::string& rowid_column) {
  auto impl = std::make_unique<Impl>(database);
  for (const ColumnPolicy& column : columns) {
    Operation operation;
    operation.name = column.sink_name;
    operation.from = column.type;
    operation.to = column.sink_type;
    operation.take = take_of(column.type, column.sink_type);
    operation.print = print_of(column.type, column.sink_type);
    operation.is_nullable = column.is_nullable_in_stage();
    operation.is_rowid = !rowid_column.empty() && equal_names(column.sink_name, rowid_column);
    if (column.fidelity == Fidelity::kChecked) {
      constexpr std::uint32_t kAnyOid = 1;  // never written
      DPONE_TRY(operation.check, pg_copy::compile_encode(column.type, column.sink_type, kAnyOid));
    }
    impl->rows.operations.push_back(std::move(operation));
  }
  const int code = sqlite3_create_module_v2(database.handle(), impl->name.c_str(), &kModule, &impl->rows, nullptr);
  if (code != SQLITE_OK) return database.last_error("the table of rows cannot be created");
  DPONE_TRY(impl->statement, database.prepare(insert));
  return std::unique_ptr<BatchTable>(new BatchTable(std::move(impl)));
}

Status BatchTable::insert(const Batch& batch, std::int64_t first, std::int64_t last, std::int64_t rows_before) {
  Rows& rows = impl_->rows;
  if (static_cast<std::size_t>(batch.num_columns()) != rows.operations.size()) {
    return internal_error("the columns of a batch differ from those of its stage");
  }
  rows.batch = &batch;
  rows.first = first;
  rows.last = last;
  for (std::size_t i = 0; i < rows.operations.size(); ++i) {
    DPONE_CHECK(rows.check(i, rows_before));
    if (rows.operations[i].take == Take::kPrinted) print_rows(rows.operations[i], batch.columns()[i], first, last);
  }
  auto done = impl_->statement->step();
  impl_->statement->reset();
  if (done) return {};
  Error error = std::move(done).error();
  const int code = std::atoi(error.native_code().c_str());
  if (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_ROWID) {
    const std::vector<std::string> columns = violated_columns(error.message());
    return rows.with_place(duplicates_error(columns, rows.values_of(columns, rows.row), error), rows.row, rows_before,
                           "");
  }
  if ((code & 0xff) == SQLITE_CONSTRAINT || (code & 0xff) == SQLITE_TOOBIG) {
    return rows.with_place(std::move(error), rows.row, rows_before, "");
  }
  return error;
}

std::int64_t BatchTable::payload_bytes() const { return impl_->rows.payload; }

}  // namespace dpone::sqlite
