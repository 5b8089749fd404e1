// Whether a range has a value, by linear search: for names and other short lists.
#pragma once

#include <algorithm>
#include <iterator>

namespace dpone {

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

}  // namespace dpone
