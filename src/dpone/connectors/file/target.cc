#include "dpone/connectors/file/target.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "dpone/base/errno_error.h"
#include "dpone/base/sha256.h"

namespace dpone::file {
namespace {

constexpr std::chrono::milliseconds kLockWait{60'000};
constexpr std::chrono::milliseconds kLockPause{20};
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kHashBytes = std::size_t{1} << 20;

bool has_stamp_of(const FileReceipt& entry, const FileStamp& now) {
  return entry.stamp.inode == now.inode && entry.stamp.bytes == now.bytes && entry.stamp.changed_ns == now.changed_ns;
}

Result<std::string> hash_file(const std::string& path, const RunContext& context) {
  DPONE_TRY(const auto input, Input::open(path, context));
  Sha256 hash;
  std::string buffer(kHashBytes, '\0');
  while (true) {
    DPONE_TRY(const std::size_t got, input->read({buffer.data(), buffer.size()}));
    if (got == 0) return hash.hex();
    hash.update({buffer.data(), got});
  }
}

}  // namespace

Target::Target(const std::string& path, const RunContext& context)
    : shown_(path == "-" ? "stdout" : path), context_(context) {
  if (path == "-") {
    is_stream_ = true;
    return;
  }
  std::error_code ignored;
  std::filesystem::path real = path;
  if (std::filesystem::is_symlink(real, ignored)) {
    const std::filesystem::path resolved = std::filesystem::weakly_canonical(real, ignored);
    if (!ignored) real = resolved;
  }
  folder_ = real.parent_path().empty() ? std::filesystem::path(".") : real.parent_path();
  name_ = real.filename().string();
  struct stat info {};
  if (::stat(real.c_str(), &info) == 0) is_stream_ = !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

std::filesystem::path Target::stage_path(const std::string& run_id) const {
  std::string name = "." + name_ + ".dpone-" + run_id;
  if (name.size() > kLongestName) name = "." + name_.substr(0, 150) + ".dpone-" + sha256_hex(name).substr(0, 16);
  return folder_ / name;
}

Status Target::check_place() const {
  if (is_stream_) return {};
  struct stat info {};
  if (::stat(path().c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return error_from_errno(EISDIR, "the target must be a file", shown_);
  } else if (errno != ENOENT) {
    return error_from_errno(errno, "cannot access the file", shown_);
  }
  if (name_.empty() || name_ == "." || name_ == "..")
    return error_from_errno(EISDIR, "the target must be a file", shown_);
  if (::stat(folder_.c_str(), &info) != 0) {
    return error_from_errno(errno, "cannot access the file's folder", folder_.string());
  }
  if (::access(folder_.c_str(), W_OK | X_OK) != 0) {
    return error_from_errno(errno, "cannot create a file in the folder", folder_.string());
  }
  if (("." + name_ + ".dpone.json.tmp-4194304").size() > kLongestName) {
    return error_from_errno(ENAMETOOLONG, "the name of the receipts file would be too long", shown_);
  }
  return {};
}

Result<FileDescriptor> Target::lock() const {
  FileDescriptor fd(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) return error_from_errno(errno, "cannot open the file's folder", folder_.string());
  const auto deadline = context_.clock->steady_now() + kLockWait;
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return error_from_errno(errno, "cannot lock the file's folder", folder_.string());
    if (context_.clock->steady_now() > deadline) {
      return Error(ErrorClass::kUnavailable, "finalize.lock_timeout",
                   "another process holds the lock of the target's folder")
          .with("folder", folder_.string())
          .retry(Retry::kSafe)
          .hint("run again; `lslocks` names the process");
    }
    if (!context_.clock->sleep_for(kLockPause, context_.stop)) return interrupted_error();
  }
  return fd;
}

Result<std::optional<FileStamp>> Target::stamp() const {
  struct stat info {};
  if (::stat(path().c_str(), &info) != 0) {
    if (errno == ENOENT) return std::optional<FileStamp>();
    return error_from_errno(errno, "cannot access the file", shown_);
  }
  DPONE_TRY(const FileStamp stamp, stamp_of(path()));
  return std::optional<FileStamp>(stamp);
}

Result<bool> Target::has_content_of(const FileReceipt& entry, const std::optional<FileStamp>& now) const {
  if (!now || now->bytes != entry.stamp.bytes) return false;
  if (has_stamp_of(entry, *now)) return true;
  DPONE_TRY(const std::string hash, hash_file(path(), context_));
  return hash == entry.sha256;
}

Result<ReceiptBook> Target::published() const {
  DPONE_TRY(ReceiptBook book, ReceiptBook::read(book_path()));
  DPONE_TRY(const auto now, stamp());
  ReceiptBook settled;
  for (FileReceipt& entry : book.entries) {
    if (!entry.is_published) {
      DPONE_TRY(entry.is_published, has_content_of(entry, now));
    }
    if (entry.is_published) settled.entries.push_back(std::move(entry));
  }
  return settled;
}

Result<bool> Target::has_pending(std::string_view run_id) const {
  DPONE_TRY(const ReceiptBook book, ReceiptBook::read(book_path()));
  DPONE_TRY(const auto now, stamp());
  for (const FileReceipt& entry : book.entries) {
    if (entry.is_published || entry.receipt.run_id != run_id) continue;
    DPONE_TRY(const bool is_done, has_content_of(entry, now));
    if (!is_done) return true;
  }
  return false;
}

Result<std::vector<Receipt>> Target::settle_pending() const {
  std::vector<Receipt> forward;
  DPONE_TRY(const FileDescriptor held, lock());
  DPONE_TRY(const ReceiptBook book, ReceiptBook::read(book_path()));
  const bool is_settled = std::all_of(book.entries.begin(), book.entries.end(),
                                      [](const FileReceipt& entry) { return entry.is_published; });
  if (is_settled) return forward;
  DPONE_TRY(const ReceiptBook settled, published());
  for (const FileReceipt& before : book.entries) {
    if (before.is_published) continue;
    const auto is_same = [&](const FileReceipt& entry) {
      return entry.receipt.process == before.receipt.process && entry.receipt.version == before.receipt.version;
    };
    if (std::any_of(settled.entries.begin(), settled.entries.end(), is_same)) forward.push_back(before.receipt);
  }
  DPONE_CHECK(settled.write(book_path()));
  return forward;
}

Result<std::string> Target::sha256(const ReceiptBook& book) const {
  DPONE_TRY(const auto now, stamp());
  if (!now) return std::string();
  for (auto entry = book.entries.rbegin(); entry != book.entries.rend(); ++entry) {
    if (has_stamp_of(*entry, *now)) return entry->sha256;
  }
  return hash_file(path(), context_);
}

Result<std::vector<Leftover>> Target::cleanup(std::string_view process, bool is_dry_run) const {
  std::vector<Leftover> leftovers;
  if (is_stream_) return leftovers;
  // A stage is created and locked under the folder's lock, so that other processes never find it unlocked.
  DPONE_TRY(const FileDescriptor held, lock());
  const std::string stage = "." + name_ + ".dpone-";
  const std::string book = "." + name_ + ".dpone.json.tmp-";
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, code)) {
    const std::string name = entry.path().filename().string();
    const bool is_stage = name.starts_with(stage);
    if (!is_stage && !name.starts_with(book)) continue;
    const FileDescriptor fd(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat info {};
    if (!fd.is_open() || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) continue;  // its run is alive
    Leftover leftover{entry.path().string(), std::string(process), is_stage ? name.substr(stage.size()) : "", false};
    if (!is_dry_run) {
      if (::unlink(entry.path().c_str()) != 0) {
        return error_from_errno(errno, "cannot remove a leftover of a run", leftover.name);
      }
      leftover.is_removed = true;
    }
    leftovers.push_back(std::move(leftover));
  }
  if (code) return error_from_errno(code.value(), "cannot list the folder", folder_.string());
  std::sort(leftovers.begin(), leftovers.end(), [](const Leftover& a, const Leftover& b) { return a.name < b.name; });
  return leftovers;
}

}  // namespace dpone::file
