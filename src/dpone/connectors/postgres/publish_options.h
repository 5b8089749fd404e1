// The available methods of replacing a table's content, decided from the target's facts alone (semantics §2). Pure.
#pragma once

#include <vector>

#include "dpone/base/json.h"
#include "dpone/ports/facts.h"

namespace dpone::postgres {

// `target` as target_statement selects it. One entry for exchange, truncate_insert, delete_insert, append, merge
// and replace, in this order.
std::vector<PublishOption> publish_options(const Json& target);

}  // namespace dpone::postgres
