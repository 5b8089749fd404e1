// The known name nearest to a misspelled one, for "did you mean" (Damerau-Levenshtein distance of at most a third
// of the longer name, case ignored). Empty when none is near.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace dpone {

std::string nearest_name(std::string_view name, std::span<const std::string_view> known);
std::string nearest_name(std::string_view name, std::span<const std::string> known);

}  // namespace dpone
