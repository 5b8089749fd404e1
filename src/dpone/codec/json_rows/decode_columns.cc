#include "dpone/codec/json_rows/decode_columns.h"

#include <array>
#include <cstring>
#include <span>
#include <vector>

#include "dpone/data/decimal.h"
#include "dpone/data/temporal.h"
#include "dpone/data/temporal_parse.h"
#include "dpone/data/type_traits.h"
#include "dpone/data/value_parse.h"

namespace dpone::json_rows {
namespace {

using Flags = std::array<std::uint8_t, kMostRunRows>;

constexpr const char* kValue = "json_rows.value";
constexpr const char* kNoValue = "does not have its column's type";
constexpr const char* kNotWhole = "is not an integer in its type's range";
constexpr const char* kRagged = "has arrays of unequal size or depth, which do not form dimensions";

bool is_json(TypeKind kind) { return kind == TypeKind::kJson || kind == TypeKind::kJsonb; }

bool is_null(const Token& token) { return token.kind <= TokenKind::kNull; }

bool fail(DecodeColumn& self, const char* what) {
  self.problem = {kValue, what};
  return false;
}

bool append_text(DecodeColumn& self, std::string_view text, ColumnBuilder& out) {
  const char* const wrong = append_parsed_value(text, out);
  return wrong == nullptr || fail(self, wrong);
}

bool append_string(DecodeColumn& self, const Token& token, ColumnBuilder& out) {
  if (token.kind == TokenKind::kString) return append_text(self, token.view(), out);
  if (!unescape(token.view(), self.scratch, &self.problem)) return false;
  return append_text(self, self.scratch, out);
}

// A number with a point or an exponent for a column of integers.
bool append_whole(DecodeColumn& self, const Token& token, ColumnBuilder& out) {
  const auto value = parse_decimal(token.view(), kMaxDecimalPrecision, 0);
  if (!value) return fail(self, kNotWhole);
  std::string digits;
  append_decimal_text(*value, 0, digits);
  return append_parsed_value(digits, out) == nullptr || fail(self, kNotWhole);
}

// Any value but an array for an array column.
bool append_scalar(DecodeColumn& self, const Token& token, ColumnBuilder& out) {
  if (is_null(token)) {
    out.append_null();
    return true;
  }
  const TypeKind kind = out.type().kind;
  if (is_json(kind)) {
    out.append_bytes(token.json());
    return true;
  }
  if (token.is_string()) return append_string(self, token, out);
  switch (kind) {
    case TypeKind::kText:
      return append_text(self, token.view(), out);
    case TypeKind::kBool:
      if (token.kind != TokenKind::kTrue && token.kind != TokenKind::kFalse) break;
      out.append_bool(token.kind == TokenKind::kTrue);
      return true;
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kInt128:
    case TypeKind::kInt256:
    case TypeKind::kUInt32:
    case TypeKind::kUInt64:
    case TypeKind::kUnsigned8:
    case TypeKind::kUnsigned16:
    case TypeKind::kUnsigned32:
    case TypeKind::kUnsigned64:
    case TypeKind::kUnsigned128:
    case TypeKind::kUnsigned256:
      if (!token.is_number()) break;
      return token.kind == TokenKind::kInteger && token.view() != "-0" ? append_text(self, token.view(), out)
                                                                       : append_whole(self, token, out);
    case TypeKind::kFloat32:
    case TypeKind::kFloat64:
    case TypeKind::kDecimal:
    case TypeKind::kNumeric:
    case TypeKind::kMoney:
      if (!token.is_number()) break;
      return append_text(self, token.view(), out);
    default:
      break;
  }
  return fail(self, kNoValue);
}

// A JSON array whose syntax the scanner has seen, as the value of an array column.
class ArrayReader {
 public:
  ArrayReader(DecodeColumn& self, ColumnBuilder& out) : self_(self), child_(out.child()), begin_(bytes()) {}

  bool read(const Token& token) { return list(token.text, 0) != nullptr; }
  const std::vector<ArrayDimension>& shape() const { return shape_; }

 private:
  static constexpr std::size_t kMostDimensions = 6;

  std::size_t bytes() const { return child_.parts().values.size(); }

  // At a `[`; returns behind its `]`.
  const char* list(const char* at, std::size_t depth) {
    at = Scanner::blanks(at + 1);
    if (*at == ']') return depth == 0 ? at + 1 : wrong(kRagged);
    const bool holds_lists = *at == '[' && !is_json(child_.type().kind);
    if (depth == kMostDimensions) return wrong("has more than six dimensions");
    if (shape_.size() == depth) {
      // The first list of this depth says how long the others are, and whether they hold lists or elements.
      if (has_leaf_) return wrong(kRagged);
      shape_.push_back({0, 1});
      has_leaf_ = !holds_lists;
    } else if (holds_lists != (depth + 1 < shape_.size())) {
      return wrong(kRagged);
    }
    std::int32_t size = 0;
    while (true) {
      if (holds_lists) {
        if (*at != '[') return wrong(kRagged);
        at = list(at, depth + 1);
      } else {
        at = element(at);
      }
      if (at == nullptr) return nullptr;
      ++size;
      at = Scanner::blanks(at);
      if (*at == ']') break;
      at = Scanner::blanks(at + 1);
    }
    if (shape_[depth].size == 0) shape_[depth].size = size;
    return shape_[depth].size == size ? at + 1 : wrong(kRagged);
  }

  const char* element(const char* at) {
    Token token;
    at = self_.scanner.value(at, Scanner::Strictness::kJson, &token);
    if (at == nullptr) return wrong(kNoValue);
    if (token.kind == TokenKind::kArray && !is_json(child_.type().kind)) return wrong(kRagged);
    if (!append_scalar(self_, token, child_)) return nullptr;
    // A few characters can stand for a very long number.
    if (bytes() - begin_ > static_cast<std::size_t>(self_.max_bytes)) return wrong("is too big as text");
    return at;
  }

  const char* wrong(const char* what) {
    fail(self_, what);
    return nullptr;
  }

  DecodeColumn& self_;
  ColumnBuilder& child_;
  const std::size_t begin_;
  std::vector<ArrayDimension> shape_;
  bool has_leaf_ = false;
};

// Elements of json that came out of an array's text, from the `first` on, must be JSON like all others.
bool check_elements(DecodeColumn& self, ColumnBuilder& child, std::int64_t first) {
  const auto strictness =
      child.type().kind == TypeKind::kJsonb ? Scanner::Strictness::kJsonb : Scanner::Strictness::kJson;
  const ColumnParts& parts = child.parts();
  const std::int64_t* const offsets = parts.offsets.as<std::int64_t>();
  for (std::int64_t i = first; i < parts.length; ++i) {
    if (parts.null_count != 0 && ((parts.validity.data()[i >> 3] >> (i & 7)) & 1) == 0) continue;
    const std::string_view text(parts.values.as<char>() + offsets[i],
                                static_cast<std::size_t>(offsets[i + 1] - offsets[i]));
    if (!self.json.parse(text, strictness, 1)) return fail(self, "has an element that is not JSON");
  }
  return true;
}

bool append_array(DecodeColumn& self, const Token& token, ColumnBuilder& out) {
  if (is_null(token)) {
    out.append_null();
    return true;
  }
  ColumnBuilder& child = out.child();
  const std::int64_t before = child.length();
  if (token.is_string()) {
    if (!append_string(self, token, out)) return false;
    return !is_json(child.type().kind) || check_elements(self, child, before);
  }
  if (token.kind != TokenKind::kArray) return fail(self, kNoValue);
  ArrayReader reader(self, out);
  if (!reader.read(token)) {
    child.truncate(before);
    return false;
  }
  out.close_list(reader.shape().size() == 1 ? std::span<const ArrayDimension>() : reader.shape());
  return true;
}

// The quick way of a type: for tokens of `takes`, by `read`.
template <class T>
struct IntegerReader {
  using Value = T;
  static bool takes(const Token& token) { return token.kind == TokenKind::kInteger; }
  static bool read(std::string_view text, const DataType&, Value* out) { return parse_integer(text, out); }
};
template <class T>
struct FloatReader {
  using Value = T;
  static bool takes(const Token& token) { return token.is_number(); }
  static bool read(std::string_view text, const DataType&, Value* out) { return parse_float(text, out); }
};
struct DecimalReader {
  using Value = Int128;
  static bool takes(const Token& token) { return token.is_number(); }
  static bool read(std::string_view text, const DataType& type, Value* out) {
    const auto value = parse_decimal(text, type.precision, type.scale);
    if (value) *out = *value;
    return value.has_value();
  }
};
struct DateReader {
  using Value = std::int32_t;
  static bool takes(const Token& token) { return token.kind == TokenKind::kString; }
  static bool read(std::string_view text, const DataType&, Value* out) { return parse_date(text, out); }
};
template <bool kHasZone>
struct TimestampReader {
  using Value = std::int64_t;
  static bool takes(const Token& token) { return token.kind == TokenKind::kString; }
  static bool read(std::string_view text, const DataType& type, Value* out) {
    if (parse_timestamp(text, kHasZone, out)) return fits_fraction(*out, type.scale);
    std::int32_t day = 0;  // a date is its midnight
    return !kHasZone && parse_date(text, &day) && timestamp_of_date(day, out);
  }
};

// Bytes that the tokens of the column have in the run.
std::size_t bytes_of(const RowRun& run, std::size_t column) {
  std::size_t bytes = 0;
  for (std::size_t row = 0; row < static_cast<std::size_t>(run.count); ++row)
    bytes += run.token(row, column).json().size();
  return bytes;
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
    const Token& token = run.token(static_cast<std::size_t>(i), self.index);
    Value value{};
    valid[static_cast<std::size_t>(i)] = is_null(token) ? 0 : 1;
    if (is_null(token)) {
      ++nulls;
    } else if (!Reader::takes(token) || !Reader::read(token.view(), builder.type(), &value)) {
      if (!append_scalar(self, token, self.probe)) return i;
      std::memcpy(&value, self.probe.parts().values.data(), sizeof value);
      self.probe.truncate(0);
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
    const Token& token = run.token(row, self.index);
    valid[row] = is_null(token) ? 0 : 1;
    flags[row] = token.kind == TokenKind::kTrue ? 1 : 0;
    if (is_null(token)) {
      ++nulls;
    } else if (token.kind != TokenKind::kTrue && token.kind != TokenKind::kFalse) {
      if (!append_scalar(self, token, self.probe)) return i;
      flags[row] = self.probe.parts().values.data()[0] & 1;
      self.probe.truncate(0);
    }
  }
  append_bits(self.builder.parts().values, self.builder.length(), flags.data(), run.count);
  close_run(self.builder, run.count, valid.data(), nulls);
  return -1;
}

enum class TextMode : std::uint8_t { kText, kLabel, kJson };

// No value is longer in memory than in the line, because escapes are longer than what they stand for.
template <TextMode kMode>
int decode_text(DecodeColumn& self, const RowRun& run) {
  ColumnBuilder& builder = self.builder;
  ColumnParts& parts = builder.parts();
  const DataType& type = builder.type();
  const auto count = static_cast<std::size_t>(run.count);
  make_room_within(parts.values, run.bytes, [&] { return bytes_of(run, self.index); });
  make_room(parts.offsets, count * sizeof(std::int64_t));
  const std::size_t first = parts.offsets.size() / sizeof(std::int64_t);
  parts.offsets.resize((first + count) * sizeof(std::int64_t));
  std::int64_t* const offsets = parts.offsets.as<std::int64_t>() + first;
  std::uint8_t* const values = parts.values.data();
  std::uint8_t* to = values + parts.values.size();
  Flags valid;
  int nulls = 0;
  for (std::size_t row = 0; row < count; ++row) {
    const Token& token = run.token(row, self.index);
    const bool is_value =
        !is_null(token) || (kMode == TextMode::kJson && self.format.keeps_json_null && token.kind == TokenKind::kNull);
    valid[row] = is_value ? 1 : 0;
    if (!is_value) {
      ++nulls;
      offsets[row] = to - values;
      continue;
    }
    if (kMode != TextMode::kJson && token.kind == TokenKind::kEscaped) {
      char* end = nullptr;
      if (!unescape(token.view(), reinterpret_cast<char*>(to), &end, &self.problem)) return static_cast<int>(row);
      to += end - reinterpret_cast<char*>(to);
    } else {
      if (kMode == TextMode::kLabel && token.kind != TokenKind::kString) {
        fail(self, kNoValue);
        return static_cast<int>(row);
      }
      const std::string_view text = kMode == TextMode::kJson ? token.json() : token.view();
      copy_run_over(to, text.data(), text.size(), run.readable_end);
      to += text.size();
    }
    offsets[row] = to - values;
    if (type.length != 0) {
      const std::int64_t begin = offsets[static_cast<std::ptrdiff_t>(row) - 1];
      const std::string_view text(reinterpret_cast<const char*>(values) + begin,
                                  static_cast<std::size_t>(offsets[row] - begin));
      if (const char* const wrong = wrong_length(text, type)) {
        fail(self, wrong);
        return static_cast<int>(row);
      }
    }
  }
  parts.values.resize(static_cast<std::size_t>(to - values));
  close_run(builder, run.count, nulls != 0 || parts.null_count != 0 ? valid.data() : nullptr, nulls);
  return -1;
}

template <bool (*kAppend)(DecodeColumn&, const Token&, ColumnBuilder&)>
int decode_each(DecodeColumn& self, const RowRun& run) {
  for (int i = 0; i < run.count; ++i) {
    if (!kAppend(self, run.token(static_cast<std::size_t>(i), self.index), self.builder)) return i;
  }
  return -1;
}

// The error of a value whose kind differs from the kind that its column's type was inferred from.
const char* other_kind(const Token& token, TypeKind kind) {
  switch (kind) {
    case TypeKind::kBool:
      return token.kind == TokenKind::kTrue || token.kind == TokenKind::kFalse ? nullptr : "is not a Boolean";
    case TypeKind::kTimestamp: {
      std::int32_t day = 0;
      if (token.is_string() && parse_date(token.view(), &day)) return "is a date";
      return token.is_string() ? nullptr : "is not a string";
    }
    case TypeKind::kDate:
    case TypeKind::kTimestampTz:
    case TypeKind::kUuid:
      return token.is_string() ? nullptr : "is not a string";
    default:
      break;
  }
  switch (traits_of(kind).text) {
    case TextForm::kNumber:
    case TextForm::kNumberWords:
      return token.is_number() ? nullptr : "is not a number";
    case TextForm::kJson:
      return token.kind == TokenKind::kObject || token.kind == TokenKind::kArray ? nullptr
                                                                                 : "is not an object or array";
    default:
      return nullptr;
  }
}

int decode_guessed(DecodeColumn& self, const RowRun& run) {
  for (int i = 0; i < run.count; ++i) {
    const Token& token = run.token(static_cast<std::size_t>(i), self.index);
    const char* const wrong = is_null(token) ? nullptr : other_kind(token, self.builder.type().kind);
    if (wrong == nullptr) continue;
    RowRun before = run;
    before.count = i;
    const int earlier = i == 0 ? -1 : self.decode_any(self, before);
    if (earlier >= 0) return earlier;
    fail(self, wrong);
    return i;
  }
  return self.decode_any(self, run);
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
    case TypeKind::kUInt32:
      return decode_fixed<IntegerReader<std::uint32_t>>;
    case TypeKind::kUInt64:
      return decode_fixed<IntegerReader<std::uint64_t>>;
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
      return decode_text<TextMode::kText>;
    case TypeKind::kEnum:
      return decode_text<TextMode::kLabel>;
    case TypeKind::kJson:
    case TypeKind::kJsonb:
      return decode_text<TextMode::kJson>;
    case TypeKind::kArray:
      return decode_each<append_array>;
    default:
      return decode_each<append_scalar>;
  }
}

}  // namespace

std::unique_ptr<DecodeColumn> compile_decode(const Field& field, const JsonRowsFormat& format,
                                             std::int64_t max_value_bytes) {
  auto column = std::make_unique<DecodeColumn>(field.type, format, max_value_bytes);
  column->decode_any = function_of(field.type);
  column->decode = field.is_guessed ? decode_guessed : column->decode_any;
  return column;
}

}  // namespace dpone::json_rows
