#include "dpone/cli/completion.h"

#include <gtest/gtest.h>

#include "dpone/cli/commands/commands.h"

namespace dpone::cli {
namespace {

// What the scripts do is tested by running them (tests/cli/test_completion.py).
TEST(Completion, EveryCommandOptionAndChoiceIsInEveryScript) {
  const std::string scripts[] = {render_bash_completion(commands()), render_zsh_completion(commands()),
                                 render_fish_completion(commands())};
  for (const std::string& script : scripts) {
    for (const CommandSpec& command : commands()) {
      const std::size_t space = command.name.find(' ');
      EXPECT_NE(script.find(command.name.substr(space == std::string_view::npos ? 0 : space + 1)), std::string::npos);
      for (const OptionSpec& spec : command.options) {
        EXPECT_NE(script.find(option_flag(spec).substr(2)), std::string::npos) << option_flag(spec);
        for (const std::string_view choice : option_choices(spec)) {
          EXPECT_NE(script.find(choice), std::string::npos) << choice;
        }
      }
    }
    EXPECT_TRUE(script.ends_with('\n'));
  }
}

TEST(Completion, ADescriptionCannotEndItsQuotes) {
  static constexpr OptionSpec kOptions[] = {{.name = "like", .description = "the table's name: [a] or 'b'"}};
  static constexpr CommandSpec kCommands[] = {{"one two", "it's one", {}, kOptions, {}}};
  EXPECT_NE(render_zsh_completion(kCommands).find(R"('--like=[the table'\''s name\: \[a\] or '\''b'\'']:value: ')"),
            std::string::npos);
  EXPECT_NE(render_fish_completion(kCommands).find(R"(-d 'it'\''s one')"), std::string::npos);
}

}  // namespace
}  // namespace dpone::cli
