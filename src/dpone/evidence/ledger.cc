#include "dpone/evidence/ledger.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>

#include "dpone/base/clock.h"
#include "dpone/base/file.h"
#include "dpone/base/sha256.h"

namespace dpone::evidence {
namespace {

constexpr std::string_view kSchemaVersion = "dpone.ledger.v1";
constexpr std::chrono::seconds kLockWait{30};
constexpr std::chrono::milliseconds kLockPoll{2};

const std::string& genesis() {
  static const std::string zeros(64, '0');
  return zeros;
}

Error broken(const std::filesystem::path& file, std::int64_t line, std::string_view why) {
  return Error(ErrorClass::kFailed, "ledger.broken", fmt::format("line {} of the ledger {}", line, why))
      .with("file", file.string())
      .with("line", std::to_string(line))
      .hint("keep the folder as evidence, restore it from a backup, or start a new one with --state-dir");
}

Error io_error(std::string_view what, const std::filesystem::path& file) {
  const int number = errno;
  return Error(ErrorClass::kFailed, number == ENOSPC ? "file.disk_full" : "file.io",
               fmt::format("cannot {} the ledger: {}", what, std::strerror(number)))
      .with("file", file.string());
}

// A record of `line`, with `prev` left to the caller. The text must be the canonical form of its own value, so that a
// change that keeps the meaning is seen too, even in the last line.
Result<LedgerRecord> parse_record(const std::filesystem::path& file, std::int64_t number, std::string_view line,
                                  std::string* prev) {
  Result<Json> json = Json::parse(line);
  if (!json || !json->is_object()) return broken(file, number, "is not a JSON object");
  const Json& record = *json;
  if (record["schema_version"].as_string() != kSchemaVersion) return broken(file, number, "has an unknown version");
  if (record["kind"].as_string().empty() || record["at"].as_string().empty() || !record["body"].is_object()) {
    return broken(file, number, "lacks kind, at or body");
  }
  if (record.canonical() != line) return broken(file, number, "is not in canonical form");
  *prev = record["prev"].as_string();
  return LedgerRecord{record["seq"].as_int(), record["at"].as_string(), record["kind"].as_string(), record["body"],
                      sha256_hex(line)};
}

// Lines of a descriptor from its start, by blocks.
class Lines {
 public:
  Lines(int fd, const std::filesystem::path& file) : fd_(fd), file_(file) {}
  // The next line without its newline, good until the next call; nothing at the end. `rest()` is then what follows the
  // last newline.
  Result<std::optional<std::string_view>> next() {
    buffer_.erase(0, std::exchange(consumed_, 0));
    std::size_t looked_at = 0;
    while (true) {
      const std::size_t newline = buffer_.find('\n', looked_at);
      if (newline != std::string::npos) {
        consumed_ = newline + 1;
        return std::optional(std::string_view(buffer_).substr(0, newline));
      }
      looked_at = buffer_.size();
      buffer_.resize(looked_at + kBlock);
      ssize_t got = -1;
      do {
        got = ::pread(fd_, buffer_.data() + looked_at, kBlock, offset_);
      } while (got < 0 && errno == EINTR);
      buffer_.resize(looked_at + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (got < 0) return io_error("read", file_);
      if (got == 0) return std::optional<std::string_view>();
      offset_ += got;
    }
  }
  std::int64_t rest() const { return static_cast<std::int64_t>(buffer_.size()); }

 private:
  static constexpr std::size_t kBlock = 65536;
  const int fd_;
  const std::filesystem::path& file_;
  std::string buffer_;
  std::size_t consumed_ = 0;
  off_t offset_ = 0;
};

// Reads lines from the start, checks the chain and hands each record over. The bytes after the last newline are a torn
// tail: what a killed process leaves.
Result<LedgerCheck> walk(int fd, const std::filesystem::path& file,
                         const std::function<void(LedgerRecord&&)>& visit = nullptr) {
  LedgerCheck check;
  check.head = genesis();
  Lines lines(fd, file);
  while (true) {
    DPONE_TRY(const std::optional<std::string_view> line, lines.next());
    if (!line) break;
    const std::int64_t number = check.records + 1;
    std::string prev;
    DPONE_TRY(LedgerRecord record, parse_record(file, number, *line, &prev));
    if (record.sequence != number)
      return broken(file, number, fmt::format("has the sequence number {}", record.sequence));
    if (prev != check.head) return broken(file, number, "does not match the previous line: one of them was changed");
    check.records = number;
    check.head = record.hash;
    if (visit) visit(std::move(record));
  }
  check.torn_bytes = lines.rest();
  return check;
}

// What the file was when its chain was last known to be whole (docs/formats/ledger.md). A file that is still the same
// to the system needs no walk; whatever touched it has changed the time of its last change.
struct Verified {
  std::int64_t bytes = 0;
  std::int64_t inode = 0;
  std::int64_t changed_at = 0;  // nanoseconds
  std::int64_t records = 0;
  std::string head;

  static Result<Verified> of(int fd, const std::filesystem::path& file, const LedgerCheck& check) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return io_error("look at", file);
    return Verified{info.st_size, static_cast<std::int64_t>(info.st_ino),
                    info.st_ctim.tv_sec * 1'000'000'000 + info.st_ctim.tv_nsec, check.records, check.head};
  }
  bool is_same_file(const Verified& other) const {
    return bytes == other.bytes && inode == other.inode && changed_at == other.changed_at;
  }
};

constexpr std::string_view kVerifiedVersion = "dpone.ledger_verified.v1";

// Absent where nothing is remembered that can be used; then the file is walked.
std::optional<Verified> read_verified(const std::filesystem::path& path) {
  constexpr std::size_t kMostBytes = 4096;
  const Result<FileDescriptor> fd = open_own_file(path, O_RDONLY);
  if (!fd || !fd->is_open()) return std::nullopt;
  std::string text(kMostBytes, '\0');
  const ssize_t got = ::pread(fd->get(), text.data(), text.size(), 0);
  if (got <= 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(got));
  const Result<Json> json = Json::parse(text);
  if (!json || (*json)["schema_version"].as_string() != kVerifiedVersion) return std::nullopt;
  const Json& is = *json;
  return Verified{is["bytes"].as_int(), is["inode"].as_int(), is["changed_at"].as_int(), is["records"].as_int(),
                  is["head"].as_string()};
}

// Not synced: a loss only costs a walk.
void write_verified(const std::filesystem::path& path, const Verified& verified) {
  Json json = Json::object();
  json.set("schema_version", kVerifiedVersion).set("bytes", verified.bytes).set("inode", verified.inode);
  json.set("changed_at", verified.changed_at).set("records", verified.records).set("head", verified.head);
  const std::string text = json.canonical() + "\n";
  const Result<FileDescriptor> fd = open_own_file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!fd) return;
  if (::pwrite(fd->get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) ::unlink(path.c_str());
}

Result<FileDescriptor> lock(const std::filesystem::path& folder, Clock& clock) {
  const auto deadline = clock.steady_now() + kLockWait;
  while (true) {
    DPONE_TRY(FileDescriptor held, try_lock_file(folder / "ledger.lock"));
    if (held.is_open()) return held;
    if (clock.steady_now() >= deadline) {
      return Error(ErrorClass::kUnavailable, "ledger.locked", "another process holds the ledger's lock")
          .with("file", (folder / "ledger.lock").string())
          .hint("check which process has the file open, then try again");
    }
    clock.sleep_for(kLockPoll, {});
  }
}

}  // namespace

Ledger::Ledger(std::filesystem::path folder, Clock& clock)
    : folder_(std::move(folder)), file_(folder_ / "ledger.jsonl"), clock_(&clock) {}

Result<Ledger> Ledger::open(const std::filesystem::path& folder, Clock& clock) {
  DPONE_CHECK(make_directories(folder));
  Ledger ledger(folder, clock);
  DPONE_TRY(const FileDescriptor held, lock(folder, clock));
  std::error_code ignored;
  if (!std::filesystem::exists(folder / ".gitignore", ignored)) {
    DPONE_CHECK(write_file_atomically(folder / ".gitignore", "*\n"));
  }
  const bool is_there = std::filesystem::exists(std::filesystem::symlink_status(ledger.file_, ignored));
  if (!is_there) DPONE_CHECK(write_file_atomically(ledger.file_, ""));
  DPONE_TRY(const FileDescriptor fd, open_own_file(ledger.file_, O_RDWR | O_APPEND));
  DPONE_CHECK(ledger.checked(fd.get()));
  return ledger;
}

Result<LedgerCheck> Ledger::checked(int fd) {
  const std::filesystem::path memory = folder_ / "ledger-verified.json";
  DPONE_TRY(const Verified now, Verified::of(fd, file_, {}));
  const std::optional<Verified> before = read_verified(memory);
  if (before && before->is_same_file(now)) return LedgerCheck{before->records, before->head, 0};
  DPONE_TRY(LedgerCheck check, walk(fd, file_));
  if (check.torn_bytes != 0) {
    if (::ftruncate(fd, now.bytes - check.torn_bytes) != 0 || ::fsync(fd) != 0) return io_error("repair", file_);
    healed_bytes_ += std::exchange(check.torn_bytes, 0);
  }
  DPONE_TRY(const Verified verified, Verified::of(fd, file_, check));
  write_verified(memory, verified);
  return check;
}

Result<std::string> Ledger::append(std::string_view kind, Json body) {
  DPONE_TRY(const FileDescriptor held, lock(folder_, *clock_));
  DPONE_TRY(const FileDescriptor fd, open_own_file(file_, O_RDWR | O_APPEND));
  if (!fd.is_open()) return io_error("open", file_);
  DPONE_TRY(LedgerCheck check, checked(fd.get()));
  Json record = Json::object();
  record.set("schema_version", kSchemaVersion)
      .set("seq", check.records + 1)
      .set("at", format_rfc3339(clock_->now(), true))
      .set("kind", kind)
      .set("prev", check.head)
      .set("body", body.is_object() ? std::move(body) : Json::object());
  const std::string line = record.canonical();
  // A write that fails half way leaves a torn tail, which the next append or open cuts off.
  DPONE_CHECK(append_durably(fd.get(), line + "\n", file_));
  ++check.records;
  check.head = sha256_hex(line);
  // The record is on disk, whatever becomes of the memory of it.
  const Result<Verified> verified = Verified::of(fd.get(), file_, check);
  if (verified) write_verified(folder_ / "ledger-verified.json", *verified);
  return check.head;
}

Result<LedgerCheck> Ledger::verify() const { return verify(folder_); }

Result<LedgerCheck> Ledger::verify(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "ledger.jsonl";
  DPONE_TRY(const FileDescriptor fd, open_own_file(file, O_RDONLY));
  if (fd.is_open()) return walk(fd.get(), file);
  return Error(ErrorClass::kUsage, "file.not_found", "there is no ledger here").with("file", file.string());
}

Result<std::optional<LedgerRecord>> Ledger::find(std::string_view kind, std::string_view run_id,
                                                 std::optional<std::int64_t> version) const {
  return find(folder_, kind, run_id, version);
}

Result<std::optional<LedgerRecord>> Ledger::find(const std::filesystem::path& folder, std::string_view kind,
                                                 std::string_view run_id, std::optional<std::int64_t> version) {
  std::optional<LedgerRecord> found;
  const std::filesystem::path file = folder / "ledger.jsonl";
  DPONE_TRY(const FileDescriptor fd, open_own_file(file, O_RDONLY));
  if (!fd.is_open()) return found;
  DPONE_TRY(const LedgerCheck check, walk(fd.get(), file, [&](LedgerRecord&& record) {
              if (!kind.empty() && record.kind != kind) return;
              if (record.body["run_id"].as_string() != run_id) return;
              if (version && record.body["version"] != Json(*version)) return;
              found = std::move(record);
            }));
  return found;
}

}  // namespace dpone::evidence
