// Text for use in SQL. Every identifier goes through quote_name, every value through a parameter or quote_literal;
// nothing is inserted unquoted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"

namespace dpone::postgres {

// "Mixed ""Case""", always quoted. Names with NUL do not exist in PostgreSQL and are refused when manifests are read.
std::string quote_name(std::string_view name);
// "schema"."name"
std::string quote_name(std::string_view schema, std::string_view name);
// 'it''s', or E'...' when there is a backslash, so that standard_conforming_strings does not matter.
std::string quote_literal(std::string_view value);
// "a", "b"
std::string quote_names(const std::vector<std::string>& names);

// PostgreSQL silently truncates a longer name, and two names with the same beginning would be one table.
// `name.too_long`.
Status check_name_length(std::string_view name);
// The same, and that it is not a system column (`xmin`). `name.system_column`.
Status check_column_name(std::string_view name);

}  // namespace dpone::postgres
