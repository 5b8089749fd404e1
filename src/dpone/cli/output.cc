#include "dpone/cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "dpone/base/patient_write.h"
#include "dpone/base/redact.h"
#include "dpone/base/run_context.h"

namespace dpone::cli {
namespace {

// The standard streams are the process's, and so is the wait for their readers.
std::stop_token& stop() {
  static std::stop_token token;
  return token;
}

}  // namespace

void secure_standard_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The wrong way round, so that reading or writing still fails. open() takes the lowest number that is free: this.
    [[maybe_unused]] const int opened = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void stop_waiting_on(std::stop_token token) { stop() = std::move(token); }

Status print_exactly(std::string_view text) {
  const int number = write_patiently(STDOUT_FILENO, text, stop());
  if (number == 0 || number == EPIPE) return {};
  if (number == ECANCELED) return interrupted_error();
  const bool is_full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return Error(ErrorClass::kFailed, is_full ? "file.disk_full" : "file.io",
               std::string("the result cannot be written to stdout: ") + std::strerror(number))
      .hint(is_full ? "free some space on the disk of stdout, or redirect stdout"
                    : "redirect stdout to a writable place");
}

Status print_out(std::string_view text) { return print_exactly(redacted(text)); }

Status print_json(const Json& json) { return print_exactly(redacted_json(json).pretty() + "\n"); }

void print_error(std::string_view text) { write_patiently(STDERR_FILENO, redacted(text), stop()); }

}  // namespace dpone::cli
