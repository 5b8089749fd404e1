// TextLogger: one line an event, `2026-11-23T22:00:00Z INFO message`, to a file descriptor it does not own (stderr).
// Thread-safe: each line is written by one call. Control characters in a message are shown as \xNN, so that a name
// from outside cannot forge a line or steer a terminal.
#pragma once

#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "dpone/base/run_context.h"

namespace dpone {

std::string_view to_string(LogLevel level);

class TextLogger final : public Logger {
 public:
  // Events below `level` are dropped. `clock` must outlive the logger.
  // `line_start` is written before each line, to clear a line that is being redrawn. After `stop`, a line that the
  // reader does not accept is dropped.
  TextLogger(int fd, LogLevel level, Clock& clock, std::string_view line_start = {}, std::stop_token stop = {})
      : fd_(fd), level_(level), clock_(clock), line_start_(line_start), stop_(std::move(stop)) {}
  void log(LogLevel level, std::string_view message) override;

 private:
  const int fd_;
  const LogLevel level_;
  Clock& clock_;
  const std::string line_start_;
  const std::stop_token stop_;
  std::mutex mutex_;
};

// `text` with every control character (C0, DEL) as \xNN.
std::string without_control_characters(std::string_view text);

}  // namespace dpone
