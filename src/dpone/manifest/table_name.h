// Table names as a person writes them: `public.orders`, `"Odd.Schema"."Table"`. Dot-separated, double quotes as in SQL,
// no case folding (semantics §12).
#pragma once

#include <string_view>

#include "dpone/base/result.h"
#include "dpone/manifest/manifest.h"

namespace dpone::manifest {

// One or two parts. Class kUsage, slug `table.bad_name`.
Result<TableName> parse_table_name(std::string_view text);

// The text that parse_table_name reads back: parts are quoted where they must be.
std::string format_table_name(const TableName& table);

}  // namespace dpone::manifest
