// Random bytes of the operating system, and run ids made of time plus random: they sort by time and never collide.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dpone {

std::uint64_t random_bits();

// `20261123T221500Z-7f3a9c2e`.
std::string make_run_id(std::chrono::system_clock::time_point now);

}  // namespace dpone
