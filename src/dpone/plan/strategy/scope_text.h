// The conditions of a typed scope, one text a column: `2026-11-30`, `>= 2026-11-01 and < 2026-12-01`,
// `between 10 and 20`, `in (EU, US)`. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/ports/steps.h"

namespace dpone::plan::strategy {

// A text without an operator in front is one value. After an operator a value ends at ` and `, in a list at a comma or
// the closing bracket. What looks like another operator of SQL (`<>`, `not in`, ` or `, NULL) is an error and never
// part of a value. Single quotes around a value protect all of these; a doubled quote is one. Error: class kUsage, slug
// manifest.bad_value, without context.
Result<std::vector<ScopeTerm>> parse_scope(const std::string& column, std::string_view text);

}  // namespace dpone::plan::strategy
