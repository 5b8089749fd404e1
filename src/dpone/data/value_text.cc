#include "dpone/data/value_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "dpone/base/ascii.h"
#include "dpone/data/decimal.h"
#include "dpone/data/temporal.h"
#include "dpone/data/wide_integer.h"

namespace dpone {
namespace {

constexpr char kHex[] = "0123456789abcdef";

template <class T>
void append_integer(T value, std::string& out) {
  char text[24];
  const auto done = std::to_chars(text, text + sizeof text, value);
  out.append(text, done.ptr);
}

void append_hex(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

// Two halves of a log position, as PostgreSQL prints it: upper-case, without leading zeros.
void append_lsn(std::uint64_t value, std::string& out) {
  char text[18] = {};
  char* end = std::to_chars(text, text + sizeof text, value >> 32, 16).ptr;
  *end++ = '/';
  end = std::to_chars(end, text + sizeof text, value & 0xFFFFFFFF, 16).ptr;
  for (const char* c = text; c != end; ++c) out += *c >= 'a' && *c <= 'f' ? static_cast<char>(*c - 'a' + 'A') : *c;
}

void append_hex_groups(std::string_view bytes, std::size_t group, char separator, std::string& out) {
  for (std::size_t i = 0; i < bytes.size(); i += group) {
    if (i != 0) out += separator;
    append_hex(bytes.substr(i, group), out);
  }
}

void append_uuid(std::string_view bytes, std::string& out) {
  append_hex(bytes.substr(0, 4), out);
  out += '-';
  append_hex_groups(bytes.substr(4, 6), 2, '-', out);
  out += '-';
  append_hex(bytes.substr(10), out);
}

void append_ipv4(std::string_view address, std::string& out) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i != 0) out += '.';
    append_integer(static_cast<unsigned>(static_cast<unsigned char>(address[i])), out);
  }
}

// RFC 5952 in the older form of BIND's inet_ntop, which PostgreSQL uses: the first longest run of zero words is `::`,
// and addresses that map or embed IPv4 end in dots.
void append_ipv6(std::string_view address, std::string& out) {
  std::array<unsigned, 8> words{};
  for (std::size_t i = 0; i < 16; ++i) {
    words[i / 2] = words[i / 2] << 8 | static_cast<unsigned char>(address[i]);
  }
  std::size_t best = 8;
  std::size_t best_length = 1;  // a single zero word is printed
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && words[end] == 0) ++end;
    if (end - i > best_length) {
      best = i;
      best_length = end - i;
    }
    i = end + 1;
  }
  const bool has_ipv4 = best == 0 && (best_length == 6 || (best_length == 7 && words[7] != 1) ||
                                      (best_length == 5 && words[5] == 0xFFFF));
  for (std::size_t i = 0; i < 8; ++i) {
    if (best < 8 && i >= best && i < best + best_length) {
      if (i == best) out += ':';
      continue;
    }
    if (i != 0) out += ':';
    if (i == 6 && has_ipv4) {
      append_ipv4(address.substr(12), out);
      return;
    }
    char text[8];
    out.append(text, std::to_chars(text, text + sizeof text, words[i], 16).ptr);
  }
  if (best < 8 && best + best_length == 8) out += ':';
}

void append_network(std::string_view value, bool has_mask, std::string& out) {
  const bool is_ipv4 = value.size() == 6;
  const unsigned bits = static_cast<unsigned char>(value[1]);
  if (is_ipv4) {
    append_ipv4(value.substr(2), out);
  } else {
    append_ipv6(value.substr(2), out);
  }
  if (has_mask || bits != (is_ipv4 ? 32U : 128U)) {
    out += '/';
    append_integer(bits, out);
  }
}

void append_bits(std::string_view value, std::string& out) {
  std::int32_t count = 0;
  std::memcpy(&count, value.data(), sizeof count);
  for (std::int32_t i = 0; i < count; ++i) {
    const auto byte = static_cast<unsigned char>(value[sizeof count + static_cast<std::size_t>(i / 8)]);
    out += static_cast<char>('0' + ((byte >> (7 - i % 8)) & 1));
  }
}

void append_char1(std::string_view value, std::string& out) {
  const auto byte = static_cast<unsigned char>(value[0]);
  if (byte == 0) return;
  if (byte < 0x80) {
    out += value[0];
    return;
  }
  out += '\\';
  out += static_cast<char>('0' + (byte >> 6));
  out += static_cast<char>('0' + ((byte >> 3) & 7));
  out += static_cast<char>('0' + (byte & 7));
}

void append_money(std::int64_t value, std::string& out) { append_decimal_text(value, 2, out); }

// Puts quotes around the element that begins at `from`, where array input would misread it.
void quote_element(std::size_t from, std::string& out) {
  const std::string_view text = std::string_view(out).substr(from);
  if (!text.empty() && !is_word_in_any_case(text, "null") &&
      text.find_first_of(std::string_view("\"\\{}, \t\n\v\f\r")) == std::string_view::npos) {
    return;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  quoted += '"';
  out.replace(from, std::string::npos, quoted);
}

void append_elements(const Column& child, std::span<const ArrayDimension> shape, std::int64_t& next, std::string& out) {
  out += '{';
  for (std::int32_t i = 0; i < shape[0].size; ++i) {
    if (i != 0) out += ',';
    if (shape.size() > 1) {
      append_elements(child, shape.subspan(1), next, out);
      continue;
    }
    if (child.is_null(next)) {
      out += "NULL";
    } else {
      const std::size_t from = out.size();
      append_value_text(child, next, out);
      quote_element(from, out);
    }
    ++next;
  }
  out += '}';
}

void append_array(const Column& column, std::int64_t row, std::string& out) {
  std::int64_t next = column.first_element(row);
  const std::int64_t count = column.last_element(row) - next;
  if (count == 0) {
    out += "{}";
    return;
  }
  const ArrayDimension usual{static_cast<std::int32_t>(count), 1};
  std::span<const ArrayDimension> shape = column.shape_at(row);
  if (shape.empty()) shape = {&usual, 1};
  bool has_bounds = false;
  for (const ArrayDimension& dimension : shape) has_bounds |= dimension.lower_bound != 1;
  if (has_bounds) {
    for (const ArrayDimension& dimension : shape) {
      out += '[';
      append_integer(dimension.lower_bound, out);
      out += ':';
      append_integer(std::int64_t{dimension.lower_bound} + dimension.size - 1, out);
      out += ']';
    }
    out += '=';
  }
  append_elements(column.child(), shape, next, out);
}

// True if `digits * 10^exponent` is exactly half-way between `value` and a neighbour. Reading such text depends on the
// reader's rounding, so PostgreSQL does not print it.
template <class T>
bool is_half_way(std::uint64_t digits, int exponent, T value) {
  constexpr int kMantissaBits = std::numeric_limits<T>::digits;
  int binary = 0;
  const T fraction = std::frexp(value, &binary);
  const auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, kMantissaBits));
  binary -= kMantissaBits;  // value == mantissa * 2^binary
  if (exponent < -2 || exponent > 27) return false;
  // Both sides as odd * 2^k; half-way points are (2 * mantissa +- 1) * 2^(binary - 1).
  UInt128 left = digits;
  for (int i = 0; i < exponent; ++i) left *= 5;
  int left_power = exponent;
  UInt128 right_low = 2 * UInt128{mantissa} - 1;
  UInt128 right_high = right_low + 2;
  for (int i = exponent; i < 0; ++i) {
    right_low *= 5;
    right_high *= 5;
  }
  while (left != 0 && (left & 1) == 0) {
    left >>= 1;
    ++left_power;
  }
  if (left_power != binary - 1) {
    // The gap below a power of two is half as wide.
    const bool is_power = (mantissa & (mantissa - 1)) == 0;
    return is_power && left_power == binary - 2 && left == right_low + UInt128{2} * mantissa;
  }
  return left == right_low || left == right_high;
}

template <class T>
void append_float(T value, int fixed_digits, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::signbit(value)) out += '-';
  value = std::fabs(value);
  if (std::isinf(value)) {
    out += "Infinity";
    return;
  }
  if (value == 0) {
    out += '0';
    return;
  }
  char text[64];
  const auto split = [&](char* end, std::string_view& digits, int& exponent) {
    std::string_view whole(text, static_cast<std::size_t>(end - text));
    const std::size_t e = whole.find('e');
    const char* at = text + e + 1 + (text[e + 1] == '+' ? 1 : 0);
    std::from_chars(at, end, exponent);
    if (e > 1) text[1] = text[0];
    digits = e > 1 ? std::string_view(text + 1, e - 1) : std::string_view(text, 1);
    while (digits.size() > 1 && digits.back() == '0') digits.remove_suffix(1);
  };
  std::string_view digits;
  int exponent = 0;
  split(std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr, digits, exponent);
  const auto is_ambiguous = [&] {
    std::uint64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return is_half_way(number, exponent - static_cast<int>(digits.size()) + 1, value);
  };
  T back = value;
  for (int precision = static_cast<int>(digits.size());
       precision < std::numeric_limits<T>::max_digits10 && (back != value || is_ambiguous()); ++precision) {
    char* const end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, precision).ptr;
    std::from_chars(text, end, back);
    split(end, digits, exponent);
  }
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= fixed_digits) {
    out += digits[0];
    if (count > 1) out += '.';
    out += digits.substr(1);
    out += exponent < 0 ? "e-" : "e+";
    const int size = exponent < 0 ? -exponent : exponent;
    if (size < 10) out += '0';
    append_integer(size, out);
  } else if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
  } else if (count <= exponent + 1) {
    out += digits;
    out.append(static_cast<std::size_t>(exponent + 1 - count), '0');
  } else {
    out += digits.substr(0, static_cast<std::size_t>(exponent) + 1);
    out += '.';
    out += digits.substr(static_cast<std::size_t>(exponent) + 1);
  }
}

}  // namespace

void append_float_text(double value, std::string& out) { append_float(value, 15, out); }
void append_float_text(float value, std::string& out) { append_float(value, 6, out); }

void append_cast_text(const Column& column, std::int64_t row, std::string& out) {
  if (column.is_null(row)) return;
  switch (column.type().kind) {
    case TypeKind::kBool:
      out += column.bool_at(row) ? "true" : "false";
      return;
    case TypeKind::kInet:
      append_network(column.bytes_at(row), true, out);
      return;
    default:
      append_value_text(column, row, out);
      return;
  }
}

void append_value_text(const Column& column, std::int64_t row, std::string& out) {
  if (column.is_null(row)) return;
  switch (column.type().kind) {
    case TypeKind::kBool:
      out += column.bool_at(row) ? 't' : 'f';
      return;
    case TypeKind::kInt16:
      append_integer(column.value_at<std::int16_t>(row), out);
      return;
    case TypeKind::kInt32:
      append_integer(column.value_at<std::int32_t>(row), out);
      return;
    case TypeKind::kInt64:
      append_integer(column.value_at<std::int64_t>(row), out);
      return;
    case TypeKind::kUInt32:
      append_integer(column.value_at<std::uint32_t>(row), out);
      return;
    case TypeKind::kUInt64:
      append_integer(column.value_at<std::uint64_t>(row), out);
      return;
    case TypeKind::kInt8:
      append_integer(column.value_at<std::int8_t>(row), out);
      return;
    case TypeKind::kUnsigned8:
      append_integer(column.value_at<std::uint8_t>(row), out);
      return;
    case TypeKind::kUnsigned16:
      append_integer(column.value_at<std::uint16_t>(row), out);
      return;
    case TypeKind::kUnsigned32:
      append_integer(column.value_at<std::uint32_t>(row), out);
      return;
    case TypeKind::kUnsigned64:
      append_integer(column.value_at<std::uint64_t>(row), out);
      return;
    case TypeKind::kInt128:
      append_wide_integer(column.value_at<Wide128>(row), true, out);
      return;
    case TypeKind::kUnsigned128:
      append_wide_integer(column.value_at<Wide128>(row), false, out);
      return;
    case TypeKind::kInt256:
      append_wide_integer(column.value_at<Wide256>(row), true, out);
      return;
    case TypeKind::kUnsigned256:
      append_wide_integer(column.value_at<Wide256>(row), false, out);
      return;
    case TypeKind::kLsn:
      append_lsn(column.value_at<std::uint64_t>(row), out);
      return;
    case TypeKind::kFloat32:
      append_float_text(column.value_at<float>(row), out);
      return;
    case TypeKind::kFloat64:
      append_float_text(column.value_at<double>(row), out);
      return;
    case TypeKind::kDecimal:
      append_decimal_text(column.value_at<Int128>(row), column.type().scale, out);
      return;
    case TypeKind::kMoney:
      append_money(column.value_at<std::int64_t>(row), out);
      return;
    case TypeKind::kDate:
      append_date_text(column.value_at<std::int32_t>(row), out);
      return;
    case TypeKind::kTime:
      append_time_text(column.value_at<std::int64_t>(row), out);
      return;
    case TypeKind::kTimeTz:
      append_time_tz_text(column.value_at<TimeTz>(row), out);
      return;
    case TypeKind::kTimestamp:
      append_timestamp_text(column.value_at<std::int64_t>(row), false, out);
      return;
    case TypeKind::kTimestampTz:
      append_timestamp_text(column.value_at<std::int64_t>(row), true, out);
      return;
    case TypeKind::kInterval:
      append_interval_text(column.value_at<Interval>(row), column.type().has_infinity, out);
      return;
    case TypeKind::kBytes:
      out += "\\x";
      append_hex(column.bytes_at(row), out);
      return;
    case TypeKind::kUuid:
      append_uuid(column.bytes_at(row), out);
      return;
    case TypeKind::kInet:
      append_network(column.bytes_at(row), false, out);
      return;
    case TypeKind::kCidr:
      append_network(column.bytes_at(row), true, out);
      return;
    case TypeKind::kMacaddr:
    case TypeKind::kMacaddr8:
      append_hex_groups(column.bytes_at(row), 1, ':', out);
      return;
    case TypeKind::kBit:
      append_bits(column.bytes_at(row), out);
      return;
    case TypeKind::kChar1:
      append_char1(column.bytes_at(row), out);
      return;
    case TypeKind::kArray:
      append_array(column, row, out);
      return;
    case TypeKind::kNumeric:
    case TypeKind::kText:
    case TypeKind::kJson:
    case TypeKind::kJsonb:
    case TypeKind::kEnum:
      out += column.bytes_at(row);
      return;
  }
}

}  // namespace dpone
