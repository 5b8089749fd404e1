#include "dpone/data/batch_builder.h"

#include <bit>
#include <utility>

namespace dpone {
namespace {

constexpr std::size_t kOffsetBytes = sizeof(std::int64_t);

std::int64_t last_offset(const Buffer& offsets, std::int64_t length) { return offsets.as<std::int64_t>()[length]; }

void set_bit(Buffer& bits, std::int64_t index, bool value) {
  const auto byte = static_cast<std::size_t>(index >> 3);
  if (byte >= bits.size()) bits.push<std::uint8_t>(0);
  const auto mask = static_cast<std::uint8_t>(1U << (index & 7));
  std::uint8_t& slot = bits.data()[byte];
  slot = static_cast<std::uint8_t>(value ? slot | mask : slot & ~mask);
}

// Leaves `count` bits, and zeros behind them in the last byte.
void cut_bits(Buffer& bits, std::int64_t count) {
  bits.resize(static_cast<std::size_t>(count + 7) / 8);
  if ((count & 7) == 0) return;
  std::uint8_t& last = bits.data()[bits.size() - 1];
  last = static_cast<std::uint8_t>(last & ((1U << (count & 7)) - 1));
}

}  // namespace

ColumnBuilder::ColumnBuilder(DataType type) : layout_(type.layout()), width_(type.fixed_width()) {
  if (layout_ == Layout::kList && type.element != nullptr && type.element->kind != TypeKind::kArray) {
    child_ = std::make_unique<ColumnBuilder>(*type.element);
  }
  parts_.type = std::move(type);
  if (layout_ == Layout::kVar || layout_ == Layout::kList) parts_.offsets.push(std::int64_t{0});
}

void ColumnBuilder::reserve(std::int64_t rows, std::int64_t var_bytes) {
  const auto count = static_cast<std::size_t>(parts_.length + rows);
  switch (layout_) {
    case Layout::kBits:
      parts_.values.reserve((count + 7) / 8);
      break;
    case Layout::kFixed:
      parts_.values.reserve(count * static_cast<std::size_t>(width_));
      break;
    case Layout::kVar:
      parts_.offsets.reserve((count + 1) * kOffsetBytes);
      parts_.values.reserve(parts_.values.size() + static_cast<std::size_t>(var_bytes));
      break;
    case Layout::kList:
      parts_.offsets.reserve((count + 1) * kOffsetBytes);
      break;
  }
}

void ColumnBuilder::start_validity() {
  const auto bytes = static_cast<std::size_t>(parts_.length + 7) / 8;
  if (parts_.validity.size() >= bytes && !parts_.validity.empty()) return;
  parts_.validity.resize(bytes);
  if (bytes == 0) return;
  std::memset(parts_.validity.data(), 0xFF, bytes);
  if ((parts_.length & 7) != 0) {
    parts_.validity.data()[bytes - 1] = static_cast<std::uint8_t>((1U << (parts_.length & 7)) - 1);
  }
}

void ColumnBuilder::push_valid(bool is_valid) {
  if (!is_valid && parts_.null_count == 0) start_validity();
  if (!is_valid || parts_.null_count != 0) set_bit(parts_.validity, parts_.length, is_valid);
  parts_.null_count += is_valid ? 0 : 1;
  ++parts_.length;
}

void ColumnBuilder::append_null() {
  switch (layout_) {
    case Layout::kBits:
      set_bit(parts_.values, parts_.length, false);
      break;
    case Layout::kFixed: {
      const std::size_t at = parts_.values.size();
      parts_.values.resize(at + static_cast<std::size_t>(width_));
      std::memset(parts_.values.data() + at, 0, static_cast<std::size_t>(width_));
      break;
    }
    case Layout::kVar:
      parts_.offsets.push(last_offset(parts_.offsets, parts_.length));
      break;
    case Layout::kList:
      parts_.offsets.push(last_offset(parts_.offsets, parts_.length));
      if (!parts_.shape_offsets.empty()) parts_.shape_offsets.push(last_offset(parts_.shape_offsets, parts_.length));
      break;
  }
  push_valid(false);
}

void ColumnBuilder::append_bool(bool value) {
  set_bit(parts_.values, parts_.length, value);
  push_valid(true);
}

void ColumnBuilder::append_bytes(std::string_view bytes) {
  parts_.values.append(bytes.data(), bytes.size());
  if (layout_ == Layout::kVar) parts_.offsets.push(static_cast<std::int64_t>(parts_.values.size()));
  push_valid(true);
}

void ColumnBuilder::close_list(std::span<const ArrayDimension> shape) {
  const std::int64_t row = parts_.length;
  const std::int64_t elements = child_->length() - last_offset(parts_.offsets, row);
  parts_.offsets.push(child_->length());
  // The usual shape is not stored, so that equal values have equal buffers.
  const bool is_usual = elements == 0 || shape.empty() || (shape.size() == 1 && shape[0].lower_bound == 1);
  if (!is_usual && parts_.shape_offsets.empty()) {
    for (std::int64_t i = 0; i <= row; ++i) parts_.shape_offsets.push(std::int64_t{0});
  }
  if (!is_usual) parts_.shapes.append(shape.data(), shape.size_bytes());
  if (!parts_.shape_offsets.empty()) {
    parts_.shape_offsets.push(static_cast<std::int64_t>(parts_.shapes.size() / sizeof(ArrayDimension)));
  }
  push_valid(true);
}

void ColumnBuilder::truncate(std::int64_t length) {
  if (length > parts_.length) return;
  for (std::int64_t row = length; row < parts_.length && parts_.null_count != 0; ++row) {
    parts_.null_count -= ((parts_.validity.data()[row >> 3] >> (row & 7)) & 1) == 0 ? 1 : 0;
  }
  const auto rows = static_cast<std::size_t>(length);
  if (parts_.null_count == 0) parts_.validity.clear();
  if (!parts_.validity.empty()) cut_bits(parts_.validity, length);
  switch (layout_) {
    case Layout::kBits:
      cut_bits(parts_.values, length);
      break;
    case Layout::kFixed:
      parts_.values.resize(rows * static_cast<std::size_t>(width_));
      break;
    case Layout::kVar:
      parts_.offsets.resize((rows + 1) * kOffsetBytes);
      parts_.values.resize(static_cast<std::size_t>(last_offset(parts_.offsets, length)));
      break;
    case Layout::kList:
      parts_.offsets.resize((rows + 1) * kOffsetBytes);
      child_->truncate(last_offset(parts_.offsets, length));
      if (!parts_.shape_offsets.empty()) {
        parts_.shape_offsets.resize((rows + 1) * kOffsetBytes);
        parts_.shapes.resize(static_cast<std::size_t>(last_offset(parts_.shape_offsets, length)) *
                             sizeof(ArrayDimension));
      }
      break;
  }
  parts_.length = length;
}

Column ColumnBuilder::release() {
  ColumnParts done = std::exchange(parts_, ColumnParts{});
  parts_.type = done.type;
  if (layout_ == Layout::kVar || layout_ == Layout::kList) parts_.offsets.push(std::int64_t{0});
  if (done.null_count == 0) done.validity = Buffer();
  if (child_) done.child = std::make_shared<const Column>(child_->release());
  return Column(std::move(done));
}

Result<Column> ColumnBuilder::finish() {
  Column column = release();
  DPONE_CHECK(column.validate());
  return column;
}

BatchBuilder::BatchBuilder(Schema schema) : schema_(std::make_shared<const Schema>(std::move(schema))) {
  columns_.reserve(schema_->size());
  for (const Field& field : *schema_) columns_.emplace_back(field.type);
}

void BatchBuilder::reserve(std::int64_t rows) {
  for (ColumnBuilder& column : columns_) column.reserve(rows);
}

Result<Batch> BatchBuilder::finish(std::int64_t rows) {
  std::vector<Column> columns;
  columns.reserve(columns_.size());
  for (ColumnBuilder& column : columns_) columns.push_back(column.release());
  if (!columns.empty()) rows = columns.front().length();
  Batch batch(schema_, rows, std::move(columns));
  DPONE_CHECK(batch.validate());
  return batch;
}

}  // namespace dpone
