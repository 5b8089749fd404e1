#include <gtest/gtest.h>

#include <filesystem>

#include "dpone/base/file.h"
#include "dpone/manifest/read_property.h"

namespace dpone::manifest {
namespace {

// Every file of the fuzzer's corpus, and each of its first cuts.
TEST(ManifestCorpus, HoldsTheReadersProperties) {
  std::size_t count = 0;
  const std::filesystem::path folder = std::filesystem::path(DPONE_SOURCE_DIR) / "tests/fuzz/corpus/manifest";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Result<std::string> text = read_file(entry.path(), std::size_t{8} << 20);
    ASSERT_TRUE(text) << entry.path();
    EXPECT_EQ(violated_property(*text), "") << entry.path();
    for (std::size_t size = 0; size < std::min<std::size_t>(text->size(), 400); size += 7) {
      EXPECT_EQ(violated_property(std::string_view(*text).substr(0, size)), "") << entry.path() << " " << size;
    }
    ++count;
  }
  EXPECT_GE(count, 20U) << "the corpus is missing";
}

}  // namespace
}  // namespace dpone::manifest
