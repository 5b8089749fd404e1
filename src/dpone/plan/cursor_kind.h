// CursorKind: what order the values of a column have, for positions and for telling which row is the latest. Pure.
#pragma once

#include "dpone/ports/facts.h"

namespace dpone::plan {

enum class CursorKind { kNone, kNumber, kTime, kOther };

// What grows, has one text a value, and reads back as a literal. A float can be NaN, and its order is not the text's.
CursorKind cursor_kind(const ColumnFacts& column);

}  // namespace dpone::plan
