#include "dpone/codec/delimited/decode_columns.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "dpone/data/decimal.h"
#include "dpone/data/temporal_parse.h"
#include "dpone/data/value_parse.h"

namespace dpone::delimited {
namespace {

using Flags = std::array<std::uint8_t, kMostRunRows>;

constexpr const char* kNoValue = "is not of its type";
constexpr const char* kWrongQuotes = "has a quote in the wrong place";

bool is_null(std::string_view field, const std::string& null_text) {
  return field.size() == null_text.size() &&
         (field.empty() || std::memcmp(field.data(), null_text.data(), field.size()) == 0);
}

bool is_quoted(std::string_view field, char quote) { return quote != '\0' && !field.empty() && field.front() == quote; }

// Up to 18 digits with an optional `-`, the usual case; the rest is for parse_integer.
template <class T>
bool read_integer(std::string_view text, T* out) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool is_negative = at != end && *at == '-';
  if (is_negative) ++at;
  if (at == end || end - at > 18) return parse_integer(text, out);
  std::int64_t value = 0;
  for (; at != end; ++at) {
    const auto digit = static_cast<unsigned>(static_cast<unsigned char>(*at) - '0');
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  if (is_negative) value = -value;
  *out = static_cast<T>(value);
  return *out == value;
}

// `ddd.dd` with exactly the scale of the type, or fewer digits, up to 18 in all; the rest is for parse_decimal.
bool read_decimal(std::string_view text, const DataType& type, Int128* out) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool is_negative = at != end && *at == '-';
  if (is_negative) ++at;
  std::int64_t value = 0;
  int digits = 0;
  int missing = type.scale;
  bool is_plain = end - at <= 19;
  for (; is_plain && at != end && *at != '.'; ++at, ++digits) {
    const auto digit = static_cast<unsigned>(static_cast<unsigned char>(*at) - '0');
    is_plain = digit <= 9;
    value = value * 10 + digit;
  }
  if (is_plain && at != end) {
    for (++at; is_plain && at != end; ++at, ++digits, --missing) {
      const auto digit = static_cast<unsigned>(static_cast<unsigned char>(*at) - '0');
      is_plain = digit <= 9;
      value = value * 10 + digit;
    }
  }
  if (!is_plain || digits == 0 || digits + missing > 18 || missing < 0) {
    const auto parsed = parse_decimal(text, type.precision, type.scale);
    if (!parsed) return false;
    *out = *parsed;
    return true;
  }
  static constexpr std::array<std::int64_t, 19> kPowers = [] {
    std::array<std::int64_t, 19> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  value *= kPowers[static_cast<std::size_t>(missing)];
  *out = is_negative ? -value : value;
  return decimal_fits(*out, type.precision);
}

unsigned two(const char* at) {
  return static_cast<unsigned>(static_cast<unsigned char>(at[0]) - '0') * 10 +
         static_cast<unsigned>(static_cast<unsigned char>(at[1]) - '0');
}

bool are_digits(const char* at, int count) {
  bool good = true;
  for (int i = 0; i < count; ++i) good &= static_cast<unsigned char>(at[i] - '0') <= 9;
  return good;
}

// `2024-02-29` of the years 1600 to 2399; the days before each month are looked up.
bool read_usual_date(const char* at, std::int32_t* days) {
  static constexpr std::array<std::int16_t, 13> kBefore = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  static constexpr std::array<std::int8_t, 13> kDays = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (!are_digits(at, 4) || at[4] != '-' || !are_digits(at + 5, 2) || at[7] != '-' || !are_digits(at + 8, 2))
    return false;
  const unsigned year = two(at) * 100 + two(at + 2);
  const unsigned month = two(at + 5);
  const unsigned day = two(at + 8);
  if (year < 1600 || year > 2399 || month < 1 || month > 12 || day < 1) return false;
  const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const unsigned last = static_cast<unsigned>(kDays[month]) + (month == 2 && is_leap ? 1U : 0U);
  if (day > last) return false;
  // Leap days of the years before, counted from 1600.
  const unsigned since = year - 1600;
  const unsigned leaps = since == 0 ? 0 : (since - 1) / 4 - (since - 1) / 100 + (since - 1) / 400 + 1;
  constexpr std::int32_t kDaysTo2000 = 146'097;
  *days = static_cast<std::int32_t>(since * 365 + leaps + static_cast<unsigned>(kBefore[month]) + day - 1 +
                                    (month > 2 && is_leap ? 1U : 0U)) -
          kDaysTo2000;
  return true;
}

bool read_date(std::string_view text, std::int32_t* out) {
  return (text.size() == 10 && read_usual_date(text.data(), out)) || parse_date(text, out);
}

// `2024-02-29 23:59:59.123456+00`, the fraction and, without a zone, `+00` missing.
bool read_timestamp(std::string_view text, bool has_zone, std::int64_t* out) {
  const char* const at = text.data();
  std::int32_t days = 0;
  const std::size_t size = has_zone && text.ends_with("+00") ? text.size() - 3 : has_zone ? 0 : text.size();
  if (size < 19 || size > 26 || !read_usual_date(at, &days) || (at[10] != ' ' && at[10] != 'T') ||
      !are_digits(at + 11, 2) || at[13] != ':' || !are_digits(at + 14, 2) || at[16] != ':' || !are_digits(at + 17, 2)) {
    return parse_timestamp(text, has_zone, out);
  }
  const unsigned hour = two(at + 11);
  const unsigned minute = two(at + 14);
  const unsigned second = two(at + 17);
  if (hour > 23 || minute > 59 || second > 59) return parse_timestamp(text, has_zone, out);
  std::int64_t micros = 0;
  if (size > 19) {
    if (at[19] != '.' || size == 20) return false;
    std::int64_t unit = 100'000;
    for (const char* digit = at + 20; digit != at + size; ++digit, unit /= 10) {
      if (static_cast<unsigned char>(*digit - '0') > 9) return false;
      micros += (*digit - '0') * unit;
    }
  }
  *out = days * kMicrosPerDay + ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond + micros;
  return true;
}

template <class T>
struct IntegerReader {
  using Value = T;
  static bool read(std::string_view text, const DataType&, Value* out) { return read_integer(text, out); }
};
template <class T>
struct FloatReader {
  using Value = T;
  static bool read(std::string_view text, const DataType&, Value* out) { return parse_float(text, out); }
};
struct DecimalReader {
  using Value = Int128;
  static bool read(std::string_view text, const DataType& type, Value* out) { return read_decimal(text, type, out); }
};
struct DateReader {
  using Value = std::int32_t;
  static bool read(std::string_view text, const DataType&, Value* out) { return read_date(text, out); }
};
template <bool kHasZone>
struct TimestampReader {
  using Value = std::int64_t;
  static bool read(std::string_view text, const DataType& type, Value* out) {
    return read_timestamp(text, kHasZone, out) && fits_fraction(*out, type.scale);
  }
};

// What is wrong with a value, as the slow path says it.
const char* problem_of(std::string_view text, const DataType& type) {
  ColumnBuilder probe(type);
  const char* const wrong = append_parsed_value(text, probe);
  return wrong != nullptr ? wrong : kNoValue;
}

template <class Reader>
int decode_fixed(DecodeColumn& self, const RowRun& run) {
  using Value = typename Reader::Value;
  ColumnBuilder& builder = self.builder;
  Buffer& values = builder.parts().values;
  const std::size_t at = values.size();
  const std::size_t bytes = static_cast<std::size_t>(run.count) * sizeof(Value);
  make_room(values, bytes);
  values.resize(at + bytes);
  std::uint8_t* const out = values.data() + at;
  Flags valid;
  int nulls = 0;
  for (int i = 0; i < run.count; ++i) {
    std::string_view text = run.field(static_cast<std::size_t>(i), self.field);
    const bool has_value = !is_null(text, self.format.null_text);
    valid[static_cast<std::size_t>(i)] = has_value ? 1 : 0;
    Value value{};
    if (has_value) {
      if (is_quoted(text, self.format.quote)) {
        if (!unquote(text, self.format.quote, self.scratch)) {
          self.problem = kWrongQuotes;
          return i;
        }
        text = self.scratch;
      }
      if (!Reader::read(text, builder.type(), &value)) {
        self.problem = problem_of(text, builder.type());
        return i;
      }
    } else {
      ++nulls;
    }
    std::memcpy(out + static_cast<std::size_t>(i) * sizeof value, &value, sizeof value);
  }
  close_run(builder, run.count, valid.data(), nulls);
  return -1;
}

int decode_bool(DecodeColumn& self, const RowRun& run) {
  Flags valid;
  Flags flags;
  int nulls = 0;
  for (int i = 0; i < run.count; ++i) {
    const auto row = static_cast<std::size_t>(i);
    std::string_view text = run.field(row, self.field);
    valid[row] = is_null(text, self.format.null_text) ? 0 : 1;
    bool value = false;
    if (valid[row] == 0) {
      ++nulls;
    } else if (text.size() == 1 && (*text.data() == 't' || *text.data() == 'f')) {
      value = text[0] == 't';
    } else {
      if (is_quoted(text, self.format.quote)) {
        if (!unquote(text, self.format.quote, self.scratch)) {
          self.problem = kWrongQuotes;
          return i;
        }
        text = self.scratch;
      }
      if (!parse_bool(text, &value)) {
        self.problem = kNoValue;
        return i;
      }
    }
    flags[row] = value ? 1 : 0;
  }
  append_bits(self.builder.parts().values, self.builder.length(), flags.data(), run.count);
  close_run(self.builder, run.count, valid.data(), nulls);
  return -1;
}

// Copies without a call: 16 bytes at a time, running over into the slack of `to` where `from` can be read that far.
void copy_run_over(std::uint8_t* to, const char* from, std::size_t bytes, const char* readable_end) {
  if (bytes > 128 || static_cast<std::size_t>(readable_end - from) < bytes + 32) {
    std::memcpy(to, from, bytes);
    return;
  }
  std::memcpy(to, from, 32);
  for (std::size_t i = 32; i < bytes; i += 32) std::memcpy(to + i, from + i, 32);
}

// Appends the value of a quoted field at `to`; returns behind it, or nullptr if a quote is in the wrong place.
std::uint8_t* copy_unquoted(std::string_view field, char quote, const char* readable_end, std::uint8_t* to) {
  if (field.size() < 2 || field.back() != quote) return nullptr;
  const char* at = field.data() + 1;
  const char* const end = field.data() + field.size() - 1;
  while (at != end) {
    const char* stop = at;
    while (stop != end && *stop != quote) ++stop;
    copy_run_over(to, at, static_cast<std::size_t>(stop - at), readable_end);
    to += stop - at;
    if (stop == end) break;
    // A quote inside is doubled; the closing one is not part of the search.
    if (stop + 1 == end || stop[1] != quote) return nullptr;
    *to++ = static_cast<std::uint8_t>(quote);
    at = stop + 2;
  }
  return to;
}

int decode_text(DecodeColumn& self, const RowRun& run) {
  ColumnBuilder& builder = self.builder;
  ColumnParts& parts = builder.parts();
  const auto count = static_cast<std::size_t>(run.count);
  make_room(parts.values, static_cast<std::size_t>(run.bytes));
  make_room(parts.offsets, count * sizeof(std::int64_t));
  const std::size_t first = parts.offsets.size() / sizeof(std::int64_t);
  parts.offsets.resize((first + count) * sizeof(std::int64_t));
  std::int64_t* const offsets = parts.offsets.as<std::int64_t>() + first;
  std::uint8_t* const values = parts.values.data();
  std::uint8_t* to = values + parts.values.size();
  const char quote = self.format.quote;
  Flags valid;
  int nulls = 0;
  for (std::size_t row = 0; row < count; ++row) {
    const std::string_view text = run.field(row, self.field);
    const bool has_value = !is_null(text, self.format.null_text);
    valid[row] = has_value ? 1 : 0;
    if (!has_value) {
      ++nulls;
    } else if (is_quoted(text, quote)) {
      std::uint8_t* const behind = copy_unquoted(text, quote, run.end, to);
      if (behind == nullptr) {
        self.problem = kWrongQuotes;
        return static_cast<int>(row);
      }
      to = behind;
    } else {
      copy_run_over(to, text.data(), text.size(), run.end);
      to += text.size();
    }
    offsets[row] = to - values;
  }
  parts.values.resize(static_cast<std::size_t>(to - values));
  close_run(builder, run.count, nulls != 0 || parts.null_count != 0 ? valid.data() : nullptr, nulls);
  return -1;
}

// Any type, by the text of its values.
int decode_parsed(DecodeColumn& self, const RowRun& run) {
  for (int i = 0; i < run.count; ++i) {
    std::string_view text = run.field(static_cast<std::size_t>(i), self.field);
    if (is_null(text, self.format.null_text)) {
      self.builder.append_null();
      continue;
    }
    if (is_quoted(text, self.format.quote)) {
      if (!unquote(text, self.format.quote, self.scratch)) {
        self.problem = kWrongQuotes;
        return i;
      }
      text = self.scratch;
    }
    self.problem = append_parsed_value(text, self.builder);
    if (self.problem != nullptr) return i;
  }
  return -1;
}

DecodeColumn::Function function_of(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kBool:
      return decode_bool;
    case TypeKind::kInt16:
      return decode_fixed<IntegerReader<std::int16_t>>;
    case TypeKind::kInt32:
      return decode_fixed<IntegerReader<std::int32_t>>;
    case TypeKind::kInt64:
      return decode_fixed<IntegerReader<std::int64_t>>;
    case TypeKind::kFloat32:
      return decode_fixed<FloatReader<float>>;
    case TypeKind::kFloat64:
      return decode_fixed<FloatReader<double>>;
    case TypeKind::kDecimal:
      return decode_fixed<DecimalReader>;
    case TypeKind::kDate:
      return decode_fixed<DateReader>;
    case TypeKind::kTimestamp:
      return decode_fixed<TimestampReader<false>>;
    case TypeKind::kTimestampTz:
      return decode_fixed<TimestampReader<true>>;
    case TypeKind::kText:
    case TypeKind::kJson:
    case TypeKind::kJsonb:
    case TypeKind::kEnum:
      return type.length == 0 ? decode_text : decode_parsed;
    default:
      return decode_parsed;
  }
}

}  // namespace

bool unquote(std::string_view field, char quote, std::string& out) {
  out.clear();
  if (field.size() < 2 || field.front() != quote || field.back() != quote) return false;
  for (std::size_t i = 1; i + 1 < field.size(); ++i) {
    if (field[i] == quote && (++i + 1 >= field.size() || field[i] != quote)) return false;
    out += field[i];
  }
  return true;
}

std::unique_ptr<DecodeColumn> compile_decode(const DataType& type, const DelimitedFormat& format) {
  auto column = std::make_unique<DecodeColumn>(type, format);
  column->decode = function_of(type);
  return column;
}

}  // namespace dpone::delimited
