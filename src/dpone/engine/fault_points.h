// The fault points of the engine and the connectors, and the two ways to serve them: never, or as DPONE_FAULT says
// (`finalize.committed=kill`). They exist in every build, so that the tested program is the released one. Thread-safe.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "dpone/base/run_context.h"

namespace dpone::engine {

// Every point, in the order in which a run reaches them.
std::span<const std::string_view> fault_points();

class NoFaults final : public FaultPoints {
 public:
  Status reach(std::string_view) override { return {}; }
};

// Actions: kill (SIGKILL), stop (SIGSTOP), interrupt (SIGINT to itself), error (slug `fault.injected`).
class NamedFault final : public FaultPoints {
 public:
  // `text` is `<point>=<action>`. Class kUsage, slug `fault.unknown`, for anything else. The action interrupt goes on
  // when `stop` is requested, or after a second: the signal is taken by another thread.
  static Result<NamedFault> parse(std::string_view text, std::stop_token stop);
  Status reach(std::string_view point) override;

 private:
  NamedFault(std::string point, std::string action, std::stop_token stop)
      : point_(std::move(point)), action_(std::move(action)), stop_(std::move(stop)) {}
  std::string point_;
  std::string action_;
  std::stop_token stop_;
};

}  // namespace dpone::engine
