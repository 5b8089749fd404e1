// copy_error: what an error of COPY FROM into a stage says of the target and its column, and whether the same rows may
// be sent again with that column as text. Pure.
#pragma once

#include <string>
#include <vector>

#include "dpone/base/error.h"
#include "dpone/ports/steps.h"

namespace dpone::postgres {

// The column that the server's context names (`COPY __dpone_0123456789abcdef, line 3, column c`, in any language), by
// the sink's name; empty if that is not clear.
std::string refused_column(const Error& error, const std::vector<ColumnPolicy>& columns);

// `error` with target and column. With Retry::kAsText if the rows came from another PostgreSQL, `is_binary`, and the
// server's binary input refused a value of a column that can travel as text.
Error copy_error(Error error, const LoadTask& task, bool is_binary);

}  // namespace dpone::postgres
