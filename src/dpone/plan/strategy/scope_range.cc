#include "dpone/plan/strategy/scope_range.h"

#include <cstdint>
#include <utility>

#include "dpone/data/batch_builder.h"
#include "dpone/data/value_parse.h"

namespace dpone::plan::strategy {
namespace {

// A value in the order of its type.
struct Ordered {
  long double number = 0;
  bool is_exact = true;  // false: different values may have this number
};

std::optional<Ordered> ordered(const std::string& text, const DataType& type) {
  ColumnBuilder builder(type);
  if (append_parsed_value(text, builder) != nullptr) return std::nullopt;
  const Column column = builder.release();
  switch (type.kind) {
    case TypeKind::kInt16:
      return Ordered{static_cast<long double>(column.value_at<std::int16_t>(0))};
    case TypeKind::kInt32:
    case TypeKind::kDate:
      return Ordered{static_cast<long double>(column.value_at<std::int32_t>(0))};
    case TypeKind::kInt64:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return Ordered{static_cast<long double>(column.value_at<std::int64_t>(0))};
    case TypeKind::kFloat32:
    case TypeKind::kFloat64:
    case TypeKind::kDecimal:
    case TypeKind::kNumeric: {
      double number = 0;
      if (!parse_float(text, &number) || number != number) return std::nullopt;
      return Ordered{number, false};
    }
    default:
      return std::nullopt;
  }
}

struct End {
  std::string text;
  Ordered value;
  bool is_inclusive = true;
};

// Keeps the end that excludes more.
void raise_to(std::optional<End>& low, const End& end) {
  if (low && low->value.number > end.value.number) return;
  if (low && low->value.number == end.value.number && !low->is_inclusive) return;
  low = end;
}
void lower_to(std::optional<End>& high, const End& end) {
  if (high && high->value.number < end.value.number) return;
  if (high && high->value.number == end.value.number && !high->is_inclusive) return;
  high = end;
}

// The least and the greatest of the values of one condition; absent if the order of one is not known.
std::optional<std::pair<End, End>> ends_of(const ScopeTerm& term, const DataType& type) {
  std::optional<std::pair<End, End>> ends;
  for (const std::string& text : term.values) {
    const auto value = ordered(text, type);
    if (!value) return std::nullopt;
    const End end{text, *value, term.op != "<" && term.op != ">"};
    if (!ends) {
      ends.emplace(end, end);
    } else if (term.op == "between" || value->number > ends->second.value.number) {
      ends->second = end;
    } else if (value->number < ends->first.value.number) {
      ends->first = end;
    }
  }
  return ends;
}

}  // namespace

std::optional<std::string> find_empty_range(const std::vector<ScopeTerm>& terms, const std::string& column,
                                            const DataType& type) {
  std::optional<End> low;
  std::optional<End> high;
  for (const ScopeTerm& term : terms) {
    if (term.column != column) continue;
    const auto ends = ends_of(term, type);
    if (!ends) return std::nullopt;
    if (!term.op.starts_with('<')) raise_to(low, ends->first);
    if (!term.op.starts_with('>')) lower_to(high, ends->second);
  }
  if (!low || !high) return std::nullopt;
  const bool is_apart = low->value.number > high->value.number;
  const bool is_equal = low->value.number == high->value.number && low->value.is_exact;
  if (!is_apart && !(is_equal && !(low->is_inclusive && high->is_inclusive))) return std::nullopt;
  return low->text + " and " + high->text;
}

}  // namespace dpone::plan::strategy
