// Column: the values of one field of a Batch in Arrow's memory layout (validity bits, 64-bit offsets, values), tagged
// by its DataType. It owns its buffers and never changes, so any number of threads may read it.
// Spec: docs/formats/batch.md.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "dpone/base/result.h"
#include "dpone/data/buffer.h"
#include "dpone/data/type.h"

namespace dpone {

class Column;

// One dimension of an array value.
struct ArrayDimension {
  std::int32_t size = 0;
  std::int32_t lower_bound = 1;
  friend bool operator==(const ArrayDimension&, const ArrayDimension&) = default;
};

// The parts of a Column. A buffer that does not apply stays empty.
struct ColumnParts {
  DataType type;
  std::int64_t length = 0;
  std::int64_t null_count = 0;
  Buffer validity;       // bit `row & 7` of byte `row >> 3` is 1 for a value; empty when nothing is null
  Buffer offsets;        // kVar, kList: length + 1 int64, from 0
  Buffer values;         // kBits: bits; kFixed: length * fixed_width (zeros under a null); kVar: bytes
  Buffer shape_offsets;  // kList: length + 1 int64 into `shapes`; empty when every value has one dimension from 1
  Buffer shapes;         // ArrayDimension; nothing for a value with one dimension from 1, or without elements
  std::shared_ptr<const Column> child;  // kList: the elements of all values, one after another
};

class Column {
 public:
  // REQUIRES: consistent parts; `validate` checks them.
  explicit Column(ColumnParts parts) : parts_(std::move(parts)), width_(parts_.type.fixed_width()) {}

  const DataType& type() const { return parts_.type; }
  std::int64_t length() const { return parts_.length; }
  std::int64_t null_count() const { return parts_.null_count; }
  bool is_null(std::int64_t row) const {
    return parts_.null_count != 0 && ((parts_.validity.data()[row >> 3] >> (row & 7)) & 1) == 0;
  }

  // kBool. Rows below are REQUIRED to be within 0..length()-1.
  bool bool_at(std::int64_t row) const { return ((parts_.values.data()[row >> 3] >> (row & 7)) & 1) != 0; }
  // Layout::kFixed: the value as a T of exactly (or, for a prefix, at most) fixed_width bytes.
  template <class T>
  T value_at(std::int64_t row) const {
    T value;
    std::memcpy(&value, parts_.values.data() + row * width_, sizeof value);
    return value;
  }
  // Layout::kVar and kFixed: the bytes of the value, alive as long as the column. Empty for a null.
  std::string_view bytes_at(std::int64_t row) const {
    const char* bytes = parts_.values.as<char>();
    if (parts_.offsets.empty()) return {bytes + row * width_, static_cast<std::size_t>(width_)};
    const std::int64_t* offset = parts_.offsets.as<std::int64_t>() + row;
    return {bytes + offset[0], static_cast<std::size_t>(offset[1] - offset[0])};
  }
  // kArray: elements first..last-1 of `child()` are those of the value, in row-major order.
  std::int64_t first_element(std::int64_t row) const { return parts_.offsets.as<std::int64_t>()[row]; }
  std::int64_t last_element(std::int64_t row) const { return parts_.offsets.as<std::int64_t>()[row + 1]; }
  const Column& child() const { return *parts_.child; }
  // kArray: the stored dimensions; empty means {last_element - first_element, 1}, or no dimension without elements.
  std::span<const ArrayDimension> shape_at(std::int64_t row) const {
    if (parts_.shape_offsets.empty()) return {};
    const std::int64_t* offset = parts_.shape_offsets.as<std::int64_t>() + row;
    return {parts_.shapes.as<ArrayDimension>() + offset[0], static_cast<std::size_t>(offset[1] - offset[0])};
  }

  // The buffers, for codecs that run over a whole column. `validity()` is null when nothing is null.
  const std::uint8_t* validity() const { return parts_.null_count == 0 ? nullptr : parts_.validity.data(); }
  const std::int64_t* offsets() const { return parts_.offsets.as<std::int64_t>(); }
  const std::uint8_t* values() const { return parts_.values.data(); }
  // Bytes held by the buffers, children included.
  std::int64_t memory_bytes() const;

  // Checks sizes, offsets, null count, dimensions and children: O(rows). Fails with `batch.invalid`.
  Status validate() const;

 private:
  ColumnParts parts_;
  int width_;
};

// Same type, same nulls, same values and array shapes; the contents of buffers under nulls are ignored.
bool operator==(const Column& a, const Column& b);

}  // namespace dpone
