#include "dpone/cli/markdown_links.h"

#include <algorithm>
#include <map>
#include <utility>

#include "dpone/base/file.h"

namespace dpone::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPageBytes = 16U << 20U;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// GitHub: lower case, a blank becomes a hyphen, other punctuation goes.
std::string github_anchor(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    if (is_letter_or_digit(c) || c == '_' || c == '-' || is_beyond_ascii(c)) anchor += lower(c);
    if (c == ' ') anchor += '-';
  }
  return anchor;
}

// MkDocs (Python-Markdown's slugify): ASCII only, and a run of blanks and hyphens becomes one hyphen.
std::string mkdocs_anchor(std::string_view heading) {
  std::string kept;
  for (const char c : heading) {
    if (is_letter_or_digit(c) || c == '_' || c == '-' || c == ' ') kept += lower(c);
  }
  std::string anchor;
  for (const char c : trimmed(kept)) {
    const char as = c == ' ' ? '-' : c;
    if (as != '-' || anchor.empty() || anchor.back() != '-') anchor += as;
  }
  return anchor;
}

// A heading as displayed: links as their text, without the marks of code and emphasis.
std::string heading_text(std::string_view heading) {
  std::string text;
  std::size_t i = 0;
  while (i < heading.size()) {
    if (heading[i] == ']' && i + 1 < heading.size() && heading[i + 1] == '(') {
      i = std::min(heading.find(')', i), heading.size() - 1) + 1;
      continue;
    }
    if (heading[i] != '`' && heading[i] != '*' && heading[i] != '[' && heading[i] != ']') text += heading[i];
    ++i;
  }
  return text;
}

// One page, line by line.
class PageScanner {
 public:
  MarkdownPage scan(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++line_;
      take_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::move(page_);
  }

 private:
  void take_line(std::string_view line) {
    const std::string_view content = trimmed(line);
    if (!fence_.empty()) {
      if (content.starts_with(fence_) && content.find_first_not_of(fence_[0]) == std::string_view::npos) fence_.clear();
      return;
    }
    if (!is_comment_ && (content.starts_with("```") || content.starts_with("~~~"))) {
      fence_ = content.substr(0, std::min(content.find_first_not_of(content[0]), content.size()));
      return;
    }
    const std::string bare = without_code(line);
    take_heading(content, bare);
    take_ids(bare);
    take_definition(bare);
    take_links(bare);
  }

  // Replaces code spans and comments by blanks, so that positions in the line stay the same.
  std::string without_code(std::string_view line) {
    std::string bare(line);
    std::size_t i = 0;
    while (i < bare.size()) {
      if (is_comment_) {
        const std::size_t end = bare.find("-->", i);
        is_comment_ = end == std::string::npos;
        const std::size_t behind = is_comment_ ? bare.size() : end + 3;
        std::fill(bare.begin() + static_cast<std::ptrdiff_t>(i), bare.begin() + static_cast<std::ptrdiff_t>(behind),
                  ' ');
        i = behind;
      } else if (bare.compare(i, 4, "<!--") == 0) {
        is_comment_ = true;
      } else if (bare[i] == '`') {
        const std::size_t length = std::min(bare.find_first_not_of('`', i), bare.size()) - i;
        const std::size_t end = bare.find(std::string(length, '`'), i + length);
        const std::size_t behind = end == std::string::npos ? i + length : end + length;
        std::fill(bare.begin() + static_cast<std::ptrdiff_t>(i), bare.begin() + static_cast<std::ptrdiff_t>(behind),
                  ' ');
        i = behind;
      } else {
        ++i;
      }
    }
    return bare;
  }

  void take_heading(std::string_view content, std::string_view bare) {
    const std::size_t level = std::min(content.find_first_not_of('#'), content.size());
    if (level == 0 || level > 6 || level >= content.size() || content[level] != ' ') return;
    if (trimmed(bare).empty()) return;  // within a comment
    const std::string text = heading_text(trimmed(content.substr(level)));
    add_anchor(github_anchor(text), '-');
    add_anchor(mkdocs_anchor(text), '_');
  }

  // The second heading of a name gets a number: `name-1` on GitHub, `name_1` on MkDocs.
  void add_anchor(const std::string& anchor, char separator) {
    const int before = seen_[{anchor, separator}]++;
    page_.anchors.insert(before == 0 ? anchor : anchor + separator + std::to_string(before));
  }

  void take_ids(std::string_view bare) {
    constexpr std::string_view kId = " id=\"";
    for (std::size_t at = bare.find(kId); at != std::string_view::npos; at = bare.find(kId, at + 1)) {
      const std::size_t begin = at + kId.size();
      const std::size_t end = bare.find('"', begin);
      if (end != std::string_view::npos) page_.anchors.emplace(bare.substr(begin, end - begin));
    }
  }

  // `[name]: target`
  void take_definition(std::string_view bare) {
    const std::string_view content = trimmed(bare);
    const std::size_t end = content.find("]: ");
    if (content.starts_with("[") && end != std::string_view::npos && content.find(']') == end) {
      add_link(content.substr(end + 3));
    }
  }

  // `[text](target)` and `![text](target)`; a target may have parentheses in pairs.
  void take_links(std::string_view bare) {
    for (std::size_t at = bare.find("]("); at != std::string_view::npos; at = bare.find("](", at + 1)) {
      int depth = 1;
      std::size_t end = at + 2;
      while (end < bare.size() && depth > 0) {
        if (bare[end] == '(') ++depth;
        if (bare[end] == ')') --depth;
        ++end;
      }
      if (depth == 0) add_link(bare.substr(at + 2, end - at - 3));
    }
  }

  void add_link(std::string_view target) {
    target = trimmed(target);
    if (target.starts_with("<")) {
      target = target.substr(1, std::min(target.find('>'), target.size()) - 1);
    } else {
      target = target.substr(0, std::min(target.find(' '), target.size()));  // what follows is a title
    }
    page_.links.push_back({line_, std::string(target)});
  }

  MarkdownPage page_;
  std::map<std::pair<std::string, char>, int> seen_;
  std::string fence_;
  bool is_comment_ = false;
  std::size_t line_ = 0;
};

bool has_scheme(std::string_view target) {
  const std::size_t colon = target.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  return std::all_of(target.begin(), target.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.'; });
}

Result<std::vector<fs::path>> pages_of(const fs::path& root) {
  std::vector<fs::path> pages;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(root, failed)) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path().filename());
  }
  std::error_code ignored;  // a project may have no docs/
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / "docs", ignored)) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path().lexically_relative(root));
  }
  if (pages.empty()) {
    return Error(ErrorClass::kUsage, "docs.no_pages",
                 failed ? "the folder cannot be read: " + failed.message() : "the folder has no Markdown pages")
        .with("folder", root.string())
        .hint("name the project's folder; the command checks its *.md and docs/**/*.md");
  }
  std::sort(pages.begin(), pages.end());
  return pages;
}

// Why the link leads nowhere, or nothing.
std::string problem_of(const fs::path& root, const std::map<std::string, MarkdownPage>& pages, const std::string& page,
                       std::string_view target) {
  const std::size_t hash = std::min(target.find('#'), target.size());
  const std::string_view path = target.substr(0, hash);
  const std::string_view anchor = target.substr(std::min(hash + 1, target.size()));
  if (target.empty()) return "the link is empty";
  if (path.starts_with("/")) return "begins with /: write it relative to the page";
  const fs::path file = path.empty() ? fs::path(page) : (fs::path(page).parent_path() / path).lexically_normal();
  const std::string name = file.generic_string();
  if (name == ".." || name.starts_with("../")) return "leads out of the project";
  std::error_code ignored;
  if (!fs::exists(root / file, ignored)) return name + " does not exist";
  if (anchor.empty()) return {};
  const auto found = pages.find(name);
  if (found == pages.end()) return name + " has no anchors: it is not one of the pages";
  if (found->second.anchors.count(std::string(anchor)) == 0) return name + " has no heading #" + std::string(anchor);
  return {};
}

}  // namespace

MarkdownPage scan_markdown(std::string_view text) { return PageScanner().scan(text); }

Result<LinkCheck> check_links(const fs::path& root) {
  DPONE_TRY(const std::vector<fs::path> names, pages_of(root));
  std::map<std::string, MarkdownPage> pages;
  for (const fs::path& name : names) {
    DPONE_TRY(const std::string text, read_file(root / name, kMaxPageBytes));
    pages.emplace(name.generic_string(), scan_markdown(text));
  }
  LinkCheck check;
  check.page_count = pages.size();
  for (const fs::path& name : names) {
    const std::string page = name.generic_string();
    for (const MarkdownLink& link : pages.at(page).links) {
      if (has_scheme(link.target)) continue;
      ++check.link_count;
      std::string reason = problem_of(root, pages, page, link.target);
      if (!reason.empty()) check.broken.push_back({page, link.line, link.target, std::move(reason)});
    }
  }
  return check;
}

}  // namespace dpone::cli
