// libFuzzer: any bytes as a format, a schema and a delimited text must decode the same whole and in pieces, come back
// from the encoder, or fail with an error. See dpone/codec/delimited/round_trip_check.h for the input.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "dpone/codec/delimited/round_trip_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string problem = dpone::delimited::check_round_trip({reinterpret_cast<const char*>(data), size});
  if (!problem.empty()) {
    std::fprintf(stderr, "%s\n", problem.c_str());
    std::abort();
  }
  return 0;
}
