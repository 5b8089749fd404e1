#include "dpone/codec/pg_copy/text_encoder.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "dpone/codec/pg_copy/encode_columns.h"
#include "dpone/data/value_text.h"

namespace dpone::pg_copy {
namespace {

constexpr std::int64_t kChunk = 256;

// The letter after the backslash for a character that COPY requires to be escaped, or 0.
char escape_letter(char c) {
  switch (c) {
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\v':
      return 'v';
    case '\\':
      return '\\';
    default:
      return 0;
  }
}

void append_escaped(std::string_view text, std::string& out) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = escape_letter(text[i]);
    if (letter == 0) continue;
    out += text.substr(from, i - from);
    out += '\\';
    out += letter;
    from = i + 1;
  }
  out += text.substr(from);
}

bool is_char1(const DataType& type) {
  return type.kind == TypeKind::kChar1 || (type.element != nullptr && type.element->kind == TypeKind::kChar1);
}

// Servers before PostgreSQL 15 read another byte from the text of one above 127.
bool has_text(const Column& column, std::int64_t row) {
  if (column.is_null(row)) return true;
  if (column.type().kind == TypeKind::kChar1) return (column.bytes_at(row)[0] & 0x80) == 0;
  for (std::int64_t i = column.first_element(row); i < column.last_element(row); ++i) {
    if (!has_text(column.child(), i)) return false;
  }
  return true;
}

}  // namespace

class TextEncoder::Impl {
 public:
  // `checks` has an operation for each column whose values must be checked, otherwise null.
  Impl(std::vector<EncodeColumn> columns, std::vector<std::unique_ptr<EncodeOperation>> checks)
      : columns_(std::move(columns)), checks_(std::move(checks)) {}

  Status encode(const Batch& batch, std::string& out) {
    if (static_cast<std::size_t>(batch.num_columns()) != columns_.size()) {
      return Error(ErrorClass::kFailed, "internal", "The columns of a batch differ from those of its encoder");
    }
    for (std::int64_t begin = 0; begin < batch.num_rows(); begin += kChunk) {
      const std::int64_t count = std::min(kChunk, batch.num_rows() - begin);
      DPONE_CHECK(check(batch, begin, count));
      for (std::int64_t row = begin; row < begin + count; ++row) append_row(batch, row, out);
      row_count_ += count;
    }
    return {};
  }

  std::int64_t row_count() const { return row_count_; }

 private:
  Status check(const Batch& batch, std::int64_t begin, std::int64_t count) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::int64_t bad = find_misfit(i, batch.columns()[i], begin, count);
      if (bad < 0) continue;
      return does_not_fit(columns_[i], batch.columns()[i], begin + bad, row_count_ + bad + 1);
    }
    return {};
  }

  std::int64_t find_misfit(std::size_t i, const Column& column, std::int64_t begin, std::int64_t count) {
    if (is_char1(columns_[i].from)) {
      for (std::int64_t row = 0; row < count; ++row) {
        if (!has_text(column, begin + row)) return row;
      }
    }
    Cells cells;
    return checks_[i] == nullptr ? -1 : checks_[i]->prepare(*checks_[i], column, begin, count, &cells);
  }

  void append_row(const Batch& batch, std::int64_t row, std::string& out) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = batch.columns()[i];
      if (i != 0) out += '\t';
      if (column.is_null(row)) {
        out += "\\N";
      } else if (column.type().layout() == Layout::kVar && column.type().kind == TypeKind::kText) {
        append_escaped(column.bytes_at(row), out);
      } else {
        value_.clear();
        if (columns_[i].to.kind == TypeKind::kText) {
          append_cast_text(column, row, value_);
        } else {
          append_value_text(column, row, value_);
        }
        append_escaped(value_, out);
      }
    }
    out += '\n';
  }

  const std::vector<EncodeColumn> columns_;
  std::vector<std::unique_ptr<EncodeOperation>> checks_;
  std::string value_;
  std::int64_t row_count_ = 0;
};

TextEncoder::TextEncoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TextEncoder::TextEncoder(TextEncoder&&) noexcept = default;
TextEncoder& TextEncoder::operator=(TextEncoder&&) noexcept = default;
TextEncoder::~TextEncoder() = default;

Result<TextEncoder> TextEncoder::create(std::vector<EncodeColumn> columns) {
  std::vector<std::unique_ptr<EncodeOperation>> checks;
  for (const EncodeColumn& column : columns) {
    constexpr std::uint32_t kAnyOid = 1;  // never written
    Result<std::unique_ptr<EncodeOperation>> operation = compile_encode(column.from, column.to, kAnyOid);
    if (!operation && column.from.kind != TypeKind::kText) return Error(operation.error()).with("column", column.name);
    const bool is_needed = operation && (*operation)->is_checked;
    checks.push_back(is_needed ? std::move(*operation) : nullptr);
  }
  return TextEncoder(std::make_unique<Impl>(std::move(columns), std::move(checks)));
}

Status TextEncoder::encode(const Batch& batch, std::string& out) { return impl_->encode(batch, out); }
std::int64_t TextEncoder::row_count() const { return impl_->row_count(); }

}  // namespace dpone::pg_copy
