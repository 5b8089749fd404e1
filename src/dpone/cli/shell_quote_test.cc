#include "dpone/cli/shell_quote.h"

#include <gtest/gtest.h>

namespace dpone::cli {
namespace {

TEST(ShellQuote, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_quoted("postgresql://me@h:5432/db"), "postgresql://me@h:5432/db");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("public.\"Odd\""), "'public.\"Odd\"'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted("postgresql:///?service=x&a=b"), "'postgresql:///?service=x&a=b'");
  EXPECT_EQ(shell_quoted("$(id)"), "'$(id)'");
}

}  // namespace
}  // namespace dpone::cli
