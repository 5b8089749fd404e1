// What must be unique at the target beside the key of a merge, and how rows keep apart there while they swap values:
// PostgreSQL looks at a unique index row by row. Pure.
#pragma once

#include <string>
#include <vector>

#include "dpone/ports/facts.h"
#include "dpone/sql/step_sql.h"

namespace dpone::postgres {

// `columns` are those that the merge writes; `stage` is quoted. A DEFERRABLE constraint needs nothing: it is looked at
// when the statement is done.
sql::SetAsides find_set_asides(const TargetFacts& target, const std::vector<std::string>& key,
                               const std::vector<std::string>& columns, const std::string& stage);

}  // namespace dpone::postgres
