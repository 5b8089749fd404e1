#include "dpone/data/first_rows.h"

#include <utility>

#include "dpone/data/batch_builder.h"

namespace dpone {
namespace {

void append_row(const Column& column, std::int64_t row, ColumnBuilder& out) {
  if (column.is_null(row)) return out.append_null();
  switch (column.type().layout()) {
    case Layout::kBits:
      return out.append_bool(column.bool_at(row));
    case Layout::kFixed:
    case Layout::kVar:
      return out.append_bytes(column.bytes_at(row));
    case Layout::kList:
      for (std::int64_t i = column.first_element(row); i < column.last_element(row); ++i) {
        append_row(column.child(), i, out.child());
      }
      return out.close_list(column.shape_at(row));
  }
}

}  // namespace

Batch first_rows(const Batch& batch, std::int64_t rows) {
  if (rows == batch.num_rows()) return batch;
  std::vector<Column> columns;
  columns.reserve(batch.columns().size());
  for (const Column& column : batch.columns()) {
    ColumnBuilder builder(column.type());
    for (std::int64_t row = 0; row < rows; ++row) append_row(column, row, builder);
    columns.push_back(builder.release());
  }
  return Batch(batch.shared_schema(), rows, std::move(columns));
}

}  // namespace dpone
