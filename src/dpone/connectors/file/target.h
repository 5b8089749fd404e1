// Target: a file to write, with its receipts and stages beside it. It reads and locks; the stage publishes. Thread rule
// as in ports/sink.h.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/file.h"
#include "dpone/base/run_context.h"
#include "dpone/connectors/file/input.h"
#include "dpone/connectors/file/receipt_book.h"
#include "dpone/ports/sink.h"

namespace dpone::file {

class Target {
 public:
  // A symbolic link is followed, so that the file that it names is replaced and not the link.
  Target(const std::string& path, const RunContext& context);

  // What cannot be taken back: stdout, a FIFO, a device.
  bool is_stream() const { return is_stream_; }
  const std::string& shown() const { return shown_; }  // as the user gave it; `stdout`
  std::string path() const { return (folder_ / name_).string(); }
  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path book_path() const { return folder_ / ("." + name_ + ".dpone.json"); }
  std::filesystem::path stage_path(const std::string& run_id) const;

  // Fails where nothing could be written: a folder in its place, no folder around it.
  Status check_place() const;
  // The folder's lock, held until the descriptor is closed. Class kUnavailable, slug finalize.lock_timeout.
  Result<FileDescriptor> lock() const;
  // The stamp of the file, absent if the file does not exist.
  Result<std::optional<FileStamp>> stamp() const;
  // The receipts of loads that were published; pending ones have been settled by the file's content.
  Result<ReceiptBook> published() const;
  // Whether a receipt of this run waits for a rename that was not done. REQUIRES: the lock.
  Result<bool> has_pending(std::string_view run_id) const;
  // Under the lock, so that none of a living publisher is met: writes down what the file's content says of pending
  // receipts, and forgets those of renames that were not done. The receipts that are published after all.
  Result<std::vector<Receipt>> settle_pending() const;
  // SHA-256 of the file, from `book` if a receipt describes the unchanged file. Empty if the file does not exist.
  Result<std::string> sha256(const ReceiptBook& book) const;
  // Removes what dead runs left; with `is_dry_run` only lists it.
  Result<std::vector<Leftover>> cleanup(std::string_view process, bool is_dry_run) const;

 private:
  Result<bool> has_content_of(const FileReceipt& entry, const std::optional<FileStamp>& now) const;

  std::string shown_;
  bool is_stream_ = false;
  std::filesystem::path folder_;
  std::string name_;
  const RunContext& context_;
};

}  // namespace dpone::file
