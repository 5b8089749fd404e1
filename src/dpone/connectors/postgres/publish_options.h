// The available methods of replacing a table's content, decided from the target's facts alone (semantics §2). Pure.
#pragma once

#include <vector>

#include "dpone/connectors/postgres/native_facts.h"
#include "dpone/ports/facts.h"

namespace dpone::postgres {

// One entry for exchange, truncate_insert, delete_insert, append, merge and replace, in this order.
std::vector<PublishOption> publish_options(const NativeTarget& target);

}  // namespace dpone::postgres
