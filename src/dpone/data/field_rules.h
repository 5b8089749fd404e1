// What a Field rules out beside its type: NULL where it takes none, and texts that are none of its labels. Codecs ask
// it of values that nobody behind them can refuse with file and row, and leave out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dpone/data/batch_builder.h"

namespace dpone {

struct BrokenRule {
  int row = 0;           // counted from `first`
  bool is_null = false;  // otherwise it is no label
};

// The first row of `builder`, from `first` on, that breaks a rule of `field`.
std::optional<BrokenRule> find_broken_rule(const Field& field, ColumnBuilder& builder, std::int64_t first);

// `is none of the labels that the column takes: new, paid`
std::string describe_rule(const Field& field, const BrokenRule& broken);

}  // namespace dpone
