#include "dpone/engine/settle.h"

#include <algorithm>

namespace dpone::engine {
namespace {

// How long a lost COMMIT may go on at the server before its outcome counts as unknown.
constexpr std::chrono::milliseconds kWorkingWait = std::chrono::minutes(10);
constexpr std::chrono::milliseconds kPause{500};

}  // namespace

Result<PublishOutcome> settle(Sink& sink, const RunContext& context, std::string_view process, std::string_view run_id,
                              std::chrono::milliseconds wait) {
  const auto began = context.clock->steady_now();
  while (true) {
    auto asked = sink.look_up(process, run_id);
    const bool is_working = asked && asked->state == PublishState::kWorking;
    if (asked && !is_working) return asked;
    if (context.clock->steady_now() - began >= (is_working ? std::max(wait, kWorkingWait) : wait)) {
      return Error(ErrorClass::kOutcomeUnknown, "finalize.outcome_unknown",
                   "the answer to COMMIT was lost, and the target cannot be reached: " +
                       (asked ? std::string("it is still working") : asked.error().to_line()))
          .hint("run `dpone reconcile` with this run id when the target can be reached; the receipt decides");
    }
    // An interrupted run still has to know how it ended.
    context.clock->sleep_for(kPause, {});
  }
}

}  // namespace dpone::engine
