#include "dpone/cli/command_docs.h"

#include <fmt/format.h>

#include "dpone/cli/help.h"

namespace dpone::cli {
namespace {

// A bar would end the cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string option_table(std::span<const OptionSpec> specs) {
  std::string out = "| option | default | meaning |\n|---|---|---|\n";
  for (const OptionSpec& spec : specs) {
    const std::string value = option_placeholder(spec);
    out += fmt::format("| `{}{}` | {} | {}{} |\n", option_flag(spec), value.empty() ? "" : " " + cell(value),
                       spec.default_text.empty() ? std::string() : fmt::format("`{}`", spec.default_text),
                       cell(spec.description), spec.is_required ? " (required)" : "");
  }
  return out;
}

std::string anchor_of(std::string_view name) {
  std::string out = "dpone-" + std::string(name);
  for (char& c : out) {
    if (c == ' ') c = '-';
  }
  return out;
}

std::string command_page(const CommandSpec& command) {
  std::string usage = "dpone " + std::string(command.name);
  std::string arguments;
  for (const PositionalSpec& spec : command.positionals) {
    usage += spec.is_required ? fmt::format(" {}", spec.name) : fmt::format(" [{}]", spec.name);
    arguments += fmt::format("- `{}`: {}\n", spec.name, spec.description);
  }
  for (const OptionSpec& spec : command.options) {
    if (spec.is_required) usage += " " + option_flag(spec) + " " + option_placeholder(spec);
  }
  std::string out = fmt::format("\n## dpone {}\n\n{}: `{} [OPTIONS]`\n", command.name, command.summary, usage);
  if (!arguments.empty()) out += "\n" + arguments;
  if (!command.options.empty()) out += "\n" + option_table(command.options);
  if (!command.examples.empty()) out += "\n";
  for (const CommandExample& example : command.examples) {
    out += fmt::format("- `{}`: {}\n", example.line, example.meaning);
  }
  return out;
}

}  // namespace

std::string render_command_docs(std::span<const CommandSpec> commands) {
  std::string out = "| command | what it does |\n|---|---|\n";
  for (const CommandSpec& command : commands) {
    out += fmt::format("| [`dpone {}`](#{}) | {} |\n", command.name, anchor_of(command.name), cell(command.summary));
  }
  out += "\n## Options of every command\n\n" + option_table(common_options());
  for (const CommandSpec& command : commands) out += command_page(command);
  return out;
}

}  // namespace dpone::cli
