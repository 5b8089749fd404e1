// The fence: a publication carries the version and epoch that its plan was made from, and under the target's lock they
// must still be the next ones (semantics §1). Pure.
#pragma once

#include <string>

#include "dpone/base/result.h"
#include "dpone/ports/receipt.h"

namespace dpone {

// `prior` was read under the target's lock. `finalize.fenced`, class kRefused: another run published since.
Status check_fence(const PriorReceipts& prior, const Receipt& receipt, bool replaces_all);

// The same, where a unique key of the control table said so.
Error fenced_error(const std::string& target);

}  // namespace dpone
