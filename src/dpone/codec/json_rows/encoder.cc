#include "dpone/codec/json_rows/encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "dpone/base/ascii.h"
#include "dpone/data/type_traits.h"
#include "dpone/data/value_text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dpone::json_rows {
namespace {

// The first byte that a string must escape, or text.size().
std::size_t find_special(std::string_view text) {
  std::size_t at = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1F);
  for (; at + sizeof(__m128i) <= text.size(); at += sizeof(__m128i)) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                                       _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (at < text.size() && text[at] != '"' && text[at] != '\\' && static_cast<unsigned char>(text[at]) >= 0x20) ++at;
  return at;
}

void append_escape(char c, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
    case '\\':
      out += '\\';
      out += c;
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
      return;
  }
}

bool is_json(TypeKind kind) { return kind == TypeKind::kJson || kind == TypeKind::kJsonb; }

Scanner::Strictness strictness_of(TypeKind kind) {
  return kind == TypeKind::kJsonb ? Scanner::Strictness::kJsonb : Scanner::Strictness::kJson;
}

}  // namespace

Encoder::Form Encoder::form_of(const DataType& type) {
  switch (traits_of(type).text) {
    case TextForm::kWord:
      return Form::kBool;
    case TextForm::kNumber:
      return Form::kNumber;
    case TextForm::kNumberWords:
      return Form::kFloat;
    case TextForm::kPlain:
      return Form::kPlain;
    case TextForm::kHex:
    case TextForm::kAny:
      return Form::kEscaped;
    case TextForm::kJson:
      return Form::kJson;
    case TextForm::kList:
      return Form::kArray;
  }
  return Form::kEscaped;
}

Encoder::Encoder(Schema schema, JsonRowsFormat format) : schema_(std::move(schema)), format_(format) {
  for (const Field& field : schema_) {
    forms_.push_back(form_of(field.type));
    keys_.emplace_back();
    append_string(field.name, keys_.back());
    keys_.back() += ':';
  }
}

Result<Encoder> Encoder::create(Schema schema, JsonRowsFormat format) {
  std::vector<std::string> names;
  for (const Field& field : schema) names.push_back(field.name);
  std::sort(names.begin(), names.end());
  const auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin != names.end()) {
    return Error(ErrorClass::kUsage, "json_rows.options", fmt::format("two columns have the name '{}'", *twin));
  }
  return Encoder(std::move(schema), format);
}

bool Encoder::append_string(std::string_view text, std::string& out) {
  out += '"';
  while (true) {
    const std::size_t special = find_special(text);
    out += text.substr(0, special);
    if (special == text.size()) break;
    if (text[special] == '\0') {
      problem_ = {"json_rows.zero_byte", "has a zero character, which could not be read back"};
      return false;
    }
    append_escape(text[special], out);
    text.remove_prefix(special + 1);
  }
  out += '"';
  return true;
}

bool Encoder::append_json(const Column& column, std::int64_t row, std::string& out) {
  if (!json_.parse(column.bytes_at(row), strictness_of(column.type().kind), 0)) {
    problem_ = {"json_rows.json", json_.problem().what};
    return false;
  }
  if (json_.kind() == TokenKind::kNull && !format_.keeps_json_null) {
    problem_ = {"json_rows.json_null", "is the json value null, which would be read back as NULL"};
    return false;
  }
  out += json_.line();
  return true;
}

bool Encoder::needs_text(const Column& column, std::int64_t row) {
  const std::span<const ArrayDimension> shape = column.shape_at(row);
  for (const ArrayDimension& dimension : shape) {
    if (dimension.lower_bound != 1) return true;
  }
  const Column& child = column.child();
  if (!is_json(child.type().kind)) return false;
  if (shape.size() > 1) return true;
  for (std::int64_t i = column.first_element(row); i < column.last_element(row); ++i) {
    if (child.is_null(i)) continue;
    const bool is_good = json_.parse(child.bytes_at(i), strictness_of(child.type().kind), 1);
    // Text that is not JSON is reported when it is written.
    if (is_good && (!json_.is_verbatim() || json_.kind() == TokenKind::kNull)) return true;
  }
  return false;
}

bool Encoder::append_elements(Form form, const Column& child, std::span<const ArrayDimension> shape, std::int64_t* next,
                              std::string& out) {
  out += '[';
  for (std::int32_t i = 0; i < shape[0].size; ++i) {
    if (i != 0) out += ',';
    if (shape.size() > 1) {
      if (!append_elements(form, child, shape.subspan(1), next, out)) return false;
      continue;
    }
    if (child.is_null(*next)) {
      out += "null";
    } else if (!append(form, child, *next, out)) {
      return false;
    }
    ++*next;
  }
  out += ']';
  return true;
}

bool Encoder::append_array(const Column& column, std::int64_t row, std::string& out) {
  const Column& child = column.child();
  if (is_json(child.type().kind)) {
    // One level deeper than alone, and whether or not it goes as text.
    for (std::int64_t i = column.first_element(row); i < column.last_element(row); ++i) {
      if (child.is_null(i) || json_.parse(child.bytes_at(i), strictness_of(child.type().kind), 1)) continue;
      problem_ = {"json_rows.json", json_.problem().what};
      return false;
    }
  }
  if (needs_text(column, row)) {
    text_.clear();
    append_value_text(column, row, text_);
    return append_string(text_, out);
  }
  std::int64_t next = column.first_element(row);
  const ArrayDimension usual{static_cast<std::int32_t>(column.last_element(row) - next), 1};
  const std::span<const ArrayDimension> shape = column.shape_at(row);
  return append_elements(form_of(child.type()), child, shape.empty() ? std::span(&usual, 1) : shape, &next, out);
}

bool Encoder::append(Form form, const Column& column, std::int64_t row, std::string& out) {
  switch (form) {
    case Form::kBool:
      out += column.bool_at(row) ? "true" : "false";
      return true;
    case Form::kNumber:
      append_value_text(column, row, out);
      return true;
    case Form::kFloat: {
      const std::size_t from = out.size();
      append_value_text(column, row, out);
      if (is_ascii_digit(out.back())) return true;
      out.insert(from, 1, '"');
      out += '"';
      return true;
    }
    case Form::kPlain:
      out += '"';
      append_value_text(column, row, out);
      out += '"';
      return true;
    case Form::kEscaped:
      if (column.type().kind == TypeKind::kText || column.type().kind == TypeKind::kEnum) {
        return append_string(column.bytes_at(row), out);
      }
      text_.clear();
      append_value_text(column, row, text_);
      return append_string(text_, out);
    case Form::kJson:
      return append_json(column, row, out);
    case Form::kArray:
      return append_array(column, row, out);
  }
  return true;
}

Status Encoder::encode(const Batch& batch, std::string& out) {
  const std::size_t columns = forms_.size();
  for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
    const std::size_t begin = out.size();
    out += '{';
    bool is_first = true;
    for (std::size_t i = 0; i < columns; ++i) {
      const Column& column = batch.column(static_cast<int>(i));
      const bool is_null = column.is_null(row);
      if (is_null && format_.keeps_json_null && forms_[i] == Form::kJson) continue;
      if (!is_first) out += ',';
      is_first = false;
      out += keys_[i];
      if (is_null) {
        out += "null";
      } else if (!append(forms_[i], column, row, out)) {
        out.resize(begin);
        const std::string_view slug = problem_.slug;
        const bool is_json = slug == "json_rows.json";
        return Error(ErrorClass::kFailed, problem_.slug,
                     fmt::format("a {}value cannot be written: {}{}", is_json ? "json " : "", is_json ? "" : "it ",
                                 problem_.what))
            .with("row", std::to_string(row_count_ + 1))
            .with("column", schema_[i].name)
            .hint(slug == "json_rows.json_null" ? "convert it to NULL at the source"
                  : is_json ? "correct the value at the source, leave the row or the column out, or write CSV"
                            : "remove the character at the source, or leave the row out");
      }
    }
    out += "}\n";
    ++row_count_;
  }
  return {};
}

}  // namespace dpone::json_rows
