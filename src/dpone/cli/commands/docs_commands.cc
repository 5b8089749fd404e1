// docs check-docs: links and anchors of a project's pages.
#include <fmt/format.h>

#include "dpone/cli/commands/commands.h"
#include "dpone/cli/markdown_links.h"
#include "dpone/cli/output.h"

namespace dpone::cli {

Result<int> docs_check_command(const ParsedArguments& arguments) {
  const std::string root = arguments.positionals.empty() ? "." : arguments.positionals[0];
  DPONE_TRY(const LinkCheck check, check_links(root));
  if (!check.broken.empty()) {
    std::string lines;
    for (const BrokenLink& link : check.broken) {
      lines += fmt::format("\n{}:{}: {}: {}", link.file, link.line, link.target, link.reason);
    }
    return Error(ErrorClass::kFailed, "docs.broken_links",
                 fmt::format("{} of {} links are broken{}", check.broken.size(), check.link_count, lines))
        .with("folder", root)
        .hint("correct the links, or the headings that they name");
  }
  if (arguments.options.text("format") == "json") {
    Json json = Json::object();
    json.set("schema_version", "dpone.check_docs.v1").set("folder", root).set("passed", true);
    json.set("pages", static_cast<std::int64_t>(check.page_count));
    json.set("links", static_cast<std::int64_t>(check.link_count));
    DPONE_CHECK(print_json(json));
  } else if (!arguments.options.flag("quiet")) {
    DPONE_CHECK(print_out(fmt::format("{} links in {} pages are valid\n", check.link_count, check.page_count)));
  }
  return 0;
}

}  // namespace dpone::cli
