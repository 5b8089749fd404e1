#include "dpone/connectors/file/paths.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <string_view>

#include "dpone/base/errno_error.h"

namespace dpone::file {
namespace {

constexpr std::string_view kAnyFolders = "**";

// What matches `pattern` and is not a folder, or is one where `wants_folders`.
Status match(const std::string& pattern, bool wants_folders, bool is_optional, std::set<std::string>& out) {
  glob_t found{};
  errno = 0;
  const int code = ::glob(pattern.c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  const int number = errno;
  struct stat info {};
  for (std::size_t i = 0; code == 0 && i < found.gl_pathc; ++i) {
    const bool is_folder = ::stat(found.gl_pathv[i], &info) == 0 && S_ISDIR(info.st_mode);
    if (is_folder == wants_folders) out.emplace(found.gl_pathv[i]);
  }
  ::globfree(&found);
  if (code == GLOB_NOSPACE) return out_of_memory_error();
  // Not every folder that matches `**` contains the following parts.
  if (code == GLOB_ABORTED && !(is_optional && number == ENOENT)) {
    return error_from_errno(number == 0 ? EACCES : number, "cannot search the folder", pattern);
  }
  return {};
}

// A name as a pattern that matches it alone.
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// `folder` and all folders under it, except hidden ones and those behind symbolic links.
Status walk(const std::string& folder, std::set<std::string>& out) {
  out.insert(folder);
  std::error_code code;
  std::filesystem::directory_iterator entries(folder.empty() ? "." : folder, code);
  for (; !code && entries != std::filesystem::directory_iterator(); entries.increment(code)) {
    const std::string name = entries->path().filename().string();
    std::error_code ignored;
    if (name.starts_with('.') || entries->is_symlink(ignored) || !entries->is_directory(ignored)) continue;
    DPONE_CHECK(walk(folder + name + "/", out));
  }
  if (code) return error_from_errno(code.value(), "cannot search the folder", folder);
  return {};
}

// The position of a part `**` of `pattern`, from `at` on; npos if not found.
std::size_t find_any_folders(std::string_view pattern, std::size_t at) {
  for (at = pattern.find(kAnyFolders, at); at != std::string_view::npos; at = pattern.find(kAnyFolders, at + 1)) {
    const std::size_t behind = at + kAnyFolders.size();
    const bool begins = at == 0 || pattern[at - 1] == '/';
    if (begins && (behind == pattern.size() || pattern[behind] == '/')) return at;
  }
  return at;
}

Status expand_parts(const std::string& pattern, bool is_optional, std::set<std::string>& out) {
  const std::size_t at = find_any_folders(pattern, 0);
  if (at == std::string::npos) return match(pattern, false, is_optional, out);
  std::set<std::string> roots;
  if (at == 0) {
    roots.emplace();
  } else {
    DPONE_CHECK(match(pattern.substr(0, at), true, is_optional, roots));
  }
  const std::size_t behind = at + kAnyFolders.size();
  const std::string rest = behind < pattern.size() ? pattern.substr(behind + 1) : "*";
  for (const std::string& root : roots) {
    std::set<std::string> folders;
    DPONE_CHECK(walk(root, folders));
    for (const std::string& folder : folders) DPONE_CHECK(expand_parts(escaped(folder) + rest, true, out));
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> expand(const std::string& path) {
  struct stat info {};
  const bool is_pattern = path.find_first_of("*?[") != std::string::npos;
  if (path == "-" || !is_pattern || ::stat(path.c_str(), &info) == 0) return std::vector<std::string>{path};
  std::set<std::string> files;  // in order, and each once however many ways lead to it
  DPONE_CHECK(expand_parts(path, false, files));
  if (files.empty()) {
    return Error(ErrorClass::kUsage, "file.not_found", "no file matches the pattern")
        .with("file", path)
        .hint("the pattern is relative to the manifest's folder, for dpone copy to the current one");
  }
  return std::vector<std::string>(files.begin(), files.end());
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code code;
  return std::filesystem::equivalent(a, b, code) && !code;
}

}  // namespace dpone::file
