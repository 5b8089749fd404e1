// Signals: SIGINT and SIGTERM as stop requests. The first asks the run to stop, the second ends the process at once and
// leaves the stage to `dpone cleanup`. One object a process, made before any other thread.
#pragma once

#include <stop_token>
#include <string>
#include <thread>

namespace dpone::cli {

class Signals {
 public:
  // `cleanup` is the command that drops what a second signal leaves.
  explicit Signals(std::string cleanup);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  std::stop_token token() const { return source_.get_token(); }

 private:
  const std::string cleanup_;
  std::stop_source source_;
  std::jthread thread_;
};

}  // namespace dpone::cli
