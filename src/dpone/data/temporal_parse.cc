#include "dpone/data/temporal_parse.h"

#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "dpone/base/ascii.h"
#include "dpone/data/decimal.h"

namespace dpone {
namespace {

// PostgreSQL's ends: 4713-11-24 BC (proleptic Gregorian), 5874897-12-31 and, for timestamps, 294276-12-31.
constexpr std::int64_t kFirstDay = -2'451'545;
constexpr std::int64_t kLastDay = 2'145'031'948;
constexpr std::int64_t kLastTimestampDay = 106'751'982;

// Eight characters in a fixed form, read at once: digits where the form has a `0`, itself elsewhere.
class EightChars {
 public:
  explicit constexpr EightChars(std::string_view form) {
    for (std::size_t i = 0; i < 8; ++i) {
      const auto c = static_cast<unsigned char>(form[i]);
      form_ |= std::uint64_t{c} << (8 * i);
      six_ |= std::uint64_t{c == '0' ? 0x06U : 0U} << (8 * i);
      wrong_ |= std::uint64_t{c == '0' ? 0xF0U : 0xFFU} << (8 * i);
    }
  }
  // Sets byte i of `pairs` to the number that the digits i and i + 1 make. False if the text has another form.
  bool read(const char* text, std::array<std::uint8_t, 8>* pairs) const {
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    word ^= form_;
    // A digit is below 10 now, and below 16 with six more.
    if (((word | (word + six_)) & wrong_) != 0) return false;
    word = word * 10 + (word >> 8);
    std::memcpy(pairs->data(), &word, sizeof word);
    return true;
  }

 private:
  std::uint64_t form_ = 0;
  std::uint64_t six_ = 0;
  std::uint64_t wrong_ = 0;
};
constexpr EightChars kYearMonth("0000-00-");
constexpr EightChars kClock("00:00:00");

// The part of a text that is not read yet.
struct Rest {
  std::string_view text;

  bool take(char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  }
  bool take_two(int* out) {
    if (text.size() < 2 || !is_ascii_digit(text[0]) || !is_ascii_digit(text[1])) return false;
    *out = (text[0] - '0') * 10 + (text[1] - '0');
    text.remove_prefix(2);
    return true;
  }
  // A number of at least `at_least` digits and at most 9.
  bool take_number(std::size_t at_least, std::int64_t* out) {
    std::size_t size = 0;
    std::int64_t value = 0;
    while (size < text.size() && size < 10 && is_ascii_digit(text[size])) value = value * 10 + (text[size++] - '0');
    if (size < at_least || size > 9) return false;
    text.remove_prefix(size);
    *out = value;
    return true;
  }
  // `2024-02-29`
  bool take_short_date(CivilDate* out) {
    std::array<std::uint8_t, 8> pairs;
    if (text.size() < 10 || !kYearMonth.read(text.data(), &pairs)) return false;
    if (!is_ascii_digit(text[8]) || !is_ascii_digit(text[9])) return false;
    *out = {pairs[0] * 100 + pairs[2], pairs[5], (text[8] - '0') * 10 + (text[9] - '0')};
    text.remove_prefix(10);
    return true;
  }
  // The same with a year of four digits or more.
  bool take_long_date(CivilDate* out) {
    return take_number(4, &out->year) && take('-') && take_two(&out->month) && take('-') && take_two(&out->day);
  }
  // `23:59:59`
  bool take_seconds(int* out) {
    std::array<std::uint8_t, 8> pairs;
    if (text.size() < 8 || !kClock.read(text.data(), &pairs) || pairs[3] > 59 || pairs[6] > 59) return false;
    *out = (pairs[0] * 60 + pairs[3]) * 60 + pairs[6];
    text.remove_prefix(8);
    return true;
  }
  bool take_era() {
    if (text.empty() || text.back() != 'C' || !text.ends_with(" BC")) return false;
    text.remove_suffix(3);
    return true;
  }
};

int days_of_month(std::int64_t year, int month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// `2024-02-29`; the year has four digits or more.
bool take_civil(Rest& rest, bool is_bc, std::int64_t* days) {
  CivilDate date;
  if (!rest.take_short_date(&date) && !rest.take_long_date(&date)) return false;
  if (date.year == 0) return false;
  if (is_bc) date.year = 1 - date.year;
  if (date.month < 1 || date.month > 12 || date.day < 1) return false;
  if (date.day > 28 && date.day > days_of_month(date.year, date.month)) return false;
  *days = days_from_civil(date);
  return *days >= kFirstDay && *days <= kLastDay;
}

// `.25`, which may be missing.
bool take_fraction(Rest& rest, std::int64_t* micros) {
  constexpr std::array<std::int64_t, 7> kUnits = {1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
  *micros = 0;
  if (!rest.take('.')) return true;
  const std::string_view text = rest.text;
  std::size_t size = 0;
  for (; size < text.size() && size < 6 && is_ascii_digit(text[size]); ++size) {
    *micros = *micros * 10 + (text[size] - '0');
  }
  *micros *= kUnits[size];
  // Digits finer than a microsecond must be zeros.
  std::size_t zeros = size;
  while (size == 6 && zeros < text.size() && text[zeros] == '0') ++zeros;
  if (zeros < text.size() && is_ascii_digit(text[zeros])) return false;
  rest.text.remove_prefix(zeros);
  return size > 0;
}

// `23:59:59.5`, up to 24:00:00.
bool take_clock(Rest& rest, std::int64_t* micros) {
  int seconds = 0;
  std::int64_t fraction = 0;
  if (!rest.take_seconds(&seconds) || !take_fraction(rest, &fraction)) return false;
  *micros = seconds * kMicrosPerSecond + fraction;
  return *micros <= kMicrosPerDay;
}

// `Z`, `+01`, `-03:30`, `+0530`, `+05:53:28`: the seconds east of UTC.
bool take_zone(Rest& rest, std::int32_t* east) {
  *east = 0;
  if (rest.take('Z') || rest.take('z')) return true;
  const bool is_west = rest.take('-');
  if (!is_west && !rest.take('+')) return false;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!rest.take_two(&hour)) return false;
  if (!rest.text.empty() && (rest.take(':') || is_ascii_digit(rest.text.front()))) {
    if (!rest.take_two(&minute)) return false;
    if (rest.take(':') && !rest.take_two(&second)) return false;
  }
  if (hour > 15 || minute > 59 || second > 59) return false;
  *east = hour * 3600 + minute * 60 + second;
  if (is_west) *east = -*east;
  return true;
}

}  // namespace

bool parse_date(std::string_view text, std::int32_t* out) {
  if (text == "infinity" || text == "-infinity") {
    *out = text[0] == '-' ? kDateMinusInfinity : kDateInfinity;
    return true;
  }
  Rest rest{text};
  const bool is_bc = rest.take_era();
  std::int64_t days = 0;
  if (!take_civil(rest, is_bc, &days) || !rest.text.empty()) return false;
  *out = static_cast<std::int32_t>(days);
  return true;
}

bool parse_time(std::string_view text, std::int64_t* out) {
  Rest rest{text};
  std::int64_t micros = 0;
  if (!take_clock(rest, &micros) || !rest.text.empty()) return false;
  *out = micros;
  return true;
}

bool parse_time_tz(std::string_view text, TimeTz* out) {
  Rest rest{text};
  std::int64_t micros = 0;
  std::int32_t east = 0;
  if (!take_clock(rest, &micros) || !take_zone(rest, &east) || !rest.text.empty()) return false;
  *out = {micros, -east};
  return true;
}

bool parse_timestamp(std::string_view text, bool has_zone, std::int64_t* out) {
  if (text == "infinity" || text == "-infinity") {
    *out = text[0] == '-' ? kTimestampMinusInfinity : kTimestampInfinity;
    return true;
  }
  Rest rest{text};
  const bool is_bc = rest.take_era();
  std::int64_t days = 0;
  std::int64_t micros = 0;
  if (!take_civil(rest, is_bc, &days) || !(rest.take(' ') || rest.take('T')) || !take_clock(rest, &micros))
    return false;
  std::int32_t east = 0;
  if (has_zone && !take_zone(rest, &east)) return false;
  if (!rest.text.empty() || days > kLastTimestampDay) return false;
  *out = days * kMicrosPerDay + micros - std::int64_t{east} * kMicrosPerSecond;
  return *out >= kFirstDay * kMicrosPerDay && *out < (kLastTimestampDay + 1) * kMicrosPerDay;
}

bool parse_interval(std::string_view text, bool has_infinity, Interval* out) {
  using Micros = std::numeric_limits<std::int64_t>;
  using Part = std::numeric_limits<std::int32_t>;
  if (has_infinity && (text == "infinity" || text == "-infinity")) {
    *out = text[0] == '-' ? Interval{Micros::min(), Part::min(), Part::min()}
                          : Interval{Micros::max(), Part::max(), Part::max()};
    return true;
  }
  Rest rest{text};
  std::int64_t months = 0;
  std::int64_t days = 0;
  std::int64_t micros = 0;
  int last = -1;  // the parts come in the order of their size, each once
  if (text.empty()) return false;
  while (true) {
    const bool is_negative = rest.take('-');
    if (!is_negative) rest.take('+');
    // A number with a unit, or the clock, which ends the text.
    const char* const begin = rest.text.data();
    const char* const end = begin + rest.text.size();
    std::int64_t number = 0;
    const auto read = std::from_chars(begin, end, number);
    if (read.ec != std::errc() || rest.text.front() == '-') return false;
    rest.text.remove_prefix(static_cast<std::size_t>(read.ptr - begin));
    if (rest.take(':')) {
      int minute = 0;
      int second = 0;
      std::int64_t fraction = 0;
      if (read.ptr - begin < 2 || !rest.take_two(&minute) || !rest.take(':') || !rest.take_two(&second) ||
          !take_fraction(rest, &fraction) || minute > 59 || second > 59 || !rest.text.empty()) {
        return false;
      }
      // The most negative one has no positive of its size.
      Int128 size = Int128{number} * 3600 * kMicrosPerSecond;
      size += (std::int64_t{minute} * 60 + second) * kMicrosPerSecond + fraction;
      if (is_negative) size = -size;
      micros = static_cast<std::int64_t>(size);
      if (micros != size) return false;
      break;
    }
    if (is_negative) number = -number;
    if (!rest.take(' ')) return false;
    struct Unit {
      std::string_view name;
      std::int64_t factor;
    };
    constexpr Unit kUnits[] = {{"year", 12}, {"mon", 1}, {"day", 1}};
    int unit = 0;
    while (unit < 3 && !rest.text.starts_with(kUnits[unit].name)) ++unit;
    if (unit == 3 || unit <= last) return false;
    last = unit;
    rest.text.remove_prefix(kUnits[unit].name.size());
    rest.take('s');
    std::int64_t part = 0;
    if (__builtin_mul_overflow(number, kUnits[unit].factor, &part)) return false;
    if (unit == 2) {
      days = part;
    } else if (__builtin_add_overflow(months, part, &months)) {
      return false;
    }
    if (rest.text.empty()) break;
    if (!rest.take(' ')) return false;
  }
  if (months != static_cast<std::int32_t>(months) || days != static_cast<std::int32_t>(days)) return false;
  const Interval value{micros, static_cast<std::int32_t>(days), static_cast<std::int32_t>(months)};
  // Their bits are the infinities, and not what the text says.
  if (has_infinity && is_interval_extreme(value)) return false;
  *out = value;
  return true;
}

}  // namespace dpone
