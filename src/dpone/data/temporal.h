// Dates, times and intervals as type.h lays them out (epoch 2000-01-01, microseconds), and their text exactly as
// PostgreSQL prints it with DateStyle=ISO, IntervalStyle=postgres, TimeZone=UTC. Pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace dpone {

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
inline constexpr std::int32_t kDateInfinity = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int32_t kDateMinusInfinity = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int64_t kTimestampInfinity = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kTimestampMinusInfinity = std::numeric_limits<std::int64_t>::min();
// Days from 1970-01-01 to 2000-01-01.
inline constexpr std::int32_t kDaysFromUnixEpoch = 10'957;

// The memory layout of kTimeTz and kInterval (12 and 16 bytes).
struct __attribute__((packed)) TimeTz {
  std::int64_t micros = 0;
  std::int32_t seconds_west = 0;
};
struct Interval {
  std::int64_t micros = 0;
  std::int32_t days = 0;
  std::int32_t months = 0;
};
static_assert(sizeof(TimeTz) == 12 && sizeof(Interval) == 16);

// Proleptic Gregorian; year 0 is 1 BC.
struct CivilDate {
  std::int64_t year = 2000;
  int month = 1;
  int day = 1;
};
// `days` since 2000-01-01, any value of 32 bits and more.
CivilDate civil_from_days(std::int64_t days);
std::int64_t days_from_civil(const CivilDate& date);

// True for the two values that are infinities where DataType::has_infinity says so.
bool is_interval_extreme(const Interval& value);

void append_date_text(std::int32_t days, std::string& out);
void append_time_text(std::int64_t micros, std::string& out);
void append_time_tz_text(const TimeTz& value, std::string& out);
// With `is_utc`, the zone `+00` follows.
void append_timestamp_text(std::int64_t micros, bool is_utc, std::string& out);
void append_interval_text(const Interval& value, bool has_infinity, std::string& out);

// The midnight that begins the day; an infinity stays one. False if timestamps end before that day.
bool timestamp_of_date(std::int32_t days, std::int64_t* micros);

// True if `micros` has no more than `digits` (0..6) digits of a second; the infinities of timestamps always fit.
bool fits_fraction(std::int64_t micros, int digits);

}  // namespace dpone
