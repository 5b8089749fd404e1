#include "dpone/base/patient_write.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace dpone {
namespace {

constexpr int kLookMilliseconds = 100;
constexpr int kLastWaitMilliseconds = 250;

// How many bytes can be written without blocking to a descriptor that poll(2) reports as ready: POSIX promises
// PIPE_BUF, and an empty pipe accepts its whole capacity.
std::size_t room_of(int fd) {
  int waiting = 0;
  const int size = ::fcntl(fd, F_GETPIPE_SZ);
  const bool is_empty_pipe = size > 0 && ::ioctl(fd, FIONREAD, &waiting) == 0 && waiting == 0;
  return is_empty_pipe ? static_cast<std::size_t>(size) : PIPE_BUF;
}

}  // namespace

int write_patiently(int fd, std::string_view text, const std::stop_token& stop) {
  struct stat info {};
  const bool is_file = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  while (!text.empty()) {
    std::size_t count = text.size();
    if (!is_file) {
      const bool is_stopped = stop.stop_requested();
      pollfd ready{fd, POLLOUT, 0};
      const int found = ::poll(&ready, 1, is_stopped ? kLastWaitMilliseconds : kLookMilliseconds);
      if (found == 0 && is_stopped) return ECANCELED;
      if (found == 0 || (found < 0 && errno == EINTR)) continue;
      count = std::min(count, room_of(fd));
    }
    const ssize_t written = ::write(fd, text.data(), count);
    if (written < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

void write_if_ready(int fd, std::string_view text) {
  pollfd ready{fd, POLLOUT, 0};
  if (::poll(&ready, 1, 0) <= 0) return;
  [[maybe_unused]] const ssize_t written = ::write(fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
}

}  // namespace dpone
