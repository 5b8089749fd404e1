#include "dpone/data/value_parse.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "dpone/base/ascii.h"
#include "dpone/base/utf8.h"
#include "dpone/data/decimal.h"
#include "dpone/data/temporal_parse.h"
#include "dpone/data/wide_integer.h"

namespace dpone {
namespace {

constexpr const char* kNoValue = "does not have its column's type";
constexpr const char* kOutOfRange = "is out of range";
constexpr const char* kTooLong = "is longer than its type allows";
constexpr const char* kTooPrecise = "has more digits than its type allows";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Pairs of hexadecimal digits; `out` has room for text.size() / 2 bytes.
bool parse_hex(std::string_view text, char* out) {
  if (text.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    *out++ = static_cast<char>(high * 16 + low);
  }
  return true;
}

// The digits of `text` without its separators, which are REQUIRED to precede the digits that `groups` counts.
template <std::size_t kBytes>
bool parse_groups(std::string_view text, std::initializer_list<std::size_t> groups, char separator,
                  std::array<char, kBytes>* out) {
  std::string digits;
  std::size_t next = 0;
  for (const std::size_t group : groups) {
    if (next != 0) {
      if (next >= text.size() || text[next] != separator) return false;
      ++next;
    }
    if (text.size() - std::min(next, text.size()) < group) return false;
    digits += text.substr(next, group);
    next += group;
  }
  return next == text.size() && digits.size() == 2 * kBytes && parse_hex(digits, out->data());
}

bool parse_lsn(std::string_view text, std::uint64_t* out) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  std::uint32_t halves[2];
  const std::string_view parts[2] = {text.substr(0, slash), text.substr(slash + 1)};
  for (int i = 0; i < 2; ++i) {
    const char* const end = parts[i].data() + parts[i].size();
    const auto read = std::from_chars(parts[i].data(), end, halves[i], 16);
    if (read.ec != std::errc() || read.ptr != end) return false;
  }
  *out = std::uint64_t{halves[0]} << 32 | halves[1];
  return true;
}

// Family, prefix, address: the memory layout of kInet and kCidr.
bool parse_network(std::string_view text, bool is_cidr, std::string* out) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  const bool is_ipv6 = address.find(':') != std::string::npos;
  const int size = is_ipv6 ? 16 : 4;
  char bytes[16];
  if (address.find('\0') != std::string::npos || inet_pton(is_ipv6 ? AF_INET6 : AF_INET, address.c_str(), bytes) != 1) {
    return false;
  }
  int prefix = size * 8;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    if (digits.starts_with('-') || !parse_integer(digits, &prefix) || prefix > size * 8) return false;
  }
  for (int bit = prefix; is_cidr && bit < size * 8; ++bit) {
    if (((bytes[bit / 8] >> (7 - bit % 8)) & 1) != 0) return false;
  }
  *out = {static_cast<char>(is_ipv6 ? 6 : 4), static_cast<char>(prefix)};
  out->append(bytes, static_cast<std::size_t>(size));
  return true;
}

bool parse_bits(std::string_view text, std::string* out) {
  const auto count = static_cast<std::int32_t>(text.size());
  out->assign(sizeof count + (text.size() + 7) / 8, '\0');
  std::memcpy(out->data(), &count, sizeof count);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '0' && text[i] != '1') return false;
    char& byte = (*out)[sizeof count + i / 8];
    byte = static_cast<char>(byte | (text[i] - '0') << (7 - i % 8));
  }
  return true;
}

bool parse_char1(std::string_view text, char* out) {
  if (text.size() <= 1) {
    *out = text.empty() ? '\0' : text[0];
    return text.empty() || static_cast<unsigned char>(text[0]) < 0x80;
  }
  if (text.size() != 4 || text[0] != '\\') return false;
  int value = 0;
  for (const char c : text.substr(1)) {
    if (c < '0' || c > '7') return false;
    value = value * 8 + (c - '0');
  }
  *out = static_cast<char>(value);
  return value >= 0x80 && value <= 0xFF;
}

// The error for a text that an integer type does not accept.
const char* integer_problem(std::string_view text) {
  const std::size_t digits = text.starts_with('-') ? 1 : 0;
  const bool is_number = text.size() > digits && text.find_first_not_of("0123456789", digits) == std::string_view::npos;
  return is_number ? kOutOfRange : kNoValue;
}

template <class T>
const char* append_integer_value(std::string_view text, ColumnBuilder& out) {
  text = without_plus(text);
  T value;
  if (parse_integer(text, &value)) {
    out.append(value);
    return nullptr;
  }
  return integer_problem(text);
}

template <class T>
const char* append_wide_value(std::string_view text, bool is_signed, ColumnBuilder& out) {
  T value;
  if (!parse_wide_integer(text, is_signed, &value)) return integer_problem(text);
  out.append(value);
  return nullptr;
}

template <class T>
const char* append_float_value(std::string_view text, ColumnBuilder& out) {
  T value;
  if (!parse_float(without_plus(text), &value)) return kNoValue;
  out.append(value);
  return nullptr;
}

const char* append_decimal_value(std::string_view text, ColumnBuilder& out) {
  const DataType& type = out.type();
  text = without_plus(text);
  if (!is_decimal_spelling(text)) return kNoValue;
  const auto value = parse_decimal(text, type.precision, type.scale);
  if (!value) return value.error().slug() == "value.does_not_fit" ? kTooPrecise : kNoValue;
  out.append(*value);
  return nullptr;
}

// The target would silently round a numeric of declared precision. `text` is canonical.
bool keeps_digits(std::string_view text, const DataType& type) {
  if (type.precision == 0) return true;
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::size_t last = text.find_last_of("123456789");
  if (last == std::string_view::npos) return true;  // zero, NaN, the infinities
  const auto place =
      last > point ? -static_cast<std::int64_t>(last - point) : static_cast<std::int64_t>(point - last) - 1;
  return place >= -type.scale;
}

const char* append_money_value(std::string_view text, ColumnBuilder& out) {
  text = without_plus(text);
  if (!is_decimal_spelling(text)) return kNoValue;
  const auto value = parse_decimal(text, kMaxDecimalPrecision, 2);
  if (!value) return value.error().slug() == "value.does_not_fit" ? kTooPrecise : kNoValue;
  const auto cents = static_cast<std::int64_t>(*value);
  if (cents != *value) return is_decimal_special(*value) ? kNoValue : kOutOfRange;
  out.append(cents);
  return nullptr;
}

const char* append_timestamp_value(std::string_view text, ColumnBuilder& out) {
  std::int64_t micros = 0;
  if (!parse_timestamp(text, out.type().kind == TypeKind::kTimestampTz, &micros)) return kNoValue;
  if (!fits_fraction(micros, out.type().scale)) return kTooPrecise;
  out.append(micros);
  return nullptr;
}

const char* append_time_value(std::string_view text, ColumnBuilder& out) {
  if (out.type().kind == TypeKind::kTimeTz) {
    TimeTz value;
    if (!parse_time_tz(text, &value)) return kNoValue;
    if (!fits_fraction(value.micros, out.type().scale)) return kTooPrecise;
    out.append(value);
    return nullptr;
  }
  std::int64_t micros = 0;
  if (!parse_time(text, &micros)) return kNoValue;
  if (!fits_fraction(micros, out.type().scale)) return kTooPrecise;
  out.append(micros);
  return nullptr;
}

const char* append_interval_value(std::string_view text, ColumnBuilder& out) {
  Interval value;
  if (!parse_interval(text, out.type().has_infinity, &value)) return kNoValue;
  if (!fits_fraction(value.micros, out.type().scale)) return kTooPrecise;
  out.append(value);
  return nullptr;
}

const char* append_text_value(std::string_view text, ColumnBuilder& out) {
  const char* const wrong = wrong_length(text, out.type());
  if (wrong == nullptr) out.append_bytes(text);
  return wrong;
}

const char* append_bytes_value(std::string_view text, ColumnBuilder& out) {
  if (!text.starts_with("\\x")) return kNoValue;
  std::string bytes((text.size() - 2) / 2, '\0');
  if (!parse_hex(text.substr(2), bytes.data())) return kNoValue;
  out.append_bytes(bytes);
  return nullptr;
}

const char* append_bit_value(std::string_view text, ColumnBuilder& out) {
  const DataType& type = out.type();
  const auto size = static_cast<std::int64_t>(text.size());
  if (type.length != 0 && size > type.length) return kTooLong;
  if (type.is_fixed_length && size != type.length) return kNoValue;
  std::string bits;
  if (!parse_bits(text, &bits)) return kNoValue;
  out.append_bytes(bits);
  return nullptr;
}

template <std::size_t kBytes>
const char* append_groups(std::string_view text, std::initializer_list<std::size_t> groups, char separator,
                          ColumnBuilder& out) {
  std::array<char, kBytes> bytes;
  if (!parse_groups(text, groups, separator, &bytes)) return kNoValue;
  out.append_bytes({bytes.data(), bytes.size()});
  return nullptr;
}

// PostgreSQL's array literal: `[0:1]={{1,NULL},{"a b",2}}`.
class ArrayParser {
 public:
  ArrayParser(std::string_view text, ColumnBuilder& child) : text_(text), child_(child) {}

  const char* parse(std::vector<ArrayDimension>* shape) {
    std::vector<ArrayDimension> declared;
    while (at() == '[') {
      ArrayDimension dimension;
      std::int32_t last = 0;
      if (!take_bound('[', ':', &dimension.lower_bound) || !take_bound(':', ']', &last)) return kNoValue;
      ++next_;
      const std::int64_t size = std::int64_t{last} - dimension.lower_bound + 1;
      if (size < 1 || size > std::numeric_limits<std::int32_t>::max()) return kNoValue;
      dimension.size = static_cast<std::int32_t>(size);
      declared.push_back(dimension);
    }
    if (!declared.empty() && text_[std::min(next_++, text_.size() - 1)] != '=') return kNoValue;
    if (text_.substr(next_) == "{}") return declared.empty() ? nullptr : kNoValue;
    const char* const wrong = parse_list(0);
    if (wrong != nullptr) return wrong;
    if (next_ != text_.size()) return kNoValue;
    shape->assign(shape_.begin(), shape_.end());
    if (declared.empty()) return nullptr;
    if (declared.size() != shape->size()) return kNoValue;
    for (std::size_t i = 0; i < declared.size(); ++i) {
      if (declared[i].size != (*shape)[i].size) return kNoValue;
    }
    *shape = declared;
    return nullptr;
  }

 private:
  static constexpr std::size_t kMostDimensions = 6;

  char at() const { return next_ < text_.size() ? text_[next_] : '\0'; }

  // `[1` up to `:`, or `:2` up to `]`.
  bool take_bound(char begin, char end, std::int32_t* out) {
    const std::size_t stop = text_.find(end, next_);
    if (at() != begin || stop == std::string_view::npos) return false;
    if (!parse_integer(text_.substr(next_ + 1, stop - next_ - 1), out)) return false;
    next_ = stop;
    return true;
  }

  const char* parse_list(std::size_t depth) {
    if (depth == kMostDimensions || at() != '{') return kNoValue;
    ++next_;
    const bool is_outer = at() == '{';
    if (shape_.size() == depth) {
      // The first list of this depth says how long the others are, and whether they hold lists or elements.
      if (has_leaf_) return kNoValue;
      shape_.push_back({0, 1});
      has_leaf_ = !is_outer;
    } else if (is_outer != (depth + 1 < shape_.size())) {
      return kNoValue;
    }
    std::int32_t size = 0;
    while (true) {
      const char* const wrong = is_outer ? parse_list(depth + 1) : parse_element();
      if (wrong != nullptr) return wrong;
      ++size;
      if (at() == '}') break;
      if (at() != ',') return kNoValue;
      ++next_;
    }
    ++next_;
    if (shape_[depth].size == 0) shape_[depth].size = size;
    return shape_[depth].size == size ? nullptr : kNoValue;
  }

  const char* parse_element() {
    // A few characters can stand for a very long number; PostgreSQL cannot store a value of a gigabyte.
    constexpr std::size_t kMostBytes = std::size_t{1} << 30;
    if (child_.parts().values.size() - begin_ > kMostBytes) return kTooLong;
    if (at() != '"') {
      const std::size_t end = text_.find_first_of(",{}\"\\", next_);
      if (end == std::string_view::npos || end == next_) return kNoValue;
      const std::string_view element = text_.substr(next_, end - next_);
      next_ = end;
      // PostgreSQL ignores blanks around it; we would not.
      if (is_blank(element.front()) || is_blank(element.back())) return kNoValue;
      if (!is_word_in_any_case(element, "null")) return append_parsed_value(element, child_);
      child_.append_null();
      return nullptr;
    }
    std::string element;
    for (++next_; at() != '"'; ++next_) {
      if (at() == '\\') ++next_;
      if (next_ >= text_.size()) return kNoValue;
      element += text_[next_];
    }
    ++next_;
    return append_parsed_value(element, child_);
  }

  static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

  std::string_view text_;
  std::size_t next_ = 0;
  ColumnBuilder& child_;
  const std::size_t begin_ = child_.parts().values.size();
  std::vector<ArrayDimension> shape_;
  bool has_leaf_ = false;
};

const char* append_array_value(std::string_view text, ColumnBuilder& out) {
  ColumnBuilder& child = out.child();
  const std::int64_t before = child.length();
  std::vector<ArrayDimension> shape;
  const char* const wrong = ArrayParser(text, child).parse(&shape);
  if (wrong != nullptr) {
    child.truncate(before);
    return wrong;
  }
  if (shape.size() == 1 && shape[0].lower_bound == 1) shape.clear();
  out.close_list(shape);
  return nullptr;
}

// Whether `text` is `word`, in lower case, or its beginning; in any case, and not empty.
bool begins_word(std::string_view text, std::string_view word) {
  return !text.empty() && is_word_in_any_case(text, word.substr(0, text.size()));
}

template <class T>
bool parse_float_text(std::string_view text, T* out) {
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
    *out = text == "NaN" ? std::numeric_limits<T>::quiet_NaN() : std::numeric_limits<T>::infinity();
    if (text[0] == '-') *out = -*out;
    return true;
  }
  // from_chars accepts words that are not numbers.
  const char first = text.starts_with('-') && text.size() > 1 ? text[1] : text.empty() ? '\0' : text[0];
  if ((first < '0' || first > '9') && first != '.') return false;
  T value;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return false;
  *out = value;
  return true;
}

}  // namespace

const char* wrong_length(std::string_view text, const DataType& type) {
  if (type.length == 0) return nullptr;
  if (static_cast<std::int64_t>(text.size()) <= type.length) return nullptr;
  // Characters, not bytes; counted only where they may be too many.
  return count_code_points(text) > type.length ? kTooLong : nullptr;
}

bool parse_bool(std::string_view text, bool* out) {
  // As boolin() of PostgreSQL has them: `o` alone could be on or off.
  const bool is_true =
      begins_word(text, "true") || begins_word(text, "yes") || is_word_in_any_case(text, "on") || text == "1";
  const bool is_false = begins_word(text, "false") || begins_word(text, "no") ||
                        (text.size() > 1 && begins_word(text, "off")) || text == "0";
  if (is_true || is_false) *out = is_true;
  return is_true || is_false;
}

bool is_plain_bool(std::string_view text) {
  return is_word_in_any_case(text, "t") || is_word_in_any_case(text, "f") || is_word_in_any_case(text, "true") ||
         is_word_in_any_case(text, "false");
}

std::string_view without_plus(std::string_view text) {
  const bool has_plus = text.size() > 1 && text[0] == '+' && (is_ascii_digit(text[1]) || text[1] == '.');
  return has_plus ? text.substr(1) : text;
}

template <class T>
bool parse_integer(std::string_view text, T* out) {
  // Digits that cannot overflow are the usual case.
  constexpr std::size_t kSafeDigits = std::numeric_limits<T>::digits10;
  const std::size_t sign = std::is_signed_v<T> && text.starts_with('-') ? 1 : 0;
  if (text.size() > sign && text.size() <= sign + kSafeDigits) {
    T size = 0;
    for (const char c : text.substr(sign)) {
      if (!is_ascii_digit(c)) return false;
      size = static_cast<T>(size * 10 + (c - '0'));
    }
    *out = static_cast<T>(sign != 0 ? -size : size);
    return true;
  }
  T value;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return false;
  *out = value;
  return true;
}
template bool parse_integer(std::string_view, std::int8_t*);
template bool parse_integer(std::string_view, std::uint8_t*);
template bool parse_integer(std::string_view, std::int16_t*);
template bool parse_integer(std::string_view, std::uint16_t*);
template bool parse_integer(std::string_view, std::int32_t*);
template bool parse_integer(std::string_view, std::int64_t*);
template bool parse_integer(std::string_view, std::uint32_t*);
template bool parse_integer(std::string_view, std::uint64_t*);

bool is_decimal_spelling(std::string_view text) {
  const std::string_view size = text.starts_with('-') ? text.substr(1) : text;
  if (size.empty()) return false;
  return is_ascii_digit(size[0]) || size[0] == '.' || size == "Infinity" || text == "NaN";
}

bool parse_float(std::string_view text, double* out) { return parse_float_text(text, out); }
bool parse_float(std::string_view text, float* out) { return parse_float_text(text, out); }

const char* append_parsed_value(std::string_view text, ColumnBuilder& out) {
  switch (out.type().kind) {
    case TypeKind::kBool: {
      bool value = false;
      if (!parse_bool(text, &value)) return kNoValue;
      out.append_bool(value);
      return nullptr;
    }
    case TypeKind::kInt16:
      return append_integer_value<std::int16_t>(text, out);
    case TypeKind::kInt32:
      return append_integer_value<std::int32_t>(text, out);
    case TypeKind::kInt64:
      return append_integer_value<std::int64_t>(text, out);
    case TypeKind::kUInt32:
      return append_integer_value<std::uint32_t>(text, out);
    case TypeKind::kUInt64:
      return append_integer_value<std::uint64_t>(text, out);
    case TypeKind::kInt8:
      return append_integer_value<std::int8_t>(text, out);
    case TypeKind::kUnsigned8:
      return append_integer_value<std::uint8_t>(text, out);
    case TypeKind::kUnsigned16:
      return append_integer_value<std::uint16_t>(text, out);
    case TypeKind::kUnsigned32:
      return append_integer_value<std::uint32_t>(text, out);
    case TypeKind::kUnsigned64:
      return append_integer_value<std::uint64_t>(text, out);
    case TypeKind::kInt128:
      return append_wide_value<Wide128>(text, true, out);
    case TypeKind::kUnsigned128:
      return append_wide_value<Wide128>(text, false, out);
    case TypeKind::kInt256:
      return append_wide_value<Wide256>(text, true, out);
    case TypeKind::kUnsigned256:
      return append_wide_value<Wide256>(text, false, out);
    case TypeKind::kLsn: {
      std::uint64_t value = 0;
      if (!parse_lsn(text, &value)) return kNoValue;
      out.append(value);
      return nullptr;
    }
    case TypeKind::kFloat32:
      return append_float_value<float>(text, out);
    case TypeKind::kFloat64:
      return append_float_value<double>(text, out);
    case TypeKind::kDecimal:
      return append_decimal_value(text, out);
    case TypeKind::kNumeric: {
      text = without_plus(text);
      if (!is_decimal_spelling(text)) return kNoValue;
      const auto value = canonical_numeric(text);
      if (!value) return kNoValue;
      if (!keeps_digits(*value, out.type())) return kTooPrecise;
      out.append_bytes(*value);
      return nullptr;
    }
    case TypeKind::kMoney:
      return append_money_value(text, out);
    case TypeKind::kDate: {
      std::int32_t days = 0;
      if (!parse_date(text, &days)) return kNoValue;
      out.append(days);
      return nullptr;
    }
    case TypeKind::kTime:
    case TypeKind::kTimeTz:
      return append_time_value(text, out);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return append_timestamp_value(text, out);
    case TypeKind::kInterval:
      return append_interval_value(text, out);
    case TypeKind::kBytes:
      return append_bytes_value(text, out);
    case TypeKind::kUuid:
      return append_groups<16>(text, {8, 4, 4, 4, 12}, '-', out);
    case TypeKind::kInet:
    case TypeKind::kCidr: {
      std::string value;
      if (!parse_network(text, out.type().kind == TypeKind::kCidr, &value)) return kNoValue;
      out.append_bytes(value);
      return nullptr;
    }
    case TypeKind::kMacaddr:
      return append_groups<6>(text, {2, 2, 2, 2, 2, 2}, ':', out);
    case TypeKind::kMacaddr8:
      return append_groups<8>(text, {2, 2, 2, 2, 2, 2, 2, 2}, ':', out);
    case TypeKind::kBit:
      return append_bit_value(text, out);
    case TypeKind::kChar1: {
      char value = 0;
      if (!parse_char1(text, &value)) return kNoValue;
      out.append(value);
      return nullptr;
    }
    case TypeKind::kArray:
      return append_array_value(text, out);
    case TypeKind::kText:
    case TypeKind::kJson:
    case TypeKind::kJsonb:
    case TypeKind::kEnum:
      return append_text_value(text, out);
  }
  return kNoValue;
}

}  // namespace dpone
