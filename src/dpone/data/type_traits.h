// TypeTraits: the properties of all types of a kind, one row per kind. Use a switch over TypeKind only if the work
// itself differs; otherwise look the property up here, so that a new kind is added in one place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "dpone/data/type.h"

namespace dpone {

enum class TypeFamily : std::uint8_t {
  kBool,
  kInteger,     // whole numbers
  kFloat,       // binary floating point
  kDecimal,     // exact, with a scale
  kTemporal,    // dates, times and spans
  kText,        // the memory contains the value's text
  kBinary,      // plain bytes
  kIdentifier,  // numbers and addresses without arithmetic
  kNested,      // made of other values
};

// The characters of a value's text.
enum class TextForm : std::uint8_t {
  kWord,         // a truth value
  kNumber,       // digits, a sign and a point
  kNumberWords,  // the same, or NaN and infinities
  kPlain,        // letters, digits and the signs of dates and addresses
  kHex,          // a backslash, then letters and digits
  kAny,          // any character
  kJson,         // a JSON value
  kList,         // braces around other values
};

// The order of its values, as a range of a cursor column needs it.
enum class TypeOrder : std::uint8_t { kNone, kNumber, kTime, kOther };

struct TypeTraits {
  TypeKind kind;
  std::string_view name;      // in messages, plans and stored schemas
  std::string_view sql_name;  // PostgreSQL's canonical name, without parameters in parentheses
  Layout layout;
  int width;  // bytes a value in Layout::kFixed, 0 otherwise
  TypeFamily family;
  TextForm text;
  TypeOrder order;
  int digits = 0;             // kInteger: decimal digits that the greatest value has
  bool has_fraction = false;  // `scale` counts the digits of a second
  bool is_signed = true;      // kInteger
};

namespace type_traits_internal {

using enum TypeKind;
using F = TypeFamily;
using T = TextForm;
using O = TypeOrder;
inline constexpr TypeTraits kRows[] = {
    {kBool, "bool", "boolean", Layout::kBits, 0, F::kBool, T::kWord, O::kNone},
    {kInt16, "int16", "smallint", Layout::kFixed, 2, F::kInteger, T::kNumber, O::kNumber, 5},
    {kInt32, "int32", "integer", Layout::kFixed, 4, F::kInteger, T::kNumber, O::kNumber, 10},
    {kInt64, "int64", "bigint", Layout::kFixed, 8, F::kInteger, T::kNumber, O::kNumber, 19},
    {kUInt32, "uint32", "oid", Layout::kFixed, 4, F::kIdentifier, T::kNumber, O::kNone},
    {kUInt64, "uint64", "xid8", Layout::kFixed, 8, F::kIdentifier, T::kNumber, O::kNone},
    {kLsn, "lsn", "pg_lsn", Layout::kFixed, 8, F::kIdentifier, T::kPlain, O::kOther},
    {kFloat32, "float32", "real", Layout::kFixed, 4, F::kFloat, T::kNumberWords, O::kNone},
    {kFloat64, "float64", "double precision", Layout::kFixed, 8, F::kFloat, T::kNumberWords, O::kNone},
    {kDecimal, "decimal", "numeric", Layout::kFixed, 16, F::kDecimal, T::kNumberWords, O::kNumber},
    {kNumeric, "numeric", "numeric", Layout::kVar, 0, F::kDecimal, T::kNumberWords, O::kNumber},
    {kMoney, "money", "money", Layout::kFixed, 8, F::kIdentifier, T::kNumber, O::kNone},
    {kDate, "date", "date", Layout::kFixed, 4, F::kTemporal, T::kPlain, O::kTime},
    {kTime, "time", "time without time zone", Layout::kFixed, 8, F::kTemporal, T::kPlain, O::kNone, 0, true},
    {kTimeTz, "time with time zone", "time with time zone", Layout::kFixed, 12, F::kTemporal, T::kPlain, O::kNone, 0,
     true},
    {kTimestamp, "timestamp", "timestamp without time zone", Layout::kFixed, 8, F::kTemporal, T::kPlain, O::kTime, 0,
     true},
    {kTimestampTz, "timestamp with time zone", "timestamp with time zone", Layout::kFixed, 8, F::kTemporal, T::kPlain,
     O::kTime, 0, true},
    {kInterval, "interval", "interval", Layout::kFixed, 16, F::kTemporal, T::kPlain, O::kNone, 0, true},
    {kText, "text", "text", Layout::kVar, 0, F::kText, T::kAny, O::kOther},
    {kBytes, "bytes", "bytea", Layout::kVar, 0, F::kBinary, T::kHex, O::kNone},
    {kUuid, "uuid", "uuid", Layout::kFixed, 16, F::kIdentifier, T::kPlain, O::kOther},
    {kJson, "json", "json", Layout::kVar, 0, F::kText, T::kJson, O::kNone},
    {kJsonb, "jsonb", "jsonb", Layout::kVar, 0, F::kText, T::kJson, O::kNone},
    {kInet, "inet", "inet", Layout::kVar, 0, F::kIdentifier, T::kPlain, O::kNone},
    {kCidr, "cidr", "cidr", Layout::kVar, 0, F::kIdentifier, T::kPlain, O::kNone},
    {kMacaddr, "macaddr", "macaddr", Layout::kFixed, 6, F::kIdentifier, T::kPlain, O::kNone},
    {kMacaddr8, "macaddr8", "macaddr8", Layout::kFixed, 8, F::kIdentifier, T::kPlain, O::kNone},
    {kBit, "bit", "bit varying", Layout::kVar, 0, F::kBinary, T::kPlain, O::kNone},
    {kChar1, "char1", "\"char\"", Layout::kFixed, 1, F::kBinary, T::kAny, O::kNone},
    {kEnum, "enum", "text", Layout::kVar, 0, F::kText, T::kAny, O::kNone},
    {kArray, "array", "array", Layout::kList, 0, F::kNested, T::kList, O::kNone},
    {kInt8, "int8", "tinyint", Layout::kFixed, 1, F::kInteger, T::kNumber, O::kNumber, 3},
    {kUnsigned8, "unsigned8", "tinyint unsigned", Layout::kFixed, 1, F::kInteger, T::kNumber, O::kNumber, 3, false,
     false},
    {kUnsigned16, "unsigned16", "smallint unsigned", Layout::kFixed, 2, F::kInteger, T::kNumber, O::kNumber, 5, false,
     false},
    {kUnsigned32, "unsigned32", "integer unsigned", Layout::kFixed, 4, F::kInteger, T::kNumber, O::kNumber, 10, false,
     false},
    {kUnsigned64, "unsigned64", "bigint unsigned", Layout::kFixed, 8, F::kInteger, T::kNumber, O::kNumber, 20, false,
     false},
    {kInt128, "int128", "int128", Layout::kFixed, 16, F::kInteger, T::kNumber, O::kNumber, 39},
    {kUnsigned128, "unsigned128", "uint128", Layout::kFixed, 16, F::kInteger, T::kNumber, O::kNumber, 39, false, false},
    {kInt256, "int256", "int256", Layout::kFixed, 32, F::kInteger, T::kNumber, O::kNumber, 77},
    {kUnsigned256, "unsigned256", "uint256", Layout::kFixed, 32, F::kInteger, T::kNumber, O::kNumber, 78, false, false},
};

constexpr bool are_rows_in_order() {
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<std::size_t>(kRows[i].kind) != i) return false;
  }
  return std::size(kRows) == static_cast<std::size_t>(kLastTypeKind) + 1;
}
static_assert(are_rows_in_order(), "one row a kind, in the order of TypeKind");

}  // namespace type_traits_internal

constexpr const TypeTraits& traits_of(TypeKind kind) {
  return type_traits_internal::kRows[static_cast<std::size_t>(kind)];
}
constexpr const TypeTraits& traits_of(const DataType& type) { return traits_of(type.kind); }

// The kind of that `name`.
constexpr std::optional<TypeKind> find_type_kind(std::string_view name) {
  for (const TypeTraits& traits : type_traits_internal::kRows) {
    if (traits.name == name) return traits.kind;
  }
  return std::nullopt;
}

}  // namespace dpone
