// Program: what the process has once, however many runs it makes: the clock, and the signals. Made when it is first
// asked for, which must be before any other thread is started; lives to the end of the process.
#pragma once

#include "dpone/base/clock.h"
#include "dpone/cli/signals.h"

namespace dpone::cli {

class Program {
 public:
  static Program& instance();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  SystemClock& clock() { return clock_; }
  Signals& signals() { return signals_; }

 private:
  Program();
  SystemClock clock_;
  Signals signals_;
};

}  // namespace dpone::cli
