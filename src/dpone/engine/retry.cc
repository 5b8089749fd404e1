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

Status retry_as_text(const RunContext& context,
                     const std::function<Status(const std::vector<plan::TextColumn>&)>& attempt) {
  std::vector<plan::TextColumn> columns;
  while (true) {
    Status done = attempt(columns);
    if (done || done.error().retry_class() != Retry::kAsText) return done;
    const std::string name(done.error().context_value("column"));
    const bool is_known = std::any_of(columns.begin(), columns.end(),
                                      [&](const plan::TextColumn& column) { return column.name == name; });
    if (name.empty() || is_known) return std::move(done).error().retry(Retry::kNever);
    if (context.stop.stop_requested()) return interrupted_error();
    context.debug(done.error().message() + "; loading again with column " + name + " as text");
    columns.push_back(
        {name, "the target refused one of its values in binary form (" + done.error().native_code() + ")"});
  }
}

}  // namespace dpone::engine
