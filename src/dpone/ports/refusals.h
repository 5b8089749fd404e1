// Errors that several connectors end with, so that each has one wording. Pure.
#pragma once

#include <string>
#include <string_view>

#include "dpone/base/error.h"

namespace dpone {

// A publication that leaves other rows where they are met a value that must be unique. `publish.unique_held`.
Error unique_held_error(const std::string& target, std::string_view what);
// A note for a plan: rows of a merge end so even where they only swap their values of this index.
std::string cannot_swap(const std::string& index);

}  // namespace dpone
