// What a Field rules out beside its type: NULL where it takes none, and texts that are none of its labels. Codecs ask
// it of values that nobody behind them can refuse with file and row, and leave out.
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
  bool is_null = false;  // otherwise it is no label
};

// Immutable. REQUIRES: `field` lives longer.
class FieldRules {
 public:
  explicit FieldRules(const Field& field);

  // The first row of `builder`, from `first` on, that breaks a rule.
  std::optional<BrokenRule> find_broken(ColumnBuilder& builder, std::int64_t first) const;
  // `is none of the labels that the column takes: new, paid`
  std::string describe(const BrokenRule& broken) const;

 private:
  const Field& field_;
  std::unordered_set<std::string_view> labels_;
};

}  // namespace dpone
