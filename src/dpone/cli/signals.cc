#include "dpone/cli/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

#include "dpone/base/patient_write.h"
#include "dpone/base/redact.h"

namespace dpone::cli {
namespace {

bool is_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// SIGHUP and SIGQUIT as the caller has them: `nohup` wants a run that goes on without its terminal.
sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  for (const int number : {SIGHUP, SIGQUIT}) {
    if (!is_ignored(number)) sigaddset(&set, number);
  }
  return set;
}

}  // namespace

Signals::Signals() {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread([this, set](const std::stop_token& stop) {
    int number = 0;
    while (sigwait(&set, &number) == 0 && !stop.stop_requested()) {
      if (source_.stop_requested()) end_at_once();
      source_.request_stop();
      write_if_ready(
          STDERR_FILENO,
          "\nstopping: the run cancels its statement and drops its stage; interrupt again to stop at once\n");
    }
  });
}

Signals::~Signals() {
  thread_.request_stop();
  // Wakes it, and nothing else: every thread blocks the signal.
  pthread_kill(thread_.native_handle(), SIGINT);
}

void Signals::begin_run(const std::string& cleanup, const std::string& reconcile) {
  Texts texts;
  texts.left =
      redacted("\nstopped at once; a stage may remain; the next run drops it, or this command:\n" + cleanup + "\n");
  texts.unknown =
      redacted("the run was publishing; this command shows whether the target has the new rows:\n" + reconcile + "\n");
  is_publishing_ = false;
  texts_ = std::make_shared<const Texts>(std::move(texts));
}

// Does not build texts: there may be not enough memory.
void Signals::end_at_once() const {
  if (const std::shared_ptr<const Texts> texts = texts_) {
    write_if_ready(STDERR_FILENO, texts->left);
    if (is_publishing_) write_if_ready(STDERR_FILENO, texts->unknown);
  }
  ::_exit(130);
}

}  // namespace dpone::cli
