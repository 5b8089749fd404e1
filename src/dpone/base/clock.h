// SystemClock: the real clock behind the Clock of a RunContext, and the one text form of points in time: RFC 3339 in
// UTC. Thread-safe.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "dpone/base/run_context.h"

namespace dpone {

class SystemClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() override;
  std::chrono::steady_clock::time_point steady_now() override;
  bool sleep_for(std::chrono::milliseconds duration, std::stop_token stop) override;
};

// `2026-11-23T22:00:00Z`; with `is_precise`, milliseconds too: `2026-11-23T22:00:00.125Z`.
std::string format_rfc3339(std::chrono::system_clock::time_point time, bool is_precise = false);

}  // namespace dpone
