#include "dpone/cli/markdown_links.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace dpone::cli {
namespace {

std::vector<std::string> targets(std::string_view text) {
  std::vector<std::string> found;
  for (const MarkdownLink& link : scan_markdown(text).links)
    found.push_back(std::to_string(link.line) + " " + link.target);
  return found;
}

TEST(MarkdownLinks, AreFoundWithTheirLines) {
  EXPECT_EQ(targets("a [b](c.md) and ![d](e.png \"title\")\n\n[f][g]\n\n[g]: h.md#i\n"),
            (std::vector<std::string>{"1 c.md", "1 e.png", "5 h.md#i"}));
  EXPECT_EQ(targets("[a](b_(c).md) [d](<e f.md>)"), (std::vector<std::string>{"1 b_(c).md", "1 e f.md"}));
}

TEST(MarkdownLinks, CodeAndCommentsAreText) {
  EXPECT_EQ(
      targets("```\n[a](b)\n```\n`[c](d)` ``[e](`f)``\n<!-- [g](h)\n[i](j) --> [k](l)\n~~~~\n~~~\n[m](n)\n~~~~\n"),
      (std::vector<std::string>{"6 l"}));
}

TEST(MarkdownLinks, HeadingsGetTheAnchorsOfGithubAndMkdocs) {
  const auto anchors = scan_markdown("# Exit `codes` & [more](x.md)\n## A - b\n## A - b\n# `sink.options`\n").anchors;
  for (const char* anchor : {"exit-codes--more", "exit-codes-more", "a---b", "a-b", "a---b-1", "a-b_1", "sinkoptions"})
    EXPECT_TRUE(anchors.contains(anchor)) << anchor;
  EXPECT_EQ(anchors.size(), 7U);
}

TEST(MarkdownLinks, AnIdIsAnAnchor) { EXPECT_TRUE(scan_markdown("<a id=\"here\"></a>\n").anchors.contains("here")); }

class CheckedFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ / "docs/formats");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(root_ / name) << text; }
  std::filesystem::path root_ =
      std::filesystem::temp_directory_path() / ("dpone_links_" + std::to_string(::getpid()) + "_" +
                                                testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(CheckedFolder, EachBrokenLinkIsNamedWithItsPlace) {
  write("README.md", "# Home\n[ok](docs/a.md#part) [ok](#home) [ok](docs/formats/) [ok](https://example.org/x)\n");
  write("docs/a.md", "## Part\n[gone](b.md)\n[no such part](../README.md#part)\n[out](../../x)\n[root](/docs/a.md)\n");
  write("docs/formats/f.md", "[](  )\n[ok](../a.md)\n");
  const auto check = check_links(root_);
  ASSERT_TRUE(check) << check.error().to_line();
  EXPECT_EQ(check->page_count, 3U);
  EXPECT_EQ(check->link_count, 9U);
  std::vector<std::string> broken;
  for (const BrokenLink& link : check->broken)
    broken.push_back(link.file + ":" + std::to_string(link.line) + ": " + link.reason);
  EXPECT_EQ(broken,
            (std::vector<std::string>{
                "docs/a.md:2: docs/b.md does not exist", "docs/a.md:3: README.md has no heading #part",
                "docs/a.md:4: leads out of the project", "docs/a.md:5: begins with /: write it relative to the page",
                "docs/formats/f.md:1: the link is empty"}));
}

TEST_F(CheckedFolder, AFolderWithoutPagesIsAnError) {
  EXPECT_EQ(check_links(root_).error().slug(), "docs.no_pages");
  EXPECT_EQ(check_links(root_ / "nowhere").error().slug(), "docs.no_pages");
}

}  // namespace
}  // namespace dpone::cli
