#include "dpone/plan/cursor_kind.h"

namespace dpone::plan {

CursorKind cursor_kind(const ColumnFacts& column) {
  if (column.travels_as_text) return CursorKind::kNone;
  switch (column.type.kind) {
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kDecimal:
    case TypeKind::kNumeric:
      return CursorKind::kNumber;
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return CursorKind::kTime;
    case TypeKind::kText:
    case TypeKind::kUuid:
    case TypeKind::kLsn:
      return CursorKind::kOther;
    default:
      return CursorKind::kNone;
  }
}

}  // namespace dpone::plan
