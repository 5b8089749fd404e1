// Input: the raw bytes of one file, or of stdin. Thread rule as in rowfile/byte_input.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "dpone/base/file.h"
#include "dpone/base/run_context.h"
#include "dpone/rowfile/byte_input.h"

namespace dpone::file {

// What tells that a file was changed: device, inode, size, and time of the last change.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t bytes = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

class Input final : public rowfile::ByteInput {
 public:
  // `path` `-` is stdin. `context` must outlive the Input. Waits for the writer of a FIFO. Slugs: those of
  // base/errno_error.h, run.interrupted.
  static Result<std::unique_ptr<Input>> open(const std::string& path, const RunContext& context);

  Result<std::size_t> read(std::span<char> room) override;
  void give_up() override { is_given_up_ = true; }
  // Compares what the open file is now, whatever bears its name, with `expected`.
  Status finish() override;
  const std::string& name() const override { return name_; }  // the path, or `stdin`
  bool is_stream() const override { return is_stream_; }      // stdin, a FIFO, a device

  // At the time of opening.
  const FileStamp& stamp() const { return stamp_; }
  // The stamp that finish() wants; without it, that of the opening.
  void expect(const FileStamp& stamp) { expected_ = stamp; }

 private:
  Input(FileDescriptor fd, int number, std::string name, const RunContext& context)
      : fd_(std::move(fd)), number_(number), name_(std::move(name)), context_(context) {}
  Status begin();
  Status wait();

  FileDescriptor fd_;  // closed for stdin, which is not ours
  int number_;
  std::string name_;
  const RunContext& context_;
  FileStamp stamp_;
  FileStamp expected_;
  bool is_stream_ = false;
  std::atomic<bool> is_given_up_ = false;
  bool is_at_end_ = false;
};

// Of a path, without opening it.
Result<FileStamp> stamp_of(const std::string& path);

}  // namespace dpone::file
