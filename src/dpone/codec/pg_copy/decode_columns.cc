#include "dpone/codec/pg_copy/decode_columns.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "dpone/base/bytes.h"
#include "dpone/codec/pg_copy/numeric_wire.h"
#include "dpone/codec/pg_copy/wire_format.h"
#include "dpone/data/column_run.h"
#include "dpone/data/temporal.h"

namespace dpone::pg_copy {
namespace {

using Flags = std::array<std::uint8_t, kChunkRows>;
static_assert(kChunkRows <= kMostRunRows);

std::int32_t length_of(const std::uint8_t* field) { return load_big<std::int32_t>(field - 4); }

// Fixed widths. A Reader converts the wire bytes of a value to the memory layout.
template <class T>
struct SwapReader {
  using Value = T;
  static constexpr int kWireWidth = sizeof(T);
  static Value read(const std::uint8_t* field) { return load_big<T>(field); }
  static bool is_good(const Value&) { return true; }
};
template <int kWidth>
struct RawReader {
  using Value = std::array<std::uint8_t, kWidth>;
  static constexpr int kWireWidth = kWidth;
  static Value read(const std::uint8_t* field) {
    Value value;
    std::memcpy(&value, field, sizeof value);
    return value;
  }
  static bool is_good(const Value&) { return true; }
};
struct IntervalReader {
  using Value = Interval;
  static constexpr int kWireWidth = 16;
  static Value read(const std::uint8_t* field) {
    return {load_big<std::int64_t>(field), load_big<std::int32_t>(field + 8), load_big<std::int32_t>(field + 12)};
  }
  static bool is_good(const Value&) { return true; }
};
struct TimeReader : SwapReader<std::int64_t> {
  static bool is_good(const Value& value) { return value >= 0 && value <= kMicrosPerDay; }
};
struct TimeTzReader {
  using Value = TimeTz;
  static constexpr int kWireWidth = 12;
  static Value read(const std::uint8_t* field) {
    return {load_big<std::int64_t>(field), load_big<std::int32_t>(field + 8)};
  }
  static bool is_good(const Value& value) {
    constexpr std::int32_t kZoneLimit = 16 * 3600;
    return value.micros >= 0 && value.micros <= kMicrosPerDay && value.seconds_west > -kZoneLimit &&
           value.seconds_west < kZoneLimit;
  }
};

// Bytes of all fields of the run.
std::size_t bytes_of(const FieldRun& run) {
  std::size_t bytes = 0;
  for (int i = 0; i < run.count; ++i) {
    const std::int32_t length = length_of(run.base + run.positions[i]);
    bytes += static_cast<std::size_t>(std::max(length, 0));
  }
  return bytes;
}

template <class Reader>
int decode_fixed(DecodeColumn& self, const FieldRun& run) {
  using Value = typename Reader::Value;
  ColumnBuilder& builder = *self.target;
  Buffer& values = builder.parts().values;
  const std::size_t at = values.size();
  const std::size_t bytes = static_cast<std::size_t>(run.count) * sizeof(Value);
  make_room(values, bytes);
  values.resize(at + bytes);
  std::uint8_t* const out = values.data() + at;
  bool is_good = true;
  if (!run.has_nulls) {
    for (int i = 0; i < run.count; ++i) {
      const Value value = Reader::read(run.base + run.positions[i]);
      is_good &= Reader::is_good(value);
      std::memcpy(out + static_cast<std::size_t>(i) * sizeof value, &value, sizeof value);
    }
    close_run(builder, run.count, nullptr, 0);
  } else {
    Flags valid;
    int nulls = 0;
    for (int i = 0; i < run.count; ++i) {
      const std::uint8_t* const field = run.base + run.positions[i];
      const bool is_null = length_of(field) < 0;
      valid[static_cast<std::size_t>(i)] = is_null ? 0 : 1;
      nulls += is_null ? 1 : 0;
      const Value value = is_null ? Value{} : Reader::read(field);
      is_good &= Reader::is_good(value);
      std::memcpy(out + static_cast<std::size_t>(i) * sizeof value, &value, sizeof value);
    }
    close_run(builder, run.count, valid.data(), nulls);
  }
  if (is_good) return -1;
  self.problem = "is out of range";
  int index = 0;
  for (; index < run.count; ++index) {
    const std::uint8_t* const field = run.base + run.positions[index];
    if (length_of(field) >= 0 && !Reader::is_good(Reader::read(field))) break;
  }
  return index;
}

int decode_bool(DecodeColumn& self, const FieldRun& run) {
  Flags valid;
  Flags flags;
  int nulls = 0;
  for (int i = 0; i < run.count; ++i) {
    const std::uint8_t* const field = run.base + run.positions[i];
    const bool is_null = run.has_nulls && length_of(field) < 0;
    valid[static_cast<std::size_t>(i)] = is_null ? 0 : 1;
    nulls += is_null ? 1 : 0;
    flags[static_cast<std::size_t>(i)] = !is_null && *field != 0 ? 1 : 0;
  }
  ColumnBuilder& builder = *self.target;
  append_bits(builder.parts().values, builder.length(), flags.data(), run.count);
  close_run(builder, run.count, valid.data(), nulls);
  return -1;
}

// Values that are kept as they come, after `kPrefix` bytes that must equal kJsonbVersion.
template <int kPrefix>
int decode_bytes(DecodeColumn& self, const FieldRun& run) {
  ColumnBuilder& builder = *self.target;
  ColumnParts& parts = builder.parts();
  const auto count = static_cast<std::size_t>(run.count);
  make_room_within(parts.values, run.wire_bytes, [&] { return bytes_of(run); });
  make_room(parts.offsets, count * sizeof(std::int64_t));
  const std::size_t first = parts.offsets.size() / sizeof(std::int64_t);
  parts.offsets.resize((first + count) * sizeof(std::int64_t));
  std::int64_t* const offsets = parts.offsets.as<std::int64_t>() + first;
  std::uint8_t* const values = parts.values.data();
  std::size_t at = parts.values.size();
  Flags valid;
  int nulls = 0;
  for (int i = 0; i < run.count; ++i) {
    const std::uint8_t* field = run.base + run.positions[i];
    std::int32_t length = length_of(field);
    if (run.has_nulls) {
      const bool is_null = length < 0;
      valid[static_cast<std::size_t>(i)] = is_null ? 0 : 1;
      nulls += is_null ? 1 : 0;
      if (is_null) {
        offsets[i] = static_cast<std::int64_t>(at);
        continue;
      }
    }
    if constexpr (kPrefix != 0) {
      if (length < kPrefix || *field != kJsonbVersion) {
        self.problem = "is not version 1 of jsonb";
        return i;
      }
      field += kPrefix;
      length -= kPrefix;
    }
    copy_run_over(values + at, field, static_cast<std::size_t>(length), run.end);
    at += static_cast<std::size_t>(length);
    offsets[i] = static_cast<std::int64_t>(at);
  }
  parts.values.resize(at);
  close_run(builder, run.count, run.has_nulls ? valid.data() : nullptr, nulls);
  return -1;
}

const char* describe(NumericProblem problem) {
  switch (problem) {
    case NumericProblem::kScale:
      return "has more fraction digits than its type";
    case NumericProblem::kPrecision:
      return "has more digits than its type";
    default:
      return "is not a well-formed numeric";
  }
}

int decode_decimal(DecodeColumn& self, const FieldRun& run) {
  ColumnBuilder& builder = *self.target;
  ColumnParts& parts = builder.parts();
  const std::size_t at = parts.values.size();
  const std::size_t bytes = static_cast<std::size_t>(run.count) * sizeof(Int128);
  make_room(parts.values, bytes);
  parts.values.resize(at + bytes);
  std::uint8_t* const out = parts.values.data() + at;
  const int precision = parts.type.precision;
  const int scale = parts.type.scale;
  Flags valid;
  int nulls = 0;
  for (int i = 0; i < run.count; ++i) {
    const std::uint8_t* const field = run.base + run.positions[i];
    const std::int32_t length = length_of(field);
    const bool is_null = length < 0;
    valid[static_cast<std::size_t>(i)] = is_null ? 0 : 1;
    Int128 value = 0;
    if (is_null) {
      ++nulls;
    } else {
      const NumericProblem problem = read_decimal(field, static_cast<std::size_t>(length), precision, scale, &value);
      if (problem != NumericProblem::kNone) {
        self.problem = describe(problem);
        return i;
      }
    }
    std::memcpy(out + static_cast<std::size_t>(i) * sizeof value, &value, sizeof value);
  }
  close_run(builder, run.count, valid.data(), nulls);
  return -1;
}

// Types whose values change their form: an Appender checks a field and adds it to the values; false if it is wrong.
struct NumericAppender {
  static constexpr const char* kProblem = "is not a well-formed numeric";
  static bool append(const std::uint8_t* field, std::size_t bytes, Buffer& values) {
    return read_numeric_text(field, bytes, values) == NumericProblem::kNone;
  }
};
template <bool kIsCidr>
struct NetworkAppender {
  static constexpr const char* kProblem = "is not a well-formed network address";
  static bool append(const std::uint8_t* field, std::size_t bytes, Buffer& values) {
    if (bytes < 4) return false;
    const bool is_ipv4 = field[0] == kFamilyInet;
    const std::size_t size = is_ipv4 ? 4 : 16;
    if ((!is_ipv4 && field[0] != kFamilyInet6) || field[1] > size * 8 || field[3] != size || bytes != 4 + size) {
      return false;
    }
    const std::uint8_t head[2] = {static_cast<std::uint8_t>(is_ipv4 ? 4 : 6), field[1]};
    values.append(head, sizeof head);
    values.append(field + 4, size);
    return true;
  }
};
struct BitAppender {
  static constexpr const char* kProblem = "is not a well-formed bit string";
  static bool append(const std::uint8_t* field, std::size_t bytes, Buffer& values) {
    if (bytes < 4) return false;
    const auto count = load_big<std::int32_t>(field);
    if (count < 0 || bytes - 4 != (static_cast<std::size_t>(count) + 7) / 8) return false;
    values.push(count);
    values.append(field + 4, bytes - 4);
    // PostgreSQL ignores the bits behind the last; equal values have equal bytes here.
    if (count % 8 != 0) {
      std::uint8_t& last = values.data()[values.size() - 1];
      last = static_cast<std::uint8_t>(last & (0xFF << (8 - count % 8)));
    }
    return true;
  }
};

template <class Appender>
int decode_appended(DecodeColumn& self, const FieldRun& run) {
  ColumnBuilder& builder = *self.target;
  ColumnParts& parts = builder.parts();
  make_room_within(parts.values, run.wire_bytes, [&] { return bytes_of(run); });
  make_room(parts.offsets, static_cast<std::size_t>(run.count) * sizeof(std::int64_t));
  Flags valid;
  int nulls = 0;
  for (int i = 0; i < run.count; ++i) {
    const std::uint8_t* const field = run.base + run.positions[i];
    const std::int32_t length = length_of(field);
    valid[static_cast<std::size_t>(i)] = length < 0 ? 0 : 1;
    if (length < 0) {
      ++nulls;
    } else if (!Appender::append(field, static_cast<std::size_t>(length), parts.values)) {
      self.problem = Appender::kProblem;
      return i;
    }
    parts.offsets.push(static_cast<std::int64_t>(parts.values.size()));
  }
  close_run(builder, run.count, valid.data(), nulls);
  return -1;
}

// An array: dimension count, flags, element OID, per dimension size and lower bound, then fields as in a tuple.
struct ArrayHeader {
  std::array<ArrayDimension, kMaxDimensions> shape;
  std::size_t dimensions = 0;
  std::int64_t elements = 0;
  std::size_t bytes = 12;
};

bool read_array_header(const std::uint8_t* field, std::size_t bytes, ArrayHeader* out) {
  if (bytes < 12) return false;
  const auto dimensions = load_big<std::int32_t>(field);
  const auto flags = load_big<std::uint32_t>(field + 4);
  if (dimensions < 0 || dimensions > kMaxDimensions || flags > 1) return false;
  out->dimensions = static_cast<std::size_t>(dimensions);
  out->bytes = 12 + 8 * out->dimensions;
  if (bytes < out->bytes) return false;
  out->elements = dimensions == 0 ? 0 : 1;
  for (std::size_t i = 0; i < out->dimensions; ++i) {
    const auto size = load_big<std::int32_t>(field + 12 + 8 * i);
    const auto lower = load_big<std::int32_t>(field + 16 + 8 * i);
    // The upper bound must also fit an int32.
    std::int32_t upper = 0;
    if (size < 0 || __builtin_add_overflow(lower, size, &upper)) return false;
    out->shape[i] = {size, lower};
    out->elements *= size;
    // Each element takes at least four bytes, so a false size cannot cause a large allocation.
    if (out->elements > static_cast<std::int64_t>(bytes / 4)) return false;
  }
  return true;
}

// Decodes the elements located so far. False if one is wrong.
bool flush_elements(DecodeColumn& self, const FieldRun& run, bool has_nulls, std::int64_t wire_bytes) {
  DecodeColumn& element = *self.element;
  const auto count = static_cast<int>(self.element_positions.size());
  FieldRun elements{run.base, run.end, self.element_positions.data(), count, has_nulls, wire_bytes};
  const int bad = count == 0 ? -1 : element.decode(element, elements);
  self.element_positions.clear();
  if (bad >= 0) self.problem = element.problem;
  return bad < 0;
}

bool decode_array_value(DecodeColumn& self, const FieldRun& run, const std::uint8_t* field, std::size_t bytes) {
  self.problem = "is not a well-formed array";
  ArrayHeader header;
  if (!read_array_header(field, bytes, &header)) return false;
  const std::int32_t width = self.element->wire_width;
  const std::uint8_t* at = field + header.bytes;
  const std::uint8_t* const end = field + bytes;
  bool has_nulls = false;
  std::int64_t wire_bytes = 0;
  for (std::int64_t i = 0; i < header.elements; ++i) {
    if (end - at < 4) return false;
    const auto length = load_big<std::int32_t>(at);
    at += 4;
    const std::int32_t size = length < 0 ? 0 : length;
    if (length < -1 || end - at < size || (width >= 0 && length >= 0 && length != width)) return false;
    has_nulls |= length < 0;
    wire_bytes += size;
    self.element_positions.push_back(static_cast<std::uint32_t>(at - run.base));
    at += size;
    if (self.element_positions.size() == kChunkRows) {
      if (!flush_elements(self, run, has_nulls, wire_bytes)) return false;
      has_nulls = false;
      wire_bytes = 0;
    }
  }
  if (at != end) return false;
  if (!flush_elements(self, run, has_nulls, wire_bytes)) return false;
  self.target->close_list({header.shape.data(), header.dimensions});
  return true;
}

int decode_array(DecodeColumn& self, const FieldRun& run) {
  for (int i = 0; i < run.count; ++i) {
    const std::uint8_t* const field = run.base + run.positions[i];
    const std::int32_t length = length_of(field);
    if (length < 0) {
      self.target->append_null();
    } else if (!decode_array_value(self, run, field, static_cast<std::size_t>(length))) {
      return i;
    }
  }
  return -1;
}

template <class Reader>
void use_fixed(DecodeColumn& column) {
  column.decode = decode_fixed<Reader>;
  column.wire_width = Reader::kWireWidth;
}

Status choose(DecodeColumn& column, const DataType& type) {
  switch (type.kind) {
    case TypeKind::kBool:
      column.decode = decode_bool;
      column.wire_width = 1;
      return {};
    case TypeKind::kChar1:
      use_fixed<RawReader<1>>(column);
      return {};
    case TypeKind::kInt16:
      use_fixed<SwapReader<std::int16_t>>(column);
      return {};
    case TypeKind::kInt32:
    case TypeKind::kUInt32:
    case TypeKind::kFloat32:
    case TypeKind::kDate:
      use_fixed<SwapReader<std::uint32_t>>(column);
      return {};
    case TypeKind::kInt64:
    case TypeKind::kUInt64:
    case TypeKind::kLsn:
    case TypeKind::kFloat64:
    case TypeKind::kMoney:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      use_fixed<SwapReader<std::uint64_t>>(column);
      return {};
    case TypeKind::kTime:
      use_fixed<TimeReader>(column);
      return {};
    case TypeKind::kTimeTz:
      use_fixed<TimeTzReader>(column);
      return {};
    case TypeKind::kInterval:
      use_fixed<IntervalReader>(column);
      return {};
    case TypeKind::kUuid:
      use_fixed<RawReader<16>>(column);
      return {};
    case TypeKind::kMacaddr:
      use_fixed<RawReader<6>>(column);
      return {};
    case TypeKind::kMacaddr8:
      use_fixed<RawReader<8>>(column);
      return {};
    case TypeKind::kDecimal:
      if (type.precision < 1 || type.precision > kMaxDecimalPrecision || type.scale < 0 ||
          type.scale > type.precision) {
        return Error(ErrorClass::kFailed, "pg_copy.options", "A decimal has a precision or scale out of range");
      }
      column.decode = decode_decimal;
      return {};
    case TypeKind::kNumeric:
      column.decode = decode_appended<NumericAppender>;
      return {};
    case TypeKind::kText:
    case TypeKind::kBytes:
    case TypeKind::kJson:
    case TypeKind::kEnum:
      column.decode = decode_bytes<0>;
      return {};
    case TypeKind::kJsonb:
      column.decode = decode_bytes<1>;
      return {};
    case TypeKind::kInet:
      column.decode = decode_appended<NetworkAppender<false>>;
      return {};
    case TypeKind::kCidr:
      column.decode = decode_appended<NetworkAppender<true>>;
      return {};
    case TypeKind::kBit:
      column.decode = decode_appended<BitAppender>;
      return {};
    case TypeKind::kArray: {
      if (type.element == nullptr || type.element->kind == TypeKind::kArray) {
        return Error(ErrorClass::kFailed, "pg_copy.options",
                     "An array has no element type, or its element type is an array");
      }
      DPONE_TRY(column.element, compile_decode(*type.element));
      column.element->target = &column.builder.child();
      column.decode = decode_array;
      return {};
    }
    case TypeKind::kInt8:
    case TypeKind::kUnsigned8:
    case TypeKind::kUnsigned16:
    case TypeKind::kUnsigned32:
    case TypeKind::kUnsigned64:
    case TypeKind::kInt128:
    case TypeKind::kUnsigned128:
    case TypeKind::kInt256:
    case TypeKind::kUnsigned256:
      break;
  }
  return Error(ErrorClass::kFailed, "pg_copy.options", "A type has no binary form");
}

}  // namespace

Result<std::unique_ptr<DecodeColumn>> compile_decode(const DataType& type) {
  auto column = std::make_unique<DecodeColumn>(type);
  column->target = &column->builder;
  DPONE_CHECK(choose(*column, type));
  return column;
}

}  // namespace dpone::pg_copy
