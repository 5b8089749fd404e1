#include "dpone/connectors/file/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "dpone/base/errno_error.h"

namespace dpone::file {
namespace {

constexpr int kPollMilliseconds = 100;

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
  if (::stat(path.c_str(), &info) != 0) return error_from_errno(errno, "cannot access the file", path);
  return stamp_from(info);
}

Result<std::unique_ptr<Input>> Input::open(const std::string& path, const RunContext& context) {
  const bool is_stdin = path == "-";
  FileDescriptor fd;
  if (!is_stdin) {
    // Without O_NONBLOCK, opening a FIFO would wait for its writer beyond the reach of a signal's cancel.
    fd = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.is_open()) return error_from_errno(errno, "cannot open", path);
  }
  const int number = is_stdin ? STDIN_FILENO : fd.get();
  std::unique_ptr<Input> input(new Input(std::move(fd), number, is_stdin ? "stdin" : path, context));
  DPONE_CHECK(input->begin());
  return input;
}

Status Input::begin() {
  struct stat info {};
  if (::fstat(number_, &info) != 0) return error_from_errno(errno, "cannot access the file", name_);
  if (S_ISDIR(info.st_mode)) return error_from_errno(EISDIR, "a file was expected", name_);
  stamp_ = expected_ = stamp_from(info);
  // stdin is a stream even where the shell opened a file: it may be anywhere in it, and it cannot be opened again.
  is_stream_ = !S_ISREG(info.st_mode) || number_ == STDIN_FILENO;
  if (number_ == STDIN_FILENO && ::isatty(number_) == 1) {
    context_.info("reading from the terminal; Ctrl-D ends the input");
  }
  return {};
}

Status Input::finish() {
  if (is_stream_) return {};
  struct stat info {};
  if (::fstat(number_, &info) != 0) return error_from_errno(errno, "cannot access the file", name_);
  if (stamp_from(info) == expected_) return {};
  return Error(ErrorClass::kUnavailable, "source.changed", "the file changed while it was read")
      .with("file", name_)
      .retry(Retry::kSafe)
      .hint("run again when it is complete");
}

Status Input::wait() {
  while (true) {
    if (context_.stop.stop_requested() || is_given_up_) return interrupted_error();
    pollfd poll{number_, POLLIN, 0};
    const int ready = ::poll(&poll, 1, kPollMilliseconds);
    if (ready > 0) {
      // A FIFO without a writer yet is not at its end: POLLHUP alone comes after a writer has gone.
      return {};
    }
    if (ready < 0 && errno != EINTR) return error_from_errno(errno, "cannot wait for", name_);
  }
}

Result<std::size_t> Input::read(std::span<char> room) {
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
    return static_cast<std::size_t>(got);
  }
}

}  // namespace dpone::file
