// Ledger: the append-only history of a state folder, one canonical JSON record a line, each hashed over the last and
// fsynced before the caller goes on. A line that a killed process left half written is cut off and reported; any other
// damage, wherever it is, is an error that names the line before anything is appended. Format: docs/formats/ledger.md.
// A Ledger may be shared by threads, and any number of processes may have the same folder open: every append takes a
// file lock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/json.h"
#include "dpone/base/result.h"
#include "dpone/base/run_context.h"

namespace dpone::evidence {

struct LedgerRecord {
  std::int64_t sequence = 0;  // 1, 2, ...: also its line
  std::string at;             // RFC 3339, UTC
  std::string kind;           // `run.intent`, `run.outcome`, ...
  Json body;
  std::string hash;  // of its line: what the next record calls `prev`
};

struct LedgerCheck {
  std::int64_t records = 0;
  std::string head;             // hash of the last line, 64 zeros when empty
  std::int64_t torn_bytes = 0;  // a half-written line at the end, not yet cut off
};

class Ledger {
 public:
  // Makes the folder (with a .gitignore of `*`) and the file if missing, and cuts a torn tail off. `clock` must outlive
  // the ledger. Slugs: ledger.broken, ledger.locked (class kUnavailable), state_dir.not_regular, file.io,
  // file.disk_full.
  static Result<Ledger> open(const std::filesystem::path& folder, Clock& clock);

  // Returns the new record's hash, once it is on disk. `body` is an object without secrets and row data.
  Result<std::string> append(std::string_view kind, Json body);

  // Walks the whole file. ledger.broken names the first line that is wrong. Changes nothing.
  Result<LedgerCheck> verify() const;
  // The same walk, read-only: creates and repairs nothing.
  static Result<LedgerCheck> verify(const std::filesystem::path& folder);

  // Newest record of `kind` (empty: any) whose body has this `run_id` and, if given, `version`. Walks the whole file.
  Result<std::optional<LedgerRecord>> find(std::string_view kind, std::string_view run_id,
                                           std::optional<std::int64_t> version = std::nullopt) const;
  // The same, read-only, for a folder that may not exist.
  static Result<std::optional<LedgerRecord>> find(const std::filesystem::path& folder, std::string_view kind,
                                                  std::string_view run_id, std::optional<std::int64_t> version);

  // Bytes of half-written lines that this object cut off, at open or later.
  std::int64_t healed_bytes() const { return healed_bytes_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  Ledger(std::filesystem::path folder, Clock& clock);
  // The whole chain, walked unless the file is unchanged since the last walk; a torn tail is removed. REQUIRES: the
  // lock is held, and `fd` is the file's, open for writing.
  Result<LedgerCheck> checked(int fd);

  std::filesystem::path folder_;
  std::filesystem::path file_;
  Clock* clock_;
  std::int64_t healed_bytes_ = 0;
};

}  // namespace dpone::evidence
