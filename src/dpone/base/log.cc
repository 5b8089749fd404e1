#include "dpone/base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "dpone/base/clock.h"

namespace dpone {

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarning:
      return "WARNING";
    case LogLevel::kError:
      return "ERROR";
  }
  return "INFO";
}

std::string without_control_characters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

void TextLogger::log(LogLevel level, std::string_view message) {
  if (level < level_) return;
  const std::string line = fmt::format("{}{} {} {}\n", line_start_, format_rfc3339(clock_.now()), to_string(level),
                                       without_control_characters(message));
  const std::lock_guard lock(mutex_);
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // a log that cannot be written must not stop a load
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace dpone
