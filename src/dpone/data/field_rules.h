// The values that a Field excludes besides its type: NULL if it is not nullable, and texts that are not among its
// labels. Codecs check the values that later stages could not reject with file and row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "dpone/data/batch_builder.h"

namespace dpone {

struct BrokenRule {
  int row = 0;           // counted from `first`
  bool is_null = false;  // otherwise it is not a label
};

// Immutable. REQUIRES: `field` lives longer.
class FieldRules {
 public:
  explicit FieldRules(const Field& field);

  // The first row of `builder`, from `first` on, that breaks a rule.
  std::optional<BrokenRule> find_broken(ColumnBuilder& builder, std::int64_t first) const;
  // `is not a label of the column's type: new, paid`
  std::string describe(const BrokenRule& broken) const;

 private:
  const Field& field_;
  std::unordered_set<std::string_view> labels_;
};

}  // namespace dpone
