// Retry: the only place of a run that tries again. The retry class of an error decides, and nothing else: Retry::kAgain
// says that the same call had no effect and may succeed soon.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "dpone/base/run_context.h"

namespace dpone::engine {

// Calls `attempt` until it succeeds, fails with another class, or `wait` has passed, with pauses from 50 ms that double
// up to 1 s. Adds to `attempts` for each call after the first. A stop ends the wait with the error of an interrupted
// run.
Status retry(const RunContext& context, std::chrono::milliseconds wait, std::int64_t& attempts,
             const std::function<Status()>& attempt);

}  // namespace dpone::engine
