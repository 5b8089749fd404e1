#include "dpone/rowfile/type_guess.h"

#include <fmt/format.h>

#include <algorithm>

#include "dpone/base/ascii.h"
#include "dpone/data/spelling.h"
#include "dpone/data/temporal_parse.h"
#include "dpone/data/value_parse.h"

namespace dpone::rowfile {
namespace {

constexpr int kUsualPrecision = 18;
constexpr int kMostPrecision = 38;

// A number as written: `-12.50e3`.
struct Written {
  std::string_view whole;
  std::string_view fraction;
  bool has_point = false;
  bool has_exponent = false;
};

std::size_t digits_at_front(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is_ascii_digit(text[size])) ++size;
  return size;
}

bool read_number(std::string_view text, Written& out) {
  if (text.starts_with('-')) text.remove_prefix(1);
  std::size_t size = digits_at_front(text);
  if (size == 0) return false;
  out.whole = text.substr(0, size);
  text.remove_prefix(size);
  if (text.starts_with('.')) {
    out.has_point = true;
    text.remove_prefix(1);
    size = digits_at_front(text);
    if (size == 0) return false;
    out.fraction = text.substr(0, size);
    text.remove_prefix(size);
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    out.has_exponent = true;
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    size = digits_at_front(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return text.empty();
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool is_hex = is_ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (is_dash ? c != '-' : !is_hex) return false;
  }
  return true;
}

DataType simple(TypeKind kind) {
  DataType type;
  type.kind = kind;
  if (kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz) type.scale = 6;
  return type;
}

}  // namespace

void TypeGuess::rule_out(std::int64_t row, std::string why) {
  ++values_;
  if (shape_ == Shape::kText) return;
  shape_ = Shape::kText;
  why_text_ = row == 0 ? std::move(why) : fmt::format("{} (row {})", why, row);
}

bool TypeGuess::take(Shape shape, std::int64_t row) {
  if (shape_ != Shape::kNone && shape_ != shape) {
    rule_out(row, "values are of several kinds");
    return false;
  }
  shape_ = shape;
  ++values_;
  return true;
}

bool TypeGuess::look_at_number(std::string_view text, std::int64_t row) {
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
    if (take(Shape::kNumber, row)) has_special_ = true;
    return true;
  }
  Written number;
  if (!read_number(text, number)) return false;
  if (const char* const sign = code_sign(text)) {
    rule_out(row, fmt::format("a value has {}", sign));
    return true;
  }
  if (!take(Shape::kNumber, row)) return true;
  const int scale = static_cast<int>(std::min<std::size_t>(number.fraction.size(), 1'000'000));
  least_scale_ = numbers_ == 0 ? scale : std::min(least_scale_, scale);
  most_scale_ = std::max(most_scale_, scale);
  ++numbers_;
  most_digits_ = std::max(most_digits_, static_cast<int>(std::min<std::size_t>(number.whole.size(), 1'000'000)));
  has_exponent_ |= number.has_exponent;
  std::int64_t value = 0;
  if (!number.has_point && !number.has_exponent && !is_beyond_int64_ && number.whole.size() > 18) {
    is_beyond_int64_ = !parse_integer(text, &value);
  }
  if (is_double_exact_) is_double_exact_ = is_exact_double(text);
  return true;
}

void TypeGuess::look(std::string_view text, std::int64_t row) {
  if (shape_ == Shape::kText) {
    ++values_;
    return;
  }
  if (text.empty()) return rule_out(row, "a value is an empty text");
  const char first = text[0];
  if (is_ascii_digit(first) || first == '-' || first == 'N' || first == 'I') {
    if (is_uuid(text)) {
      take(Shape::kUuid, row);
      return;
    }
    if (look_at_number(text, row)) return;
  }
  if (is_ascii_digit(first)) {
    std::int32_t days = 0;
    std::int64_t micros = 0;
    Shape shape = Shape::kText;
    if (parse_date(text, &days)) shape = Shape::kDate;
    if (shape == Shape::kText && parse_timestamp(text, false, &micros)) shape = Shape::kTimestamp;
    if (shape == Shape::kText && parse_timestamp(text, true, &micros)) shape = Shape::kTimestampTz;
    if (shape != Shape::kText) {
      take(shape, row);
      return;
    }
  }
  if (text == "t" || text == "f") {
    if (take(Shape::kBool, row)) (text == "t" ? has_t_ : has_f_) = true;
    return;
  }
  if (is_word_in_any_case(text, "true") || is_word_in_any_case(text, "false")) {
    if (take(Shape::kBool, row)) has_word_ = true;
    return;
  }
  if (is_uuid(text)) {
    take(Shape::kUuid, row);
    return;
  }
  rule_out(row, "a value has no other type");
}

void TypeGuess::look_at_bools(std::int64_t count) {
  if (!take(Shape::kBool, 0)) return;
  values_ += count - 1;
  has_word_ = true;
}

void TypeGuess::look_at_json(std::int64_t count) {
  if (take(Shape::kJson, 0)) values_ += count - 1;
}

void TypeGuess::look_at_numbers(const Numbers& numbers) {
  if (!take(Shape::kNumber, 0)) return;
  values_ += numbers.count - 1;
  numbers_ += numbers.count;
  has_exponent_ |= numbers.has_exponent;
  is_beyond_int64_ |= numbers.is_beyond_int64;
  is_double_exact_ = false;  // not checked
  least_scale_ = 0;
  most_digits_ = std::max(most_digits_, numbers.whole_digits);
  most_scale_ = std::max(most_scale_, numbers.most_scale);
}

void TypeGuess::add(const TypeGuess& other) {
  if (other.shape_ == Shape::kNone) return;
  if (shape_ == Shape::kNone) {
    *this = other;
    return;
  }
  values_ += other.values_;
  if (shape_ == Shape::kText) return;
  if (other.shape_ != shape_) {
    shape_ = Shape::kText;
    why_text_ = other.shape_ == Shape::kText ? other.why_text_ : "the files have values of several kinds";
    return;
  }
  has_t_ |= other.has_t_;
  has_f_ |= other.has_f_;
  has_word_ |= other.has_word_;
  if (other.numbers_ != 0) {
    least_scale_ = numbers_ == 0 ? other.least_scale_ : std::min(least_scale_, other.least_scale_);
    most_scale_ = std::max(most_scale_, other.most_scale_);
  }
  numbers_ += other.numbers_;
  has_exponent_ |= other.has_exponent_;
  has_special_ |= other.has_special_;
  is_beyond_int64_ |= other.is_beyond_int64_;
  is_double_exact_ &= other.is_double_exact_;
  most_digits_ = std::max(most_digits_, other.most_digits_);
}

TypeGuess::Verdict TypeGuess::verdict() const {
  const std::string all = fmt::format("all {} values are ", values_);
  switch (shape_) {
    case Shape::kNone:
      return {simple(TypeKind::kText), "the sample has no values"};
    case Shape::kText:
      return {simple(TypeKind::kText), why_text_};
    case Shape::kBool:
      // Letters alone may well mean something else: F for female.
      if (!has_word_ && !(has_t_ && has_f_)) return {simple(TypeKind::kText), all + "the same letter"};
      return {simple(TypeKind::kBool), all + "Booleans"};
    case Shape::kDate:
      return {simple(TypeKind::kDate), all + "dates"};
    case Shape::kTimestamp:
      return {simple(TypeKind::kTimestamp), all + "times without a zone"};
    case Shape::kTimestampTz:
      return {simple(TypeKind::kTimestampTz), all + "times with a zone"};
    case Shape::kUuid:
      return {simple(TypeKind::kUuid), all + "UUIDs"};
    case Shape::kJson:
      return {simple(TypeKind::kJson), all + "objects or arrays"};
    case Shape::kNumber:
      break;
  }
  if (numbers_ == 0) return {simple(TypeKind::kText), all + "NaN or Infinity"};
  if (has_exponent_) {
    if (!is_double_exact_) return {simple(TypeKind::kNumeric), all + "numbers with more digits than a float keeps"};
    return {simple(TypeKind::kFloat64), all + "numbers, some with an exponent"};
  }
  if (has_special_) return {simple(TypeKind::kNumeric), all + "numbers, or NaN or Infinity"};
  if (most_scale_ == 0) {
    if (!is_beyond_int64_) return {simple(TypeKind::kInt64), all + "integers"};
    return {simple(TypeKind::kNumeric), all + "integers, some beyond bigint"};
  }
  if (least_scale_ != most_scale_ || most_digits_ + most_scale_ > kMostPrecision) {
    return {simple(TypeKind::kNumeric),
            all + fmt::format("numbers with {} to {} digits after the decimal point", least_scale_, most_scale_)};
  }
  DataType type = simple(TypeKind::kDecimal);
  type.precision = most_digits_ + most_scale_ <= kUsualPrecision ? kUsualPrecision : kMostPrecision;
  type.scale = most_scale_;
  return {type, all + fmt::format("numbers with {} digits after the decimal point", most_scale_)};
}

}  // namespace dpone::rowfile
