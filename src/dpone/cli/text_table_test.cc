#include "dpone/cli/text_table.h"

#include <gtest/gtest.h>

namespace dpone::cli {
namespace {

TEST(TextTable, AlignsByCodePointsAndLeavesNoBlanksAtTheEnd) {
  TextTable table({"name", "rows", "note"}, {1});
  table.add({"żółw", "1", ""});
  table.add({"a", "12,345", "x"});
  EXPECT_EQ(table.to_text(),
            "  name    rows  note\n"
            "  żółw       1\n"
            "  a     12,345  x\n");
}

TEST(TextTable, ANameCannotSteerTheTerminal) {
  TextTable table({"name"});
  table.add({"a\x1b[2J\nb"});
  EXPECT_EQ(table.to_text(), "  name\n  a\\x1b[2J\\x0ab\n");
}

}  // namespace
}  // namespace dpone::cli
