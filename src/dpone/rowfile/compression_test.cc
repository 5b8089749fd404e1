#include "dpone/rowfile/compression.h"

#include <gtest/gtest.h>

#include <random>

namespace dpone::rowfile {
namespace {

std::string compressed(Compression compression, std::string_view text, std::size_t piece = ~std::size_t{0}) {
  const auto compressor = make_compressor(compression);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size())) {
    EXPECT_TRUE((*compressor)->write(text.substr(at, piece), out));
  }
  EXPECT_TRUE((*compressor)->finish(out));
  return out;
}

// Feeds `in` in pieces into rooms of `room` bytes; the text, or the slug of the error.
std::string decompressed(Compression compression, std::string_view in, std::size_t piece, std::size_t room) {
  const auto decompressor = make_decompressor(compression);
  std::string text;
  std::string buffer(room, '\0');
  std::size_t begin = 0;  // not consumed yet: [begin, end)
  std::size_t end = 0;
  while (true) {
    const auto step = (*decompressor)->decode(in.substr(begin, end - begin), {buffer.data(), buffer.size()});
    if (!step) return step.error().slug();
    begin += step->consumed;
    text.append(buffer, 0, step->produced);
    if (step->consumed != 0 || step->produced != 0) continue;
    if (end == in.size()) break;
    end = std::min(in.size(), end + piece);
  }
  const Status ended = (*decompressor)->finish();
  return ended ? text : ended.error().slug();
}

std::string random_text(std::size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size) text += std::to_string(random() % 1000) + (random() % 9 == 0 ? "\n" : ",");
  return text;
}

class CompressionTest : public testing::TestWithParam<Compression> {};

TEST_P(CompressionTest, ComesBackWhateverThePieces) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{700'000}}) {
    const std::string text = random_text(size);
    for (const std::size_t written : {std::size_t{1000}, ~std::size_t{0}}) {
      const std::string packed = compressed(GetParam(), text, written);
      EXPECT_EQ(compression_of_magic(packed), GetParam());
      EXPECT_EQ(decompressed(GetParam(), packed, 100'000'000, 65'536), text);
      EXPECT_EQ(decompressed(GetParam(), packed, 977, 1000), text);
    }
  }
  const std::string text = random_text(300);
  EXPECT_EQ(decompressed(GetParam(), compressed(GetParam(), text), 1, 1), text);
}

TEST_P(CompressionTest, MembersOneAfterAnotherAreOneText) {
  const std::string packed =
      compressed(GetParam(), "first\n") + compressed(GetParam(), "") + compressed(GetParam(), "second\n");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{1000}}) {
    EXPECT_EQ(decompressed(GetParam(), packed, piece, 64), "first\nsecond\n") << piece;
  }
}

TEST_P(CompressionTest, ACutIsFoundAtEveryByte) {
  const std::string packed = compressed(GetParam(), random_text(500));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(decompressed(GetParam(), packed.substr(0, size), 64, 64), "compression.cut_short") << size;
  }
  // In the second member too.
  const std::string two = packed + packed.substr(0, packed.size() / 2);
  EXPECT_EQ(decompressed(GetParam(), two, 64, 64), "compression.cut_short");
}

TEST_P(CompressionTest, AChangedByteIsNeverTakenForTheText) {
  const std::string text = random_text(500);
  const std::string packed = compressed(GetParam(), text);
  int found = 0;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    std::string changed = packed;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    const std::string got = decompressed(GetParam(), changed, 64, 64);
    // A header says when the file was made, and the like: there the text is the same.
    if (got.starts_with("compression.")) ++found;
    EXPECT_TRUE(got.starts_with("compression.") || got == text) << i;
  }
  EXPECT_GT(found, static_cast<int>(packed.size()) * 8 / 10);
}

TEST_P(CompressionTest, OtherBytesBehindTheEndAreRefused) {
  const std::string packed = compressed(GetParam(), "text");
  EXPECT_EQ(decompressed(GetParam(), packed + "id,note\n1,a\n", 64, 64), "compression.corrupt");
}

// Two terabytes of zeros in a file of some kilobytes must not be held anywhere.
TEST_P(CompressionTest, ABombComesOutInParts) {
  const std::string packed = compressed(GetParam(), std::string(std::size_t{64} << 20, '0'));
  EXPECT_LT(packed.size(), std::size_t{1} << 17);
  const auto decompressor = make_decompressor(GetParam());
  std::string buffer(65'536, '\0');
  std::string_view rest = packed;
  std::size_t produced = 0;
  while (true) {
    const auto step = (*decompressor)->decode(rest, {buffer.data(), buffer.size()});
    ASSERT_TRUE(step);
    rest.remove_prefix(step->consumed);
    produced += step->produced;
    ASSERT_LE(step->produced, buffer.size());
    if (step->consumed == 0 && step->produced == 0) break;
  }
  EXPECT_EQ(produced, std::size_t{64} << 20);
  EXPECT_TRUE((*decompressor)->finish());
}

INSTANTIATE_TEST_SUITE_P(Both, CompressionTest, testing::Values(Compression::kGzip, Compression::kZstd),
                         [](const auto& of) { return std::string(to_string(of.param)); });

TEST(GzipTest, ZerosBehindTheEndAreAFilledBlock) {
  const std::string packed = compressed(Compression::kGzip, "text") + std::string(1000, '\0');
  EXPECT_EQ(decompressed(Compression::kGzip, packed, 64, 64), "text");
  EXPECT_EQ(decompressed(Compression::kGzip, packed + "x", 64, 64), "compression.corrupt");
}

// The header of a frame of which a decoder would have to hold 2 GiB: magic, descriptor, window descriptor.
TEST(ZstdTest, AWindowBeyondTheLimitIsRefused) {
  const auto with_window = [](int log) {
    return std::string("\x28\xb5\x2f\xfd", 4) + '\0' + static_cast<char>((log - 10) << 3) + std::string("\x01\0\0", 3);
  };
  EXPECT_EQ(decompressed(Compression::kZstd, with_window(31), 64, 64), "compression.window");
  EXPECT_EQ(decompressed(Compression::kZstd, with_window(28), 64, 64), "compression.window");
  EXPECT_EQ(decompressed(Compression::kZstd, with_window(27), 64, 64), "");
}

// pzstd writes its own size in one before each frame.
TEST(CompressionTest, SkippableFramesStandAnywhere) {
  const std::string skippable = std::string("\x5e\x2a\x4d\x18\x04\x00\x00\x00", 8) + "abcd";
  const std::string frame = compressed(Compression::kZstd, "text");
  EXPECT_EQ(compression_of_magic(skippable), Compression::kZstd);
  EXPECT_EQ(decompressed(Compression::kZstd, skippable + frame + skippable + skippable + frame + skippable, 3, 64),
            "texttext");
  EXPECT_EQ(decompressed(Compression::kZstd, frame + skippable.substr(0, 10), 64, 64), "compression.cut_short");
}

TEST(CompressionNameTest, GoesByTheEnding) {
  EXPECT_EQ(compression_of_name("a.csv.gz"), Compression::kGzip);
  EXPECT_EQ(compression_of_name("a.csv.zst"), Compression::kZstd);
  EXPECT_EQ(compression_of_name("A.CSV.GZ"), Compression::kGzip);
  EXPECT_EQ(compression_of_name("A.CSV.Zst"), Compression::kZstd);
  EXPECT_EQ(compression_of_name("gz"), Compression::kNone);
  EXPECT_EQ(compression_of_magic("id,note"), Compression::kNone);
}

}  // namespace
}  // namespace dpone::rowfile
