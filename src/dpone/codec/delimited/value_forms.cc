#include "dpone/codec/delimited/value_forms.h"

#include <algorithm>

#include "dpone/data/type_traits.h"

namespace dpone::delimited {

Result<ValueForms> ValueForms::create(const DelimitedFormat& format) {
  ValueForms forms;
  if (!format.date_format.empty()) {
    DPONE_TRY(forms.date_, TemporalPattern::parse(format.date_format, TemporalPattern::Kind::kDate));
  }
  if (!format.timestamp_format.empty()) {
    DPONE_TRY(forms.timestamp_, TemporalPattern::parse(format.timestamp_format, TemporalPattern::Kind::kTimestamp));
  }
  forms.decimal_ = format.decimal;
  return forms;
}

bool ValueForms::has(TypeKind kind) const {
  switch (kind) {
    case TypeKind::kDate:
      return date_.has_value();
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return timestamp_.has_value();
    default: {
      const TypeFamily family = traits_of(kind).family;
      return (family == TypeFamily::kFloat || family == TypeFamily::kDecimal) && decimal_ != '.';
    }
  }
}

bool ValueForms::read(std::string_view text, TypeKind kind, std::string& out) const {
  switch (kind) {
    case TypeKind::kDate:
      return date_->to_iso(text, out);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return timestamp_->to_iso(text, out);
    default:
      if (text.find('.') != std::string_view::npos) return false;
      out = text;
      std::replace(out.begin(), out.end(), decimal_, '.');
      return true;
  }
}

bool ValueForms::write(std::string_view text, TypeKind kind, std::string& out) const {
  switch (kind) {
    case TypeKind::kDate:
      return date_->from_iso(text, out);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return timestamp_->from_iso(text, out);
    default:
      out = text;
      std::replace(out.begin(), out.end(), '.', decimal_);
      return true;
  }
}

}  // namespace dpone::delimited
