// Help texts, rendered from the command table. Plain text, wrapped to `width` columns (40 to 100).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "dpone/cli/command_spec.h"

namespace dpone::cli {

std::string render_help(std::span<const CommandSpec> commands, std::size_t width);
// Of the commands that begin with `group`: `connections`.
std::string render_group_help(std::span<const CommandSpec> commands, std::string_view group, std::size_t width);
std::string render_command_help(const CommandSpec& command, std::size_t width);

// Words of `text` broken into lines of at most `width` columns, each but the first indented by `indent`, where the
// first begins too.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);
// The placeholder of the option's value: `FILE`, `auto|live`; empty for a flag.
std::string option_placeholder(const OptionSpec& spec);

}  // namespace dpone::cli
