#include "dpone/rowfile/rejects.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "dpone/base/errno_error.h"
#include "dpone/base/write_all.h"

namespace dpone::rowfile {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{64} << 10;
constexpr std::string_view kHeader = "file,row,line,slug,column,message,text\n";

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

// Whether the file at `path` is one of rejected rows. A path that names the source, a database or anything else by
// mistake must not be overwritten or removed.
Result<bool> holds_rejects(const std::string& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open()) return error_from_errno(errno, "cannot read the file of rejected rows", path);
  std::string front(kHeader.size(), '\0');
  const ssize_t got = ::read(fd.get(), front.data(), front.size());
  return got == static_cast<ssize_t>(front.size()) && front == kHeader;
}

Status check_replaceable(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) return {};
  DPONE_TRY(const bool is_ours, holds_rejects(path));
  if (is_ours) return {};
  return Error(ErrorClass::kRefused, "file.not_rejects", "the file for rejected rows exists and has other content")
      .with("file", path)
      .hint("name another reject_path: dpone only overwrites a file of rejected rows");
}

}  // namespace

Status RejectFile::begin() {
  struct stat info {};
  if (path_.empty() || ::lstat(path_.c_str(), &info) != 0) return {};
  const bool is_link = S_ISLNK(info.st_mode);
  if (is_link && ::stat(path_.c_str(), &info) != 0) return {};
  if (!S_ISREG(info.st_mode) || info.st_size == 0) return {};
  DPONE_TRY(const bool is_ours, holds_rejects(path_));
  if (!is_ours) return {};
  const int code = is_link ? ::truncate(path_.c_str(), 0) : ::unlink(path_.c_str());
  return code == 0 ? Status() : error_from_errno(errno, "cannot remove the rejected rows of an earlier run", path_);
}

Status RejectFile::add(const std::string& file, const RejectedRow& row) {
  if (!fd_.is_open()) {
    DPONE_CHECK(check_replaceable(path_));
    fd_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!fd_.is_open()) return error_from_errno(errno, "cannot create the file of rejected rows", path_);
    buffer_ = kHeader;
  }
  std::string_view text = row.text;
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  append_quoted(file, buffer_);
  buffer_ += "," + std::to_string(row.row) + "," + std::to_string(row.line) + "," + row.error.slug() + ",";
  append_quoted(row.error.context_value("column"), buffer_);
  buffer_ += ',';
  append_quoted(row.error.message(), buffer_);
  buffer_ += ',';
  append_quoted(text, buffer_);
  buffer_ += '\n';
  ++count_;
  return buffer_.size() >= kFlushBytes ? flush() : Status();
}

Status RejectFile::flush() {
  DPONE_CHECK(write_all(fd_.get(), buffer_, path_));
  buffer_.clear();
  return {};
}

Status RejectFile::finish() {
  if (!fd_.is_open()) return {};
  DPONE_CHECK(flush());
  if (::fsync(fd_.get()) != 0 && errno != EINVAL) return error_from_errno(errno, "cannot sync", path_);
  return {};
}

}  // namespace dpone::rowfile
