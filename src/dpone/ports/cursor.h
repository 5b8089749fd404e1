// How an incremental run reads only what is new: which column orders the rows, where the last run ended, and where this
// one ends. Values (semantics §5, docs/adr/0007).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/data/type.h"

namespace dpone {

// A place in the order (cursor, key), each value as data/value_text.h prints it.
struct CursorPosition {
  std::string value;
  std::vector<std::string> key;  // of CursorRange::key; empty without one
  friend bool operator==(const CursorPosition&, const CursorPosition&) = default;
};

enum class CursorNulls {
  kFail,    // a row without a cursor ends the run
  kIgnore,  // it is not read
  kAlways,  // it is read every time
};

inline std::string_view to_string(CursorNulls value) {
  return value == CursorNulls::kFail ? "fail" : value == CursorNulls::kIgnore ? "ignore" : "always";
}

// What is lowered from the lower bound. At most one of both is not zero.
struct CursorOverlap {
  std::chrono::microseconds duration{0};  // of a date or timestamp
  std::int64_t number = 0;                // of a number
  bool is_none() const { return duration.count() == 0 && number == 0; }
};

// The rows that a run reads: lower < (cursor, key) <= upper, or with `is_inclusive` lower.value - overlap <= cursor.
struct CursorRange {
  std::string column;            // of the source
  DataType type;                 // in batches
  std::string native_type;       // of the source, for literals
  std::vector<std::string> key;  // source columns that order rows of the same cursor; empty if none are needed
  std::vector<std::string> key_native_types;
  bool is_inclusive = false;
  CursorOverlap overlap;
  CursorNulls nulls = CursorNulls::kFail;
  std::optional<CursorPosition> lower;  // absent: from the beginning
  std::optional<CursorPosition> upper;  // known once the snapshot is open; absent then if no row has a cursor
  bool is_bounded = false;              // the snapshot has been asked
};

// What a snapshot says of the rows beyond the lower bound.
struct CursorBound {
  bool has_rows = false;                // something is to be read
  std::optional<CursorPosition> upper;  // greatest position of the rows to be read; absent if none has a cursor
  bool is_beyond_lower = false;         // upper is greater than lower, or there is no lower
};

// `{"column", "type", "value", "key": {...}}`, as receipts and states keep it.
Json cursor_to_json(const CursorRange& range, const CursorPosition& position);
// Absent if `json` is not of this column, type and key.
std::optional<CursorPosition> cursor_from_json(const CursorRange& range, const Json& json);

}  // namespace dpone
