// libFuzzer target for the manifest reader. Corpus: tests/fuzz/corpus/manifest, replayed by the unit test
// src/dpone/manifest/corpus_test.cc.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "dpone/manifest/read_property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string violated = dpone::manifest::violated_property({reinterpret_cast<const char*>(data), size});
  if (!violated.empty()) {
    std::fprintf(stderr, "%s\n", violated.c_str());
    std::abort();
  }
  return 0;
}
