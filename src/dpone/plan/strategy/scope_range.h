// Whether the conditions of a scope exclude each other: `between 5 and 1`, `>= 2026-12-01 and < 2026-11-01`. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dpone/data/type.h"
#include "dpone/ports/steps.h"

namespace dpone::plan::strategy {

// The lower and the upper end of the conditions of one column of type `type`, as text, if no value lies between them;
// absent where one may, or where the order of the type's values is not known here.
std::optional<std::string> find_empty_range(const std::vector<ScopeTerm>& terms, const std::string& column,
                                            const DataType& type);

}  // namespace dpone::plan::strategy
