#include "dpone/codec/pg_copy/numeric_wire.h"

#include <algorithm>
#include <array>

#include "dpone/base/bytes.h"

namespace dpone::pg_copy {
namespace {

constexpr std::uint16_t kPositive = 0x0000;
constexpr std::uint16_t kNegative = 0x4000;
constexpr std::uint16_t kNan = 0xC000;
constexpr std::uint16_t kInfinity = 0xD000;
constexpr std::uint16_t kMinusInfinity = 0xF000;
constexpr std::size_t kHeader = 8;
constexpr int kMaxScale = 0x3FFF;
constexpr std::array<std::uint32_t, 5> kSmallPowers = {1, 10, 100, 1000, 10'000};

struct Header {
  int digits;
  int weight;
  std::uint16_t sign;
  int scale;
};

bool read_header(const std::uint8_t* value, std::size_t bytes, Header* out) {
  if (bytes < kHeader) return false;
  out->digits = load_big<std::uint16_t>(value);
  out->weight = load_big<std::int16_t>(value + 2);
  out->sign = load_big<std::uint16_t>(value + 4);
  out->scale = load_big<std::uint16_t>(value + 6);
  return bytes == kHeader + 2 * static_cast<std::size_t>(out->digits) && out->scale <= kMaxScale;
}

void write_header(std::uint8_t* out, int digits, int weight, std::uint16_t sign, int scale) {
  store_big(out, static_cast<std::uint16_t>(digits));
  store_big(out + 2, static_cast<std::int16_t>(weight));
  store_big(out + 4, sign);
  store_big(out + 6, static_cast<std::uint16_t>(scale));
}

void write_special(std::uint8_t* out, std::uint16_t sign) {
  // PostgreSQL takes a scale from the header bits of its infinities, and sends it.
  constexpr int kScaleOfInfinity = 32;
  write_header(out, 0, 0, sign, sign == kNan ? 0 : kScaleOfInfinity);
}

// The general way: any precision, every step checked.
NumericProblem read_wide(const std::uint8_t* digit, const Header& header, int precision, int scale, Int128* out) {
  Int128 sum = 0;
  for (int i = 0; i < header.digits; ++i) {
    const std::uint32_t group = load_big<std::uint16_t>(digit + std::ptrdiff_t{2} * i);
    if (group > 9999) return NumericProblem::kMalformed;
    if (group == 0) continue;
    const int exponent = 4 * (header.weight - i) + scale;
    if (exponent <= -4) return NumericProblem::kScale;
    if (exponent < 0) {
      const std::uint32_t unit = kSmallPowers[static_cast<std::size_t>(-exponent)];
      if (group % unit != 0) return NumericProblem::kScale;
      sum += group / unit;
      continue;
    }
    Int128 part = 0;
    if (exponent > kMaxDecimalPrecision || __builtin_mul_overflow(Int128{group}, decimal_power(exponent), &part) ||
        __builtin_add_overflow(sum, part, &sum)) {
      return NumericProblem::kPrecision;
    }
  }
  if (sum >= decimal_power(precision)) return NumericProblem::kPrecision;
  *out = header.sign == kNegative ? -sum : sum;
  return NumericProblem::kNone;
}

void append_group(std::uint32_t group, Buffer& out) {
  const char text[4] = {static_cast<char>('0' + group / 1000), static_cast<char>('0' + group / 100 % 10),
                        static_cast<char>('0' + group / 10 % 10), static_cast<char>('0' + group % 10)};
  out.append(text, sizeof text);
}

}  // namespace

NumericProblem read_decimal(const std::uint8_t* value, std::size_t bytes, int precision, int scale, Int128* out) {
  Header header;
  if (!read_header(value, bytes, &header)) return NumericProblem::kMalformed;
  if (header.sign != kPositive && header.sign != kNegative) {
    if (header.sign != kNan && header.sign != kInfinity && header.sign != kMinusInfinity) {
      return NumericProblem::kMalformed;
    }
    *out = header.sign == kNan ? kDecimalNan : header.sign == kInfinity ? kDecimalInfinity : kDecimalMinusInfinity;
    return NumericProblem::kNone;
  }
  if (header.scale > scale) return NumericProblem::kScale;
  const std::uint8_t* const digit = value + kHeader;
  // Up to four groups and at most 18 digits in all: 64 bits are enough.
  const int exponent = 4 * (header.weight - header.digits + 1) + scale;  // of the last group
  if (header.digits > 4 || header.digits == 0 || exponent < -3 || 4 * header.digits + exponent > 18) {
    return read_wide(digit, header, precision, scale, out);
  }
  std::uint64_t head = 0;
  std::uint32_t worst = 0;
  for (int i = 0; i + 1 < header.digits; ++i) {
    const std::uint32_t group = load_big<std::uint16_t>(digit + std::ptrdiff_t{2} * i);
    worst = std::max(worst, group);
    head = head * 10'000 + group;
  }
  const std::uint32_t last = load_big<std::uint16_t>(digit + std::ptrdiff_t{2} * (header.digits - 1));
  if (std::max(worst, last) > 9999) return NumericProblem::kMalformed;
  std::uint64_t sum = 0;
  if (exponent >= 0) {
    static constexpr std::array<std::uint64_t, 19> kPowers = [] {
      std::array<std::uint64_t, 19> powers{1};
      for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
      return powers;
    }();
    sum = (head * 10'000 + last) * kPowers[static_cast<std::size_t>(exponent)];
  } else {
    // The last group straddles the scale: its low digits must be zeros. Division by constants, not by a variable.
    std::uint32_t kept = 0;
    std::uint32_t unit = 0;
    switch (exponent) {
      case -1:
        kept = last / 10, unit = 10;
        break;
      case -2:
        kept = last / 100, unit = 100;
        break;
      default:
        kept = last / 1000, unit = 1000;
        break;
    }
    if (kept * unit != last) return NumericProblem::kScale;
    const int power = 4 + exponent;
    sum = head * kSmallPowers[static_cast<std::size_t>(power)] + kept;
  }
  if (precision < 19 && static_cast<Int128>(sum) >= decimal_power(precision)) return NumericProblem::kPrecision;
  const auto positive = static_cast<std::int64_t>(sum);
  *out = header.sign == kNegative ? -positive : positive;
  return NumericProblem::kNone;
}

NumericProblem read_numeric_text(const std::uint8_t* value, std::size_t bytes, Buffer& out) {
  Header header;
  if (!read_header(value, bytes, &header)) return NumericProblem::kMalformed;
  const auto append = [&](std::string_view text) { out.append(text.data(), text.size()); };
  switch (header.sign) {
    case kPositive:
    case kNegative:
      break;
    case kNan:
      append("NaN");
      return NumericProblem::kNone;
    case kInfinity:
      append("Infinity");
      return NumericProblem::kNone;
    case kMinusInfinity:
      append("-Infinity");
      return NumericProblem::kNone;
    default:
      return NumericProblem::kMalformed;
  }
  const std::uint8_t* digit = value + kHeader;
  for (int i = 0; i < header.digits; ++i) {
    if (load_big<std::uint16_t>(digit + std::ptrdiff_t{2} * i) > 9999) return NumericProblem::kMalformed;
  }
  while (header.digits > 0 && load_big<std::uint16_t>(digit) == 0) {
    digit += 2;
    --header.digits;
    --header.weight;
  }
  // Digits that the scale would hide do not exist in PostgreSQL.
  for (int i = 0; i < header.digits; ++i) {
    const int hidden = -4 * (header.weight - i) - header.scale;  // digits of this group behind the scale
    if (hidden <= 0) continue;
    const std::uint32_t group = load_big<std::uint16_t>(digit + std::ptrdiff_t{2} * i);
    if (group % kSmallPowers[static_cast<std::size_t>(std::min(hidden, 4))] != 0) return NumericProblem::kMalformed;
  }
  const auto group_at = [&](int position) -> std::uint32_t {  // position 0 is before the decimal point
    const int index = header.weight - position;
    return index < 0 || index >= header.digits ? 0 : load_big<std::uint16_t>(digit + std::ptrdiff_t{2} * index);
  };
  if (header.sign == kNegative && header.digits > 0) append("-");
  if (header.digits == 0 || header.weight < 0) {
    append("0");
  } else {
    std::uint32_t first = group_at(header.weight);
    char text[4];
    std::size_t length = 0;
    for (; first != 0; first /= 10) text[3 - length++] = static_cast<char>('0' + first % 10);
    out.append(text + 4 - length, length);
    for (int position = header.weight - 1; position >= 0; --position) append_group(group_at(position), out);
  }
  if (header.scale > 0) {
    append(".");
    const std::size_t end = out.size() + static_cast<std::size_t>(header.scale);
    for (int position = -1; out.size() < end; --position) append_group(group_at(position), out);
    out.resize(end);
  }
  return NumericProblem::kNone;
}

std::size_t write_decimal(Int128 value, int scale, std::uint8_t* out) {
  if (is_decimal_special(value)) {
    write_special(out, value == kDecimalNan ? kNan : value == kDecimalInfinity ? kInfinity : kMinusInfinity);
    return kHeader;
  }
  const std::uint16_t sign = value < 0 ? kNegative : kPositive;
  UInt128 rest = value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
  if (rest == 0) {
    write_header(out, 0, 0, kPositive, scale);
    return kHeader;
  }
  // Groups from the right, aligned to the point; the lowest has scale % 4 digits and is padded with zeros.
  std::array<std::uint16_t, 12> groups;
  std::size_t count = 0;
  int weight = -((scale + 3) / 4);  // of the lowest group
  const int partial = scale & 3;
  const auto push = [&](std::uint32_t group) {
    if (count == 0 && group == 0) {
      ++weight;  // trailing zero groups are not sent
    } else {
      groups[count++] = static_cast<std::uint16_t>(group);
    }
  };
  const auto split_partial = [&](auto number) {
    // Division by constants, not by a variable.
    decltype(number) next = 0;
    switch (partial) {
      case 1:
        next = number / 10, push(static_cast<std::uint32_t>(number - next * 10) * 1000);
        break;
      case 2:
        next = number / 100, push(static_cast<std::uint32_t>(number - next * 100) * 100);
        break;
      case 3:
        next = number / 1000, push(static_cast<std::uint32_t>(number - next * 1000) * 10);
        break;
      default:
        next = number;
        break;
    }
    return next;
  };
  std::uint64_t low = 0;
  if (rest >> 64 != 0) {
    rest = split_partial(rest);
    for (; rest >> 64 != 0; rest /= 10'000) push(static_cast<std::uint32_t>(rest % 10'000));
    low = static_cast<std::uint64_t>(rest);
  } else {
    low = split_partial(static_cast<std::uint64_t>(rest));
  }
  while (low != 0) {
    const std::uint64_t next = low / 10'000;
    push(static_cast<std::uint32_t>(low - next * 10'000));
    low = next;
  }
  write_header(out, static_cast<int>(count), weight + static_cast<int>(count) - 1, sign, scale);
  for (std::size_t i = 0; i < count; ++i) store_big(out + kHeader + 2 * i, groups[count - 1 - i]);
  return kHeader + 2 * count;
}

bool write_numeric_text(std::string_view text, Buffer& out) {
  std::uint8_t header[kHeader];
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
    write_special(header, text == "NaN" ? kNan : text[0] == '-' ? kMinusInfinity : kInfinity);
    out.append(header, sizeof header);
    return true;
  }
  std::uint16_t sign = kPositive;
  if (!text.empty() && text[0] == '-') {
    sign = kNegative;
    text.remove_prefix(1);
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view();
  constexpr std::size_t kMaxWhole = 131'072;
  if (whole.empty() || whole.size() > kMaxWhole || fraction.size() > static_cast<std::size_t>(kMaxScale)) return false;
  if (point < text.size() && fraction.empty()) return false;
  const auto is_digits = [](std::string_view part) {
    return std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!is_digits(whole) || !is_digits(fraction)) return false;

  const std::size_t at = out.size();
  out.resize(at + kHeader);
  int weight = static_cast<int>((whole.size() + 3) / 4) - 1;
  int count = 0;
  int sent = 0;  // groups up to the last that is not zero
  const auto push = [&](std::uint32_t group) {
    if (count == 0 && group == 0) {
      --weight;
      return;
    }
    std::uint8_t bytes[2];
    store_big(bytes, static_cast<std::uint16_t>(group));
    out.append(bytes, sizeof bytes);
    ++count;
    if (group != 0) sent = count;
  };
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    group = group * 10 + static_cast<std::uint32_t>(whole[i] - '0');
    if ((whole.size() - i) % 4 == 1) {
      push(group);
      group = 0;
    }
  }
  for (std::size_t i = 0; i < fraction.size(); i += 4) {
    for (std::size_t j = i; j < i + 4; ++j) {
      group = group * 10 + (j < fraction.size() ? static_cast<std::uint32_t>(fraction[j] - '0') : 0);
    }
    push(group);
    group = 0;
  }
  out.resize(at + kHeader + 2 * static_cast<std::size_t>(sent));
  if (sent == 0) weight = 0;
  write_header(out.data() + at, sent, weight, sent == 0 ? kPositive : sign, static_cast<int>(fraction.size()));
  return true;
}

}  // namespace dpone::pg_copy
