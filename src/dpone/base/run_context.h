// RunContext: what a run carries through every call instead of globals. Owned by the command; outlives all that uses
// it. Each member is thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "dpone/base/result.h"

namespace dpone {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

class Logger {
 public:
  virtual ~Logger() = default;
  // `message` is one line without secrets and row data.
  virtual void log(LogLevel level, std::string_view message) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::chrono::system_clock::time_point now() = 0;
  virtual std::chrono::steady_clock::time_point steady_now() = 0;
  // Sleeps, or returns early (false) when stop is requested.
  virtual bool sleep_for(std::chrono::milliseconds duration, std::stop_token stop) = 0;
};

// The places where a test may kill, stop or fail a run; all listed in docs/formats/fault-points.md.
class FaultPoints {
 public:
  virtual ~FaultPoints() = default;
  virtual Status reach(std::string_view point) = 0;
};

struct RunContext {
  std::string process;  // name in the manifest
  std::string run_id;
  std::stop_token stop;
  Logger* logger = nullptr;
  Clock* clock = nullptr;
  FaultPoints* faults = nullptr;
  std::int64_t max_row_bytes = 256LL << 20;

  void info(std::string_view message) const { logger->log(LogLevel::kInfo, message); }
  void debug(std::string_view message) const { logger->log(LogLevel::kDebug, message); }
  void warn(std::string_view message) const { logger->log(LogLevel::kWarning, message); }
  Status fault(std::string_view point) const { return faults->reach(point); }
};

// The error of a run that was told to stop.
Error interrupted_error();

}  // namespace dpone
