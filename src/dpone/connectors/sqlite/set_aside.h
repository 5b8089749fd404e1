// What must be unique at the target beside the key of a merge, and how rows keep apart there while they swap values:
// SQLite looks at a unique index row by row. Pure.
#pragma once

#include <string>
#include <vector>

#include "dpone/ports/facts.h"
#include "dpone/sql/step_sql.h"

namespace dpone::sqlite {

// `columns` are those that the merge writes; `stage` is quoted.
sql::SetAsides find_set_asides(const TargetFacts& target, const std::vector<std::string>& key,
                               const std::vector<std::string>& columns, const std::string& stage);

}  // namespace dpone::sqlite
