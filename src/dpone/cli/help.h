// Help texts, rendered from the command table. Plain text, wrapped to `width` columns (40 to 100).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "dpone/cli/command_spec.h"

namespace dpone::cli {

std::string render_help(std::span<const CommandSpec> commands, std::size_t width);
std::string render_command_help(const CommandSpec& command, std::size_t width);

}  // namespace dpone::cli
