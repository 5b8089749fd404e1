#include "dpone/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dpone {
namespace {

Error io_error(const std::string& what, const std::filesystem::path& path, int number) {
  const bool is_full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  Error error = Error(ErrorClass::kFailed, is_full ? "file.disk_full" : "file.io", what + ": " + std::strerror(number))
                    .with("file", path.string());
  if (number == EFBIG) return std::move(error).hint("raise the maximum file size (ulimit -f), then run again");
  if (is_full) return std::move(error).hint("free some space, then run again");
  if (number == EACCES || number == EPERM || number == EROFS) {
    return std::move(error).hint("make the folder writable, or choose another folder with --state-dir");
  }
  return std::move(error).hint("check the path and its folder, or choose another folder with --state-dir");
}

Status write_all(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return io_error("cannot write", path, errno);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Error not_regular(const std::filesystem::path& path, const char* what) {
  return Error(ErrorClass::kRefused, "state_dir.not_regular", std::string("a file of the state folder is ") + what)
      .with("file", path.string())
      .hint("find out where it comes from, and remove it; or choose another state folder with --state-dir");
}

Status sync_folder(const std::filesystem::path& folder) {
  const FileDescriptor fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open() || ::fsync(fd.get()) != 0) return io_error("cannot sync the folder", folder, errno);
  return {};
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const auto usage = [&](const char* slug, const std::string& message) {
    return Error(ErrorClass::kUsage, slug, message).with("file", path.string());
  };
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) return usage("file.not_found", "no such file");
    return usage("file.unreadable", std::string("cannot open: ") + std::strerror(errno));
  }
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return usage("file.unreadable", std::strerror(errno));
  if (S_ISDIR(info.st_mode)) return usage("file.is_directory", "is a folder; a file was expected");
  if (!S_ISREG(info.st_mode)) return usage("file.unreadable", "is not a regular file");
  std::string content;
  char buffer[65536];
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0) {
      if (errno == EINTR) continue;
      return usage("file.unreadable", std::string("cannot read: ") + std::strerror(errno));
    }
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > max_bytes) {
      return usage("file.too_big", "is bigger than the limit of " + std::to_string(max_bytes) + " bytes");
    }
  }
}

Status write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path temporary = path.string() + ".tmp-" + std::to_string(::getpid());
  // A killed process may have left a file with the same number; never write through an existing file.
  ::unlink(temporary.c_str());
  {
    const FileDescriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!fd.is_open()) return io_error("cannot create", path, errno);
    Status status = write_all(fd.get(), content, temporary);
    if (status && ::fsync(fd.get()) != 0) status = io_error("cannot sync", path, errno);
    if (!status) {
      ::unlink(temporary.c_str());
      return status;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int number = errno;
    ::unlink(temporary.c_str());
    return io_error("cannot rename into place", path, number);
  }
  return sync_folder(path.parent_path());
}

Status make_directories(const std::filesystem::path& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return io_error("cannot create the folder", path, code.value());
  return {};
}

Status check_own_file(const std::filesystem::path& path) {
  std::error_code code;
  const std::filesystem::file_status status = std::filesystem::symlink_status(path, code);
  if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status)) return {};
  return not_regular(path, std::filesystem::is_symlink(status)     ? "a symbolic link"
                           : std::filesystem::is_directory(status) ? "a folder"
                                                                   : "a FIFO or a device");
}

Result<FileDescriptor> open_own_file(const std::filesystem::path& path, int flags) {
  // Without O_NONBLOCK a FIFO would be waited for; to a regular file it means nothing.
  FileDescriptor fd(::open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644));
  if (!fd.is_open()) {
    if (errno == ENOENT && (flags & O_CREAT) == 0) return FileDescriptor();
    if (errno == ELOOP) return not_regular(path, "a symbolic link");
    if (errno == ENXIO) return not_regular(path, "a FIFO or a device");
    if (errno == EISDIR) return not_regular(path, "a folder");
    return io_error("cannot open", path, errno);
  }
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return io_error("cannot access", path, errno);
  if (S_ISDIR(info.st_mode)) return not_regular(path, "a folder");
  if (!S_ISREG(info.st_mode)) return not_regular(path, "a FIFO or a device");
  return fd;
}

Status append_durably(int fd, std::string_view content, const std::filesystem::path& path) {
  DPONE_CHECK(write_all(fd, content, path));
  if (::fsync(fd) != 0) return io_error("cannot sync", path, errno);
  return {};
}

Result<FileDescriptor> try_lock_file(const std::filesystem::path& path) {
  DPONE_TRY(FileDescriptor fd, open_own_file(path, O_RDWR | O_CREAT));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return FileDescriptor();
    return io_error("cannot lock", path, errno);
  }
  return fd;
}

}  // namespace dpone
