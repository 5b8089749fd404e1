#include "dpone/base/log.h"

#include <fmt/format.h>

#include "dpone/base/clock.h"
#include "dpone/base/patient_write.h"
#include "dpone/base/redact.h"

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
                                       without_control_characters(redacted(message)));
  const std::lock_guard lock(mutex_);
  // A log that cannot be written must not stop a load.
  write_patiently(fd_, line, stop_);
}

}  // namespace dpone
