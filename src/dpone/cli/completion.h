// Completion scripts for shells, rendered from the command table: commands, options, choices, files where one is
// wanted. Pure.
#pragma once

#include <span>
#include <string>

#include "dpone/cli/command_spec.h"

namespace dpone::cli {

std::string render_bash_completion(std::span<const CommandSpec> commands);
std::string render_zsh_completion(std::span<const CommandSpec> commands);
std::string render_fish_completion(std::span<const CommandSpec> commands);

}  // namespace dpone::cli
