#include "dpone/base/random.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <cerrno>
#include <random>

#include "dpone/base/clock.h"

namespace dpone {

std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  while (::getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) {
    if (errno != EINTR) {  // a kernel without getrandom: the library's own door to /dev/urandom
      std::random_device device;
      return (static_cast<std::uint64_t>(device()) << 32) | device();
    }
  }
  return bits;
}

std::string make_run_id(std::chrono::system_clock::time_point now) {
  std::string time;
  for (const char c : format_rfc3339(now)) {
    if (c != '-' && c != ':') time += c;
  }
  return fmt::format("{}-{:08x}", time, static_cast<std::uint32_t>(random_bits()));
}

}  // namespace dpone
