#include "dpone/base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace dpone {
namespace {

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/dpone-file-XXXXXX";
    folder_ = ::mkdtemp(pattern);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(FileTest, ReadsBackWhatWasWrittenAtomically) {
  const auto path = folder_ / "a.json";
  ASSERT_TRUE(write_file_atomically(path, "one"));
  ASSERT_TRUE(write_file_atomically(path, std::string("tw\0o", 4)));
  EXPECT_EQ(*read_file(path, 4), std::string("tw\0o", 4));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) ++files;
  EXPECT_EQ(files, 1U) << "no temporary file stays";
}

TEST_F(FileTest, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(read_file(folder_ / "none", 10).error().slug(), "file.not_found");
  EXPECT_EQ(read_file(folder_, 10).error().slug(), "file.is_directory");
  ASSERT_TRUE(write_file_atomically(folder_ / "big", "12345"));
  EXPECT_EQ(read_file(folder_ / "big", 4).error().slug(), "file.too_big");
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(read_file(folder_ / "fifo", 4).error().slug(), "file.unreadable");
  EXPECT_EQ(read_file("/dev/zero", 4).error().slug(), "file.unreadable");
  EXPECT_EQ(read_file(folder_ / "none", 10).error().exit_code(), 2);
}

TEST_F(FileTest, FailedWriteLeavesTheOldContent) {
  ASSERT_TRUE(write_file_atomically(folder_ / "a", "old"));
  ASSERT_TRUE(std::filesystem::create_directory(folder_ / "b"));
  EXPECT_FALSE(write_file_atomically(folder_ / "b", "new")) << "a folder stands there";
  EXPECT_FALSE(write_file_atomically(folder_ / "missing" / "a", "new"));
  EXPECT_EQ(*read_file(folder_ / "a", 10), "old");
}

TEST_F(FileTest, AppendsDurably) {
  const Result<FileDescriptor> fd = open_own_file(folder_ / "log", O_WRONLY | O_CREAT | O_APPEND);
  ASSERT_TRUE(fd);
  ASSERT_TRUE(append_durably(fd->get(), "one\n", folder_ / "log"));
  ASSERT_TRUE(append_durably(fd->get(), "two\n", folder_ / "log"));
  EXPECT_EQ(*read_file(folder_ / "log", 100), "one\ntwo\n");
}

TEST_F(FileTest, NamesAFullDisk) {
  const FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const Status status = append_durably(full.get(), "x", "/dev/full");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().slug(), "file.disk_full");
  EXPECT_EQ(status.error().exit_code(), 1);
}

TEST_F(FileTest, AnOwnFileIsNeitherALinkNorAFifo) {
  const std::filesystem::path path = folder_ / "own";
  EXPECT_FALSE(open_own_file(path, O_RDONLY)->is_open());
  EXPECT_TRUE(check_own_file(path));
  ASSERT_TRUE(write_file_atomically(folder_ / "other", "x"));
  std::filesystem::create_symlink(folder_ / "other", path);
  EXPECT_EQ(open_own_file(path, O_WRONLY | O_TRUNC).error().slug(), "state_dir.not_regular");
  EXPECT_EQ(check_own_file(path).error().exit_code(), 3);
  EXPECT_EQ(*read_file(folder_ / "other", 10), "x");
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  for (const int flags : {O_RDONLY, O_WRONLY, O_RDWR}) {
    EXPECT_EQ(open_own_file(path, flags).error().slug(), "state_dir.not_regular") << flags;
  }
  EXPECT_EQ(try_lock_file(folder_).error().slug(), "state_dir.not_regular");
}

TEST_F(FileTest, LockIsHeldOnceAndFreedByClosing) {
  Result<FileDescriptor> first = try_lock_file(folder_ / "lock");
  ASSERT_TRUE(first && first->is_open());
  Result<FileDescriptor> second = try_lock_file(folder_ / "lock");
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->is_open());
  *first = FileDescriptor();
  second = try_lock_file(folder_ / "lock");
  EXPECT_TRUE(second && second->is_open());
}

}  // namespace
}  // namespace dpone
