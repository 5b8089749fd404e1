// Links of Markdown pages: finds those of README.md, the other pages of a project's root and docs/ that lead nowhere.
// Reads files only; addresses outside of the project (`https:`, `mailto:`) are not asked for. Stateless.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"

namespace dpone::cli {

struct MarkdownLink {
  std::size_t line;    // counted from 1
  std::string target;  // as written, without a title: `formats/manifest.md#source`
};

struct MarkdownPage {
  std::vector<MarkdownLink> links;
  std::set<std::string> anchors;  // of headings, as GitHub and as MkDocs make them, and of `id="..."`
};

// Links and anchors of one page. Fenced blocks, code spans and comments are plain text.
MarkdownPage scan_markdown(std::string_view text);

struct BrokenLink {
  std::string file;  // relative to the root
  std::size_t line;
  std::string target;
  std::string reason;
};

struct LinkCheck {
  std::size_t page_count = 0;
  std::size_t link_count = 0;  // those within the project
  std::vector<BrokenLink> broken;
};

// Checks the pages `root`/*.md and `root`/docs/**/*.md, in the order of their names. Class kUsage: docs.no_pages if
// there are no pages, and the slugs of read_file.
Result<LinkCheck> check_links(const std::filesystem::path& root);

}  // namespace dpone::cli
