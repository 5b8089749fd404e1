// CommandSpec: one row of the table of commands. Parsing, help, completion and the docs pages all come from it, so
// that they cannot drift. Values only; the tables are static and outlive all that points to them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/option_spec.h"
#include "dpone/base/result.h"

namespace dpone::cli {

struct PositionalSpec {
  std::string_view name;         // `MANIFEST`
  std::string_view description;  // one sentence, no final full stop
  bool is_required = true;
  std::string_view choices = {};  // `bash|zsh|fish`, if it is one of these
};

struct CommandExample {
  std::string_view line;     // `dpone run orders.yaml`
  std::string_view meaning;  // one sentence, no final full stop
};

struct CommandSpec {
  std::string_view name;     // `run`, or two words: `connections test`
  std::string_view summary;  // one line, no final full stop
  std::span<const PositionalSpec> positionals = {};
  std::span<const OptionSpec> options = {};  // without the common ones
  std::span<const CommandExample> examples = {};
};

// `--format`, `--quiet`, `--verbose`, `--log-level`, `--state-dir`, `--help`: what every command takes.
std::span<const OptionSpec> common_options();

struct ParsedArguments {
  const CommandSpec* command = nullptr;  // null: `dpone`, `dpone help` or `dpone --help`
  bool is_help = false;                  // help was asked for, of `command`, of `group` or of all
  std::string group;                     // `connections` of `dpone help connections`
  std::vector<std::string> positionals;
  Options options;  // the command's and the common ones
};

// `argv` as main gets it, with the program's name first. Options may come before and after positionals; `--` ends them.
// All errors are of class kUsage: usage.missing_command, usage.unknown_command, usage.unknown_option,
// usage.missing_value, usage.repeated_option, usage.missing_option, usage.missing_argument, usage.too_many_arguments,
// option.invalid.
Result<ParsedArguments> parse_arguments(std::span<const CommandSpec> commands, std::span<const char* const> argv);

// `--overwrite-type` for `overwrite_type`.
std::string option_flag(const OptionSpec& spec);

}  // namespace dpone::cli
