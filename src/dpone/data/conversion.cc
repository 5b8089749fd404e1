#include "dpone/data/conversion.h"

#include "dpone/data/type_traits.h"

namespace dpone {
namespace {

enum class Fit { kNo, kChecked, kAlways };

Fit fit_if(bool is_always) { return is_always ? Fit::kAlways : Fit::kChecked; }

// What the values of an integer type need: bits without the sign, and decimal digits. Zero for other types.
struct IntegerRange {
  int bits = 0;
  bool is_signed = false;
  int digits = 0;
};

IntegerRange integer_range(TypeKind kind) {
  // Identifiers, and numbers all the same.
  if (kind == TypeKind::kUInt32) return {32, false, 10};
  if (kind == TypeKind::kUInt64) return {64, false, 20};
  const TypeTraits& traits = traits_of(kind);
  if (traits.family != TypeFamily::kInteger) return {};
  return {traits.width * 8 - (traits.is_signed ? 1 : 0), traits.is_signed, traits.digits};
}

// Whole numbers up to 2 to the power of this many are exact. Zero for types that are not floats.
int mantissa_bits(TypeKind kind) { return kind == TypeKind::kFloat32 ? 24 : kind == TypeKind::kFloat64 ? 53 : 0; }

Fit fit_length(const DataType& from, const DataType& to) {
  if (to.length == 0) return Fit::kAlways;
  if (to.is_fixed_length) return fit_if(from.is_fixed_length && from.length == to.length);
  return fit_if(from.length != 0 && from.length <= to.length);
}

Fit fit_text(const DataType& from, const DataType& to) {
  switch (to.kind) {
    case TypeKind::kText:
      // The text of an infinity is refused by a server that has none; the text of the number is read as the infinity.
      if (to.has_infinity && !from.has_infinity) return Fit::kChecked;
      return fit_length(from, to);
    case TypeKind::kEnum:
      return from.kind == TypeKind::kEnum ? Fit::kAlways : Fit::kChecked;
    case TypeKind::kJson:
      return from.kind == TypeKind::kEnum ? Fit::kNo : fit_if(from.kind != TypeKind::kText);
    // jsonb drops blanks, key order and duplicates: only text that jsonb printed survives that.
    default:
      return from.kind == TypeKind::kJsonb ? Fit::kAlways : Fit::kNo;
  }
}

// To a text column, as the text from which the source's own input function restores the value.
Fit fit_as_text(const DataType& from, const DataType& to) {
  switch (from.kind) {
    // Its text means nothing without lc_monetary.
    case TypeKind::kMoney:
      return Fit::kNo;
    // Bytes above 127 have no text that every version reads.
    case TypeKind::kChar1:
      return Fit::kChecked;
    case TypeKind::kArray: {
      const bool has_text = from.element != nullptr && from.element->kind != TypeKind::kMoney &&
                            from.element->kind != TypeKind::kChar1 && from.element->kind != TypeKind::kArray;
      return has_text ? fit_if(to.length == 0) : Fit::kNo;
    }
    default:
      return fit_if(to.length == 0);
  }
}

// The target silently rounds a numeric of declared precision, and there is no check for it: only types that fit by
// declaration are allowed.
Fit fit_numeric(int integer_part, int scale, const DataType& to) {
  if (to.precision == 0) return Fit::kAlways;
  return to.scale >= scale && to.precision - to.scale >= integer_part ? Fit::kAlways : Fit::kNo;
}

Fit fit_integer(TypeKind kind, const DataType& to) {
  const IntegerRange from = integer_range(kind);
  if (to.kind == TypeKind::kDecimal) return fit_if(to.precision - to.scale >= from.digits);
  if (to.kind == TypeKind::kNumeric) return fit_numeric(from.digits, 0, to);
  if (mantissa_bits(to.kind) != 0) {
    return from.bits > 64 ? Fit::kNo : fit_if(from.bits <= mantissa_bits(to.kind));
  }
  const IntegerRange range = integer_range(to.kind);
  if (range.bits == 0) return Fit::kNo;
  // Only a column of that very type is written as one that not every system has.
  if (portable_type(to) != to) return kind == to.kind ? Fit::kAlways : Fit::kNo;
  return fit_if(from.bits <= range.bits && (range.is_signed || !from.is_signed));
}

Fit fit(const DataType& from, const DataType& to) {
  if (to.kind == TypeKind::kText && !is_text(from.kind)) return fit_as_text(from, to);
  if (integer_range(from.kind).bits != 0) return fit_integer(from.kind, to);
  if (from.kind == TypeKind::kDecimal) {
    if (to.kind == TypeKind::kNumeric) return fit_numeric(from.precision - from.scale, from.scale, to);
    if (to.kind != TypeKind::kDecimal) return Fit::kNo;
    return fit_if(to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale);
  }
  if (from.kind == TypeKind::kNumeric) {
    if (to.kind == TypeKind::kNumeric) {
      if (from.precision != 0) return fit_numeric(from.precision - from.scale, from.scale, to);
      return to.precision == 0 ? Fit::kAlways : Fit::kNo;
    }
    return to.kind == TypeKind::kDecimal ? Fit::kChecked : Fit::kNo;
  }
  if (from.kind == TypeKind::kFloat32 && to.kind == TypeKind::kFloat64) return Fit::kAlways;
  if (from.kind == TypeKind::kFloat64 && to.kind == TypeKind::kFloat32) return Fit::kChecked;
  // A date is its midnight, and dates go on after the last timestamp.
  if (from.kind == TypeKind::kDate && to.kind == TypeKind::kTimestamp) return Fit::kChecked;
  if (from.kind == TypeKind::kCidr && to.kind == TypeKind::kInet) return Fit::kAlways;
  if (is_text(from.kind) && is_text(to.kind)) return fit_text(from, to);
  if (from.kind != to.kind) return Fit::kNo;
  if (traits_of(from).has_fraction) {
    // The target silently truncates fields that its type does not keep.
    if (to.length != 0 && to.length != from.length) return Fit::kNo;
    return fit_if(to.scale >= from.scale && to.has_infinity == from.has_infinity);
  }
  switch (from.kind) {
    case TypeKind::kBit:
      return fit_length(from, to);
    case TypeKind::kArray:
      if (from.element == nullptr || to.element == nullptr) return Fit::kNo;
      if (from.element->kind == TypeKind::kArray || to.element->kind == TypeKind::kArray) return Fit::kNo;
      if (to.element->kind == TypeKind::kText && !is_text(from.element->kind)) return Fit::kNo;
      return fit(*from.element, *to.element);
    default:
      return Fit::kAlways;
  }
}

}  // namespace

DataType portable_type(const DataType& type) {
  DataType portable = type;
  if (type.kind == TypeKind::kArray && type.element != nullptr) {
    portable.element = std::make_shared<const DataType>(portable_type(*type.element));
    return portable;
  }
  const TypeTraits& traits = traits_of(type);
  switch (type.kind) {
    case TypeKind::kInt8:
    case TypeKind::kUnsigned8:
      portable.kind = TypeKind::kInt16;
      break;
    case TypeKind::kUnsigned16:
      portable.kind = TypeKind::kInt32;
      break;
    case TypeKind::kUnsigned32:
      portable.kind = TypeKind::kInt64;
      break;
    case TypeKind::kUnsigned64:
      portable.kind = TypeKind::kDecimal;
      portable.precision = traits.digits;
      break;
    case TypeKind::kInt128:
    case TypeKind::kUnsigned128:
    case TypeKind::kInt256:
    case TypeKind::kUnsigned256:
      portable.kind = TypeKind::kNumeric;
      portable.precision = traits.digits;
      break;
    default:
      break;
  }
  return portable;
}

bool can_convert(const DataType& from, const DataType& to, bool* is_checked) {
  const Fit result = fit(from, to);
  if (is_checked != nullptr) *is_checked = result == Fit::kChecked;
  return result != Fit::kNo;
}

}  // namespace dpone
