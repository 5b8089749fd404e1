#include "dpone/cli/render_error.h"

#include "dpone/base/log.h"

namespace dpone::cli {

std::string indented(std::string_view text, std::string_view indent) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    out += without_control_characters(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    out += indent;
    text.remove_prefix(end + 1);
  }
}

std::string render_error(const Error& error, bool color) {
  std::string out = color ? "\x1b[1;31merror:\x1b[0m " : "error: ";
  out += indented(error.message(), "  ") + "\n";
  for (const Error::Context& entry : error.context()) {
    out += "  " + without_control_characters(entry.key) + ": " + indented(entry.value, "    ") + "\n";
  }
  out += "  code: " + error.slug();
  if (!error.native_code().empty()) out += " (" + without_control_characters(error.native_code()) + ")";
  out += ", exit " + std::to_string(error.exit_code()) + "\n";
  if (!error.next_step().empty()) out += "  next: " + indented(error.next_step(), "    ") + "\n";
  return out;
}

}  // namespace dpone::cli
