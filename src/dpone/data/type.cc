#include "dpone/data/type.h"

#include <fmt/format.h>

#include "dpone/data/type_traits.h"

namespace dpone {

Layout DataType::layout() const { return traits_of(kind).layout; }

int DataType::fixed_width() const { return traits_of(kind).width; }

std::string_view to_string(TypeKind kind) { return traits_of(kind).name; }

bool is_text(TypeKind kind) { return traits_of(kind).family == TypeFamily::kText; }

std::string DataType::to_string() const {
  const std::string_view name = dpone::to_string(kind);
  switch (kind) {
    case TypeKind::kDecimal:
      return fmt::format("decimal({},{})", precision, scale);
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kInterval:
      return scale == 6 ? std::string(name) : fmt::format("{}({})", name, scale);
    case TypeKind::kTimeTz:
      return scale == 6 ? std::string(name) : fmt::format("time({}) with time zone", scale);
    case TypeKind::kTimestampTz:
      return scale == 6 ? std::string(name) : fmt::format("timestamp({}) with time zone", scale);
    case TypeKind::kText:
      if (length == 0) return "text";
      return fmt::format("{}({})", is_fixed_length ? "char" : "varchar", length);
    case TypeKind::kBit:
      if (length == 0) return "varbit";
      return fmt::format("{}({})", is_fixed_length ? "bit" : "varbit", length);
    case TypeKind::kArray:
      return fmt::format("array({})", element ? element->to_string() : "?");
    default:
      return std::string(name);
  }
}

bool operator==(const DataType& a, const DataType& b) {
  if (a.kind != b.kind || a.precision != b.precision || a.scale != b.scale || a.length != b.length ||
      a.is_fixed_length != b.is_fixed_length || a.has_infinity != b.has_infinity) {
    return false;
  }
  if (a.element == nullptr || b.element == nullptr) return a.element == b.element;
  return *a.element == *b.element;
}

}  // namespace dpone
