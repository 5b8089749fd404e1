// How an incremental run reads only new rows: which column orders the rows, and where the last run ended. Values
// (semantics §5, docs/adr/0007).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dpone/base/json.h"
#include "dpone/data/type.h"
#include "dpone/ports/position.h"

namespace dpone {

enum class CursorNulls {
  kFail,    // a row without a cursor ends the run
  kIgnore,  // it is not read
  kAlways,  // it is read every time
};

inline std::string_view to_string(CursorNulls value) {
  return value == CursorNulls::kFail ? "fail" : value == CursorNulls::kIgnore ? "ignore" : "always";
}

// The amount subtracted from the lower bound. At most one of the two is not zero.
struct CursorOverlap {
  std::chrono::microseconds duration{0};  // of a date or timestamp
  std::int64_t number = 0;                // of a number
  bool is_none() const { return duration.count() == 0 && number == 0; }
};

// The rows beyond a position: lower < cursor, or with `is_inclusive` lower - overlap <= cursor.
struct CursorRange {
  std::string column;       // of the source
  DataType type;            // in batches
  std::string native_type;  // of the source, for literals
  bool is_inclusive = false;
  CursorOverlap overlap;
  CursorNulls nulls = CursorNulls::kFail;
  std::optional<std::string> lower;  // as data/value_text.h prints it; absent: from the beginning
  std::string relation;              // what `lower` was read from, see CursorPosition
};

// A place in the order of a cursor: the value of a Position of kind `cursor`.
struct CursorPosition {
  std::string value;  // as data/value_text.h prints it
  // How many rows of the source had this value; absent if not needed.
  std::optional<std::int64_t> rows;
  // What the source says of the storage of the relation: another text when it was emptied and loaded again
  // (PostgreSQL: OID and relfilenode). Empty where the source cannot tell.
  std::string relation;
  friend bool operator==(const CursorPosition&, const CursorPosition&) = default;
};

// `{"column", "type", "value", "rows", "relation"}`
Position to_position(const CursorRange& range, const CursorPosition& position);
// Absent if `position` is not of this column and type. Positions of earlier builds also have the key of their last row,
// which is ignored.
std::optional<CursorPosition> cursor_position(const CursorRange& range, const Position& position);

}  // namespace dpone
