// Signals: SIGINT and SIGTERM as stop requests. The first asks the run to stop, the second ends the process at once and
// leaves the stage to `dpone cleanup`, and the outcome of a publication to `dpone reconcile`. One object a process,
// made before any other thread.
#pragma once

#include <atomic>
#include <stop_token>
#include <string>
#include <thread>

namespace dpone::cli {

class Signals {
 public:
  // `cleanup` is the command that drops what a second signal leaves, `reconcile` the one that tells what was published.
  Signals(std::string cleanup, std::string reconcile);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  std::stop_token token() const { return source_.get_token(); }
  // From here on a process that ends at once does not know whether it has published.
  void begin_publishing() { is_publishing_ = true; }

 private:
  const std::string cleanup_;
  const std::string reconcile_;
  std::atomic<bool> is_publishing_ = false;
  std::stop_source source_;
  std::jthread thread_;
};

}  // namespace dpone::cli
