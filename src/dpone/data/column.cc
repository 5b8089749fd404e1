#include "dpone/data/column.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <string>

namespace dpone {
namespace {

Error invalid(const DataType& type, std::string_view what) {
  return Error(ErrorClass::kFailed, "batch.invalid", fmt::format("A column of type {} {}", type.to_string(), what));
}

std::int64_t count_set_bits(const std::uint8_t* bits, std::int64_t count) {
  std::int64_t set = 0;
  for (std::int64_t i = 0; i < count / 8; ++i) set += std::popcount(bits[i]);
  for (std::int64_t i = count & ~std::int64_t{7}; i < count; ++i) set += (bits[i >> 3] >> (i & 7)) & 1;
  return set;
}

// `rows + 1` offsets from 0, never falling, the last at most `limit`.
bool are_offsets_sound(const Buffer& offsets, std::int64_t rows, std::int64_t limit) {
  if (offsets.size() < static_cast<std::size_t>(rows + 1) * sizeof(std::int64_t)) return false;
  const std::int64_t* offset = offsets.as<std::int64_t>();
  if (offset[0] != 0 || offset[rows] > limit) return false;
  for (std::int64_t i = 0; i < rows; ++i) {
    if (offset[i] > offset[i + 1]) return false;
  }
  return true;
}

bool is_value_sound(const DataType& type, std::string_view value) {
  switch (type.kind) {
    case TypeKind::kInet:
    case TypeKind::kCidr: {
      if (value.size() != 6 && value.size() != 18) return false;
      const int family = value[0];
      const int bits = static_cast<unsigned char>(value[1]);
      return value.size() == 6 ? family == 4 && bits <= 32 : family == 6 && bits <= 128;
    }
    case TypeKind::kBit: {
      std::int32_t bits = 0;
      if (value.size() < sizeof bits) return false;
      std::memcpy(&bits, value.data(), sizeof bits);
      return bits >= 0 && value.size() - sizeof bits == (static_cast<std::size_t>(bits) + 7) / 8;
    }
    default:
      return true;
  }
}

bool are_values_equal(const Column& a, std::int64_t row_a, const Column& b, std::int64_t row_b) {
  if (a.is_null(row_a) || b.is_null(row_b)) return a.is_null(row_a) == b.is_null(row_b);
  switch (a.type().layout()) {
    case Layout::kBits:
      return a.bool_at(row_a) == b.bool_at(row_b);
    case Layout::kFixed:
    case Layout::kVar:
      return a.bytes_at(row_a) == b.bytes_at(row_b);
    case Layout::kList:
      break;
  }
  const std::int64_t first_a = a.first_element(row_a);
  const std::int64_t first_b = b.first_element(row_b);
  const std::int64_t count = a.last_element(row_a) - first_a;
  const auto shape_a = a.shape_at(row_a);
  const auto shape_b = b.shape_at(row_b);
  if (count != b.last_element(row_b) - first_b || !std::ranges::equal(shape_a, shape_b)) return false;
  for (std::int64_t i = 0; i < count; ++i) {
    if (!are_values_equal(a.child(), first_a + i, b.child(), first_b + i)) return false;
  }
  return true;
}

}  // namespace

std::int64_t Column::memory_bytes() const {
  const std::size_t own = parts_.validity.capacity() + parts_.offsets.capacity() + parts_.values.capacity() +
                          parts_.shape_offsets.capacity() + parts_.shapes.capacity();
  return static_cast<std::int64_t>(own) + (parts_.child ? parts_.child->memory_bytes() : 0);
}

Status Column::validate() const {
  const std::int64_t rows = parts_.length;
  if (rows < 0 || parts_.null_count < 0 || parts_.null_count > rows) return invalid(type(), "has a wrong length");
  if (parts_.null_count != 0) {
    if (parts_.validity.size() < static_cast<std::size_t>(rows + 7) / 8) return invalid(type(), "lacks validity bits");
    if (rows - count_set_bits(parts_.validity.data(), rows) != parts_.null_count) {
      return invalid(type(), "counts its nulls wrong");
    }
  }
  switch (type().layout()) {
    case Layout::kBits:
      if (parts_.values.size() < static_cast<std::size_t>(rows + 7) / 8) return invalid(type(), "lacks values");
      return {};
    case Layout::kFixed:
      if (parts_.values.size() < static_cast<std::size_t>(rows * width_)) return invalid(type(), "lacks values");
      return {};
    case Layout::kVar:
      if (!are_offsets_sound(parts_.offsets, rows, static_cast<std::int64_t>(parts_.values.size()))) {
        return invalid(type(), "has wrong offsets");
      }
      if (type().kind == TypeKind::kInet || type().kind == TypeKind::kCidr || type().kind == TypeKind::kBit) {
        for (std::int64_t row = 0; row < rows; ++row) {
          if (!is_null(row) && !is_value_sound(type(), bytes_at(row))) return invalid(type(), "has a malformed value");
        }
      }
      return {};
    case Layout::kList:
      break;
  }
  if (type().element == nullptr || parts_.child == nullptr || type().element->kind == TypeKind::kArray ||
      !(parts_.child->type() == *type().element)) {
    return invalid(type(), "lacks the column of its elements");
  }
  if (!are_offsets_sound(parts_.offsets, rows, parts_.child->length())) return invalid(type(), "has wrong offsets");
  if (!parts_.shape_offsets.empty()) {
    const auto stored = static_cast<std::int64_t>(parts_.shapes.size() / sizeof(ArrayDimension));
    if (!are_offsets_sound(parts_.shape_offsets, rows, stored)) return invalid(type(), "has wrong shape offsets");
    for (std::int64_t row = 0; row < rows; ++row) {
      const auto shape = shape_at(row);
      if (shape.empty()) continue;
      std::int64_t elements = 1;
      for (const ArrayDimension& dimension : shape) {
        if (dimension.size <= 0 || __builtin_mul_overflow(elements, std::int64_t{dimension.size}, &elements)) {
          return invalid(type(), "has a wrong shape");
        }
      }
      if (elements != last_element(row) - first_element(row)) return invalid(type(), "has a wrong shape");
    }
  }
  return parts_.child->validate();
}

bool operator==(const Column& a, const Column& b) {
  if (!(a.type() == b.type()) || a.length() != b.length() || a.null_count() != b.null_count()) return false;
  for (std::int64_t row = 0; row < a.length(); ++row) {
    if (!are_values_equal(a, row, b, row)) return false;
  }
  return true;
}

}  // namespace dpone
