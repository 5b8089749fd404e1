#include "dpone/codec/pg_copy/encode_columns.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "dpone/base/bytes.h"
#include "dpone/codec/pg_copy/numeric_wire.h"
#include "dpone/codec/pg_copy/wire_format.h"
#include "dpone/data/conversion.h"
#include "dpone/data/decimal.h"
#include "dpone/data/temporal.h"
#include "dpone/data/value_parse.h"
#include "dpone/data/value_text.h"

namespace dpone::pg_copy {
namespace {

using Operation = EncodeOperation;

void point_at_nulls(const Column& column, std::int64_t begin, Cells* cells) {
  cells->validity = column.validity();
  cells->first_bit = begin;
}

// The column's memory equals the wire format except for byte order.
std::int64_t take_fixed(Operation& self, const Column& column, std::int64_t begin, std::int64_t, Cells* cells) {
  *cells = {self.kind, self.width, column.values() + begin * self.width};
  point_at_nulls(column, begin, cells);
  return -1;
}

std::int64_t take_bytes(Operation& self, const Column& column, std::int64_t begin, std::int64_t, Cells* cells) {
  *cells = {self.kind, 0, column.values(), column.offsets() + begin};
  point_at_nulls(column, begin, cells);
  return -1;
}

std::int64_t take_bool(Operation& self, const Column& column, std::int64_t begin, std::int64_t count, Cells* cells) {
  self.scratch.resize(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) self.scratch.data()[i] = column.bool_at(begin + i) ? 1 : 0;
  *cells = {self.kind, 1, self.scratch.data()};
  point_at_nulls(column, begin, cells);
  return -1;
}

// The first value of the run that `fits` denies, or -1.
template <class Fits>
std::int64_t find_misfit(const Column& column, std::int64_t begin, std::int64_t count, Fits fits) {
  for (std::int64_t i = 0; i < count; ++i) {
    if (!column.is_null(begin + i) && !fits(begin + i)) return i;
  }
  return -1;
}

// True if `text` contains the text of an interval that would be read as an infinity.
bool holds_extreme_interval(std::string_view text) {
  static const std::array<std::string, 2> kTexts = [] {
    using Part = std::numeric_limits<std::int32_t>;
    using Micros = std::numeric_limits<std::int64_t>;
    std::array<std::string, 2> texts;
    append_interval_text({Micros::max(), Part::max(), Part::max()}, false, texts[0]);
    append_interval_text({Micros::min(), Part::min(), Part::min()}, false, texts[1]);
    return texts;
  }();
  return text.find(kTexts[0]) != std::string_view::npos || text.find(kTexts[1]) != std::string_view::npos;
}

std::int64_t check_text(Operation& self, const Column& column, std::int64_t begin, std::int64_t count, Cells* cells) {
  take_bytes(self, column, begin, count, cells);
  if (self.to.has_infinity && !self.from.has_infinity) {
    return find_misfit(column, begin, count,
                       [&](std::int64_t row) { return !holds_extreme_interval(column.bytes_at(row)); });
  }
  if (self.to.length == 0) return -1;  // the server checks: labels, json
  return find_misfit(column, begin, count,
                     [&](std::int64_t row) { return wrong_length(column.bytes_at(row), self.to) == nullptr; });
}

template <class Value>
std::int64_t check_fraction(Operation& self, const Column& column, std::int64_t begin, std::int64_t count,
                            Cells* cells) {
  take_fixed(self, column, begin, count, cells);
  return find_misfit(column, begin, count,
                     [&](std::int64_t row) { return fits_fraction(column.value_at<Value>(row), self.to.scale); });
}

std::int64_t check_interval(Operation& self, const Column& column, std::int64_t begin, std::int64_t count,
                            Cells* cells) {
  take_fixed(self, column, begin, count, cells);
  return find_misfit(column, begin, count, [&](std::int64_t row) {
    const auto value = column.value_at<Interval>(row);
    // The same bits are an infinity for one side and a number for the other.
    if (is_interval_extreme(value) && self.from.has_infinity != self.to.has_infinity) return false;
    if (is_interval_extreme(value) && self.to.has_infinity) return true;
    return fits_fraction(value.micros % kMicrosPerSecond, self.to.scale);
  });
}

// Fixed widths that change: integers and floats among one another.
// Holds every integer of 64 bits and every double.
using WideFloat = long double;
static_assert(std::numeric_limits<WideFloat>::digits >= 64);

template <class From, class To>
std::int64_t convert_number(Operation& self, const Column& column, std::int64_t begin, std::int64_t count,
                            Cells* cells) {
  self.scratch.resize(static_cast<std::size_t>(count) * sizeof(To));
  std::int64_t bad = -1;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto from = column.value_at<From>(begin + i);
    To to{};
    bool fits = true;
    if constexpr (std::is_floating_point_v<From>) {
      // Out of range would be undefined; infinities and NaN pass.
      fits = sizeof(To) >= sizeof(From) || !std::isfinite(from) ||
             std::fabs(from) <= static_cast<From>(std::numeric_limits<To>::max());
      to = fits ? static_cast<To>(from) : To{};
      fits = fits && (std::isnan(from) || static_cast<From>(to) == from);
    } else if constexpr (std::is_floating_point_v<To>) {
      to = static_cast<To>(from);
      fits = static_cast<WideFloat>(to) == static_cast<WideFloat>(from);
    } else {
      fits = std::in_range<To>(from);
      // NOLINTNEXTLINE(bugprone-signed-char-misuse): a number of 8 bits, not a character
      to = static_cast<To>(from);
    }
    if (!fits && bad < 0 && !column.is_null(begin + i)) bad = i;
    std::memcpy(self.scratch.data() + static_cast<std::size_t>(i) * sizeof to, &to, sizeof to);
  }
  *cells = {self.kind, sizeof(To), self.scratch.data()};
  point_at_nulls(column, begin, cells);
  return bad;
}

// A date as the timestamp of its midnight.
std::int64_t date_to_timestamp(Operation& self, const Column& column, std::int64_t begin, std::int64_t count,
                               Cells* cells) {
  self.scratch.resize(static_cast<std::size_t>(count) * sizeof(std::int64_t));
  std::int64_t bad = -1;
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t micros = 0;
    const bool fits = timestamp_of_date(column.value_at<std::int32_t>(begin + i), &micros);
    if (!fits && bad < 0 && !column.is_null(begin + i)) bad = i;
    std::memcpy(self.scratch.data() + static_cast<std::size_t>(i) * sizeof micros, &micros, sizeof micros);
  }
  *cells = {self.kind, sizeof(std::int64_t), self.scratch.data()};
  point_at_nulls(column, begin, cells);
  return bad;
}

// Builds values of varying size: `append(row)` adds one to the scratch, or returns false.
template <class Append>
std::int64_t stage(Operation& self, const Column& column, std::int64_t begin, std::int64_t count, Cells* cells,
                   Append append) {
  self.scratch.clear();
  self.scratch_offsets.resize(static_cast<std::size_t>(count + 1) * sizeof(std::int64_t));
  std::int64_t* const offsets = self.scratch_offsets.as<std::int64_t>();
  offsets[0] = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (!column.is_null(begin + i) && !append(begin + i)) return i;
    offsets[i + 1] = static_cast<std::int64_t>(self.scratch.size());
  }
  *cells = {WireKind::kBytes, 0, self.scratch.data(), offsets};
  point_at_nulls(column, begin, cells);
  return -1;
}

// From values that are, or become, Int128 at the sink's scale.
template <class Convert>
std::int64_t stage_decimals(Operation& self, const Column& column, std::int64_t begin, std::int64_t count, Cells* cells,
                            int scale, Convert convert) {
  self.scratch.reserve(static_cast<std::size_t>(count) * kMaxDecimalWireBytes);
  return stage(self, column, begin, count, cells, [&](std::int64_t row) {
    Int128 value = 0;
    if (!convert(row, &value)) return false;
    const std::size_t at = self.scratch.size();
    self.scratch.resize(at + write_decimal(value, scale, self.scratch.data() + at));
    return true;
  });
}

std::int64_t decimal_to_decimal(Operation& self, const Column& column, std::int64_t begin, std::int64_t count,
                                Cells* cells) {
  const int from_scale = self.from.scale;
  const int scale = self.to.kind == TypeKind::kDecimal ? self.to.scale : from_scale;
  if (!self.is_checked && from_scale == scale) {
    return stage_decimals(self, column, begin, count, cells, scale, [&](std::int64_t row, Int128* value) {
      *value = column.value_at<Int128>(row);
      return true;
    });
  }
  const int precision = self.to.precision;
  return stage_decimals(self, column, begin, count, cells, scale, [&](std::int64_t row, Int128* value) {
    return decimal_rescale(column.value_at<Int128>(row), from_scale, scale, value) && decimal_fits(*value, precision);
  });
}

template <class From>
std::int64_t integer_to_decimal(Operation& self, const Column& column, std::int64_t begin, std::int64_t count,
                                Cells* cells) {
  const bool is_decimal = self.to.kind == TypeKind::kDecimal;
  const int scale = is_decimal ? self.to.scale : 0;
  const int precision = is_decimal ? self.to.precision : kMaxDecimalPrecision;
  return stage_decimals(self, column, begin, count, cells, scale, [&](std::int64_t row, Int128* value) {
    return decimal_rescale(column.value_at<From>(row), 0, scale, value) && decimal_fits(*value, precision);
  });
}

// Integers of more than 64 bits, by their text.
std::int64_t wide_to_numeric(Operation& self, const Column& column, std::int64_t begin, std::int64_t count,
                             Cells* cells) {
  std::string text;
  if (self.to.kind == TypeKind::kNumeric) {
    return stage(self, column, begin, count, cells, [&](std::int64_t row) {
      text.clear();
      append_value_text(column, row, text);
      return write_numeric_text(text, self.scratch);
    });
  }
  return stage_decimals(self, column, begin, count, cells, self.to.scale, [&](std::int64_t row, Int128* value) {
    text.clear();
    append_value_text(column, row, text);
    Result<Int128> parsed = parse_decimal(text, self.to.precision, self.to.scale);
    if (!parsed) return false;
    *value = *parsed;
    return true;
  });
}

template <class To>
std::int64_t wide_to_integer(Operation& self, const Column& column, std::int64_t begin, std::int64_t count,
                             Cells* cells) {
  self.scratch.resize(static_cast<std::size_t>(count) * sizeof(To));
  std::string text;
  std::int64_t bad = -1;
  for (std::int64_t i = 0; i < count; ++i) {
    To to{};
    text.clear();
    append_value_text(column, begin + i, text);
    if (!parse_integer(text, &to) && bad < 0 && !column.is_null(begin + i)) bad = i;
    std::memcpy(self.scratch.data() + static_cast<std::size_t>(i) * sizeof to, &to, sizeof to);
  }
  *cells = {self.kind, sizeof(To), self.scratch.data()};
  point_at_nulls(column, begin, cells);
  return bad;
}

std::int64_t numeric_to_decimal(Operation& self, const Column& column, std::int64_t begin, std::int64_t count,
                                Cells* cells) {
  return stage_decimals(self, column, begin, count, cells, self.to.scale, [&](std::int64_t row, Int128* value) {
    Result<Int128> parsed = parse_decimal(column.bytes_at(row), self.to.precision, self.to.scale);
    if (!parsed) return false;
    *value = *parsed;
    return true;
  });
}

std::int64_t numeric_to_numeric(Operation& self, const Column& column, std::int64_t begin, std::int64_t count,
                                Cells* cells) {
  return stage(self, column, begin, count, cells,
               [&](std::int64_t row) { return write_numeric_text(column.bytes_at(row), self.scratch); });
}

template <bool kIsCidr>
std::int64_t take_network(Operation& self, const Column& column, std::int64_t begin, std::int64_t count, Cells* cells) {
  return stage(self, column, begin, count, cells, [&](std::int64_t row) {
    const std::string_view value = column.bytes_at(row);
    const bool is_ipv4 = value.size() == 6;
    const std::uint8_t head[4] = {is_ipv4 ? kFamilyInet : kFamilyInet6, static_cast<std::uint8_t>(value[1]),
                                  kIsCidr ? std::uint8_t{1} : std::uint8_t{0},
                                  static_cast<std::uint8_t>(value.size() - 2)};
    self.scratch.append(head, sizeof head);
    self.scratch.append(value.data() + 2, value.size() - 2);
    return true;
  });
}

std::int64_t take_bits(Operation& self, const Column& column, std::int64_t begin, std::int64_t count, Cells* cells) {
  return stage(self, column, begin, count, cells, [&](std::int64_t row) {
    const std::string_view value = column.bytes_at(row);
    std::int32_t bits = 0;
    std::memcpy(&bits, value.data(), sizeof bits);
    if (self.is_checked && (self.to.is_fixed_length ? bits != self.to.length : bits > self.to.length)) return false;
    self.scratch.push(static_cast<std::int32_t>(__builtin_bswap32(static_cast<std::uint32_t>(bits))));
    self.scratch.append(value.data() + sizeof bits, value.size() - sizeof bits);
    return true;
  });
}

std::int64_t stage_text(Operation& self, const Column& column, std::int64_t begin, std::int64_t count, Cells* cells) {
  std::string text;
  return stage(self, column, begin, count, cells, [&](std::int64_t row) {
    if (self.from.kind == TypeKind::kChar1 && (column.bytes_at(row)[0] & 0x80) != 0) return false;
    text.clear();
    append_cast_text(column, row, text);
    if (wrong_length(text, self.to) != nullptr) return false;
    self.scratch.append(text.data(), text.size());
    return true;
  });
}

void append_array_header(const Column& column, std::int64_t row, bool has_nulls, std::uint32_t oid, Buffer& out) {
  const auto push = [&](std::int64_t value) { out.push(__builtin_bswap32(static_cast<std::uint32_t>(value))); };
  const std::int64_t count = column.last_element(row) - column.first_element(row);
  const auto shape = column.shape_at(row);
  push(count == 0 ? 0 : shape.empty() ? 1 : static_cast<std::int64_t>(shape.size()));
  push(has_nulls ? 1 : 0);
  push(oid);
  if (count == 0) return;
  if (shape.empty()) {
    push(count);
    push(1);
  }
  for (const ArrayDimension& dimension : shape) {
    push(dimension.size);
    push(dimension.lower_bound);
  }
}

std::int64_t take_array(Operation& self, const Column& column, std::int64_t begin, std::int64_t count, Cells* cells) {
  Operation& element = *self.element;
  const std::int64_t first = column.offsets()[begin];
  Cells elements;
  const std::int64_t bad =
      element.prepare(element, column.child(), first, column.offsets()[begin + count] - first, &elements);
  if (bad >= 0) {
    std::int64_t row = 0;
    while (column.offsets()[begin + row + 1] <= first + bad) ++row;
    return row;
  }
  return stage(self, column, begin, count, cells, [&](std::int64_t row) {
    const std::int64_t from = column.first_element(row) - first;
    const std::int64_t to = column.last_element(row) - first;
    bool has_nulls = false;
    std::int64_t bytes = 4 * (to - from);
    for (std::int64_t i = from; i < to; ++i) {
      const bool is_null = elements.is_null(i);
      has_nulls |= is_null;
      if (is_null) continue;
      const std::int64_t size = elements.bytes_of(i);
      if (size > std::numeric_limits<std::int32_t>::max()) return false;
      bytes += size;
    }
    append_array_header(column, row, has_nulls, self.element_oid, self.scratch);
    const std::size_t at = self.scratch.size();
    self.scratch.resize(at + static_cast<std::size_t>(bytes));
    std::uint8_t* out = self.scratch.data() + at;
    for (std::int64_t i = from; i < to; ++i) {
      if (elements.is_null(i)) {
        std::memcpy(out, &kNullLength, sizeof kNullLength);
        out += 4;
      } else {
        store_big(out, static_cast<std::int32_t>(elements.bytes_of(i)));
        out = write_value(elements, i, out + 4);
      }
    }
    return true;
  });
}

void use_fixed(Operation& op, WireKind kind, std::uint32_t width) {
  op.kind = kind;
  op.width = width;
  op.prepare = take_fixed;
}

template <class From>
void choose_integer(Operation& op) {
  switch (op.to.kind) {
    case TypeKind::kInt16:
      op.kind = WireKind::kTwo;
      op.prepare = convert_number<From, std::int16_t>;
      break;
    case TypeKind::kInt32:
      op.kind = WireKind::kFour;
      op.prepare = convert_number<From, std::int32_t>;
      break;
    case TypeKind::kInt64:
      op.kind = WireKind::kEight;
      op.prepare = convert_number<From, std::int64_t>;
      break;
    case TypeKind::kUInt32:
      op.kind = WireKind::kFour;
      op.prepare = convert_number<From, std::uint32_t>;
      break;
    case TypeKind::kUInt64:
      op.kind = WireKind::kEight;
      op.prepare = convert_number<From, std::uint64_t>;
      break;
    case TypeKind::kFloat32:
      op.kind = WireKind::kFour;
      op.prepare = convert_number<From, float>;
      break;
    case TypeKind::kFloat64:
      op.kind = WireKind::kEight;
      op.prepare = convert_number<From, double>;
      break;
    default:
      op.prepare = integer_to_decimal<From>;
      break;
  }
  if (op.to.kind == op.from.kind) use_fixed(op, op.kind, sizeof(From));
}

void choose_wide(Operation& op) {
  switch (op.to.kind) {
    case TypeKind::kInt16:
      op.kind = WireKind::kTwo;
      op.prepare = wide_to_integer<std::int16_t>;
      return;
    case TypeKind::kInt32:
      op.kind = WireKind::kFour;
      op.prepare = wide_to_integer<std::int32_t>;
      return;
    case TypeKind::kInt64:
      op.kind = WireKind::kEight;
      op.prepare = wide_to_integer<std::int64_t>;
      return;
    case TypeKind::kUInt32:
      op.kind = WireKind::kFour;
      op.prepare = wide_to_integer<std::uint32_t>;
      return;
    case TypeKind::kUInt64:
      op.kind = WireKind::kEight;
      op.prepare = wide_to_integer<std::uint64_t>;
      return;
    default:
      op.prepare = wide_to_numeric;
      return;
  }
}

void choose(Operation& op) {
  if (op.to.kind == TypeKind::kText && !is_text(op.from.kind)) {
    op.prepare = stage_text;
    return;
  }
  switch (op.from.kind) {
    case TypeKind::kBool:
      use_fixed(op, WireKind::kOne, 1);
      op.prepare = take_bool;
      return;
    case TypeKind::kChar1:
      use_fixed(op, WireKind::kOne, 1);
      return;
    case TypeKind::kInt16:
      choose_integer<std::int16_t>(op);
      return;
    case TypeKind::kInt32:
      choose_integer<std::int32_t>(op);
      return;
    case TypeKind::kInt64:
      choose_integer<std::int64_t>(op);
      return;
    case TypeKind::kInt8:
      choose_integer<std::int8_t>(op);
      return;
    case TypeKind::kUnsigned8:
      choose_integer<std::uint8_t>(op);
      return;
    case TypeKind::kUnsigned16:
      choose_integer<std::uint16_t>(op);
      return;
    case TypeKind::kUnsigned32:
      choose_integer<std::uint32_t>(op);
      return;
    case TypeKind::kUnsigned64:
      choose_integer<std::uint64_t>(op);
      return;
    case TypeKind::kInt128:
    case TypeKind::kUnsigned128:
    case TypeKind::kInt256:
    case TypeKind::kUnsigned256:
      choose_wide(op);
      return;
    case TypeKind::kUInt32:
      choose_integer<std::uint32_t>(op);
      return;
    case TypeKind::kUInt64:
      choose_integer<std::uint64_t>(op);
      return;
    case TypeKind::kDate:
      use_fixed(op, WireKind::kFour, 4);
      if (op.to.kind == TypeKind::kTimestamp) op.kind = WireKind::kEight, op.prepare = date_to_timestamp;
      return;
    case TypeKind::kFloat32:
      use_fixed(op, WireKind::kFour, 4);
      if (op.to.kind == TypeKind::kFloat64) op.kind = WireKind::kEight, op.prepare = convert_number<float, double>;
      return;
    case TypeKind::kFloat64:
      use_fixed(op, WireKind::kEight, 8);
      if (op.to.kind == TypeKind::kFloat32) op.kind = WireKind::kFour, op.prepare = convert_number<double, float>;
      return;
    case TypeKind::kLsn:
    case TypeKind::kMoney:
      use_fixed(op, WireKind::kEight, 8);
      return;
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      use_fixed(op, WireKind::kEight, 8);
      if (op.is_checked) op.prepare = check_fraction<std::int64_t>;
      return;
    case TypeKind::kTimeTz:
      use_fixed(op, WireKind::kTimeTz, 12);
      if (op.is_checked) op.prepare = check_fraction<std::int64_t>;
      return;
    case TypeKind::kInterval:
      use_fixed(op, WireKind::kInterval, 16);
      if (op.is_checked) op.prepare = check_interval;
      return;
    case TypeKind::kUuid:
      use_fixed(op, WireKind::kSixteen, 16);
      return;
    case TypeKind::kMacaddr:
      use_fixed(op, WireKind::kSix, 6);
      return;
    case TypeKind::kMacaddr8:
      use_fixed(op, WireKind::kEightRaw, 8);
      return;
    case TypeKind::kDecimal:
      op.prepare = decimal_to_decimal;
      return;
    case TypeKind::kNumeric:
      op.prepare = op.to.kind == TypeKind::kDecimal ? numeric_to_decimal : numeric_to_numeric;
      return;
    case TypeKind::kBytes:
      op.prepare = take_bytes;
      return;
    case TypeKind::kText:
    case TypeKind::kJson:
    case TypeKind::kJsonb:
    case TypeKind::kEnum:
      op.kind = op.to.kind == TypeKind::kJsonb ? WireKind::kJsonb : WireKind::kBytes;
      op.prepare = op.is_checked ? check_text : take_bytes;
      return;
    case TypeKind::kInet:
      op.prepare = take_network<false>;
      return;
    case TypeKind::kCidr:
      op.prepare = op.to.kind == TypeKind::kCidr ? take_network<true> : take_network<false>;
      return;
    case TypeKind::kBit:
      op.prepare = take_bits;
      return;
    case TypeKind::kArray:
      op.prepare = take_array;
      return;
  }
}

}  // namespace

Result<std::unique_ptr<EncodeOperation>> compile_encode(const DataType& from, const DataType& to,
                                                        std::uint32_t element_oid) {
  auto op = std::make_unique<Operation>();
  if (portable_type(to) != to || !can_convert(from, to, &op->is_checked)) {
    return Error(ErrorClass::kFailed, "pg_copy.cannot_convert",
                 fmt::format("Values of type {} cannot be written as {}", from.to_string(), to.to_string()));
  }
  op->from = from;
  op->to = to;
  if (from.kind == TypeKind::kArray && to.kind == TypeKind::kArray) {
    if (element_oid == 0) {
      return Error(ErrorClass::kFailed, "pg_copy.element_oid", "The OID of an array's element type is unknown");
    }
    op->element_oid = element_oid;
    DPONE_TRY(op->element, compile_encode(*from.element, *to.element, 0));
  }
  choose(*op);
  return op;
}

std::uint8_t* write_value(const Cells& cells, std::int64_t i, std::uint8_t* to) {
  const std::uint8_t* const from = cells.values + i * cells.width;
  const auto reverse = [&]<class T>(T, int at) {
    T value;
    std::memcpy(&value, from + at, sizeof value);
    store_big(to + at, value);
  };
  switch (cells.kind) {
    case WireKind::kTwo:
      reverse(std::uint16_t{}, 0);
      break;
    case WireKind::kFour:
      reverse(std::uint32_t{}, 0);
      break;
    case WireKind::kEight:
      reverse(std::uint64_t{}, 0);
      break;
    case WireKind::kTimeTz:
      reverse(std::uint64_t{}, 0);
      reverse(std::uint32_t{}, 8);
      break;
    case WireKind::kInterval:
      reverse(std::uint64_t{}, 0);
      reverse(std::uint32_t{}, 8);
      reverse(std::uint32_t{}, 12);
      break;
    case WireKind::kOne:
    case WireKind::kSix:
    case WireKind::kSixteen:
    case WireKind::kEightRaw:
      std::memcpy(to, from, cells.width);
      break;
    case WireKind::kJsonb:
    case WireKind::kBytes: {
      if (cells.kind == WireKind::kJsonb) *to++ = kJsonbVersion;
      const auto bytes = static_cast<std::size_t>(cells.offsets[i + 1] - cells.offsets[i]);
      if (bytes != 0) std::memcpy(to, cells.values + cells.offsets[i], bytes);
      return to + bytes;
    }
  }
  return to + cells.width;
}

}  // namespace dpone::pg_copy
