#include "dpone/codec/json_rows/repeated_key.h"

namespace dpone::json_rows {

bool holds_jsonb(const DataType& type) {
  return type.kind == TypeKind::kJsonb || (type.kind == TypeKind::kArray && type.element->kind == TypeKind::kJsonb);
}

bool RepeatedKey::is_in(std::string_view json) {
  // Numbers, and most strings and arrays, contain no objects.
  if (json.find('{') == std::string_view::npos) return false;
  return !json_.parse(json, Scanner::Strictness::kJsonb, 0) && std::string_view(json_.problem().slug) == kSlug;
}

bool RepeatedKey::is_in(ColumnBuilder& column, std::int64_t first) {
  const ColumnParts& parts = column.parts();
  const std::int64_t* const offsets = parts.offsets.as<std::int64_t>();
  for (std::int64_t i = first; i < parts.length; ++i) {
    if (is_in({parts.values.as<char>() + offsets[i], static_cast<std::size_t>(offsets[i + 1] - offsets[i])}))
      return true;
  }
  return false;
}

}  // namespace dpone::json_rows
