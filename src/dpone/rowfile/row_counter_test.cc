#include "dpone/rowfile/row_counter.h"

#include <gtest/gtest.h>

namespace dpone::rowfile {
namespace {

FormatSettings format_of(std::string name, char quote = '"', bool has_header = true) {
  FormatSettings format;
  format.name = std::move(name);
  format.quote = quote;
  format.has_header = has_header;
  return format;
}

// In parts of `part` bytes.
std::int64_t counted(const FormatSettings& format, std::string_view text, std::size_t part = 1) {
  RowCounter counter(format);
  for (std::size_t at = 0; at < text.size(); at += part) counter.add(text.substr(at, part));
  return counter.rows();
}

TEST(RowCounter, CountsLinesBehindTheHeader) {
  EXPECT_EQ(counted(format_of("csv"), "a,b\n1,2\n3,4\n"), 2);
  EXPECT_EQ(counted(format_of("csv"), "a,b\n1,2\n3,4", 5), 2) << "the last line end may be absent";
  EXPECT_EQ(counted(format_of("csv"), "a\n\n\n"), 2) << "an empty line is a row of one empty field";
  EXPECT_EQ(counted(format_of("csv"), "a\n"), 0);
  EXPECT_EQ(counted(format_of("tsv", '"', false), "1\t2\n3\t4\n"), 2);
  EXPECT_EQ(counted(format_of("csv", '"', false), ""), 0);
}

TEST(RowCounter, ALineEndInsideQuotesEndsNoRow) {
  const std::string_view text = "a,b\n\"x\ny\",2\n\"say \"\"hi\n\"\"\",4\n";
  for (const std::size_t part : {1U, 3U, 100U}) EXPECT_EQ(counted(format_of("csv"), text, part), 2) << part;
  EXPECT_EQ(counted(format_of("csv", '\0'), "a\n\"\n\"\n"), 2) << "nothing is quoted";
  EXPECT_EQ(counted(format_of("csv", '\''), "a\n'x\ny'\n"), 1);
}

TEST(RowCounter, JsonLinesAreLines) { EXPECT_EQ(counted(format_of("jsonl"), "{\"a\":\"\\n\"}\n{\"a\":\"x\"}\n"), 2); }

}  // namespace
}  // namespace dpone::rowfile
