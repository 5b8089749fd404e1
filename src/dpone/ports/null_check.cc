#include "dpone/ports/null_check.h"

namespace dpone {

Result<bool> check_cursor_nulls(const ReadTask& task,
                                const std::function<Result<bool>(const std::string& column)>& has_null) {
  const CursorRange& range = *task.cursor();
  const auto asked = [&](const std::string& column) -> Result<bool> {
    const ColumnFacts* const facts = task.source.find(column);
    if (facts != nullptr && !facts->is_nullable) return false;
    return has_null(column);
  };
  bool has_rows = false;
  if (range.nulls != CursorNulls::kIgnore) {
    DPONE_TRY(has_rows, asked(range.column));
  }
  if (has_rows && range.nulls == CursorNulls::kFail) {
    return Error(ErrorClass::kFailed, "cursor.null", "a row has no value in the cursor column \"" + range.column + "\"")
        .with("relation", task.source.relation)
        .hint("source.options.cursor_nulls says what to do with such rows: ignore, or with incremental_merge always");
  }
  return has_rows;
}

}  // namespace dpone
