#include "dpone/plan/cursor_kind.h"

#include "dpone/data/type_traits.h"

namespace dpone::plan {

CursorKind cursor_kind(const ColumnFacts& column) {
  if (column.travels_as_text) return CursorKind::kNone;
  switch (traits_of(column.type).order) {
    case TypeOrder::kNumber:
      return CursorKind::kNumber;
    case TypeOrder::kTime:
      return CursorKind::kTime;
    case TypeOrder::kOther:
      return CursorKind::kOther;
    case TypeOrder::kNone:
      break;
  }
  return CursorKind::kNone;
}

}  // namespace dpone::plan
