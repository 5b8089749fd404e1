#include "dpone/report/number_format.h"

#include <fmt/format.h>

#include <cmath>

namespace dpone::report {
namespace {

constexpr double kShortest = 1e-4;  // seconds under which a rate says nothing

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

std::string with_separators(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = digits[0] == '-' ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string rows_text(std::int64_t rows) { return with_separators(rows) + (rows == 1 ? " row" : " rows"); }

std::string bytes_text(std::int64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  for (const char* unit : kUnits) {
    value /= 1024;
    if (value < 1023.95 || unit == kUnits[3]) return fmt::format("{:.1f} {}", value, unit);
  }
  return {};
}

std::string duration_text(std::chrono::nanoseconds duration) {
  const double value = seconds(duration);
  if (value < 0.00095) return fmt::format("{:.1f} ms", value * 1000);
  if (value < 0.9995) return fmt::format("{:.0f} ms", value * 1000);
  if (value < 59.995) return fmt::format("{:.2f} s", value);
  const auto whole = static_cast<std::int64_t>(std::llround(value));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string row_rate_text(std::int64_t rows, std::chrono::nanoseconds duration) {
  if (seconds(duration) < kShortest) return {};
  return with_separators(static_cast<std::int64_t>(static_cast<double>(rows) / seconds(duration))) + " rows/s";
}

std::string byte_rate_text(std::int64_t bytes, std::chrono::nanoseconds duration) {
  if (seconds(duration) < kShortest) return {};
  return bytes_text(static_cast<std::int64_t>(static_cast<double>(bytes) / seconds(duration))) + "/s";
}

}  // namespace dpone::report
