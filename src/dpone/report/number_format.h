// Numbers as a person reads them: `1,000,000`, `1.62 s`, `118.2 MiB`. The same on every locale. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dpone::report {

std::string with_separators(std::int64_t value);
// `1 row`, `1,000,000 rows`.
std::string rows_text(std::int64_t rows);
// `512 B`, `118.2 MiB`.
std::string bytes_text(std::int64_t bytes);
// `45 ms`, `1.62 s`, `2 min 05 s`, `3 h 07 min`.
std::string duration_text(std::chrono::nanoseconds duration);
// `617,284 rows/s`; empty if the time was too short.
std::string row_rate_text(std::int64_t rows, std::chrono::nanoseconds duration);
std::string byte_rate_text(std::int64_t bytes, std::chrono::nanoseconds duration);

}  // namespace dpone::report
