#include "orders_stream.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <string_view>
#include <type_traits>

#include "dpone/base/bytes.h"

namespace dpone::bench {
namespace {

template <class T>
void append_big(std::string& out, T value) {
  char bytes[sizeof value];
  store_big(bytes, value);
  out.append(bytes, sizeof bytes);
}

template <class T>
requires std::is_arithmetic_v<T>
void append_field(std::string& out, T value) {
  append_big(out, static_cast<std::int32_t>(sizeof value));
  append_big(out, value);
}

void append_field(std::string& out, std::string_view value) {
  append_big(out, static_cast<std::int32_t>(value.size()));
  out += value;
}

// Mixes the bits of a counter (splitmix64), so that lengths and nulls do not follow a pattern.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E37'79B9'7F4A'7C15U;
  value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9U;
  value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EBU;
  return value ^ (value >> 31);
}

// A numeric of scale 2, as PostgreSQL sends it.
void append_amount(std::string& out, std::int64_t cents) {
  std::int64_t whole = cents / 100;
  const auto fraction = static_cast<std::uint16_t>(cents % 100 * 100);
  std::uint16_t groups[6];
  int count = 0;
  for (; whole != 0; whole /= 10'000) groups[count++] = static_cast<std::uint16_t>(whole % 10'000);
  const int weight = count == 0 ? -1 : count - 1;
  std::string digits;
  for (int i = count - 1; i >= 0; --i) append_big(digits, groups[i]);
  if (fraction != 0) append_big(digits, fraction);
  while (digits.ends_with(std::string_view("\0\0", 2))) digits.resize(digits.size() - 2);
  append_big(out, static_cast<std::int32_t>(8 + digits.size()));
  append_big(out, static_cast<std::int16_t>(digits.size() / 2));
  append_big(out, static_cast<std::int16_t>(digits.empty() ? 0 : weight));
  append_big(out, std::int16_t{0});
  append_big(out, std::int16_t{2});
  out += digits;
}

void append_note(std::string& out, std::int64_t i, std::uint64_t random) {
  if (random % 10 == 0) {
    append_big(out, std::int32_t{-1});
  } else if (i % 997 == 0) {
    append_field(out, std::string_view());
  } else if (i % 991 == 0) {
    append_field(out, "tab\there, \"quote\", back\\slash\nnewline, \u00e9\u4e2d \\N");
  } else {
    const std::string hex =
        fmt::format("{:016x}{:016x}{:016x}{:016x}", mix(random), mix(random + 1), mix(random + 2), mix(random + 3));
    append_field(out, std::string_view(hex).substr(0, 20 + random / 16 % 41));
  }
}

}  // namespace

Schema orders_schema() {
  const auto type = [](TypeKind kind, int precision = 0, int scale = 0, std::int64_t length = 0,
                       bool is_fixed = false) { return DataType{kind, precision, scale, length, is_fixed, nullptr}; };
  return {{"id", type(TypeKind::kInt64), false},
          {"customer_id", type(TypeKind::kInt32), true},
          {"status", type(TypeKind::kText), true},
          {"amount", type(TypeKind::kDecimal, 12, 2), true},
          {"currency", type(TypeKind::kText, 0, 0, 3, true), true},
          {"created_at", type(TypeKind::kTimestampTz, 0, 6), true},
          {"updated_at", type(TypeKind::kTimestamp, 0, 6), true},
          {"is_active", type(TypeKind::kBool), true},
          {"note", type(TypeKind::kText), true},
          {"price", type(TypeKind::kFloat64), true},
          {"ship_date", type(TypeKind::kDate), true},
          {"payload", type(TypeKind::kJsonb), true}};
}

std::string make_orders(std::int64_t first, std::int64_t count) {
  static constexpr std::string_view kStatus[] = {"new", "paid", "shipped", "done", "cancelled"};
  static constexpr std::string_view kCurrency[] = {"USD", "EUR", "GBP", "JPY"};
  std::string out;
  for (std::int64_t i = first; i < first + count; ++i) {
    append_big(out, std::int16_t{12});
    append_field(out, i);
    append_field(out, static_cast<std::int32_t>(i * 7919 % 100'003));
    append_field(out, kStatus[i % 5]);
    append_amount(out, i * 104'729 % 1'000'000'000);
    append_field(out, kCurrency[i % 4]);
    append_field(out, 631'152'000'000'000 + i * 37'123'457);
    append_field(out, 675'820'800'000'000 + i * 11'000'321);
    append_field(out, static_cast<std::int8_t>(i % 3 == 0));
    append_note(out, i, mix(static_cast<std::uint64_t>(i)));
    append_field(out, std::bit_cast<std::int64_t>(std::sqrt(static_cast<double>(i)) * 1.1));
    append_field(out, static_cast<std::int32_t>(7305 + i % 2000));
    append_field(out, fmt::format("\1{{\"k\": {}, \"v\": {:.20f}, \"tag\": \"t{}\"}}", i % 100,
                                  static_cast<double>(i % 1000) / 8, i % 17));
  }
  return out;
}

}  // namespace dpone::bench
