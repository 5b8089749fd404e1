// The check of every source before it reads by a cursor: rows with NULL in the cursor.
#pragma once

#include <functional>
#include <string>

#include "dpone/base/result.h"
#include "dpone/ports/extraction.h"

namespace dpone {

// Whether the source must be queried: neither the catalog nor the manifest excludes or allows such rows.
bool looks_for_nulls(const ReadTask& task);

// `has_null` asks the source whether a row of the selection lacks a value in a column; it is only called where
// looks_for_nulls() says so. Returns whether rows without a cursor are there and to be read. Class kFailed, slugs
// cursor.null. REQUIRES: `task.cursor()`.
Result<bool> check_cursor_nulls(const ReadTask& task,
                                const std::function<Result<bool>(const std::string& column)>& has_null);

}  // namespace dpone
