#include "dpone/engine/retry.h"

#include <algorithm>

namespace dpone::engine {

Status retry(const RunContext& context, std::chrono::milliseconds wait, std::int64_t& attempts,
             const std::function<Status()>& attempt) {
  const auto deadline = context.clock->steady_now() + wait;
  std::chrono::milliseconds pause{50};
  while (true) {
    Status done = attempt();
    if (done || done.error().retry_class() != Retry::kAgain) return done;
    if (context.clock->steady_now() + pause > deadline) return done;
    context.debug(done.error().message() + "; trying again");
    if (!context.clock->sleep_for(pause, context.stop)) return interrupted_error();
    pause = std::min(pause * 2, std::chrono::milliseconds(1000));
    ++attempts;
  }
}

}  // namespace dpone::engine
