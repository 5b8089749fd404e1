// Retry: the only place of a run that tries again. The retry class of an error decides, and nothing else: Retry::kAgain
// says that the same call had no effect and may succeed soon, Retry::kAsText that it may succeed with another plan.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "dpone/base/run_context.h"
#include "dpone/plan/planner.h"

namespace dpone::engine {

// Calls `attempt` until it succeeds, fails with another class, or `wait` has passed, with pauses from 50 ms that double
// up to 1 s. Adds to `attempts` for each call after the first. A stop ends the wait with the error of an interrupted
// run.
Status retry(const RunContext& context, std::chrono::milliseconds wait, std::int64_t& attempts,
             const std::function<Status()>& attempt);

// Calls `attempt` with the columns that travel as text because their binary form was refused: first with none, then,
// each time that it fails with Retry::kAsText and names another column, with that one too. REQUIRES: an attempt that
// fails so has left nothing behind.
Status retry_as_text(const RunContext& context,
                     const std::function<Status(const std::vector<plan::TextColumn>&)>& attempt);

}  // namespace dpone::engine
