#include "dpone/cli/app.h"

#include <unistd.h>

#include "dpone/base/guarded.h"
#include "dpone/cli/commands/commands.h"
#include "dpone/cli/help.h"
#include "dpone/cli/manifest_files.h"
#include "dpone/cli/output.h"
#include "dpone/cli/render_error.h"
#include "dpone/cli/terminal.h"

namespace dpone::cli {
namespace {

bool asks_for_json(std::span<const char* const> argv) {
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string_view word(argv[i]);
    if (word == "--format=json") return true;
    if (word == "--format" && i + 1 < argv.size() && std::string_view(argv[i + 1]) == "json") return true;
  }
  return false;
}

int fail(const Error& error, bool is_json) {
  print_error(render_error(error, wants_color(STDERR_FILENO)));
  // What went wrong comes first, whatever becomes of its second form.
  if (is_json) (void)print_json(error_to_json(error));
  return error.exit_code();
}

Result<int> answer(const ParsedArguments& arguments) {
  if (arguments.command != nullptr && !arguments.is_help) return execute(arguments);
  const std::size_t width = terminal_width(STDOUT_FILENO);
  DPONE_CHECK(print_exactly(arguments.command != nullptr ? render_command_help(*arguments.command, width)
                            : !arguments.group.empty()   ? render_group_help(commands(), arguments.group, width)
                                                         : render_help(commands(), width)));
  return 0;
}

int dispatch(std::span<const char* const> argv) {
  const bool is_json = asks_for_json(argv);
  auto parsed = parse_arguments(commands(), argv);
  if (!parsed) {
    Error error = parsed.error();
    if (error.context_value("argument") == "MANIFEST") error = with_manifests_of(std::move(error), ".");
    const int code = fail(error, is_json);
    if (parsed.error().slug() == "usage.missing_command") {
      print_error("\n" + render_help(commands(), terminal_width(STDERR_FILENO)));
    }
    return code;
  }
  const auto code = answer(*parsed);
  return code ? *code : fail(code.error(), is_json);
}

}  // namespace

int main_entry(std::span<const char* const> argv) {
  secure_standard_streams();
  const auto code = guarded([&]() -> Result<int> { return dispatch(argv); });
  return code ? *code : fail(code.error(), false);
}

}  // namespace dpone::cli
