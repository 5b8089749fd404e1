// The program: arguments in, exit code out.
#pragma once

#include <span>

namespace dpone::cli {

// `argv` as main gets it. Never throws.
int main_entry(std::span<const char* const> argv);

}  // namespace dpone::cli
