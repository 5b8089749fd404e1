#include "dpone/connectors/file/paths.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "dpone/base/errno_error.h"

namespace dpone::file {

Result<std::vector<std::string>> expand(const std::string& path) {
  struct stat info {};
  const bool is_pattern = path.find_first_of("*?[") != std::string::npos;
  if (path == "-" || !is_pattern || ::stat(path.c_str(), &info) == 0) return std::vector<std::string>{path};
  glob_t found{};
  const int code = ::glob(path.c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  std::vector<std::string> files;
  for (std::size_t i = 0; code == 0 && i < found.gl_pathc; ++i) {
    if (::stat(found.gl_pathv[i], &info) == 0 && S_ISDIR(info.st_mode)) continue;
    files.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  if (code == GLOB_NOSPACE) return out_of_memory_error();
  if (code == GLOB_ABORTED)
    return error_from_errno(errno == 0 ? EACCES : errno, "cannot look through the folder", path);
  if (files.empty()) {
    return Error(ErrorClass::kUsage, "file.not_found", "no file matches the pattern")
        .with("file", path)
        .hint("the pattern counts from the manifest's folder, for dpone copy from the current one");
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code code;
  return std::filesystem::equivalent(a, b, code) && !code;
}

}  // namespace dpone::file
