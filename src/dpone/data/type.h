// DataType: the logical type of a column, as every codec and connector understands it, and its memory layout.
// Spec: docs/formats/batch.md. Values only; a DataType is cheap to copy and thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dpone {

enum class TypeKind : std::uint8_t {
  kBool,   // bits
  kInt16,  // little-endian, as every fixed layout below
  kInt32,
  kInt64,
  kUInt32,  // oid, xid: the identifiers of PostgreSQL, not numbers; see kUnsigned32
  kUInt64,  // xid8
  kLsn,     // uint64: a position in a log, printed in two halves
  kFloat32,
  kFloat64,
  kDecimal,      // int128, unscaled; precision 1..38, scale 0..precision; three sentinels, see decimal.h
  kNumeric,      // any precision: canonical decimal text with its scale, `NaN`, `Infinity`, `-Infinity`
  kMoney,        // int64, in the smallest unit of the source's lc_monetary
  kDate,         // int32 days since 2000-01-01 (proleptic Gregorian); INT32_MAX and INT32_MIN are the infinities
  kTime,         // int64 microseconds since midnight, 24:00 included
  kTimeTz,       // 12 bytes: int64 microseconds, int32 seconds west of UTC
  kTimestamp,    // int64 microseconds since 2000-01-01, no zone; INT64_MAX and INT64_MIN are the infinities
  kTimestampTz,  // the same, UTC
  kInterval,     // 16 bytes: int64 microseconds, int32 days, int32 months; see has_infinity
  kText,         // UTF-8 (text, varchar, char(n), name and every type carried as its text form)
  kBytes,
  kUuid,      // 16 bytes, network order
  kJson,      // text as given
  kJsonb,     // text as the source prints it
  kInet,      // var bytes: family (4 or 6), prefix length, address of 4 or 16 bytes
  kCidr,      // the same
  kMacaddr,   // 6 bytes
  kMacaddr8,  // 8 bytes
  kBit,       // var bytes: int32 bit count, then the bits, high bit first (bit and varbit)
  kChar1,     // one byte (PostgreSQL's "char")
  kEnum,      // label text
  kArray,     // list of `element`, any number of dimensions
  // Whole numbers that not every system has; see portable_type.
  kInt8,
  kUnsigned8,
  kUnsigned16,
  kUnsigned32,
  kUnsigned64,
  kInt128,  // see wide_integer.h
  kUnsigned128,
  kInt256,
  kUnsigned256,
};
inline constexpr TypeKind kLastTypeKind = TypeKind::kUnsigned256;

// The memory layout of a column's values.
enum class Layout : std::uint8_t { kBits, kFixed, kVar, kList };

struct DataType {
  TypeKind kind = TypeKind::kText;
  // kDecimal: declared precision and scale. kTime*, kTimestamp*, kInterval: fraction digits in `scale`, 6 if
  // undeclared, and never more: times count microseconds.
  int precision = 0;
  int scale = 0;
  // kText: greatest length in characters; kBit: in bits. 0 is unlimited. kInterval: the fields it keeps, as a mask of
  // PostgreSQL's; 0 is all.
  std::int64_t length = 0;
  // kBit: every value has exactly `length`. kText: char(n), which pads shorter values with blanks.
  bool is_fixed_length = false;
  // kArray only; an element is never an array itself, dimensions belong to the value.
  std::shared_ptr<const DataType> element;
  // kInterval: the value whose three parts are all greatest, or all least, is an infinity (PostgreSQL 17 and later).
  // Without it, that value is an ordinary interval. kText: the same for intervals whose text is in the value.
  bool has_infinity = false;

  Layout layout() const;
  // Bytes a value in Layout::kFixed, 0 otherwise.
  int fixed_width() const;
  // `decimal(12,2)`, `timestamp with time zone`, `array(int32)`: for messages and plans.
  std::string to_string() const;

  friend bool operator==(const DataType& a, const DataType& b);
};

std::string_view to_string(TypeKind kind);
// Text, enum labels, json, jsonb: the memory contains the value's text. More about a kind is in type_traits.h.
bool is_text(TypeKind kind);

struct Field {
  std::string name;
  DataType type;
  bool is_nullable = true;
  // The type is inferred from a sample, not declared: values that the type would change are refused.
  bool is_guessed = false;
  // The only texts that the column takes; any if empty.
  std::vector<std::string> labels = {};
  // A row of a merge may come without a value, and keeps the one that the target has. Which ones stands in a text of
  // its own: of each field of the schema `1` where the row lacks it, else `0`; NULL where it lacks none.
  bool may_be_absent = false;
  bool is_absence = false;
};

using Schema = std::vector<Field>;

}  // namespace dpone
