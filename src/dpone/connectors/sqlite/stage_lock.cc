#include "dpone/connectors/sqlite/stage_lock.h"

#include <sys/stat.h>

#include <algorithm>

namespace dpone::sqlite {
namespace {

constexpr std::string_view kStagePrefix = "__dpone_";
constexpr std::string_view kFilePrefix = "-dpone-";
constexpr std::size_t kHexDigits = 16;

}  // namespace

Result<std::optional<StageLock>> StageLock::take(const std::filesystem::path& database, std::string_view stage) {
  std::filesystem::path path = database;
  path += std::string(kFilePrefix) + std::string(stage.substr(kStagePrefix.size()));
  DPONE_TRY(FileDescriptor file, try_lock_file(path));
  if (!file.is_open()) return std::optional<StageLock>();
  // The last holder may have removed the file between our open and our lock.
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0 || status.st_nlink == 0) return std::optional<StageLock>();
  return std::optional<StageLock>(StageLock(std::move(file), std::move(path)));
}

std::vector<std::string> StageLock::stages(const std::filesystem::path& database) {
  std::vector<std::string> names;
  const std::string prefix = database.filename().string() + std::string(kFilePrefix);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(database.parent_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || name.size() != prefix.size() + kHexDigits) continue;
    const std::string hex = name.substr(prefix.size());
    if (hex.find_first_not_of("0123456789abcdef") != std::string::npos) continue;
    names.push_back(std::string(kStagePrefix) + hex);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void StageLock::release() {
  if (!file_.is_open()) return;
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  file_ = FileDescriptor();
}

}  // namespace dpone::sqlite
