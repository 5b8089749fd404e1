// Input: the bytes of one file, or of stdin, decompressed as they are read. Owned and read by one thread; give_up()
// alone may be called from another. Nothing is copied between read(2) and the caller's room but by a decompressor.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dpone/base/file.h"
#include "dpone/base/run_context.h"
#include "dpone/connectors/file/compression.h"

namespace dpone::file {

// What tells that a file was changed: device, inode, size, and time of the last change.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t bytes = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

class Input {
 public:
  // `path` `-` is stdin. `compression` absent: by the first bytes. `context` must outlive the Input. Waits for the
  // writer of a FIFO. Slugs: those of errors.h and compression.h, run.interrupted.
  static Result<std::unique_ptr<Input>> open(const std::string& path, std::optional<Compression> compression,
                                             const RunContext& context);

  // The next bytes into `room`, which is not empty: at least one, or 0 at the end.
  Result<std::size_t> read(std::span<char> room);
  // From another thread: a read that waits fails soon.
  void give_up() { is_given_up_ = true; }

  const std::string& name() const { return name_; }  // the path, or `stdin`
  // It can be read once only: stdin, a FIFO, a device.
  bool is_stream() const { return is_stream_; }
  Compression compression() const { return compression_; }
  // As it was when it was opened.
  const FileStamp& stamp() const { return stamp_; }
  // As it is now. Of the open file, whatever bears its name.
  Result<FileStamp> current_stamp() const;
  std::int64_t bytes_read() const { return offset_; }  // of the file, before decompression

 private:
  Input(FileDescriptor fd, int number, std::string name, const RunContext& context)
      : fd_(std::move(fd)), number_(number), name_(std::move(name)), context_(context) {}
  Status begin(std::optional<Compression> compression);
  // From the file itself.
  Result<std::size_t> read_file(std::span<char> room);
  Result<std::size_t> decompress(std::span<char> room);
  Status wait();
  Error located(Error error) const;

  FileDescriptor fd_;  // closed for stdin, which is not ours
  int number_;
  std::string name_;
  const RunContext& context_;
  FileStamp stamp_;
  bool is_stream_ = false;
  std::atomic<bool> is_given_up_ = false;
  Compression compression_ = Compression::kNone;
  std::unique_ptr<Decompressor> decompressor_;
  std::string buffer_;  // read from the file and not yet handed on
  std::size_t buffer_at_ = 0;
  bool is_at_end_ = false;   // of the file
  std::int64_t offset_ = 0;  // of the file, behind what was read
};

// Of a path, without opening it.
Result<FileStamp> stamp_of(const std::string& path);

}  // namespace dpone::file
