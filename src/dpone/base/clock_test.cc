#include "dpone/base/clock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>

#include "dpone/base/log.h"
#include "dpone/base/random.h"

namespace dpone {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

class FixedClock final : public Clock {
 public:
  system_clock::time_point now() override { return system_clock::time_point(std::chrono::seconds(1795471200)); }
  std::chrono::steady_clock::time_point steady_now() override { return {}; }
  bool sleep_for(milliseconds, std::stop_token) override { return true; }
};

// What the logger writes, by way of a pipe.
std::string logged(LogLevel level, const std::function<void(Logger&)>& act) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  FixedClock clock;
  TextLogger logger(ends[1], level, clock);
  act(logger);
  ::close(ends[1]);
  std::string out(4096, '\0');
  const ssize_t size = ::read(ends[0], out.data(), out.size());
  ::close(ends[0]);
  out.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return out;
}

TEST(Clock, FormatsRfc3339InUtc) {
  EXPECT_EQ(format_rfc3339(system_clock::time_point(std::chrono::seconds(0))), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(system_clock::time_point(milliseconds(1795471200125))), "2026-11-23T22:00:00Z");
  EXPECT_EQ(format_rfc3339(system_clock::time_point(milliseconds(1795471200125)), true), "2026-11-23T22:00:00.125Z");
  EXPECT_EQ(format_rfc3339(system_clock::time_point(milliseconds(-1)), true), "1969-12-31T23:59:59.999Z");
}

TEST(Clock, SleepEndsAtOnceWhenStopIsRequested) {
  SystemClock clock;
  std::stop_source stop;
  stop.request_stop();
  const auto begin = clock.steady_now();
  EXPECT_FALSE(clock.sleep_for(std::chrono::hours(1), stop.get_token()));
  EXPECT_LT(clock.steady_now() - begin, std::chrono::seconds(10));
  EXPECT_TRUE(clock.sleep_for(milliseconds(1), {}));
}

TEST(Log, WritesOneLineAnEventAndDropsTheLessSevere) {
  EXPECT_EQ(logged(LogLevel::kInfo,
                   [](Logger& logger) {
                     logger.log(LogLevel::kDebug, "no");
                     logger.log(LogLevel::kInfo, "loaded");
                     logger.log(LogLevel::kError, "broken");
                   }),
            "2026-11-23T22:00:00Z INFO loaded\n2026-11-23T22:00:00Z ERROR broken\n");
}

TEST(Log, CannotBeForgedByANameFromOutside) {
  EXPECT_EQ(logged(LogLevel::kInfo, [](Logger& logger) { logger.log(LogLevel::kInfo, "table a\n2026 INFO b\x1b[2J"); }),
            "2026-11-23T22:00:00Z INFO table a\\x0a2026 INFO b\\x1b[2J\n");
  EXPECT_EQ(without_control_characters("naïve 😀"), "naïve 😀");
}

TEST(RunId, SortsByTimeAndDiffersWithinOneSecond) {
  FixedClock clock;
  const std::string id = make_run_id(clock.now());
  EXPECT_TRUE(id.starts_with("20261123T220000Z-")) << id;
  EXPECT_EQ(id.size(), 25U) << id;
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef", 17), std::string::npos) << id;
  EXPECT_NE(id, make_run_id(clock.now()));
  EXPECT_LT(id, make_run_id(clock.now() + std::chrono::seconds(1)));
}

}  // namespace
}  // namespace dpone
