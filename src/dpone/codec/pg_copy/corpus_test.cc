// Replays the fuzzer's corpus, and mutations of it, so that every build is tested against past findings.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "dpone/codec/pg_copy/round_trip_check.h"

namespace dpone::pg_copy {
namespace {

TEST(CorpusTest, EveryInputAndItsMutationsAreConsistent) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(DPONE_SOURCE_DIR "/tests/fuzz/corpus/pg_copy")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    EXPECT_EQ(check_round_trip(input), "") << entry.path();
    ++count;
    for (std::size_t i = 0; i < input.size(); ++i) {
      for (const int change : {0x01, 0x80, 0xFF}) {
        std::string changed = input;
        changed[i] = static_cast<char>(changed[i] ^ change);
        ASSERT_EQ(check_round_trip(changed), "") << entry.path() << " byte " << i << " ^ " << change;
      }
      ASSERT_EQ(check_round_trip(input.substr(0, i)), "") << entry.path() << " cut at " << i;
    }
  }
  EXPECT_GE(count, 5);
}

}  // namespace
}  // namespace dpone::pg_copy
