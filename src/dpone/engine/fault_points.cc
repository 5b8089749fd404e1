#include "dpone/engine/fault_points.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <thread>

#include "dpone/base/contains.h"

namespace dpone::engine {
namespace {

constexpr std::array<std::string_view, 15> kPoints = {
    "run.locked",      "run.planned",          "source.locked",       "stage.created",      "load.read",
    "load.written",    "load.finished",        "stage.before_commit", "stage.committed",    "finalize.begin",
    "finalize.locked", "finalize.before_send", "finalize.committed",  "state.before_write", "run.published"};

}  // namespace

std::span<const std::string_view> fault_points() { return kPoints; }

Result<NamedFault> NamedFault::parse(std::string_view text, std::stop_token stop) {
  const std::size_t equals = text.find('=');
  const std::string point(text.substr(0, equals));
  const std::string action(equals == std::string_view::npos ? "" : text.substr(equals + 1));
  const bool is_known = contains(kPoints, point);
  const bool is_action = action == "kill" || action == "stop" || action == "interrupt" || action == "error";
  if (!is_known || !is_action) {
    return Error(ErrorClass::kUsage, "fault.unknown", "DPONE_FAULT is not `<point>=kill|stop|interrupt|error`")
        .with("value", std::string(text))
        .hint("see docs/formats/fault-points.md");
  }
  return NamedFault(point, action, std::move(stop));
}

Status NamedFault::reach(std::string_view point) {
  if (point != point_) return {};
  if (action_ == "kill") std::raise(SIGKILL);
  if (action_ == "stop") std::raise(SIGSTOP);
  if (action_ == "interrupt") {
    ::kill(::getpid(), SIGINT);
    for (int i = 0; i < 1000 && !stop_.stop_requested(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (action_ == "error") {
    return Error(ErrorClass::kFailed, "fault.injected", "a fault was injected").with("point", point_);
  }
  return {};
}

}  // namespace dpone::engine
