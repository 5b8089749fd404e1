// Connects once and says what answers: for `dpone connections test`.
#pragma once

#include <chrono>
#include <string>

#include "dpone/base/run_context.h"
#include "dpone/ports/connection.h"

namespace dpone::postgres {

struct ProbeResult {
  std::string server;  // `16.14`
  std::string database;
  std::string role;
  std::string encryption;  // `TLSv1.3`, or `not encrypted`
  std::chrono::nanoseconds duration{0};
  // The server's clock less ours. Half the time that the answer took is what it may be wrong by.
  std::chrono::milliseconds clock_skew{0};
};

Result<ProbeResult> probe(const ConnectionSettings& settings, const RunContext& context);

}  // namespace dpone::postgres
