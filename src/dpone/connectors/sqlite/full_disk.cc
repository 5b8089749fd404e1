#include "dpone/connectors/sqlite/full_disk.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

namespace dpone::sqlite {
namespace {

std::optional<DiskRoom> room_of(const std::filesystem::path& folder) {
  const std::string path = folder.empty() ? "." : folder.string();
  struct stat info {};
  struct statvfs room {};
  if (::stat(path.c_str(), &info) != 0 || ::statvfs(path.c_str(), &room) != 0) return std::nullopt;
  return DiskRoom{info.st_dev, static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize};
}

}  // namespace

std::filesystem::path temporary_folder() {
  for (const char* folder : {static_cast<const char*>(std::getenv("SQLITE_TMPDIR")),
                             static_cast<const char*>(std::getenv("TMPDIR")), "/var/tmp", "/usr/tmp", "/tmp"}) {
    struct stat info {};
    if (folder == nullptr || ::stat(folder, &info) != 0 || !S_ISDIR(info.st_mode)) continue;
    if (::access(folder, W_OK | X_OK) == 0) return folder;
  }
  return ".";
}

bool is_temporary_room_gone(const DiskRoom& database, const DiskRoom& temporary) {
  return database.device != temporary.device && database.free_bytes > temporary.free_bytes;
}

Error with_full_folder(Error error, const std::filesystem::path& database) {
  const std::filesystem::path folder = temporary_folder();
  const auto of_database = room_of(database.parent_path());
  const auto of_temporary = room_of(folder);
  if (!of_database || !of_temporary || !is_temporary_room_gone(*of_database, *of_temporary)) return error;
  return Error(error.error_class(), "sqlite.temporary_full", "the folder of SQLite's temporary files is full")
      .with("folder", folder.string())
      .with("file", database.string())
      .native(error.native_code())
      .retry(error.retry_class())
      .hint(
          "free some space there, or set the variable SQLITE_TMPDIR to a folder on a bigger disk; nothing was "
          "published");
}

}  // namespace dpone::sqlite
