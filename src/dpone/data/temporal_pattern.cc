#include "dpone/data/temporal_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dpone/base/ascii.h"
#include "dpone/data/temporal_parse.h"

namespace dpone {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kOfDate = "Ymdb";
constexpr std::string_view kOfTime = "HIpMSfz";
constexpr std::string_view kDigits = "YmdHIMSf";

Error wrong(std::string_view pattern, std::string why) {
  return Error(ErrorClass::kUsage, "temporal.pattern", fmt::format("the pattern '{}' {}", pattern, why))
      .hint(
          "use strftime's specifiers: %Y-%m-%d, for a timestamp %Y-%m-%d %H:%M:%S; %b Jan, %I %p 12-hour clock, %f "
          "fraction, "
          "%z zone");
}

// Takes `least` to `most` digits off the front; -1 if there are fewer.
int take_digits(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t size = 0;
  int value = 0;
  while (size < most && size < text.size() && is_ascii_digit(text[size])) value = value * 10 + (text[size++] - '0');
  if (size < least) return -1;
  text.remove_prefix(size);
  return value;
}

// `Z`, `+02`, `+0200`, `+02:00` as ISO has it.
bool take_zone(std::string_view& text, std::string& zone) {
  if (text.starts_with('Z')) {
    zone = "+00";
    text.remove_prefix(1);
    return true;
  }
  if (!text.starts_with('+') && !text.starts_with('-')) return false;
  const char sign = text.front();
  text.remove_prefix(1);
  const int hours = take_digits(text, 2, 2);
  if (hours < 0) return false;
  int minutes = 0;
  const bool has_colon = text.starts_with(':');
  if (has_colon) text.remove_prefix(1);
  if (has_colon || (!text.empty() && is_ascii_digit(text.front()))) minutes = take_digits(text, 2, 2);
  if (minutes < 0) return false;
  zone = fmt::format("{}{:02}:{:02}", sign, hours, minutes);
  return true;
}

// Whether both are the same moment.
bool is_same(std::string_view a, std::string_view b, bool is_date, bool has_zone) {
  if (is_date) {
    std::int32_t left = 0;
    std::int32_t right = 0;
    return parse_date(a, &left) && parse_date(b, &right) && left == right;
  }
  std::int64_t left = 0;
  std::int64_t right = 0;
  return parse_timestamp(a, has_zone, &left) && parse_timestamp(b, has_zone, &right) && left == right;
}

}  // namespace

bool TemporalPattern::has(char letter) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const Part& part) { return part.letter == letter; });
}

Result<TemporalPattern> TemporalPattern::parse(std::string_view pattern, Kind kind) {
  TemporalPattern out(kind);
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) out.parts_.push_back({'\0', std::move(literal), false});
    literal.clear();
  };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      literal += pattern[i];
      continue;
    }
    if (++i == pattern.size()) return wrong(pattern, "ends with a lone %");
    const char letter = pattern[i];
    if (letter == '%') {
      literal += '%';
      continue;
    }
    if (letter == 'y') return wrong(pattern, "has %y, a year without a century");
    const bool is_of_time = kOfTime.find(letter) != std::string_view::npos;
    if (!is_of_time && kOfDate.find(letter) == std::string_view::npos) {
      return wrong(pattern, fmt::format("has the unknown specifier %{}", letter));
    }
    if (is_of_time && kind == Kind::kDate)
      return wrong(pattern, fmt::format("has %{}, but a date has no time", letter));
    if (out.has(letter)) return wrong(pattern, fmt::format("has %{} twice", letter));
    end_literal();
    out.parts_.push_back({letter, {}, false});
  }
  end_literal();
  for (const char letter : {'Y', 'd'}) {
    if (!out.has(letter)) return wrong(pattern, fmt::format("lacks %{}", letter));
  }
  if (out.has('m') == out.has('b')) return wrong(pattern, "needs the month, as %m or as %b");
  if (kind == Kind::kTimestamp && out.has('H') == out.has('I')) {
    return wrong(pattern, "needs the hour, as %H or as %I with %p");
  }
  if (out.has('I') != out.has('p')) return wrong(pattern, "needs %I and %p together");
  if (out.has('f') && !out.has('S')) return wrong(pattern, "has %f without %S");
  if (out.has('S') && !out.has('M')) return wrong(pattern, "has %S without %M");
  const auto is_number = [&](std::size_t i) {
    return i < out.parts_.size() && out.parts_[i].letter != '\0' &&
           kDigits.find(out.parts_[i].letter) != std::string_view::npos;
  };
  for (std::size_t i = 0; i < out.parts_.size(); ++i) {
    out.parts_[i].is_full_width = is_number(i + 1) || (i > 0 && is_number(i - 1));
  }
  return out;
}

bool TemporalPattern::to_iso(std::string_view text, std::string& iso) const {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  bool is_afternoon = false;
  std::string fraction;
  std::string zone;
  for (const Part& part : parts_) {
    const std::size_t least = part.is_full_width ? 2 : 1;
    int* number = nullptr;
    switch (part.letter) {
      case '\0':
        if (!text.starts_with(part.literal)) return false;
        text.remove_prefix(part.literal.size());
        continue;
      case 'Y':
        year = take_digits(text, 4, 4);
        if (year < 0) return false;
        continue;
      case 'b': {
        const auto found = std::find_if(kMonths.begin(), kMonths.end(), [&](std::string_view name) {
          return is_word_in_any_case(text.substr(0, 3), name);
        });
        if (found == kMonths.end()) return false;
        month = static_cast<int>(found - kMonths.begin()) + 1;
        text.remove_prefix(3);
        continue;
      }
      case 'p':
        is_afternoon = is_word_in_any_case(text.substr(0, 2), "pm");
        if (!is_afternoon && !is_word_in_any_case(text.substr(0, 2), "am")) return false;
        text.remove_prefix(2);
        continue;
      case 'f': {
        std::string_view rest = text;
        if (take_digits(rest, part.is_full_width ? 6 : 1, 6) < 0) return false;
        fraction = text.substr(0, text.size() - rest.size());
        text = rest;
        continue;
      }
      case 'z':
        if (!take_zone(text, zone)) return false;
        continue;
      case 'm':
        number = &month;
        break;
      case 'd':
        number = &day;
        break;
      case 'M':
        number = &minute;
        break;
      case 'S':
        number = &second;
        break;
      default:
        number = &hour;
        break;
    }
    *number = take_digits(text, least, 2);
    if (*number < 0) return false;
  }
  if (!text.empty()) return false;
  if (has('I')) {
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + (is_afternoon ? 12 : 0);
  }
  iso = fmt::format("{:04}-{:02}-{:02}", year, month, day);
  if (kind_ == Kind::kDate) return true;
  iso += fmt::format(" {:02}:{:02}:{:02}", hour, minute, second);
  if (!fraction.empty()) iso += "." + fraction;
  iso += zone;
  return true;
}

bool TemporalPattern::from_iso(std::string_view iso, std::string& text) const {
  // `2024-02-29 12:00:00.5+02:00`; anything else (infinity, BC, far years) does not come back as itself, see below.
  const bool is_date = kind_ == Kind::kDate;
  if (iso.size() < (is_date ? 10U : 19U)) return false;
  const auto number = [&](std::size_t at) { return (iso[at] - '0') * 10 + (iso[at + 1] - '0'); };
  const int month = number(5);
  const int hour = is_date ? 0 : number(11);
  std::string_view rest = is_date ? std::string_view() : iso.substr(19);
  std::string fraction;
  if (rest.starts_with('.')) {
    const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    fraction = rest.substr(1, end - 1);
    rest.remove_prefix(end);
  }
  fraction.resize(std::max<std::size_t>(fraction.size(), 6), '0');
  text.clear();
  for (const Part& part : parts_) {
    switch (part.letter) {
      case '\0':
        text += part.literal;
        break;
      case 'Y':
        text += iso.substr(0, 4);
        break;
      case 'm':
        text += iso.substr(5, 2);
        break;
      case 'b':
        if (month < 1 || month > 12) return false;
        text += kMonths[static_cast<std::size_t>(month) - 1];
        text[text.size() - 3] = static_cast<char>(text[text.size() - 3] - ('a' - 'A'));
        break;
      case 'd':
        text += iso.substr(8, 2);
        break;
      case 'H':
        text += iso.substr(11, 2);
        break;
      case 'I':
        text += fmt::format("{:02}", (hour + 11) % 12 + 1);
        break;
      case 'p':
        text += hour < 12 ? "AM" : "PM";
        break;
      case 'M':
        text += iso.substr(14, 2);
        break;
      case 'S':
        text += iso.substr(17, 2);
        break;
      case 'f':
        text += fraction;
        break;
      default:
        text += rest == "+00" ? "+00:00" : std::string(rest);
        break;
    }
  }
  std::string back;
  return to_iso(text, back) && is_same(iso, back, is_date, has('z'));
}

}  // namespace dpone
