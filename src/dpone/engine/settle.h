// Settling: finds out what became of a publication whose answer was lost. Nothing is sent again: the receipt decides.
#pragma once

#include <chrono>
#include <string_view>

#include "dpone/base/run_context.h"
#include "dpone/ports/sink.h"

namespace dpone::engine {

// Asks the sink until it answers or `wait` has passed; longer while the system is still working. The outcome is never
// kWorking. Class kOutcomeUnknown, slug finalize.outcome_unknown: the system could not be reached.
Result<PublishOutcome> settle(Sink& sink, const RunContext& context, std::string_view process, std::string_view run_id,
                              std::chrono::milliseconds wait);

}  // namespace dpone::engine
