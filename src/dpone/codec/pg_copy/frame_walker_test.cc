#include "dpone/codec/pg_copy/frame_walker.h"

#include <gtest/gtest.h>

#include "dpone/codec/pg_copy/test_support.h"

namespace dpone::pg_copy {
namespace {

Status walk(FrameWalker& walker, std::string_view bytes, std::size_t piece) {
  for (std::size_t at = 0; at < bytes.size(); at += piece) DPONE_CHECK(walker.feed(bytes.substr(at, piece)));
  return walker.finish();
}

Error walk_error(std::string_view bytes, int fields, std::int64_t max_row_bytes = kDefaultMaxRowBytes) {
  FrameWalker whole(fields, max_row_bytes);
  Status status = walk(whole, bytes, bytes.size() + 1);
  EXPECT_FALSE(status);
  // However the bytes are cut, the error is the same.
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}}) {
    FrameWalker cut(fields, max_row_bytes);
    Status again = walk(cut, bytes, piece);
    EXPECT_FALSE(again);
    if (!again && !status) {
      EXPECT_EQ(again.error().to_line(), status.error().to_line());
    }
    EXPECT_FALSE(cut.feed("x"));
    EXPECT_FALSE(cut.finish());
  }
  return status ? Error(ErrorClass::kFailed, "none", "no error") : status.error();
}

TEST(FrameWalkerTest, CountsRowsAndBytesHoweverTheyAreCut) {
  const std::string bytes = from_hex(kOrdersHex);
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    FrameWalker walker(12);
    const Status status = walk(walker, bytes, piece);
    ASSERT_TRUE(status) << piece << status.error().to_line();
    ASSERT_EQ(walker.row_count(), 3);
    ASSERT_EQ(walker.byte_count(), static_cast<std::int64_t>(bytes.size()));
    ASSERT_TRUE(walker.is_at_end());
  }
}

// Between rows_begin and rows_end are complete rows at any time, and in the end all of them.
TEST(FrameWalkerTest, TellsWhereWholeRowsEndHoweverTheyAreCut) {
  const std::string bytes = from_hex(kOrdersHex);
  const std::string rows = bytes.substr(kHeader.size(), bytes.size() - kHeader.size() - kTrailer.size());
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    FrameWalker walker(12);
    std::int64_t known_end = 0;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      const std::int64_t before = walker.row_count();
      ASSERT_TRUE(walker.feed(std::string_view(bytes).substr(at, piece)));
      ASSERT_LE(walker.rows_end(), walker.byte_count());
      if (walker.rows_end() == 0) continue;
      // A returned part is a separate stream.
      const std::int64_t begin = std::max(known_end, walker.rows_begin());
      ASSERT_LE(begin, walker.rows_end());
      FrameWalker part(12);
      ASSERT_TRUE(part.feed(kHeader + bytes.substr(begin, walker.rows_end() - begin) + kTrailer));
      ASSERT_TRUE(part.finish());
      ASSERT_EQ(part.row_count(), walker.row_count() - before);
      known_end = walker.rows_end();
    }
    ASSERT_EQ(bytes.substr(walker.rows_begin(), walker.rows_end() - walker.rows_begin()), rows);
  }
}

TEST(FrameWalkerTest, PassesZeroColumnsZeroRowsAndAHeaderExtension) {
  const std::string rows = stream({{}, {}});
  const std::string empty = stream({});
  const std::string extended = kHeader.substr(0, 15) + big32(5) + "abcde" + big16(1) + field("") + kTrailer;
  for (const std::size_t piece : {1, 2, 100}) {
    FrameWalker none(0);
    ASSERT_TRUE(walk(none, rows, piece));
    EXPECT_EQ(none.row_count(), 2);
    FrameWalker no_rows(7);
    ASSERT_TRUE(walk(no_rows, empty, piece));
    EXPECT_EQ(no_rows.row_count(), 0);
    FrameWalker extension(1);
    ASSERT_TRUE(walk(extension, extended, piece));
    EXPECT_EQ(extension.row_count(), 1);
  }
}

TEST(FrameWalkerTest, TruncationAtEveryByteIsAnError) {
  const std::string bytes = from_hex(kOrdersHex);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    FrameWalker walker(12);
    ASSERT_TRUE(walker.feed(std::string_view(bytes).substr(0, length)));
    const Status status = walker.finish();
    ASSERT_FALSE(status) << length;
    EXPECT_EQ(status.error().slug(), "pg_copy.truncated");
    EXPECT_EQ(status.error().context_value("offset"), std::to_string(length));
  }
}

TEST(FrameWalkerTest, NamesWhatIsWrongWithRowAndOffset) {
  EXPECT_EQ(walk_error(std::string(19, 'x'), 1).slug(), "pg_copy.header");
  EXPECT_EQ(walk_error(kHeader.substr(0, 11) + big32(0x10000) + big32(0), 1).slug(), "pg_copy.header");
  EXPECT_EQ(walk_error(kHeader.substr(0, 15) + big32(0xFFFFFFFE), 1).slug(), "pg_copy.header");
  EXPECT_EQ(walk_error(stream({}) + "x", 1).slug(), "pg_copy.trailing_bytes");
  const Error count = walk_error(stream({{field("a"), field("b")}, {field("c")}}), 2);
  EXPECT_EQ(count.slug(), "pg_copy.field_count");
  EXPECT_EQ(count.context_value("row"), "2");
  EXPECT_EQ(count.context_value("offset"), "31");
  const Error length = walk_error(stream({{field("a")}, {big32(0xFFFFFFFE)}}), 1);
  EXPECT_EQ(length.slug(), "pg_copy.field_length");
  EXPECT_EQ(length.context_value("row"), "2");
  EXPECT_EQ(length.context_value("offset"), "28");
  // 2 + 4 + 4 bytes are within the limit, one more is not.
  FrameWalker at_limit(1, 10);
  EXPECT_TRUE(walk(at_limit, stream({{field("abcd")}}), 100));
  EXPECT_EQ(walk_error(stream({{field("abcd")}, {field("abcde")}}), 1, 10).slug(), "pg_copy.row_too_big");
  EXPECT_EQ(walk_error(kHeader + big16(1) + big32(0x7FFFFFFF), 1).slug(), "pg_copy.row_too_big");
}

TEST(TextLineCounterTest, CountsLinesAndNoticesACutOrOverlongOne) {
  for (const std::size_t piece : {1, 4, 100}) {
    TextLineCounter counter(8);
    const std::string_view bytes = "a\t\\N\n\nb\\nb\n";
    for (std::size_t at = 0; at < bytes.size(); at += piece) ASSERT_TRUE(counter.feed(bytes.substr(at, piece)));
    ASSERT_TRUE(counter.finish());
    EXPECT_EQ(counter.row_count(), 3);
    EXPECT_EQ(counter.byte_count(), 11);
    ASSERT_TRUE(counter.feed("x"));
    EXPECT_EQ(counter.finish().error().slug(), "pg_copy.truncated");
    const Status status = counter.feed("123456\n12345678\n");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().slug(), "pg_copy.row_too_big");
    EXPECT_EQ(status.error().context_value("row"), "5");
  }
}

}  // namespace
}  // namespace dpone::pg_copy
