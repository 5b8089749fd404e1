#include "dpone/cli/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "dpone/base/file.h"

namespace dpone::cli {
namespace {

class Terminal : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fd_.is_open());
    ASSERT_EQ(::grantpt(fd_.get()), 0);
    ASSERT_EQ(::unlockpt(fd_.get()), 0);
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
    ::setenv("COLUMNS", "70", 1);
  }
  void TearDown() override {
    for (const char* name : {"TERM", "NO_COLOR", "COLUMNS"}) ::unsetenv(name);
  }
  void resize(unsigned short columns) {
    const winsize size{24, columns, 0, 0};
    ASSERT_EQ(::ioctl(fd_.get(), TIOCSWINSZ, &size), 0);
  }

  const FileDescriptor fd_{::posix_openpt(O_RDWR | O_NOCTTY)};
  const FileDescriptor none_{::open("/dev/null", O_RDWR)};
};

TEST_F(Terminal, TellsItsOwnWidthBeforeTheVariableDoes) {
  resize(123);
  EXPECT_EQ(terminal_width(fd_.get()), 123U);
  resize(0);
  EXPECT_EQ(terminal_width(fd_.get()), 70U);
  EXPECT_EQ(terminal_width(none_.get()), 70U);
  for (const char* senseless : {"0", "-1", "10000", "x", ""}) {
    ::setenv("COLUMNS", senseless, 1);
    EXPECT_EQ(terminal_width(none_.get()), 80U) << senseless;
  }
  ::setenv("COLUMNS", "9999", 1);
  EXPECT_EQ(terminal_width(none_.get()), 9999U);
}

TEST_F(Terminal, IsLiveAndColoredUnlessTheEnvironmentSaysNo) {
  EXPECT_TRUE(is_live_terminal(fd_.get()));
  EXPECT_TRUE(wants_color(fd_.get()));
  EXPECT_FALSE(is_live_terminal(none_.get()));
  ::setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(wants_color(fd_.get()));
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(wants_color(fd_.get()));
  EXPECT_TRUE(is_live_terminal(fd_.get()));
  ::unsetenv("NO_COLOR");
  for (const char* dull : {"dumb", ""}) {
    ::setenv("TERM", dull, 1);
    EXPECT_FALSE(is_live_terminal(fd_.get())) << dull;
  }
}

}  // namespace
}  // namespace dpone::cli
