// The commands as Markdown, for docs/commands.md. Pure.
#pragma once

#include <span>
#include <string>

#include "dpone/cli/command_spec.h"

namespace dpone::cli {

std::string render_command_docs(std::span<const CommandSpec> commands);

}  // namespace dpone::cli
