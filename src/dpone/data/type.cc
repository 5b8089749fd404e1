#include "dpone/data/type.h"

#include <fmt/format.h>

namespace dpone {

Layout DataType::layout() const {
  switch (kind) {
    case TypeKind::kBool:
      return Layout::kBits;
    case TypeKind::kNumeric:
    case TypeKind::kText:
    case TypeKind::kBytes:
    case TypeKind::kJson:
    case TypeKind::kJsonb:
    case TypeKind::kInet:
    case TypeKind::kCidr:
    case TypeKind::kBit:
    case TypeKind::kEnum:
      return Layout::kVar;
    case TypeKind::kArray:
      return Layout::kList;
    default:
      return Layout::kFixed;
  }
}

int DataType::fixed_width() const {
  switch (kind) {
    case TypeKind::kChar1:
      return 1;
    case TypeKind::kInt16:
      return 2;
    case TypeKind::kInt32:
    case TypeKind::kUInt32:
    case TypeKind::kFloat32:
    case TypeKind::kDate:
      return 4;
    case TypeKind::kMacaddr:
      return 6;
    case TypeKind::kInt64:
    case TypeKind::kUInt64:
    case TypeKind::kLsn:
    case TypeKind::kFloat64:
    case TypeKind::kMoney:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kMacaddr8:
      return 8;
    case TypeKind::kTimeTz:
      return 12;
    case TypeKind::kDecimal:
    case TypeKind::kInterval:
    case TypeKind::kUuid:
      return 16;
    default:
      return 0;
  }
}

std::string_view to_string(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBool:
      return "bool";
    case TypeKind::kInt16:
      return "int16";
    case TypeKind::kInt32:
      return "int32";
    case TypeKind::kInt64:
      return "int64";
    case TypeKind::kUInt32:
      return "uint32";
    case TypeKind::kUInt64:
      return "uint64";
    case TypeKind::kLsn:
      return "lsn";
    case TypeKind::kFloat32:
      return "float32";
    case TypeKind::kFloat64:
      return "float64";
    case TypeKind::kDecimal:
      return "decimal";
    case TypeKind::kNumeric:
      return "numeric";
    case TypeKind::kMoney:
      return "money";
    case TypeKind::kDate:
      return "date";
    case TypeKind::kTime:
      return "time";
    case TypeKind::kTimeTz:
      return "time with time zone";
    case TypeKind::kTimestamp:
      return "timestamp";
    case TypeKind::kTimestampTz:
      return "timestamp with time zone";
    case TypeKind::kInterval:
      return "interval";
    case TypeKind::kText:
      return "text";
    case TypeKind::kBytes:
      return "bytes";
    case TypeKind::kUuid:
      return "uuid";
    case TypeKind::kJson:
      return "json";
    case TypeKind::kJsonb:
      return "jsonb";
    case TypeKind::kInet:
      return "inet";
    case TypeKind::kCidr:
      return "cidr";
    case TypeKind::kMacaddr:
      return "macaddr";
    case TypeKind::kMacaddr8:
      return "macaddr8";
    case TypeKind::kBit:
      return "bit";
    case TypeKind::kChar1:
      return "char1";
    case TypeKind::kEnum:
      return "enum";
    case TypeKind::kArray:
      return "array";
  }
  return "unknown";
}

bool is_text(TypeKind kind) {
  return kind == TypeKind::kText || kind == TypeKind::kEnum || kind == TypeKind::kJson || kind == TypeKind::kJsonb;
}

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
