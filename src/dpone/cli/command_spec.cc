#include "dpone/cli/command_spec.h"

#include <optional>

#include "dpone/base/nearest.h"
#include "dpone/base/url_text.h"

namespace dpone::cli {
namespace {

constexpr OptionSpec kCommonOptions[] = {
    {.name = "format",
     .kind = OptionKind::kChoice,
     .choices = "text|json",
     .default_text = "text",
     .description = "Format of the result on stdout; errors go to stderr in every format"},
    {.name = "quiet", .kind = OptionKind::kFlag, .description = "Print no progress and no summary, only errors"},
    {.name = "verbose", .kind = OptionKind::kFlag, .description = "Log each step (log level debug)"},
    {.name = "log_level",
     .kind = OptionKind::kChoice,
     .choices = "debug|info|warning|error",
     .default_text = "info",
     .description = "Lowest level of log lines that are printed to stderr"},
    {.name = "state_dir",
     .kind = OptionKind::kPath,
     .description = "Folder of ledger and reports; by default .dpone beside the manifest, or in the current folder "
                    "without a manifest",
     .value_name = "DIR"},
    {.name = "help", .kind = OptionKind::kFlag, .description = "Print help of the command and exit"},
};

std::optional<std::string_view> long_name_of(char letter) {
  switch (letter) {
    case 'q':
      return "quiet";
    case 'v':
      return "verbose";
    case 'h':
      return "help";
    default:
      return std::nullopt;
  }
}

Error usage(const std::string& slug, std::string message) {
  return Error(ErrorClass::kUsage, "usage." + slug, std::move(message));
}

std::string help_line(const CommandSpec* command) {
  return command == nullptr ? "dpone --help" : "dpone " + std::string(command->name) + " --help";
}

std::string did_you_mean(std::string_view given, const std::vector<std::string>& known) {
  const std::string near = nearest_name(given, known);
  return near.empty() ? std::string() : "; did you mean " + near + "?";
}

// Walks argv once; the command is known as soon as its words were seen, and options may precede it.
class Parser {
 public:
  Parser(std::span<const CommandSpec> commands, std::span<const char* const> argv) : commands_(commands), argv_(argv) {}

  Result<ParsedArguments> run() {
    DPONE_CHECK(find_command());
    parsed_.options =
        Options(parsed_.command ? parsed_.command->options : std::span<const OptionSpec>(), common_options());
    bool is_only_positionals = false;
    for (std::size_t i = 1; i < argv_.size(); ++i) {
      const std::string_view word = argv_[i];
      if (is_command_word_[i]) continue;
      if (!is_only_positionals && word == "--") {
        is_only_positionals = true;
      } else if (!is_only_positionals && word.size() > 2 && word.starts_with("--")) {
        DPONE_CHECK(take_long(word.substr(2), i));
      } else if (!is_only_positionals && word.size() > 1 && word[0] == '-') {
        DPONE_CHECK(take_short(word));
      } else {
        parsed_.positionals.emplace_back(word);
      }
    }
    parsed_.is_help = parsed_.is_help || parsed_.options.flag("help");
    if (!parsed_.is_help) DPONE_CHECK(check_positionals());
    if (!parsed_.is_help) DPONE_CHECK(check_required());
    return std::move(parsed_);
  }

 private:
  const OptionSpec* find_option(std::string_view flag) const {
    for (const auto table :
         {parsed_.command ? parsed_.command->options : std::span<const OptionSpec>(), common_options()}) {
      for (const OptionSpec& spec : table) {
        if (option_flag(spec).substr(2) == flag) return &spec;
      }
    }
    return nullptr;
  }

  // The first words that are not options name the command: `run`, `connections test`. `help X` asks for help of X.
  Status find_command() {
    is_command_word_.assign(argv_.size(), false);
    std::vector<std::size_t> words;
    for (std::size_t i = 1; i < argv_.size() && words.size() < 3; ++i) {
      const std::string_view word = argv_[i];
      if (word == "--") break;
      if (word.size() > 1 && word[0] == '-') {
        // A common option with a value may precede the command.
        const OptionSpec* spec = word.starts_with("--") ? find_option(word.substr(2)) : nullptr;
        if (spec != nullptr && spec->kind != OptionKind::kFlag) ++i;
        continue;
      }
      words.push_back(i);
    }
    std::size_t first = 0;
    if (!words.empty() && std::string_view(argv_[words[0]]) == "help") {
      parsed_.is_help = true;
      is_command_word_[words[0]] = true;
      first = 1;
    }
    if (first >= words.size()) {
      parsed_.is_help = asks_for_help();
      if (parsed_.is_help) return {};
      return find_version();
    }
    const std::string one = argv_[words[first]];
    const std::string two = first + 1 < words.size() ? one + " " + argv_[words[first + 1]] : std::string();
    std::vector<std::string> subcommands;
    std::vector<std::string> all;
    for (const CommandSpec& command : commands_) {
      if (command.name == one || (!two.empty() && command.name == two)) {
        parsed_.command = &command;
        is_command_word_[words[first]] = true;
        if (command.name == two) is_command_word_[words[first + 1]] = true;
        return {};
      }
      all.emplace_back(command.name);
      if (command.name.starts_with(one + " ")) subcommands.emplace_back(command.name);
    }
    if (!subcommands.empty()) {
      if (two.empty() && asks_for_help()) {
        parsed_.is_help = true;
        parsed_.group = one;
        is_command_word_[words[first]] = true;
        return {};
      }
      std::string list;
      for (const std::string& name : subcommands) list += (list.empty() ? "" : ", ") + name;
      std::string message = json_quote(one) + " needs one more word: " + list;
      if (!two.empty()) {
        const std::string near = did_you_mean(two, subcommands);
        message = json_quote(two) + " is not a command" + (near.empty() ? "; the commands are " + list : near);
      }
      return usage("unknown_command", std::move(message)).hint("see dpone help " + one);
    }
    std::string near = did_you_mean(one, all);
    if (near.empty() && !two.empty()) near = did_you_mean(two, all);
    // `dpone discover` for `dpone connections discover`.
    for (const std::string& name : all) {
      if (near.empty() && name.ends_with(" " + one)) near = "; did you mean " + name + "?";
    }
    return usage("unknown_command", json_quote(one) + " is not a command" + near)
        .hint("see dpone --help for the list of commands");
  }

  bool asks_for_help() const {
    if (parsed_.is_help) return true;
    for (std::size_t i = 1; i < argv_.size(); ++i) {
      const std::string_view word = argv_[i];
      if (word == "--help" || word == "-h") return true;
    }
    return false;
  }

  // Without a command: `--version`, as in most programs, or an unknown option, which is a better error than a missing
  // command.
  Status find_version() {
    for (std::size_t i = 1; i < argv_.size(); ++i) {
      const std::string_view word = argv_[i];
      if (word == "--version" || word == "-V") {
        for (const CommandSpec& command : commands_) {
          if (command.name == "version") parsed_.command = &command;
        }
        is_command_word_[i] = true;
        return {};
      }
      if (word.size() > 2 && word.starts_with("--") && find_option(word.substr(2, word.find('=') - 2)) == nullptr) {
        return unknown_option(word.substr(0, word.find('=')), {"--version"});
      }
    }
    return usage("missing_command", "no command was given").hint("see dpone --help");
  }

  Error unknown_option(std::string_view given, std::vector<std::string> known = {}) const {
    for (const auto table :
         {parsed_.command ? parsed_.command->options : std::span<const OptionSpec>(), common_options()}) {
      for (const OptionSpec& option : table) known.push_back(option_flag(option));
    }
    const std::string of = parsed_.command ? "dpone " + std::string(parsed_.command->name) : "dpone";
    return usage("unknown_option", std::string(given) + " is not an option of " + of + did_you_mean(given, known))
        .hint("see " + help_line(parsed_.command));
  }

  Status set(const OptionSpec& spec, std::string_view text) {
    const bool may_repeat = spec.kind == OptionKind::kFlag || spec.kind == OptionKind::kTextMap;
    if (parsed_.options.is_given(spec.name) && !may_repeat) {
      return usage("repeated_option", option_flag(spec) + " is given twice").hint("keep one of them");
    }
    Result<Json> value = parse_option(spec, text);
    if (!value) {
      return Error(ErrorClass::kUsage, value.error().slug(), option_flag(spec) + ": " + value.error().message())
          .hint("see " + help_line(parsed_.command));
    }
    if (spec.kind == OptionKind::kTextMap) {
      for (const auto& [name, text_of_name] : parsed_.options.given()[spec.name].as_object()) {
        if (value->contains(name)) {
          return usage("repeated_option", option_flag(spec) + " names " + name + " twice").hint("keep one of them");
        }
        value->set(name, text_of_name);
      }
    }
    parsed_.options.set(std::string(spec.name), *std::move(value));
    return {};
  }

  Status take_long(std::string_view body, std::size_t& i) {
    const std::size_t equals = body.find('=');
    const std::string_view name = body.substr(0, equals);
    const OptionSpec* spec = find_option(name);
    if (spec == nullptr) return unknown_option("--" + std::string(name));
    if (equals != std::string_view::npos) return set_value(*spec, body.substr(equals + 1));
    if (spec->kind == OptionKind::kFlag) return set(*spec, "true");
    // A value that looks like an option is nearly always a forgotten value; `--name=-x` says it is meant.
    if (i + 1 >= argv_.size() || (std::string_view(argv_[i + 1]).starts_with("--"))) {
      return usage("missing_value", option_flag(*spec) + " needs a value").hint("see " + help_line(parsed_.command));
    }
    return set_value(*spec, argv_[++i]);
  }

  // An empty value is a shell variable that was not set: `--where "$CONDITION"` must not read every row.
  Status set_value(const OptionSpec& spec, std::string_view value) {
    if (value.empty()) {
      return usage("missing_value", option_flag(spec) + " has an empty value")
          .hint("leave the option out, or give it a value");
    }
    return set(spec, value);
  }

  Status take_short(std::string_view word) {
    for (const char letter : word.substr(1)) {
      const auto name = long_name_of(letter);
      if (!name) {
        return usage("unknown_option", json_quote(word) + " is not an option; the short ones are -q, -v and -h")
            .hint("see " + help_line(parsed_.command));
      }
      DPONE_CHECK(set(*find_option(*name), "true"));
    }
    return {};
  }

  Status check_positionals() {
    if (parsed_.command == nullptr) return {};
    const auto& specs = parsed_.command->positionals;
    for (std::size_t i = parsed_.positionals.size(); i < specs.size(); ++i) {
      if (!specs[i].is_required) continue;
      return usage("missing_argument", "dpone " + std::string(parsed_.command->name) + " needs " +
                                           std::string(specs[i].name) + ": " + std::string(specs[i].description))
          .with("argument", std::string(specs[i].name))
          .hint("see " + help_line(parsed_.command));
    }
    if (parsed_.positionals.size() > specs.size()) {
      return usage("too_many_arguments", json_quote(parsed_.positionals[specs.size()]) + " is an extra argument")
          .hint("see " + help_line(parsed_.command));
    }
    for (std::size_t i = 0; i < parsed_.positionals.size(); ++i) {
      if (specs[i].name == "MANIFEST" || specs[i].name == "FOLDER") {
        DPONE_CHECK(check_is_no_url(specs[i].name, parsed_.positionals[i]));
      }
      if (specs[i].choices.empty()) continue;
      const OptionSpec spec{.name = specs[i].name, .kind = OptionKind::kChoice, .choices = specs[i].choices};
      const Result<Json> value = parse_option(spec, parsed_.positionals[i]);
      if (value) continue;
      return Error(ErrorClass::kUsage, value.error().slug(), std::string(spec.name) + ": " + value.error().message())
          .hint("see " + help_line(parsed_.command));
    }
    return {};
  }

  Status check_required() {
    if (parsed_.command == nullptr) return {};
    std::string missing;
    for (const OptionSpec& spec : parsed_.command->options) {
      if (spec.is_required && !parsed_.options.is_given(spec.name)) {
        missing += (missing.empty() ? "" : ", ") + option_flag(spec);
      }
    }
    if (missing.empty()) return {};
    return usage("missing_option", "dpone " + std::string(parsed_.command->name) + " needs " + missing)
        .hint("see " + help_line(parsed_.command));
  }

  std::span<const CommandSpec> commands_;
  std::span<const char* const> argv_;
  std::vector<bool> is_command_word_;
  ParsedArguments parsed_;
};

}  // namespace

std::span<const OptionSpec> common_options() { return kCommonOptions; }

std::string option_flag(const OptionSpec& spec) {
  std::string flag = "--" + std::string(spec.name);
  for (char& c : flag) {
    if (c == '_') c = '-';
  }
  return flag;
}

Result<ParsedArguments> parse_arguments(std::span<const CommandSpec> commands, std::span<const char* const> argv) {
  return Parser(commands, argv).run();
}

}  // namespace dpone::cli
