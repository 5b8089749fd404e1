#include "dpone/connectors/file/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "dpone/connectors/file/errors.h"

namespace dpone::file {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
constexpr int kPollMilliseconds = 100;
constexpr std::size_t kMagicBytes = 4;

FileStamp stamp_from(const struct stat& info) {
  FileStamp stamp;
  stamp.device = info.st_dev;
  stamp.inode = info.st_ino;
  stamp.bytes = info.st_size;
  stamp.changed_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  return stamp;
}

}  // namespace

Result<FileStamp> stamp_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return error_from_errno(errno, "cannot look at the file", path);
  return stamp_from(info);
}

Result<std::unique_ptr<Input>> Input::open(const std::string& path, std::optional<Compression> compression,
                                           const RunContext& context) {
  const bool is_stdin = path == "-";
  FileDescriptor fd;
  if (!is_stdin) {
    // Without O_NONBLOCK, opening a FIFO would wait for its writer beyond the reach of a signal's cancel.
    fd = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.is_open()) return error_from_errno(errno, "cannot open", path);
  }
  const int number = is_stdin ? STDIN_FILENO : fd.get();
  std::unique_ptr<Input> input(new Input(std::move(fd), number, is_stdin ? "stdin" : path, context));
  DPONE_CHECK(input->begin(compression));
  return input;
}

Status Input::begin(std::optional<Compression> compression) {
  struct stat info {};
  if (::fstat(number_, &info) != 0) return error_from_errno(errno, "cannot look at the file", name_);
  if (S_ISDIR(info.st_mode)) return error_from_errno(EISDIR, "a file was expected", name_);
  stamp_ = stamp_from(info);
  is_stream_ = !S_ISREG(info.st_mode);
  if (is_stream_ && number_ == STDIN_FILENO && ::isatty(number_) == 1) {
    context_.info("reading from the terminal; Ctrl-D ends the input");
  }
  buffer_.resize(kBufferBytes);
  std::size_t have = 0;
  while (have < kMagicBytes) {
    DPONE_TRY(const std::size_t got, read_file({buffer_.data() + have, buffer_.size() - have}));
    if (got == 0) break;
    have += got;
  }
  buffer_.resize(have);
  const Compression found = compression_of_magic(buffer_);
  compression_ = compression.value_or(found);
  const Compression named = compression_of_name(name_);
  const Compression meant = compression ? *compression : named;
  if (meant != Compression::kNone && found != meant) {
    const std::string by = compression ? "the option compression" : "its name";
    return located(Error(ErrorClass::kFailed, "compression.corrupt",
                         have == 0
                             ? "the file is empty, and by " + by + " it should be " + std::string(to_string(meant))
                             : "the file is not " + std::string(to_string(meant)) + ", as it should be by " + by)
                       .hint("fetch or write the file again, or give its compression"));
  }
  if (compression_ != Compression::kNone) {
    DPONE_TRY(decompressor_, make_decompressor(compression_));
  }
  return {};
}

Result<FileStamp> Input::current_stamp() const {
  struct stat info {};
  if (::fstat(number_, &info) != 0) return error_from_errno(errno, "cannot look at the file", name_);
  return stamp_from(info);
}

Error Input::located(Error error) const {
  error.add("file", name_);
  error.add("offset", std::to_string(offset_ - static_cast<std::int64_t>(buffer_.size() - buffer_at_)));
  return error;
}

Status Input::wait() {
  while (true) {
    if (context_.stop.stop_requested() || is_given_up_) return interrupted_error();
    pollfd poll{number_, POLLIN, 0};
    const int ready = ::poll(&poll, 1, kPollMilliseconds);
    if (ready > 0) {
      // A FIFO that nobody has opened for writing yet is no end: POLLHUP alone comes once a writer has gone.
      return {};
    }
    if (ready < 0 && errno != EINTR) return error_from_errno(errno, "cannot wait for", name_);
  }
}

Result<std::size_t> Input::read_file(std::span<char> room) {
  if (is_at_end_) return std::size_t{0};
  if (is_given_up_) return interrupted_error();
  while (true) {
    if (is_stream_) DPONE_CHECK(wait());
    const ssize_t got = ::read(number_, room.data(), room.size());
    if (got < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return error_from_errno(errno, "cannot read", name_);
    }
    if (got == 0) is_at_end_ = true;
    offset_ += got;
    return static_cast<std::size_t>(got);
  }
}

Result<std::size_t> Input::read(std::span<char> room) {
  if (decompressor_) return decompress(room);
  if (buffer_at_ == buffer_.size()) return read_file(room);
  const std::size_t count = std::min(room.size(), buffer_.size() - buffer_at_);
  std::memcpy(room.data(), buffer_.data() + buffer_at_, count);
  buffer_at_ += count;
  return count;
}

Result<std::size_t> Input::decompress(std::span<char> room) {
  std::size_t produced = 0;
  while (produced < room.size()) {
    auto step = decompressor_->decode(std::string_view(buffer_).substr(buffer_at_), room.subspan(produced));
    if (!step) return located(std::move(step).error());
    buffer_at_ += step->consumed;
    produced += step->produced;
    if (step->consumed != 0 || step->produced != 0) continue;
    // What is decoded is handed on before more is waited for.
    if (produced != 0 && is_stream_) break;
    std::string rest = buffer_.substr(buffer_at_);
    buffer_.resize(kBufferBytes + rest.size());
    rest.copy(buffer_.data(), rest.size());
    buffer_at_ = 0;
    auto got = read_file({buffer_.data() + rest.size(), kBufferBytes});
    buffer_.resize(rest.size() + (got ? *got : 0));
    if (!got) return std::move(got).error();
    if (*got != 0) continue;
    if (produced != 0) break;
    const Status ended = decompressor_->finish();
    if (!ended) return located(ended.error());
    break;
  }
  return produced;
}

}  // namespace dpone::file
