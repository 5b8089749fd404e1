// Position: how far a source has been read. Opaque: receipts and states store it unchanged, and only the kind of source
// that wrote it can compare it. Value.
#pragma once

#include <optional>
#include <string>

#include "dpone/base/json.h"

namespace dpone {

struct Position {
  std::string kind;  // cursor, xmin, lsn, offsets
  Json value;
  Json to_json() const;  // {"kind", "value"}
  // Absent if `json` is not a position.
  static std::optional<Position> from_json(const Json& json);
  friend bool operator==(const Position&, const Position&) = default;
};

}  // namespace dpone
