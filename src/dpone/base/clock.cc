#include "dpone/base/clock.h"

#include <fmt/format.h>

#include <condition_variable>
#include <ctime>
#include <mutex>

namespace dpone {

std::chrono::system_clock::time_point SystemClock::now() { return std::chrono::system_clock::now(); }

std::chrono::steady_clock::time_point SystemClock::steady_now() { return std::chrono::steady_clock::now(); }

bool SystemClock::sleep_for(std::chrono::milliseconds duration, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

std::string format_rfc3339(std::chrono::system_clock::time_point time, bool is_precise) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(whole);
  const std::time_t epoch = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  ::gmtime_r(&epoch, &parts);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                                 parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  if (is_precise) text += fmt::format(".{:03}", (whole - seconds).count());
  return text + "Z";
}

}  // namespace dpone
