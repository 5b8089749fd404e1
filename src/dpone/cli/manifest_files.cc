#include "dpone/cli/manifest_files.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "dpone/base/file.h"
#include "dpone/cli/shell_quote.h"

namespace dpone::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::size_t kMostShown = 5;

bool has_section(const std::string& text, const std::string& name) {
  return text.starts_with(name) || text.find("\n" + name) != std::string::npos;
}

// Sorted by name.
std::vector<std::string> manifests_of(const std::filesystem::path& folder) {
  std::vector<std::string> found;
  std::error_code code;
  for (std::filesystem::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
    const std::filesystem::path& path = entry->path();
    if ((path.extension() != ".yaml" && path.extension() != ".yml") || !entry->is_regular_file(code)) continue;
    const auto text = read_file(path, kMostBytes);
    if (text && has_section(*text, "source:") && has_section(*text, "sink:"))
      found.push_back(folder == "." ? path.filename().string() : path.string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Error with_manifests_of(Error error, const std::filesystem::path& folder) {
  const std::vector<std::string> found = manifests_of(folder);
  if (found.empty()) return error;
  std::string names;
  for (std::size_t i = 0; i < std::min(found.size(), kMostShown); ++i)
    names += (names.empty() ? "" : ", ") + shell_quoted(found[i]);
  if (found.size() > kMostShown) names += ", ...";
  return std::move(error).hint("name one of the manifests in this folder: " + names);
}

}  // namespace dpone::cli
