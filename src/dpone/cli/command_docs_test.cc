#include "dpone/cli/command_docs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "dpone/base/file.h"
#include "dpone/cli/commands/commands.h"

namespace dpone::cli {
namespace {

constexpr std::string_view kBegin = "<!-- commands:begin -->\n";
constexpr std::string_view kEnd = "<!-- commands:end -->";

// DPONE_UPDATE=1 rewrites the generated part instead of comparing it.
TEST(CommandDocs, AreCurrent) {
  const auto path = std::filesystem::path(DPONE_SOURCE_DIR) / "docs/commands.md";
  const Result<std::string> page = read_file(path, 1 << 20);
  ASSERT_TRUE(page) << page.error().to_line();
  const std::size_t begin = page->find(kBegin) + kBegin.size();
  const std::size_t end = page->find(kEnd);
  ASSERT_LE(begin, end);
  if (std::getenv("DPONE_UPDATE") != nullptr) {
    ASSERT_TRUE(
        write_file_atomically(path, page->substr(0, begin) + render_command_docs(commands()) + page->substr(end)));
    return;
  }
  EXPECT_EQ(page->substr(begin, end - begin), render_command_docs(commands()))
      << "run this test with DPONE_UPDATE=1 to write the page anew";
}

TEST(CommandTable, EverySummaryAndDescriptionIsAPhrase) {
  for (const CommandSpec& command : commands()) {
    EXPECT_FALSE(command.summary.empty() || command.summary.ends_with('.')) << command.name;
    EXPECT_LE(command.summary.size(), 80U) << command.name;
    for (const OptionSpec& spec : command.options) {
      EXPECT_FALSE(spec.description.empty() || spec.description.ends_with('.')) << command.name << " " << spec.name;
      EXPECT_TRUE(spec.default_text.empty() || parse_option(spec, spec.default_text)) << spec.name;
    }
    for (const CommandExample& example : command.examples) {
      EXPECT_TRUE(example.line.starts_with("dpone " + std::string(command.name))) << example.line;
    }
  }
}

}  // namespace
}  // namespace dpone::cli
