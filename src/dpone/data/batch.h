// Batch: some rows of a table, column by column, never changed once made. Copying shares the columns; any number of
// threads may read one. Made by BatchBuilder or a codec's decoder. Spec: docs/formats/batch.md.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/data/column.h"
#include "dpone/data/type.h"

namespace dpone {

class Batch {
 public:
  Batch() : Batch(std::make_shared<const Schema>(), 0, {}) {}
  // REQUIRES: one column a field, each of `num_rows` rows and of the field's type.
  Batch(std::shared_ptr<const Schema> schema, std::int64_t num_rows, std::vector<Column> columns);

  std::int64_t num_rows() const { return num_rows_; }
  int num_columns() const { return static_cast<int>(columns_->size()); }
  const std::vector<Column>& columns() const { return *columns_; }
  const Column& column(int index) const { return (*columns_)[static_cast<std::size_t>(index)]; }
  const Schema& schema() const { return *schema_; }
  const std::shared_ptr<const Schema>& shared_schema() const { return schema_; }
  // Bytes held by the buffers: what the bounded queue counts.
  std::int64_t memory_bytes() const { return memory_bytes_; }

  // Checks that schema, lengths and all columns are consistent: O(cells). Fails with `batch.invalid`.
  Status validate() const;

 private:
  std::shared_ptr<const Schema> schema_;
  std::shared_ptr<const std::vector<Column>> columns_;
  std::int64_t num_rows_ = 0;
  std::int64_t memory_bytes_ = 0;
};

// Same column types and equal columns; names and nullability are not compared.
bool operator==(const Batch& a, const Batch& b);

}  // namespace dpone
