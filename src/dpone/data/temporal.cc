#include "dpone/data/temporal.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <iterator>
#include <string_view>

namespace dpone {
namespace {

// At least two digits.
void append_two(std::int64_t value, std::string& out) {
  if (value >= 100) {
    fmt::format_to(std::back_inserter(out), "{}", value);
    return;
  }
  const char digits[2] = {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
  out.append(digits, sizeof digits);
}

// `.25` for 250000; nothing for 0.
void append_fraction(std::int64_t micros, std::string& out) {
  if (micros == 0) return;
  char digits[7] = {'.'};
  for (int i = 6; i > 0; --i) {
    digits[i] = static_cast<char>('0' + micros % 10);
    micros /= 10;
  }
  std::size_t length = sizeof digits;
  while (digits[length - 1] == '0') --length;
  out.append(digits, length);
}

void append_clock(std::int64_t micros, std::string& out) {
  // Never more than 24 hours, so two digits each.
  const std::int64_t seconds = micros / kMicrosPerSecond;
  const auto digits = [](std::int64_t value) { return static_cast<char>('0' + value); };
  const std::int64_t hour = seconds / 3600;
  const std::int64_t minute = seconds / 60 % 60;
  const std::int64_t second = seconds % 60;
  const char clock[8] = {digits(hour / 10),   digits(hour % 10),  ':', digits(minute / 10), digits(minute % 10), ':',
                         digits(second / 10), digits(second % 10)};
  out.append(clock, sizeof clock);
  append_fraction(micros % kMicrosPerSecond, out);
}

// `2024-02-29`; true if ` BC` has to follow.
bool append_civil(std::int64_t days, std::string& out) {
  const CivilDate date = civil_from_days(days);
  const bool is_bc = date.year <= 0;
  const std::int64_t year = is_bc ? 1 - date.year : date.year;
  if (year > 9999) {
    fmt::format_to(std::back_inserter(out), "{}", year);
  } else {
    append_two(year / 100, out);
    append_two(year % 100, out);
  }
  out += '-';
  append_two(date.month, out);
  out += '-';
  append_two(date.day, out);
  return is_bc;
}

}  // namespace

// Both after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years that begin in March.
CivilDate civil_from_days(std::int64_t days) {
  constexpr std::int64_t kDaysPerEra = 146'097;
  constexpr std::int64_t kDaysFromMarchOfYear0 = 730'425;
  const std::int64_t shifted = days + kDaysFromMarchOfYear0;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - (kDaysPerEra - 1)) / kDaysPerEra;
  const std::int64_t day_of_era = shifted - era * kDaysPerEra;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / (kDaysPerEra - 1)) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), static_cast<int>(month), static_cast<int>(day)};
}

std::int64_t days_from_civil(const CivilDate& date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 730'425;
}

void append_date_text(std::int32_t days, std::string& out) {
  if (days == kDateInfinity || days == kDateMinusInfinity) {
    out += days == kDateInfinity ? "infinity" : "-infinity";
  } else if (append_civil(days, out)) {
    out += " BC";
  }
}

void append_time_text(std::int64_t micros, std::string& out) { append_clock(micros, out); }

void append_time_tz_text(const TimeTz& value, std::string& out) {
  append_clock(value.micros, out);
  const std::int64_t west = value.seconds_west;
  out += west <= 0 ? '+' : '-';
  const std::int64_t seconds = std::abs(west);
  append_two(seconds / 3600, out);
  if (seconds % 3600 == 0) return;
  out += ':';
  append_two(seconds / 60 % 60, out);
  if (seconds % 60 == 0) return;
  out += ':';
  append_two(seconds % 60, out);
}

void append_timestamp_text(std::int64_t micros, bool is_utc, std::string& out) {
  if (micros == kTimestampInfinity || micros == kTimestampMinusInfinity) {
    out += micros == kTimestampInfinity ? "infinity" : "-infinity";
    return;
  }
  std::int64_t days = micros / kMicrosPerDay;
  std::int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    --days;
    rest += kMicrosPerDay;
  }
  const bool is_bc = append_civil(days, out);
  out += ' ';
  append_clock(rest, out);
  if (is_utc) out += "+00";
  if (is_bc) out += " BC";
}

bool is_interval_extreme(const Interval& value) {
  using Micros = std::numeric_limits<std::int64_t>;
  using Part = std::numeric_limits<std::int32_t>;
  return (value.micros == Micros::max() && value.days == Part::max() && value.months == Part::max()) ||
         (value.micros == Micros::min() && value.days == Part::min() && value.months == Part::min());
}

void append_interval_text(const Interval& value, bool has_infinity, std::string& out) {
  if (has_infinity && is_interval_extreme(value)) {
    out += value.micros > 0 ? "infinity" : "-infinity";
    return;
  }
  bool is_empty = true;
  bool is_before = false;  // the last part that was printed is negative
  const auto append_part = [&](std::int64_t part, std::string_view unit) {
    if (part == 0) return;
    fmt::format_to(std::back_inserter(out), "{}{}{} {}{}", is_empty ? "" : " ", is_before && part > 0 ? "+" : "", part,
                   unit, part == 1 ? "" : "s");
    is_before = part < 0;
    is_empty = false;
  };
  append_part(value.months / 12, "year");
  append_part(value.months % 12, "mon");
  append_part(value.days, "day");
  if (value.micros == 0 && !is_empty) return;
  if (!is_empty) out += ' ';
  if (value.micros < 0) out += '-';
  if (value.micros >= 0 && is_before) out += '+';
  const std::uint64_t size =
      value.micros < 0 ? -static_cast<std::uint64_t>(value.micros) : static_cast<std::uint64_t>(value.micros);
  constexpr std::uint64_t kMicrosPerHour = 3600U * kMicrosPerSecond;
  append_two(static_cast<std::int64_t>(size / kMicrosPerHour), out);
  out += ':';
  std::string clock;
  append_clock(static_cast<std::int64_t>(size % kMicrosPerHour), clock);
  out.append(clock, 3);
}

bool timestamp_of_date(std::int32_t days, std::int64_t* micros) {
  // 4714-11-24 BC to 294276-12-31, as PostgreSQL has them.
  constexpr std::int64_t kFirstDay = -2'451'545;
  constexpr std::int64_t kLastDay = 106'751'982;
  if (days == kDateInfinity || days == kDateMinusInfinity) {
    *micros = days == kDateInfinity ? kTimestampInfinity : kTimestampMinusInfinity;
    return true;
  }
  if (days < kFirstDay || days > kLastDay) return false;
  *micros = days * kMicrosPerDay;
  return true;
}

bool fits_fraction(std::int64_t micros, int digits) {
  constexpr std::array<std::int64_t, 7> kUnits = {1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
  if (digits >= 6 || micros == kTimestampInfinity || micros == kTimestampMinusInfinity) return true;
  return micros % kUnits[static_cast<std::size_t>(digits)] == 0;
}

}  // namespace dpone
