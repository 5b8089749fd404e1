// The available methods of replacing or extending a table's content, decided from the target's facts alone (ADR 0008).
// Pure.
#pragma once

#include <string>
#include <vector>

#include "dpone/connectors/sqlite/relation.h"
#include "dpone/ports/facts.h"

namespace dpone::sqlite {

// One entry for exchange, truncate_insert, delete_insert, append and merge.
std::vector<PublishOption> publish_options(const Relation& target);

}  // namespace dpone::sqlite
