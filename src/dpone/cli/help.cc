#include "dpone/cli/help.h"

#include <algorithm>
#include <vector>

namespace dpone::cli {
namespace {

struct Row {
  std::string left;
  std::string right;
};

// Two columns; a left side that is too wide gets a separate line.
std::string table(const std::vector<Row>& rows, std::size_t width) {
  constexpr std::size_t kWidestLeft = 30;
  std::size_t left = 0;
  for (const Row& row : rows) {
    if (row.left.size() <= kWidestLeft) left = std::max(left, row.left.size());
  }
  const std::size_t indent = 2 + left + 2;
  std::string out;
  for (const Row& row : rows) {
    out += "  " + row.left;
    if (row.left.size() > left) {
      out += '\n';
      out.append(indent, ' ');
    } else {
      out.append(indent - 2 - row.left.size(), ' ');
    }
    out += wrapped(row.right, indent, width) + '\n';
  }
  return out;
}

Row option_row(const OptionSpec& spec) {
  std::string left = option_flag(spec);
  if (spec.name == "quiet" || spec.name == "verbose" || spec.name == "help") {
    left = std::string("-") + spec.name[0] + ", " + left;
  }
  const std::string value = option_placeholder(spec);
  if (!value.empty()) left += " " + value;
  std::string right(spec.description);
  if (spec.is_required) right += " (required)";
  if (!spec.default_text.empty()) right += " (default: " + std::string(spec.default_text) + ")";
  return {std::move(left), std::move(right)};
}

std::vector<Row> option_rows(std::span<const OptionSpec> specs) {
  std::vector<Row> rows;
  for (const OptionSpec& spec : specs) rows.push_back(option_row(spec));
  return rows;
}

std::size_t bounded(std::size_t width) { return std::clamp<std::size_t>(width, 40, 100); }

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (column > indent && column + 1 + word.size() > width) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string option_placeholder(const OptionSpec& spec) {
  if (!spec.value_name.empty()) return std::string(spec.value_name);
  switch (spec.kind) {
    case OptionKind::kFlag:
      return {};
    case OptionKind::kText:
      return "TEXT";
    case OptionKind::kInteger:
      return "N";
    case OptionKind::kDuration:
      return "DURATION";
    case OptionKind::kBytes:
      return "SIZE";
    case OptionKind::kChoice:
      return std::string(spec.choices);
    case OptionKind::kNameList:
      return "A,B";
    case OptionKind::kPath:
      return "PATH";
    case OptionKind::kSpan:
      return "SPAN";
    case OptionKind::kTextMap:
      return "NAME=TEXT";
  }
  return {};
}

std::string render_help(std::span<const CommandSpec> commands, std::size_t width) {
  width = bounded(width);
  std::vector<Row> rows;
  for (const CommandSpec& command : commands) rows.push_back({std::string(command.name), std::string(command.summary)});
  rows.push_back({"help [COMMAND]", "Print help"});
  std::string begin;
  for (const CommandSpec& command : commands) {
    if (command.name != "init") continue;
    begin = "\n" +
            wrapped(
                "To get started, run `dpone init --demo demo`, which writes a demo project that needs no server; "
                "`dpone doctor` checks this machine and its connections.",
                0, width) +
            "\n";
  }
  return wrapped(
             "dpone copies tables between databases and files, checks the loaded rows, and replaces or changes the "
             "target in one step.",
             0, width) +
         "\n\n" + wrapped("Usage: dpone COMMAND [ARGUMENTS] [OPTIONS]", 7, width) + "\n\nCommands:\n" +
         table(rows, width) + begin + "\nOptions of every command:\n" + table(option_rows(common_options()), width) +
         "\n" +
         wrapped(
             "Exit codes: 0 done, 1 failed, 2 wrong arguments or files, 3 refused to protect data, 4 "
             "unavailable "
             "(try again), 5 outcome unknown, 130 interrupted.",
             0, width) +
         "\n";
}

std::string render_group_help(std::span<const CommandSpec> commands, std::string_view group, std::size_t width) {
  width = bounded(width);
  std::vector<Row> rows;
  for (const CommandSpec& command : commands) {
    if (!command.name.starts_with(std::string(group) + " ")) continue;
    rows.push_back({std::string(command.name), std::string(command.summary)});
  }
  return wrapped("Usage: dpone " + std::string(group) + " COMMAND [ARGUMENTS] [OPTIONS]", 7, width) +
         "\n\nCommands:\n" + table(rows, width) + "\n" +
         wrapped("`dpone help " + rows[0].left + "` shows the details.", 0, width) + "\n";
}

std::string render_command_help(const CommandSpec& command, std::size_t width) {
  width = bounded(width);
  std::string usage = "Usage: dpone " + std::string(command.name);
  std::vector<Row> arguments;
  for (const PositionalSpec& positional : command.positionals) {
    const std::string name(positional.name);
    usage += positional.is_required ? " " + name : " [" + name + "]";
    arguments.push_back({name, std::string(positional.description)});
  }
  for (const OptionSpec& spec : command.options) {
    if (spec.is_required) usage += " " + option_flag(spec) + " " + option_placeholder(spec);
  }
  std::string out = wrapped(command.summary, 0, width) + "\n\n" + wrapped(usage + " [OPTIONS]", 7, width) + "\n";
  if (!arguments.empty()) out += "\nArguments:\n" + table(arguments, width);
  if (!command.options.empty()) out += "\nOptions:\n" + table(option_rows(command.options), width);
  out += "\nOptions of every command:\n" + table(option_rows(common_options()), width);
  if (!command.examples.empty()) out += "\nExamples:\n";
  for (const CommandExample& example : command.examples) {
    out += "  " + std::string(example.line) + "\n      " + wrapped(example.meaning, 6, width) + "\n";
  }
  return out;
}

}  // namespace dpone::cli
