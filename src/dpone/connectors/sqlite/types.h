// Types of SQLite (ADR 0008): the storage class of a logical type, the values that a column's declaration implies, and
// the JSON in which `__dpone__columns` stores a logical type. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dpone/base/json.h"
#include "dpone/data/type.h"

namespace dpone::sqlite {

// The storage class of a logical type's values. The order is that of the names in declarations.
enum class Storage : std::uint8_t { kInteger, kReal, kText, kBlob };

// `INTEGER`, `REAL`, `TEXT`, `BLOB`: as a STRICT table declares it.
std::string_view to_string(Storage value);
Storage storage_of(const DataType& type);

// How a declared type converts values (https://www.sqlite.org/datatype3.html). kAny keeps them unchanged: BLOB in a
// table that is not STRICT, no declaration at all, and ANY in a STRICT one.
enum class Affinity : std::uint8_t { kInteger, kReal, kText, kNumeric, kAny };
Affinity affinity_of(std::string_view declared, bool is_strict);

// How a column without an entry in `__dpone__columns` is read. Columns that may contain any value are read as the text
// of the stored value.
DataType declared_type(std::string_view declared, bool is_strict);

// How a column of an existing target, without an entry, takes values of `from`: without any change by the column's
// affinity. Nothing if it would change some.
std::optional<DataType> accepted_type(std::string_view declared, bool is_strict, const DataType& from);

// Equal values have equal bytes: `=` in SQLite is the type's own equality. Keys of merge need it.
bool has_stored_equality(const DataType& type);

// Whether the order of the stored form is the order of the values. Times: only under canonical_time_condition().
bool has_stored_order(const DataType& type);

// Whether <, > and BETWEEN compare the values of a column: not those of numbers that are stored as text.
bool compares_as_stored(const DataType& type);

// SQL that is true for every text of `column` whose order is that of its time: years 1 to 9999, no infinity, no digit
// of a second that dpone would not print. Empty for types that need no such look.
std::string canonical_time_condition(const DataType& type, const std::string& column);

Json type_to_json(const DataType& type);
// Absent for anything that type_to_json does not write.
std::optional<DataType> type_from_json(const Json& json);

}  // namespace dpone::sqlite
