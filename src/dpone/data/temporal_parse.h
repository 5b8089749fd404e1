// Reads dates, times and intervals: what temporal.h prints, and ISO 8601's `T`, `Z` and zones where PostgreSQL's input
// takes them too. Strict: no missing parts, no blanks around, no 30 February. Pure functions; false leaves `*out`
// alone.
#pragma once

#include <cstdint>
#include <string_view>

#include "dpone/data/temporal.h"

namespace dpone {

bool parse_date(std::string_view text, std::int32_t* out);
// `24:00:00` is the last. More than six digits of a second are refused, unless the rest are zeros.
bool parse_time(std::string_view text, std::int64_t* out);
bool parse_time_tz(std::string_view text, TimeTz* out);
// With `has_zone` a zone (`+00`, `Z`, `-03:30`) is demanded and the value is UTC; without, a zone is refused.
bool parse_timestamp(std::string_view text, bool has_zone, std::int64_t* out);
// As IntervalStyle=postgres prints it: `1 year 2 mons -3 days +04:05:06.5`. `has_infinity` as in DataType.
bool parse_interval(std::string_view text, bool has_infinity, Interval* out);

}  // namespace dpone
