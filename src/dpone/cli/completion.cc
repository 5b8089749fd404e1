#include "dpone/cli/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "dpone/base/contains.h"

namespace dpone::cli {
namespace {

// First words of commands of two words, each once: `connections`.
std::vector<std::string> groups_of(std::span<const CommandSpec> commands) {
  std::vector<std::string> groups;
  for (const CommandSpec& command : commands) {
    const std::size_t space = command.name.find(' ');
    if (space == std::string_view::npos) continue;
    const std::string group(command.name.substr(0, space));
    if (!contains(groups, group)) groups.push_back(group);
  }
  return groups;
}

// The possible first words: commands of one word and groups, in the order of the table.
std::vector<std::string> first_words(std::span<const CommandSpec> commands) {
  std::vector<std::string> words;
  for (const CommandSpec& command : commands) {
    const std::string word(command.name.substr(0, command.name.find(' ')));
    if (!contains(words, word)) words.push_back(word);
  }
  words.emplace_back("help");
  return words;
}

std::vector<const CommandSpec*> members(std::span<const CommandSpec> commands, const std::string& group) {
  std::vector<const CommandSpec*> found;
  for (const CommandSpec& command : commands) {
    if (command.name.starts_with(group + " ")) found.push_back(&command);
  }
  return found;
}

std::string_view second_word(const CommandSpec& command) { return command.name.substr(command.name.find(' ') + 1); }

const CommandSpec* find_command(std::span<const CommandSpec> commands, std::string_view name) {
  for (const CommandSpec& command : commands) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::string summary_of(std::span<const CommandSpec> commands, const std::string& word) {
  if (const CommandSpec* command = find_command(commands, word)) return std::string(command->summary);
  if (word == "help") return "Print help";
  std::string list;
  for (const CommandSpec* member : members(commands, word)) {
    list += (list.empty() ? "" : ", ") + std::string(second_word(*member));
  }
  return list;
}

std::vector<OptionSpec> options_of(const CommandSpec& command) {
  std::vector<OptionSpec> all(command.options.begin(), command.options.end());
  all.insert(all.end(), common_options().begin(), common_options().end());
  return all;
}

bool takes_value(const OptionSpec& spec) { return spec.kind != OptionKind::kFlag; }

// A connection argument may be a file, a URL or an id, of which a shell knows only files.
bool completes_files(const OptionSpec& spec) {
  return spec.kind == OptionKind::kPath || spec.name == "from" || spec.name == "to";
}

// `bash|zsh|fish` for a positional that is one of these, else empty.
std::string choices_of(const PositionalSpec& spec) { return std::string(spec.choices); }

bool completes_files(const PositionalSpec& spec) { return spec.choices.empty() && spec.name != "TABLE"; }

std::string blanks_for_bars(std::string_view choices) {
  std::string out(choices);
  std::replace(out.begin(), out.end(), '|', ' ');
  return out;
}

// `--a|--b` of all options of all commands that take a value.
std::string value_options(std::span<const CommandSpec> commands) {
  std::vector<std::string> flags;
  for (const CommandSpec& command : commands) {
    for (const OptionSpec& spec : options_of(command)) {
      if (takes_value(spec)) flags.push_back(option_flag(spec));
    }
  }
  std::sort(flags.begin(), flags.end());
  flags.erase(std::unique(flags.begin(), flags.end()), flags.end());
  return fmt::format("{}", fmt::join(flags, "|"));
}

// Within single quotes of a shell.
std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// zsh reads `:` as the end of a field, and brackets as those around a description.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string bash_command(const CommandSpec& command) {
  std::string out = fmt::format("    '{}')\n      case $prev in\n", command.name);
  std::string flags;
  std::string files;
  std::string others;
  for (const OptionSpec& spec : options_of(command)) {
    const std::string flag = option_flag(spec);
    flags += (flags.empty() ? "" : " ") + flag;
    if (!takes_value(spec)) continue;
    if (!spec.choices.empty()) {
      out += fmt::format("        {}) words='{}' ;;\n", flag, blanks_for_bars(spec.choices));
    } else {
      std::string& list = completes_files(spec) ? files : others;
      list += (list.empty() ? "" : "|") + flag;
    }
  }
  if (!files.empty()) out += fmt::format("        {}) is_file=1 ;;\n", files);
  if (!others.empty()) out += fmt::format("        {}) return ;;\n", others);
  out += "        *)\n          is_option=1\n";
  out += fmt::format("          options='{}'\n", flags);
  if (!command.positionals.empty()) {
    out += "          case $count in\n";
    for (std::size_t i = 0; i < command.positionals.size(); ++i) {
      const PositionalSpec& spec = command.positionals[i];
      const std::string choices = choices_of(spec);
      if (!choices.empty()) out += fmt::format("            {}) words='{}' ;;\n", i, blanks_for_bars(choices));
      if (completes_files(spec)) out += fmt::format("            {}) is_file=1 ;;\n", i);
    }
    out += "          esac\n";
  }
  return out + "          ;;\n      esac\n      ;;\n";
}

std::string zsh_arguments(const CommandSpec& command, const std::string& indent) {
  std::string out = indent + "_arguments -s";
  const auto add = [&](const std::string& spec) { out += " \\\n" + indent + "  " + single_quoted(spec); };
  for (const OptionSpec& spec : options_of(command)) {
    std::string line = option_flag(spec) + (takes_value(spec) ? "=" : "") + "[" + zsh_text(spec.description) + "]";
    if (takes_value(spec)) {
      line += ":value:";
      if (!spec.choices.empty()) line += "(" + blanks_for_bars(spec.choices) + ")";
      if (spec.choices.empty()) line += completes_files(spec) ? "_files" : " ";
    }
    add(line);
  }
  for (std::size_t i = 0; i < command.positionals.size(); ++i) {
    const PositionalSpec& spec = command.positionals[i];
    const std::string choices = choices_of(spec);
    add(fmt::format("{}:{}:{}", i + 1, zsh_text(spec.name),
                    !choices.empty()        ? "(" + blanks_for_bars(choices) + ")"
                    : completes_files(spec) ? std::string("_files")
                                            : std::string(" ")));
  }
  return out + "\n";
}

}  // namespace

std::string render_bash_completion(std::span<const CommandSpec> commands) {
  std::string out =
      "# Completion of dpone in bash, made by `dpone completion bash`. To have it in every shell:\n"
      "#   dpone completion bash > ~/.local/share/bash-completion/completions/dpone\n"
      "# or, in this one alone: source <(dpone completion bash)\n"
      "_dpone() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local command='' options='' words='' is_file='' is_option='' word i count=0\n"
      "  COMPREPLY=()\n"
      "  # bash makes three words of --name=value.\n"
      "  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    case $word in\n";
  out += "      " + value_options(commands) + ")\n" +
         "        [[ ${COMP_WORDS[i+1]} != '=' ]] || i=$((i+1))\n"
         "        i=$((i+1)) ;;\n"
         "      -*|'=') ;;\n"
         "      help) [[ -z $command ]] || count=$((count+1)) ;;\n"
         "      *)\n"
         "        case $command in\n"
         "          '') command=$word ;;\n";
  out += "          " + fmt::format("{}", fmt::join(groups_of(commands), "|")) + ") command=\"$command $word\" ;;\n";
  out +=
      "          *) count=$((count+1)) ;;\n"
      "        esac ;;\n"
      "    esac\n"
      "  done\n"
      "  case $command in\n";
  out += fmt::format("    '')\n      is_option=1\n      options='--help --version'\n      words='{}'\n      ;;\n",
                     fmt::join(first_words(commands), " "));
  for (const std::string& group : groups_of(commands)) {
    std::vector<std::string_view> names;
    for (const CommandSpec* member : members(commands, group)) names.push_back(second_word(*member));
    out += fmt::format("    '{}') words='{}' ;;\n", group, fmt::join(names, " "));
  }
  for (const CommandSpec& command : commands) out += bash_command(command);
  out +=
      "  esac\n"
      "  [[ -n $is_option && $cur == -* ]] && words=$options is_file=''\n"
      "  local IFS=$' \\t\\n'\n"
      "  [[ -z $words ]] || COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
      "  if [[ -n $is_file ]]; then\n"
      "    IFS=$'\\n'\n"
      "    COMPREPLY=($(compgen -f -- \"$cur\"))\n"
      "    compopt -o filenames 2>/dev/null || true\n"
      "  fi\n"
      "}\n"
      "complete -F _dpone dpone\n";
  return out;
}

std::string render_zsh_completion(std::span<const CommandSpec> commands) {
  std::string out =
      "#compdef dpone\n"
      "# Completion of dpone in zsh, made by `dpone completion zsh`. Save it as _dpone in a folder of $fpath, or, in "
      "one\n"
      "# shell alone: source <(dpone completion zsh)\n"
      "_dpone() {\n"
      "  local -a first members\n"
      "  first=(\n";
  for (const std::string& word : first_words(commands)) {
    out += "    " + single_quoted(word + ":" + summary_of(commands, word)) + "\n";
  }
  out +=
      "  )\n"
      "  if (( CURRENT > 2 )) && [[ $words[2] == help ]]; then\n"
      "    shift words\n"
      "    (( CURRENT-- ))\n"
      "  fi\n"
      "  if (( CURRENT == 2 )); then\n"
      "    if [[ $words[2] == -* ]]; then compadd -- --help --version; else _describe -t commands command first; fi\n"
      "    return\n"
      "  fi\n"
      "  case $words[2] in\n";
  for (const CommandSpec& command : commands) {
    if (command.name.find(' ') != std::string_view::npos) continue;
    out += fmt::format("    {})\n      shift words\n      (( CURRENT-- ))\n", command.name);
    out += zsh_arguments(command, "      ") + "      ;;\n";
  }
  for (const std::string& group : groups_of(commands)) {
    out += fmt::format("    {})\n      members=(\n", group);
    for (const CommandSpec* member : members(commands, group)) {
      out += "        " + single_quoted(std::string(second_word(*member)) + ":" + std::string(member->summary)) + "\n";
    }
    out +=
        "      )\n"
        "      if (( CURRENT == 3 )); then\n"
        "        _describe -t commands command members\n"
        "        return\n"
        "      fi\n"
        "      case $words[3] in\n";
    for (const CommandSpec* member : members(commands, group)) {
      out += fmt::format("        {})\n          shift 2 words\n          (( CURRENT -= 2 ))\n", second_word(*member));
      out += zsh_arguments(*member, "          ") + "          ;;\n";
    }
    out += "      esac\n      ;;\n";
  }
  out +=
      "  esac\n"
      "}\n"
      "if [[ $funcstack[1] == _dpone ]]; then _dpone \"$@\"; else compdef _dpone dpone; fi\n";
  return out;
}

std::string render_fish_completion(std::span<const CommandSpec> commands) {
  std::string out =
      "# Completion of dpone in fish, made by `dpone completion fish`. To have it in every shell:\n"
      "#   dpone completion fish > ~/.config/fish/completions/dpone.fish\n"
      "function __dpone_words\n"
      "  # The words before the cursor that are neither options nor their values.\n"
      "  set -l skip 0\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    if test $skip = 1\n"
      "      set skip 0\n"
      "      continue\n"
      "    end\n"
      "    switch $word\n";
  std::string flags = value_options(commands);
  std::replace(flags.begin(), flags.end(), '|', ' ');
  out += "      case " + flags + "\n" +
         "        set skip 1\n"
         "      case '-*' help\n"
         "      case '*'\n"
         "        echo -- $word\n"
         "    end\n"
         "  end\n"
         "end\n"
         "function __dpone_is\n"
         "  set -l words (__dpone_words)\n"
         "  set -l count (count $argv)\n"
         "  test (count $words) -ge $count; and test \"$words[1..$count]\" = \"$argv\"\n"
         "end\n"
         "function __dpone_is_at\n"
         "  __dpone_is $argv[2..-1]; and test (count (__dpone_words)) -eq $argv[1]\n"
         "end\n"
         "complete -c dpone -f\n"
         "complete -c dpone -n 'test (count (__dpone_words)) = 0' -l version -d 'Print the version'\n";
  for (const std::string& word : first_words(commands)) {
    out += fmt::format("complete -c dpone -n 'test (count (__dpone_words)) = 0' -a {} -d {}\n", word,
                       single_quoted(summary_of(commands, word)));
  }
  for (const CommandSpec& command : commands) {
    const std::string name(command.name);
    const bool is_member = name.find(' ') != std::string::npos;
    if (is_member) {
      out += fmt::format("complete -c dpone -n '__dpone_is_at 1 {}' -a {} -d {}\n", name.substr(0, name.find(' ')),
                         second_word(command), single_quoted(command.summary));
    }
    for (const OptionSpec& spec : options_of(command)) {
      std::string line = fmt::format("complete -c dpone -n '__dpone_is {}' -l {} -d {}", name,
                                     option_flag(spec).substr(2), single_quoted(spec.description));
      if (!spec.choices.empty()) {
        line += fmt::format(" -x -a '{}'", blanks_for_bars(spec.choices));
      } else if (takes_value(spec)) {
        line += completes_files(spec) ? " -r -F" : " -x";
      }
      out += line + "\n";
    }
    for (std::size_t i = 0; i < command.positionals.size(); ++i) {
      const PositionalSpec& spec = command.positionals[i];
      const std::string at = fmt::format("'__dpone_is_at {} {}'", i + (is_member ? 2 : 1), name);
      if (!choices_of(spec).empty()) {
        out += fmt::format("complete -c dpone -n {} -a '{}'\n", at, blanks_for_bars(spec.choices));
      } else if (completes_files(spec)) {
        out += fmt::format("complete -c dpone -n {} -F\n", at);
      }
    }
  }
  return out;
}

}  // namespace dpone::cli
