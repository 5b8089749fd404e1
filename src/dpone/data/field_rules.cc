#include "dpone/data/field_rules.h"

#include <algorithm>

#include "dpone/base/contains.h"

namespace dpone {
namespace {

bool is_null(const ColumnParts& parts, std::int64_t row) {
  return parts.null_count != 0 && ((parts.validity.data()[row >> 3] >> (row & 7)) & 1) == 0;
}

std::string_view text_of(const ColumnParts& parts, std::int64_t row) {
  const std::int64_t* const offset = parts.offsets.as<std::int64_t>() + row;
  return {parts.values.as<char>() + offset[0], static_cast<std::size_t>(offset[1] - offset[0])};
}

}  // namespace

std::optional<BrokenRule> find_broken_rule(const Field& field, ColumnBuilder& builder, std::int64_t first) {
  const ColumnParts& parts = builder.parts();
  const bool may_lack_value = field.is_nullable || parts.null_count == 0;
  const bool has_labels = !field.labels.empty() && is_text(field.type.kind);
  if (may_lack_value && !has_labels) return std::nullopt;
  for (std::int64_t row = first; row < parts.length; ++row) {
    const int index = static_cast<int>(row - first);
    if (is_null(parts, row)) {
      if (!field.is_nullable) return BrokenRule{index, true};
      continue;
    }
    if (has_labels && !contains(field.labels, text_of(parts, row))) return BrokenRule{index, false};
  }
  return std::nullopt;
}

std::string describe_rule(const Field& field, const BrokenRule& broken) {
  if (broken.is_null) return "is NULL, and the column takes none";
  constexpr std::size_t kMostShown = 10;
  std::string shown;
  for (std::size_t i = 0; i < std::min(field.labels.size(), kMostShown); ++i) {
    shown += (i == 0 ? "" : ", ") + field.labels[i];
  }
  return "is none of the labels that the column takes: " + shown + (field.labels.size() > kMostShown ? ", ..." : "");
}

}  // namespace dpone
