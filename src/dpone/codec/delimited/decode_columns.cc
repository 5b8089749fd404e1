#include "dpone/codec/delimited/decode_columns.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "dpone/codec/delimited/byte_block.h"
#include "dpone/data/decimal.h"
#include "dpone/data/spelling.h"
#include "dpone/data/temporal.h"
#include "dpone/data/temporal_parse.h"
#include "dpone/data/value_parse.h"

namespace dpone::delimited {
namespace {

using Flags = std::array<std::uint8_t, kMostRunRows>;

constexpr const char* kNoValue = "does not have its column's type";
constexpr const char* kCode =
    "is a code, not a plain number (leading zeros, a plus sign, a sign before zero, a decimal point at its beginning "
    "or end, "
    "an "
    "exponent without a decimal point, or a huge exponent)";
constexpr const char* kInexact = "has more digits than a double precision keeps";
constexpr const char* kOtherForm = "does not match date_format, timestamp_format or decimal";
constexpr const char* kNoJson = "is not JSON";
constexpr const char* kNoJsonb = "is JSON that a jsonb cannot store (\\u0000, half a surrogate pair)";
constexpr const char* kWrongQuotes = "has a misplaced quote";

bool is_null(std::string_view field, std::string_view null_text) {
  return field.size() == null_text.size() &&
         (field.empty() || std::memcmp(field.data(), null_text.data(), field.size()) == 0);
}

bool is_quoted(std::string_view field, char quote) { return quote != '\0' && !field.empty() && field.front() == quote; }

[[gnu::noinline]] bool take_quoted(DecodeColumn& self, std::string_view& text) {
  if (!unquote(text, self.format.quote, self.scratch)) {
    self.problem = kWrongQuotes;
    return false;
  }
  text = self.scratch;
  return true;
}

// The value of a field that is not NULL, without its quotes. False if they are wrong; `problem` is set.
inline bool take_value(DecodeColumn& self, std::string_view& text) {
  return !is_quoted(text, self.format.quote) || take_quoted(self, text);
}

// What a value would lose as one of a guessed type, or nullptr.
const char* loss(std::string_view text, TypeKind kind) {
  switch (kind) {
    case TypeKind::kFloat32:
    case TypeKind::kFloat64:
      return code_sign(text) != nullptr ? kCode : is_exact_double(text) ? nullptr : kInexact;
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kDecimal:
    case TypeKind::kNumeric:
      return code_sign(text) != nullptr ? kCode : nullptr;
    case TypeKind::kBool:
      return is_plain_bool(text) ? nullptr : kNoValue;
    case TypeKind::kTimestamp: {
      std::int32_t day = 0;
      return parse_date(text, &day) ? "is a date" : nullptr;
    }
    default:
      return nullptr;
  }
}

template <class T>
struct IntegerReader {
  using Value = T;
  static bool read(std::string_view text, const DataType&, Value* out) {
    return parse_integer(text, out) || (text.starts_with('+') && parse_integer(without_plus(text), out));
  }
};
template <class T>
struct FloatReader {
  using Value = T;
  static bool read(std::string_view text, const DataType&, Value* out) { return parse_float(without_plus(text), out); }
};
struct DecimalReader {
  using Value = Int128;
  static bool read(std::string_view text, const DataType& type, Value* out) {
    text = without_plus(text);
    if (!is_decimal_spelling(text)) return false;
    const auto value = parse_decimal(text, type.precision, type.scale);
    if (value) *out = *value;
    return value.has_value();
  }
};
struct DateReader {
  using Value = std::int32_t;
  static bool read(std::string_view text, const DataType&, Value* out) { return parse_date(text, out); }
};
template <bool kHasZone>
struct TimestampReader {
  using Value = std::int64_t;
  static bool read(std::string_view text, const DataType& type, Value* out) {
    if (parse_timestamp(text, kHasZone, out)) return fits_fraction(*out, type.scale);
    std::int32_t day = 0;  // a date is its midnight
    return !kHasZone && parse_date(text, &day) && timestamp_of_date(day, out);
  }
};

// The error of a value, as the slow path reports it.
const char* problem_of(std::string_view text, const DataType& type) {
  ColumnBuilder probe(type);
  const char* const wrong = append_parsed_value(text, probe);
  return wrong != nullptr ? wrong : kNoValue;
}

// Bytes of the field of all rows of the run, their quotes too.
std::size_t bytes_of(const RowRun& run, std::size_t field) {
  std::size_t bytes = 0;
  for (std::size_t row = 0; row < static_cast<std::size_t>(run.count); ++row) bytes += run.field(row, field).size();
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
  const bool is_guessed = self.is_guessed;
  // Copies, which the compiler knows that no store into the values can change.
  const RowRun rows = run;
  const std::string_view null_text = self.format.null_text;
  const std::size_t field = self.field;
  const DataType& type = builder.type();
  Flags valid;
  int nulls = 0;
  for (int i = 0; i < rows.count; ++i) {
    std::string_view text = rows.field(static_cast<std::size_t>(i), field);
    const bool has_value = !is_null(text, null_text);
    valid[static_cast<std::size_t>(i)] = has_value ? 1 : 0;
    Value value{};
    if (has_value) {
      if (!take_value(self, text)) return i;
      if (!Reader::read(text, type, &value)) {
        self.problem = problem_of(text, type);
        return i;
      }
      if (is_guessed && (self.problem = loss(text, type.kind)) != nullptr) return i;
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
  const RowRun rows = run;  // see decode_fixed
  const std::string_view null_text = self.format.null_text;
  const std::size_t field = self.field;
  for (int i = 0; i < rows.count; ++i) {
    const auto row = static_cast<std::size_t>(i);
    std::string_view text = rows.field(row, field);
    valid[row] = is_null(text, null_text) ? 0 : 1;
    bool value = false;
    if (valid[row] == 0) {
      ++nulls;
    } else if (text.size() == 1 && (*text.data() == 't' || *text.data() == 'f')) {
      value = text[0] == 't';
    } else {
      if (!take_value(self, text)) return i;
      if ((self.is_guessed && !is_plain_bool(text)) || !parse_bool(text, &value)) {
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

// Appends the value of a quoted field at `to`; returns behind it, or nullptr if a quote is in the wrong place. Quotes
// are found 64 bytes at a time: the next ones do not wait until those before them are copied.
std::uint8_t* copy_unquoted(std::string_view field, char quote, const char* readable_end, std::uint8_t* to) {
  if (field.size() < 2 || field.back() != quote) return nullptr;
  const char* from = field.data() + 1;
  const char* const end = field.data() + field.size() - 1;  // the closing quote
  while (from != end) {
    const char* const window = from;
    const auto size = std::min(static_cast<std::size_t>(end - window), ByteBlock::kSize);
    std::uint64_t quotes = ByteBlock(window).equal(quote) & (~std::uint64_t{0} >> (ByteBlock::kSize - size));
    const char* stop = window + size;
    for (; quotes != 0; quotes &= quotes - 1) {
      const int at = std::countr_zero(quotes);
      if (static_cast<std::size_t>(at) + 1 == ByteBlock::kSize) {  // its partner is in the next window
        --stop;
        break;
      }
      // Quotes inside are doubled, and one of two is copied.
      quotes &= quotes - 1;
      if ((quotes >> (at + 1) & 1) == 0) return nullptr;
      const auto count = static_cast<std::size_t>(window + at + 1 - from);
      copy_run_over(to, from, count, readable_end);
      to += count;
      from = window + at + 2;
    }
    copy_run_over(to, from, static_cast<std::size_t>(stop - from), readable_end);
    to += stop - from;
    from = stop;
  }
  return to;
}

// The error of a text as a value of json or jsonb, or nullptr. A json may have duplicate keys.
const char* json_problem(json_rows::JsonText& reader, std::string_view text, TypeKind kind) {
  using Strictness = json_rows::Scanner::Strictness;
  const auto slug_with = [&](Strictness strictness) {
    return reader.parse(text, strictness, 0) ? std::string_view() : std::string_view(reader.problem().slug);
  };
  std::string_view slug = slug_with(kind == TypeKind::kJsonb ? Strictness::kJsonb : Strictness::kJson);
  if (slug == "json_rows.duplicate_key") slug = slug_with(Strictness::kJson);
  // One that nests deeper than the scanner goes may be JSON all the same.
  if (slug.empty() || slug == "json_rows.depth") return nullptr;
  return slug == "json_rows.escape" || slug == "json_rows.zero_byte" ? kNoJsonb : kNoJson;
}

enum class TextMode : std::uint8_t { kPlain, kJson, kJsonb };

template <TextMode kMode>
int decode_text(DecodeColumn& self, const RowRun& run) {
  ColumnBuilder& builder = self.builder;
  ColumnParts& parts = builder.parts();
  const auto count = static_cast<std::size_t>(run.count);
  make_room_within(parts.values, run.bytes, [&] { return bytes_of(run, self.field); });
  make_room(parts.offsets, count * sizeof(std::int64_t));
  const std::size_t first = parts.offsets.size() / sizeof(std::int64_t);
  parts.offsets.resize((first + count) * sizeof(std::int64_t));
  std::int64_t* const offsets = parts.offsets.as<std::int64_t>() + first;
  std::uint8_t* const values = parts.values.data();
  std::uint8_t* to = values + parts.values.size();
  // Copies, which the compiler knows that no store into the values can change.
  const RowRun rows = run;
  const std::string_view null_text = self.format.null_text;
  const char quote = self.format.quote;
  const std::size_t field = self.field;
  const DataType& type = builder.type();
  const std::int64_t length = type.length;
  Flags valid;
  int nulls = 0;
  for (std::size_t row = 0; row < count; ++row) {
    const std::string_view text = rows.field(row, field);
    const bool has_value = !is_null(text, null_text);
    valid[row] = has_value ? 1 : 0;
    std::uint8_t* const value = to;
    if (!has_value) {
      ++nulls;
    } else if (is_quoted(text, quote)) {
      to = copy_unquoted(text, quote, rows.end, to);
      if (to == nullptr) {
        self.problem = kWrongQuotes;
        return static_cast<int>(row);
      }
    } else {
      copy_run_over(to, text.data(), text.size(), rows.end);
      to += text.size();
    }
    if (kMode != TextMode::kPlain && has_value) {
      const std::string_view json(reinterpret_cast<const char*>(value), static_cast<std::size_t>(to - value));
      self.problem = self.checks_json ? json_problem(self.json, json, type.kind) : nullptr;
      if (kMode == TextMode::kJsonb && self.problem == nullptr && self.repeated_key.is_in(json)) {
        self.problem = json_rows::RepeatedKey::kWhat;
      }
      if (self.problem != nullptr) return static_cast<int>(row);
    }
    if (length != 0 && has_value) {
      self.problem = wrong_length({reinterpret_cast<const char*>(value), static_cast<std::size_t>(to - value)}, type);
      if (self.problem != nullptr) return static_cast<int>(row);
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
    if (!take_value(self, text)) return i;
    const TypeKind kind = self.builder.type().kind;
    if (self.forms.has(kind)) {
      if (!self.forms.read(text, kind, self.canonical)) {
        self.problem = kOtherForm;
        return i;
      }
      text = self.canonical;
    }
    const bool has_jsonb = kind == TypeKind::kArray && json_rows::holds_jsonb(self.builder.type());
    const std::int64_t elements = has_jsonb ? self.builder.child().length() : 0;
    self.problem = append_parsed_value(text, self.builder);
    if (has_jsonb && self.problem == nullptr && self.repeated_key.is_in(self.builder.child(), elements)) {
      self.problem = json_rows::RepeatedKey::kWhat;
    }
    if (self.problem == nullptr && self.is_guessed) self.problem = loss(text, kind);
    if (self.problem != nullptr) return i;
  }
  return -1;
}

DecodeColumn::Function function_of(const DataType& type, bool checks_json) {
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
    case TypeKind::kJson:
      return checks_json ? decode_text<TextMode::kJson> : decode_text<TextMode::kPlain>;
    case TypeKind::kJsonb:
      return decode_text<TextMode::kJsonb>;
    case TypeKind::kText:
    case TypeKind::kEnum:
      return decode_text<TextMode::kPlain>;
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

std::unique_ptr<DecodeColumn> compile_decode(const Field& field, const DelimitedFormat& format, const ValueForms& forms,
                                             bool checks_json) {
  auto column = std::make_unique<DecodeColumn>(field, format, forms);
  column->checks_json = checks_json;
  column->decode = forms.has(field.type.kind) ? decode_parsed : function_of(field.type, checks_json);
  return column;
}

}  // namespace dpone::delimited
