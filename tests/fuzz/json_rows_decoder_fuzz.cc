// libFuzzer: any bytes as a schema and JSON Lines must decode, encode and decode consistently, or fail with an error.
// See dpone/codec/json_rows/round_trip_check.h for the input.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "dpone/codec/json_rows/round_trip_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string problem = dpone::json_rows::check_round_trip({reinterpret_cast<const char*>(data), size});
  if (!problem.empty()) {
    std::fprintf(stderr, "%s\n", problem.c_str());
    std::abort();
  }
  return 0;
}
