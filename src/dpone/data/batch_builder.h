// BatchBuilder: makes Batches. Init with a schema, reserve, append to each column, finish, again. A builder owns what
// it has been given until finish() moves it into a Batch; it is used by one thread. Spec: docs/formats/batch.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/data/batch.h"

namespace dpone {

// Collects the values of one column. Each append adds one row; the kind that is appended is REQUIRED to suit the type.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(DataType type);

  const DataType& type() const { return parts_.type; }
  std::int64_t length() const { return parts_.length; }
  void reserve(std::int64_t rows, std::int64_t var_bytes = 0);

  void append_null();
  void append_bool(bool value);
  // Layout::kFixed, from a T of exactly fixed_width bytes.
  template <class T>
  void append(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    append_bytes({reinterpret_cast<const char*>(&value), sizeof value});
  }
  // Layout::kVar: the value. Layout::kFixed: exactly fixed_width bytes.
  void append_bytes(std::string_view bytes);
  // kArray: append the elements to `child()` first, then close the value. `shape` is empty for one dimension from 1;
  // otherwise the product of its sizes is REQUIRED to be the number of new elements.
  ColumnBuilder& child() { return *child_; }
  void close_list(std::span<const ArrayDimension> shape = {});

  // Removes the last rows of this column and its children, down to `length` rows, and the values in parts() of a run
  // that was not closed.
  void truncate(std::int64_t length);
  // The column so far; the builder is empty afterwards. Fails with `batch.invalid` if it is inconsistent.
  Result<Column> finish();
  // The same without the check, for codecs that have checked every field.
  Column release();

  // The parts under construction, for codecs that fill whole runs of rows: they keep `length`, `null_count` and the
  // buffers consistent. Validity may stay empty while nothing is null; `start_validity` fills it up to `length`.
  ColumnParts& parts() { return parts_; }
  void start_validity();

 private:
  void push_valid(bool is_valid);

  ColumnParts parts_;
  Layout layout_;
  int width_;
  std::unique_ptr<ColumnBuilder> child_;
};

class BatchBuilder {
 public:
  explicit BatchBuilder(Schema schema);

  const Schema& schema() const { return *schema_; }
  int num_columns() const { return static_cast<int>(columns_.size()); }
  ColumnBuilder& column(int index) { return columns_[static_cast<std::size_t>(index)]; }
  void reserve(std::int64_t rows);

  // The rows so far as a Batch; the builder can be used again. `rows` is needed only without columns. Fails with
  // `batch.invalid` if columns differ in length, a null is in a column that is not nullable, or values are
  // inconsistent.
  Result<Batch> finish(std::int64_t rows = 0);

 private:
  std::shared_ptr<const Schema> schema_;
  std::vector<ColumnBuilder> columns_;
};

}  // namespace dpone
