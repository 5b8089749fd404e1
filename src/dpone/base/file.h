// Files and folders, with errors that name the path. Writes that must survive a crash are fsynced.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "dpone/base/result.h"

namespace dpone {

// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Whole content of a regular file of at most `max_bytes`. Slugs: file.not_found, file.is_directory, file.too_big,
// file.unreadable, all of class kUsage.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes);

// Writes beside `path`, fsyncs, renames over it and fsyncs the folder: readers see the old or the new content.
Status write_file_atomically(const std::filesystem::path& path, std::string_view content);

Status make_directories(const std::filesystem::path& path);

// Opens a file that dpone keeps for itself in a state folder. It neither follows nor waits for anything else in its
// place: a symbolic link, a FIFO, a device or a folder is refused (class kRefused, state_dir.not_regular). An empty
// descriptor means that the file does not exist (impossible with O_CREAT in `flags`).
Result<FileDescriptor> open_own_file(const std::filesystem::path& path, int flags);
// The same check for a file that a library will open. A missing file is fine.
Status check_own_file(const std::filesystem::path& path);

// Appends `content` to a descriptor that is open with O_APPEND, in one write, and fsyncs. `path` is for the error.
Status append_durably(int fd, std::string_view content, const std::filesystem::path& path);

// An exclusive lock on `path` (open_own_file; made if missing), held until the descriptor is closed, also by the end of
// the process. An empty descriptor means that another process has it.
Result<FileDescriptor> try_lock_file(const std::filesystem::path& path);

}  // namespace dpone
