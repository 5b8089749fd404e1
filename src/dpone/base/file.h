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

// Appends `content` in one write and fsyncs. The file is made if missing (mode 0644).
Status append_durably(const std::filesystem::path& path, std::string_view content);

// An exclusive lock on `path` (made if missing), held until the descriptor is closed, also by the end of the
// process. An empty descriptor means that another process has it.
Result<FileDescriptor> try_lock_file(const std::filesystem::path& path);

}  // namespace dpone
