// ReceiptBook: the receipts beside a file, as values, and how they are read and written. Spec:
// docs/formats/file-receipt.md. Pure except for read and write; it does not lock.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/connectors/file/input.h"
#include "dpone/ports/receipt.h"

namespace dpone::file {

struct FileReceipt {
  Receipt receipt;
  std::string sha256;
  FileStamp stamp;  // of the file; its device is not kept
  bool is_published = false;
};

struct ReceiptBook {
  std::vector<FileReceipt> entries;  // oldest first

  // Absent file: an empty book. Class kRefused, slug receipts.unreadable; slugs of errors.h.
  static Result<ReceiptBook> read(const std::filesystem::path& path);
  static Result<ReceiptBook> parse(std::string_view text);
  std::string to_text() const;
  Status write(const std::filesystem::path& path) const;

  // What the planner wants to know. REQUIRES that pending entries have been settled.
  PriorReceipts prior(std::string_view process, std::string_view run_id) const;
  // Adds an entry and forgets the oldest beyond the limit.
  void add(FileReceipt entry);
};

}  // namespace dpone::file
