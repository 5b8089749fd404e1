// Which disk is full. SQLite reports SQLITE_FULL for the database and for its temporary files alike, which are
// elsewhere.
#pragma once

#include <cstdint>
#include <filesystem>

#include "dpone/base/error.h"

namespace dpone::sqlite {

// Room in the file system of a folder.
struct DiskRoom {
  std::uint64_t device = 0;
  std::uint64_t free_bytes = 0;
};

// Where SQLite puts temporary files: SQLITE_TMPDIR, TMPDIR, else one of the system's folders
// (https://www.sqlite.org/tempfiles.html, section 5).
std::filesystem::path temporary_folder();

// Whether the disk of the temporary files must have been full: they are on another disk than the database, which has
// more space left. Pure.
bool is_temporary_room_gone(const DiskRoom& database, const DiskRoom& temporary);

// `error` is that of SQLITE_FULL about `database`. Names the folder of temporary files when that is the full one.
Error with_full_folder(Error error, const std::filesystem::path& database);

}  // namespace dpone::sqlite
