#include "dpone/connectors/sqlite/full_disk.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace dpone::sqlite {
namespace {

TEST(FullDisk, TheTemporaryFilesAreBlamedWhenTheDatabaseHasMoreRoomThanThey) {
  EXPECT_TRUE(is_temporary_room_gone({1, 5'000'000'000}, {2, 0}));
  EXPECT_FALSE(is_temporary_room_gone({1, 0}, {2, 5'000'000'000}));
  EXPECT_FALSE(is_temporary_room_gone({1, 0}, {1, 0})) << "one disk: the database's own";
}

TEST(FullDisk, TemporaryFilesLieWhereSqliteLooks) {
  const char* before = std::getenv("SQLITE_TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("SQLITE_TMPDIR", "/dev/shm", 1);
  EXPECT_EQ(temporary_folder(), "/dev/shm");
  ::setenv("SQLITE_TMPDIR", "/not/there", 1);
  EXPECT_NE(temporary_folder(), "/not/there");
  if (before == nullptr) {
    ::unsetenv("SQLITE_TMPDIR");
  } else {
    ::setenv("SQLITE_TMPDIR", kept.c_str(), 1);
  }
}

}  // namespace
}  // namespace dpone::sqlite
