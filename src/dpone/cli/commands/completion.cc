// completion: a script for the user's shell, made of the command table.
#include "dpone/cli/completion.h"

#include "dpone/cli/commands/commands.h"
#include "dpone/cli/output.h"

namespace dpone::cli {

Result<int> completion_command(const ParsedArguments& arguments) {
  const std::string& shell = arguments.positionals[0];
  DPONE_CHECK(print_exactly(shell == "zsh"    ? render_zsh_completion(commands())
                            : shell == "fish" ? render_fish_completion(commands())
                                              : render_bash_completion(commands())));
  return 0;
}

}  // namespace dpone::cli
