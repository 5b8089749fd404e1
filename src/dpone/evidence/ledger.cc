#include "dpone/evidence/ledger.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>

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
      .hint("keep the folder as evidence, restore it from a backup, or begin a new one with --state-dir");
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
  if (record["schema_version"].as_string() != kSchemaVersion) return broken(file, number, "is of an unknown version");
  if (record["kind"].as_string().empty() || record["at"].as_string().empty() || !record["body"].is_object()) {
    return broken(file, number, "lacks kind, at or body");
  }
  if (record.canonical() != line) return broken(file, number, "is not in canonical form");
  *prev = record["prev"].as_string();
  return LedgerRecord{record["seq"].as_int(), record["at"].as_string(), record["kind"].as_string(), record["body"],
                      sha256_hex(line)};
}

// Reads lines from the start, checks the chain and hands each record over. The bytes after the last newline are a torn
// tail: what a killed process leaves.
Result<LedgerCheck> walk(const std::filesystem::path& file, const std::function<void(LedgerRecord&&)>& visit) {
  LedgerCheck check;
  check.head = genesis();
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return Error(ErrorClass::kUsage, "file.not_found", "there is no ledger here").with("file", file.string());
  }
  std::string line;
  while (std::getline(in, line)) {
    if (in.eof()) {  // no newline: torn
      check.torn_bytes = static_cast<std::int64_t>(line.size());
      break;
    }
    const std::int64_t number = check.records + 1;
    std::string prev;
    DPONE_TRY(LedgerRecord record, parse_record(file, number, line, &prev));
    if (record.sequence != number) return broken(file, number, fmt::format("says it is record {}", record.sequence));
    if (prev != check.head)
      return broken(file, number, "does not continue the line before it: one of them was changed");
    check.records = number;
    check.head = record.hash;
    if (visit) visit(std::move(record));
  }
  if (in.bad()) return Error(ErrorClass::kFailed, "file.io", "cannot read the ledger").with("file", file.string());
  return check;
}

Result<FileDescriptor> lock(const std::filesystem::path& folder, Clock& clock) {
  const auto deadline = clock.steady_now() + kLockWait;
  while (true) {
    DPONE_TRY(FileDescriptor held, try_lock_file(folder / "ledger.lock"));
    if (held.is_open()) return held;
    if (clock.steady_now() >= deadline) {
      return Error(ErrorClass::kUnavailable, "ledger.locked", "another process holds the ledger's lock")
          .with("file", (folder / "ledger.lock").string())
          .hint("see which process has the file open, then try again");
    }
    clock.sleep_for(kLockPoll, {});
  }
}

// The last `size` bytes before `end`.
Result<std::string> read_back(int fd, std::int64_t end, std::int64_t size, const std::filesystem::path& file) {
  std::string block(static_cast<std::size_t>(size), '\0');
  std::size_t got = 0;
  while (got < block.size()) {
    const ssize_t n = ::pread(fd, block.data() + got, block.size() - got, end - size + static_cast<std::int64_t>(got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return io_error("read", file);
    got += static_cast<std::size_t>(n);
  }
  return block;
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
  if (!std::filesystem::exists(ledger.file_, ignored)) DPONE_CHECK(write_file_atomically(ledger.file_, ""));
  DPONE_TRY(const LedgerRecord last, ledger.heal_and_read_last());
  return ledger;
}

Result<LedgerRecord> Ledger::heal_and_read_last() {
  const FileDescriptor fd(::open(file_.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.is_open()) return io_error("open", file_);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return io_error("read", file_);
  // `tail` grows backwards until it holds the whole last line.
  std::int64_t begin = info.st_size;
  std::string tail;
  std::int64_t end = -1;  // after the newline of the last whole line; -1: not yet known
  std::size_t line_begin = 0;
  while (true) {
    if (end < 0) {
      const std::size_t newline = tail.rfind('\n');
      if (newline != std::string::npos) {
        end = begin + static_cast<std::int64_t>(newline) + 1;
        tail.resize(newline + 1);
      } else if (begin == 0) {
        end = 0;
        tail.clear();
      }
    }
    if (end >= 0) {
      const std::size_t before = tail.size() < 2 ? std::string::npos : tail.rfind('\n', tail.size() - 2);
      if (before != std::string::npos) line_begin = before + 1;
      if (before != std::string::npos || begin == 0) break;
    }
    const std::int64_t size = std::min<std::int64_t>(begin, 65536);
    DPONE_TRY(std::string block, read_back(fd.get(), begin, size, file_));
    tail.insert(0, block);
    begin -= size;
  }
  if (end < info.st_size) {
    if (::ftruncate(fd.get(), end) != 0 || ::fsync(fd.get()) != 0) return io_error("mend", file_);
    healed_bytes_ += info.st_size - end;
  }
  LedgerRecord none;
  none.hash = genesis();
  if (end == 0) return none;
  std::string prev;
  const std::string_view line = std::string_view(tail).substr(line_begin, tail.size() - line_begin - 1);
  Result<LedgerRecord> last = parse_record(file_, 0, line, &prev);
  if (!last) {
    // Only now is its number worth a walk.
    const Result<LedgerCheck> check = walk(file_, nullptr);
    return check ? std::move(last).error() : check.error();
  }
  return last;
}

Result<std::string> Ledger::append(std::string_view kind, Json body) {
  DPONE_TRY(const FileDescriptor held, lock(folder_, *clock_));
  DPONE_TRY(const LedgerRecord last, heal_and_read_last());
  Json record = Json::object();
  record.set("schema_version", kSchemaVersion)
      .set("seq", last.sequence + 1)
      .set("at", format_rfc3339(clock_->now(), true))
      .set("kind", kind)
      .set("prev", last.hash)
      .set("body", body.is_object() ? std::move(body) : Json::object());
  const std::string line = record.canonical();
  // A write that fails half way leaves a torn tail, which the next append or open cuts off.
  DPONE_CHECK(append_durably(file_, line + "\n"));
  return sha256_hex(line);
}

Result<LedgerCheck> Ledger::verify() const { return walk(file_, nullptr); }

Result<LedgerCheck> Ledger::verify(const std::filesystem::path& folder) {
  return walk(folder / "ledger.jsonl", nullptr);
}

Result<std::optional<LedgerRecord>> Ledger::find(std::string_view kind, std::string_view run_id,
                                                 std::optional<std::int64_t> version) const {
  return find(folder_, kind, run_id, version);
}

Result<std::optional<LedgerRecord>> Ledger::find(const std::filesystem::path& folder, std::string_view kind,
                                                 std::string_view run_id, std::optional<std::int64_t> version) {
  std::optional<LedgerRecord> found;
  std::error_code ignored;
  if (!std::filesystem::exists(folder / "ledger.jsonl", ignored)) return found;
  DPONE_TRY(const LedgerCheck check, walk(folder / "ledger.jsonl", [&](LedgerRecord&& record) {
              if (!kind.empty() && record.kind != kind) return;
              if (record.body["run_id"].as_string() != run_id) return;
              if (version && record.body["version"] != Json(*version)) return;
              found = std::move(record);
            }));
  return found;
}

}  // namespace dpone::evidence
