// The fault points of the engine and the connectors, and the two ways to serve them: never, or as DPONE_FAULT says
// (`finalize.committed=kill`). They exist in every build, so that what is tested is what is shipped. Thread-safe.
#pragma once

#include <span>
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
  // `text` is `<point>=<action>`. Class kUsage, slug `fault.unknown`, for anything else.
  static Result<NamedFault> parse(std::string_view text);
  Status reach(std::string_view point) override;

 private:
  NamedFault(std::string point, std::string action) : point_(std::move(point)), action_(std::move(action)) {}
  std::string point_;
  std::string action_;
};

}  // namespace dpone::engine
