#include "dpone/data/field_rules.h"

#include <algorithm>

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

FieldRules::FieldRules(const Field& field) : field_(field) {
  if (is_text(field.type.kind)) labels_.insert(field.labels.begin(), field.labels.end());
}

std::optional<BrokenRule> FieldRules::find_broken(ColumnBuilder& builder, std::int64_t first) const {
  const ColumnParts& parts = builder.parts();
  const bool may_lack_value = field_.is_nullable || parts.null_count == 0;
  if (may_lack_value && labels_.empty()) return std::nullopt;
  for (std::int64_t row = first; row < parts.length; ++row) {
    const int index = static_cast<int>(row - first);
    if (is_null(parts, row)) {
      if (!field_.is_nullable) return BrokenRule{index, true};
    } else if (!labels_.empty() && !labels_.contains(text_of(parts, row))) {
      return BrokenRule{index, false};
    }
  }
  return std::nullopt;
}

std::string FieldRules::describe(const BrokenRule& broken) const {
  if (broken.is_null) return "is NULL, but the column requires a value";
  constexpr std::size_t kMostShown = 10;
  const std::vector<std::string>& labels = field_.labels;
  std::string shown;
  for (std::size_t i = 0; i < std::min(labels.size(), kMostShown); ++i) shown += (i == 0 ? "" : ", ") + labels[i];
  return "is not a label of the column's type: " + shown + (labels.size() > kMostShown ? ", ..." : "");
}

}  // namespace dpone
