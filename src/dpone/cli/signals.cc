#include "dpone/cli/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

namespace dpone::cli {
namespace {

void say(std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Signals::Signals(std::string cleanup, std::string reconcile)
    : cleanup_(std::move(cleanup)), reconcile_(std::move(reconcile)) {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const sigset_t signals = watched();
    int number = 0;
    while (sigwait(&signals, &number) == 0 && !stop.stop_requested()) {
      if (source_.stop_requested()) {
        // No text is put together here: there may be no memory for it.
        say("\nstopped at once; a stage may be left, which the next run drops, or this command:\n");
        say(cleanup_);
        if (is_publishing_) {
          say("\nit was publishing, and whether the target has the new rows is not known; this command says:\n");
          say(reconcile_);
        }
        say("\n");
        ::_exit(130);
      }
      say("\nstopping: the statement is cancelled and the stage dropped; once more to stop at once\n");
      source_.request_stop();
    }
  });
}

Signals::~Signals() {
  thread_.request_stop();
  // Wakes it, and nothing else: every thread blocks the signal.
  pthread_kill(thread_.native_handle(), SIGTERM);
}

}  // namespace dpone::cli
