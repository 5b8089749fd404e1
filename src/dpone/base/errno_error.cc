#include "dpone/base/errno_error.h"

#include <cerrno>
#include <cstring>

namespace dpone {
namespace {

struct Rule {
  int number;
  ErrorClass error_class;
  Retry retry;
  const char* slug;
  const char* next_step;
};

constexpr Rule kRules[] = {
    {ENOENT, ErrorClass::kUsage, Retry::kNever, "file.not_found",
     "check the path; a relative path is relative to the "
     "manifest's folder, for dpone copy to the current one"},
    {ENOTDIR, ErrorClass::kUsage, Retry::kNever, "file.not_found", "a part of the path is not a folder"},
    {ENAMETOOLONG, ErrorClass::kUsage, Retry::kNever, "file.not_found", "choose a shorter name"},
    {ELOOP, ErrorClass::kUsage, Retry::kNever, "file.not_found", "the path's symbolic links form a loop"},
    {EISDIR, ErrorClass::kUsage, Retry::kNever, "file.is_directory",
     "name a file in it; a source may be a pattern "
     "such as 'folder/*.csv'"},
    {EACCES, ErrorClass::kFailed, Retry::kNever, "file.permission", "give this user permission"},
    {EPERM, ErrorClass::kFailed, Retry::kNever, "file.permission", "give this user permission"},
    {EROFS, ErrorClass::kFailed, Retry::kNever, "file.permission",
     "the file system is read-only: choose another place"},
    {ENOSPC, ErrorClass::kFailed, Retry::kNever, "file.disk_full", "free some space, then run again"},
    {EDQUOT, ErrorClass::kFailed, Retry::kNever, "file.disk_full", "free some space of this user, then run again"},
    {EFBIG, ErrorClass::kFailed, Retry::kNever, "file.disk_full",
     "the file has reached the maximum size; "
     "raise the limit (ulimit -f)"},
    {EPIPE, ErrorClass::kFailed, Retry::kNever, "file.reader_gone",
     "the reader closed the output before it was complete"},
    {EMFILE, ErrorClass::kUnavailable, Retry::kSafe, "file.io", "the process or the system has too many open files"},
    {ENFILE, ErrorClass::kUnavailable, Retry::kSafe, "file.io", "the process or the system has too many open files"},
    {ESTALE, ErrorClass::kUnavailable, Retry::kSafe, "file.io", "the network file system was unavailable; run again"},
};

}  // namespace

Error error_from_errno(int number, const std::string& what, const std::string& path) {
  const std::string message = what + ": " + std::strerror(number);
  for (const Rule& rule : kRules) {
    if (rule.number != number) continue;
    return Error(rule.error_class, rule.slug, message).with("file", path).retry(rule.retry).hint(rule.next_step);
  }
  return Error(ErrorClass::kFailed, "file.io", message).with("file", path).hint("check the path and its folder");
}

}  // namespace dpone
