#include "dpone/codec/delimited/encoder.h"

#include <cctype>

#include "dpone/data/type_traits.h"
#include "dpone/data/value_text.h"

namespace dpone::delimited {
namespace {

// Kinds whose text consists of letters, digits and these.
constexpr std::string_view kPlainSigns = " +-./:\\";
bool is_plain(const DataType& type, const DelimitedFormat& format) {
  const auto may_stand_in_it = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlainSigns.find(c) != std::string_view::npos;
  };
  const TextForm form = traits_of(type).text;
  return form != TextForm::kAny && form != TextForm::kJson && form != TextForm::kList &&
         type.kind != TypeKind::kBit &&  // which may be empty
         !may_stand_in_it(format.delimiter) && !may_stand_in_it(format.quote) && format.null_text.empty();
}

}  // namespace

Encoder::Encoder(Schema schema, DelimitedFormat format, ValueForms forms)
    : schema_(std::move(schema)), format_(std::move(format)), forms_(std::move(forms)) {
  for (const Field& field : schema_) {
    is_plain_.push_back(is_plain(field.type, format_) && !forms_.has(field.type.kind));
  }
}

Result<Encoder> Encoder::create(Schema schema, DelimitedFormat format) {
  DPONE_CHECK(check(format));
  DPONE_TRY(ValueForms forms, ValueForms::create(format));
  return Encoder(std::move(schema), std::move(format), std::move(forms));
}

void Encoder::append_header(std::string& out) {
  if (!format_.has_header) return;
  for (std::size_t i = 0; i < schema_.size(); ++i) {
    if (i != 0) out += format_.delimiter;
    append_field(schema_[i].name, out);
  }
  out += '\n';
}

Encoder::Written Encoder::append_field(std::string_view value, std::string& out) const {
  // A reader skips a byte-order mark at the front of its text.
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  bool needs_quotes = value == format_.null_text || value.starts_with(kByteOrderMark);
  bool has_zero = false;
  for (const char c : value) {
    has_zero |= c == '\0';
    needs_quotes |= c == format_.delimiter || c == '\n' || c == '\r' || (format_.quote != '\0' && c == format_.quote);
  }
  if (has_zero) return Written::kZeroByte;
  if (!needs_quotes) {
    out += value;
    return Written::kWhole;
  }
  if (format_.quote == '\0') return Written::kNeedsQuotes;
  out += format_.quote;
  while (true) {
    const std::size_t at = value.find(format_.quote);
    out += value.substr(0, at);
    if (at == std::string_view::npos) break;
    out.append(2, format_.quote);
    value.remove_prefix(at + 1);
  }
  out += format_.quote;
  return Written::kWhole;
}

Error Encoder::unwritten(Written why, int column) const {
  Error error =
      why == Written::kZeroByte
          ? Error(ErrorClass::kFailed, "delimited.zero_byte", "a value has a zero byte, which could not be read back")
                .hint("correct the value at the source, or leave out the column with source.options.exclude")
          : Error(ErrorClass::kFailed, "delimited.needs_quotes",
                  "a value contains a delimiter or a line end, or would be read as NULL")
                .hint("set a quote character");
  return std::move(error)
      .with("row", std::to_string(row_count_ + 1))
      .with("column", schema_[static_cast<std::size_t>(column)].name);
}

Status Encoder::encode(const Batch& batch, std::string& out) {
  const int columns = batch.num_columns();
  std::string text;
  std::string form;
  for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
    const std::size_t begin = out.size();
    for (int i = 0; i < columns; ++i) {
      const Column& column = batch.column(i);
      if (i != 0) out += format_.delimiter;
      if (column.is_null(row)) {
        out += format_.null_text;
        continue;
      }
      Written written = Written::kWhole;
      if (is_plain_[static_cast<std::size_t>(i)]) {
        append_value_text(column, row, out);
      } else if (is_text(column.type().kind)) {
        written = append_field(column.bytes_at(row), out);
      } else {
        text.clear();
        append_value_text(column, row, text);
        const TypeKind kind = column.type().kind;
        if (forms_.has(kind)) {
          if (!forms_.write(text, kind, form)) {
            out.resize(begin);
            return Error(ErrorClass::kFailed, "delimited.format_loss",
                         "the file's format cannot represent the value " + text)
                .with("row", std::to_string(row_count_ + 1))
                .with("column", schema_[static_cast<std::size_t>(i)].name)
                .hint(
                    "extend date_format or timestamp_format: seconds, a fraction or a zone are missing; or leave it "
                    "out");
          }
          text.swap(form);
        }
        written = append_field(text, out);
      }
      if (written != Written::kWhole) {
        out.resize(begin);
        return unwritten(written, i);
      }
    }
    out += '\n';
    ++row_count_;
  }
  return {};
}

}  // namespace dpone::delimited
