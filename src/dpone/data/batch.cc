#include "dpone/data/batch.h"

#include <fmt/format.h>

#include <utility>

namespace dpone {

Batch::Batch(std::shared_ptr<const Schema> schema, std::int64_t num_rows, std::vector<Column> columns)
    : schema_(std::move(schema)),
      columns_(std::make_shared<const std::vector<Column>>(std::move(columns))),
      num_rows_(num_rows) {
  for (const Column& column : *columns_) memory_bytes_ += column.memory_bytes();
}

Status Batch::validate() const {
  if (schema_->size() != columns_->size()) {
    return Error(ErrorClass::kFailed, "batch.invalid",
                 fmt::format("A batch has {} columns for {} fields", columns_->size(), schema_->size()));
  }
  for (std::size_t i = 0; i < columns_->size(); ++i) {
    const Column& column = (*columns_)[i];
    const Field& field = (*schema_)[i];
    if (column.length() != num_rows_ || !(column.type() == field.type)) {
      return Error(ErrorClass::kFailed, "batch.invalid", "A column does not match its batch")
          .with("column", field.name);
    }
    if (!field.is_nullable && column.null_count() != 0) {
      return Error(ErrorClass::kFailed, "batch.invalid", "A column that is not nullable has a null")
          .with("column", field.name);
    }
    if (Status status = column.validate(); !status) return Error(status.error()).with("column", field.name);
  }
  return {};
}

bool operator==(const Batch& a, const Batch& b) { return a.num_rows() == b.num_rows() && a.columns() == b.columns(); }

}  // namespace dpone
