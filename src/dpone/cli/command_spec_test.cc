#include "dpone/cli/command_spec.h"

#include <gtest/gtest.h>

#include <sstream>

#include "dpone/cli/help.h"
#include "dpone/cli/render_error.h"

namespace dpone::cli {
namespace {

constexpr PositionalSpec kManifest[] = {{"MANIFEST", "File of the process"}};
constexpr OptionSpec kRunOptions[] = {
    {.name = "run_id", .description = "Id of the run", .value_name = "ID"},
    {.name = "limit", .kind = OptionKind::kInteger, .description = "Read at most so many rows"},
    {.name = "no_raw",
     .kind = OptionKind::kFlag,
     .description = "Decode and encode every value, even where both ends "
                    "agree on every type and bytes could pass through"},
    {.name = "columns", .kind = OptionKind::kNameList, .description = "Columns"}};
constexpr OptionSpec kCopyOptions[] = {{.name = "from", .description = "Source", .is_required = true},
                                       {.name = "to", .description = "Target", .is_required = true}};
constexpr CommandExample kExamples[] = {{"dpone run orders.yaml", "Run the process of a file"}};
constexpr CommandSpec kCommands[] = {{"run", "Run a manifest", kManifest, kRunOptions, kExamples},
                                     {"copy", "Copy a table", {}, kCopyOptions, {}},
                                     {"connections test", "Try connections", kManifest, {}, {}},
                                     {"version", "Print the version", {}, {}, {}}};

Result<ParsedArguments> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "dpone");
  return parse_arguments(kCommands, words);
}

std::string message_of(std::vector<const char*> words) {
  const auto parsed = parse(std::move(words));
  EXPECT_FALSE(parsed);
  if (parsed) return {};
  EXPECT_EQ(parsed.error().exit_code(), 2);
  EXPECT_FALSE(parsed.error().next_step().empty()) << parsed.error().message();
  return parsed.error().message();
}

TEST(ParseArguments, TakesBothFormsOfAValueAndPositionalsAnywhere) {
  const auto parsed = parse({"run", "--limit", "5", "orders.yaml", "--run-id=r=1", "--no-raw", "--columns=a,b", "-qv"});
  ASSERT_TRUE(parsed) << parsed.error().to_line();
  EXPECT_EQ(parsed->command, &kCommands[0]);
  EXPECT_EQ(parsed->positionals, (std::vector<std::string>{"orders.yaml"}));
  EXPECT_EQ(parsed->options.integer("limit"), 5);
  EXPECT_EQ(parsed->options.text("run_id"), "r=1");
  EXPECT_TRUE(parsed->options.flag("no_raw"));
  EXPECT_TRUE(parsed->options.flag("quiet"));
  EXPECT_TRUE(parsed->options.flag("verbose"));
  EXPECT_EQ(parsed->options.names("columns"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(parsed->options.text("format"), "text");
}

TEST(ParseArguments, TwoDashesEndTheOptionsAndOneIsAnArgument) {
  const auto parsed = parse({"run", "--", "--odd.yaml"});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->positionals[0], "--odd.yaml");
  EXPECT_EQ(parse({"run", "-"})->positionals[0], "-");
  EXPECT_EQ(parse({"run", "m", "--run-id", "-5"})->options.text("run_id"), "-5");
}

TEST(ParseArguments, CommonOptionsMayStandBeforeTheCommand) {
  const auto parsed = parse({"--format", "json", "-v", "connections", "test", "m.yaml"});
  ASSERT_TRUE(parsed) << parsed.error().to_line();
  EXPECT_EQ(parsed->command, &kCommands[2]);
  EXPECT_EQ(parsed->options.text("format"), "json");
  EXPECT_EQ(parsed->positionals, (std::vector<std::string>{"m.yaml"}));
}

TEST(ParseArguments, UnknownWordsGetTheNearestName) {
  EXPECT_EQ(message_of({"rnu", "m.yaml"}), "\"rnu\" is not a command; did you mean run?");
  EXPECT_EQ(message_of({"run", "m", "--limt", "5"}), "--limt is not an option of dpone run; did you mean --limit?");
  EXPECT_EQ(message_of({"run", "m", "-x"}), "\"-x\" is not an option; the short ones are -q, -v and -h");
  EXPECT_EQ(message_of({"connections"}), "\"connections\" needs one more word: connections test");
  EXPECT_EQ(message_of({"connections", "tset"}),
            "\"connections tset\" is not a command; did you mean connections test?");
  EXPECT_EQ(message_of({"connections", "frobnicate"}),
            "\"connections frobnicate\" is not a command; the commands are connections test");
  EXPECT_EQ(message_of({"conections", "test"}), "\"conections\" is not a command; did you mean connections test?");
  EXPECT_EQ(message_of({"test", "shop"}), "\"test\" is not a command; did you mean connections test?");
  EXPECT_EQ(message_of({"run", "m", "--format", "jsn"}),
            "--format: \"jsn\" is not one of text, json; did you mean json?");
}

TEST(ParseArguments, MissingAndSurplusThingsAreNamed) {
  EXPECT_EQ(message_of({"run"}), "dpone run needs MANIFEST: File of the process");
  EXPECT_EQ(message_of({"run", "a", "b"}), "\"b\" is an extra argument");
  EXPECT_EQ(message_of({"run", "m", "--limit"}), "--limit needs a value");
  EXPECT_EQ(message_of({"run", "m", "--run-id", "--limit", "3"}), "--run-id needs a value");
  EXPECT_EQ(message_of({"run", "m", "--limit", "1", "--limit", "2"}), "--limit is given twice");
  EXPECT_EQ(message_of({"copy"}), "dpone copy needs --from, --to");
  EXPECT_EQ(message_of({"-q"}), "no command was given");
}

TEST(ParseArguments, AnArgumentWithChoicesIsOneOfThem) {
  static constexpr PositionalSpec kShell[] = {{"SHELL", "Shell", true, "bash|zsh"}};
  static constexpr CommandSpec kOne[] = {{"completion", "Print a script", kShell, {}, {}}};
  const std::vector<const char*> good = {"dpone", "completion", "zsh"};
  EXPECT_TRUE(parse_arguments(kOne, good));
  const std::vector<const char*> bad = {"dpone", "completion", "bsh"};
  const auto parsed = parse_arguments(kOne, bad);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message(), "SHELL: \"bsh\" is not one of bash, zsh; did you mean bash?");
}

TEST(ParseArguments, HelpNeedsNothingElse) {
  EXPECT_EQ(parse({}).error().slug(), "usage.missing_command");
  EXPECT_EQ(parse({"--help"})->command, nullptr);
  EXPECT_EQ(parse({"help"})->command, nullptr);
  EXPECT_EQ(parse({"help", "run"})->command, &kCommands[0]);
  EXPECT_TRUE(parse({"help", "connections", "test"})->is_help);
  EXPECT_TRUE(parse({"run", "--help"})->is_help);
  EXPECT_TRUE(parse({"copy", "-h"})->is_help);
  for (const auto& words :
       {std::vector<const char*>{"help", "connections"}, {"connections", "--help"}, {"connections", "-h"}}) {
    const auto parsed = parse(words);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->group, "connections");
    EXPECT_EQ(parsed->command, nullptr);
  }
  EXPECT_EQ(message_of({"help", "rnu"}), "\"rnu\" is not a command; did you mean run?");
}

TEST(Help, FitsTheWidthAndNamesEverything) {
  for (const std::size_t width : {40U, 80U, 100U, 500U}) {
    const std::string help = render_command_help(kCommands[0], width);
    for (const char* part :
         {"MANIFEST", "--run-id ID", "--limit N", "--no-raw", "-q, --quiet", "dpone run orders.yaml"}) {
      EXPECT_NE(help.find(part), std::string::npos) << part;
    }
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), std::max<std::size_t>(std::min<std::size_t>(width, 100), 54)) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
  const std::string all = render_help(kCommands, 80);
  for (const CommandSpec& command : kCommands) EXPECT_NE(all.find(command.summary), std::string::npos);
}

TEST(RenderError, SaysWhatWhereAndWhatNext) {
  const Error error = Error(ErrorClass::kFailed, "postgres.permission", "permission denied")
                          .with("object", "public.orders\x1b[2J")
                          .native("42501")
                          .hint("GRANT SELECT ON public.orders TO reader");
  EXPECT_EQ(render_error(error),
            "error: permission denied\n"
            "  object: public.orders\\x1b[2J\n"
            "  code: postgres.permission (42501), exit 1\n"
            "  next: GRANT SELECT ON public.orders TO reader\n");
  EXPECT_TRUE(render_error(error, true).starts_with("\x1b[1;31merror:\x1b[0m permission"));
  EXPECT_EQ(render_error(Error(ErrorClass::kUsage, "a.b", "two\nlines")), "error: two\n  lines\n  code: a.b, exit 2\n");
}

}  // namespace
}  // namespace dpone::cli
