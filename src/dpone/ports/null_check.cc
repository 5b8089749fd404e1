#include "dpone/ports/null_check.h"

namespace dpone {

bool looks_for_nulls(const ReadTask& task) {
  const CursorRange& range = *task.cursor();
  const SourceColumn* const facts = task.source.find(range.column);
  return range.nulls != CursorNulls::kIgnore && (facts == nullptr || facts->is_nullable);
}

Result<bool> check_cursor_nulls(const ReadTask& task,
                                const std::function<Result<bool>(const std::string& column)>& has_null) {
  const CursorRange& range = *task.cursor();
  if (!looks_for_nulls(task)) return false;
  DPONE_TRY(const bool has_rows, has_null(range.column));
  if (has_rows && range.nulls == CursorNulls::kFail) {
    return Error(ErrorClass::kFailed, "cursor.null", "a row has NULL in the cursor column \"" + range.column + "\"")
        .with("relation", task.source.relation)
        .hint("set source.options.cursor_nulls to ignore, or with incremental_merge to always");
  }
  return has_rows;
}

}  // namespace dpone
