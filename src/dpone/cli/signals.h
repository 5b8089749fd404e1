// Signals: SIGINT, SIGTERM, SIGHUP and SIGQUIT as stop requests. The first asks the run to stop, the second ends the
// process at once and leaves the stage to `dpone cleanup`, and the outcome of a publication to `dpone reconcile`. It
// acts first and says so afterwards, as far as stderr takes it. One object a process, made before any other thread.
#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

namespace dpone::cli {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  std::stop_token token() const { return source_.get_token(); }
  // The commands that a second signal prints from here on: one to drop the leftovers, and one to find out what was
  // published. One run at a time.
  void begin_run(const std::string& cleanup, const std::string& reconcile);
  // From here on a process that ends at once does not know whether it has published.
  void begin_publishing() { is_publishing_ = true; }

 private:
  struct Texts {
    std::string left;
    std::string unknown;
  };
  [[noreturn]] void end_at_once() const;

  std::atomic<std::shared_ptr<const Texts>> texts_;
  std::atomic<bool> is_publishing_ = false;
  std::stop_source source_;
  std::jthread thread_;
};

}  // namespace dpone::cli
