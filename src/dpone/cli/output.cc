#include "dpone/cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace dpone::cli {
namespace {

// 0, or what write(2) said.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

void secure_standard_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The wrong way round, so that reading or writing still fails. open() takes the lowest number that is free: this.
    [[maybe_unused]] const int opened = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

Status print_out(std::string_view text) {
  const int number = write_all(STDOUT_FILENO, text);
  if (number == 0 || number == EPIPE) return {};
  const bool is_full = number == ENOSPC || number == EDQUOT;
  return Error(ErrorClass::kFailed, is_full ? "file.disk_full" : "file.io",
               std::string("the result cannot be written to stdout: ") + std::strerror(number))
      .hint(is_full ? "free some space where stdout goes, or send it elsewhere"
                    : "send stdout where it can be written");
}

Status print_json(const Json& json) { return print_out(json.pretty() + "\n"); }

void print_error(std::string_view text) { write_all(STDERR_FILENO, text); }

}  // namespace dpone::cli
