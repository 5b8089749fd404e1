#include "dpone/engine/process_lock.h"

#include <string>

namespace dpone::engine {

Result<FileDescriptor> lock_process(const std::filesystem::path& state_dir, std::string_view process) {
  const std::filesystem::path folder = state_dir / "locks";
  DPONE_CHECK(make_directories(folder));
  const std::filesystem::path file = folder / (std::string(process) + ".lock");
  DPONE_TRY(FileDescriptor lock, try_lock_file(file));
  if (lock.is_open()) return lock;
  return Error(ErrorClass::kRefused, "run.locked",
               "process \"" + std::string(process) + "\" is already running on this host")
      .with("lock", file.string())
      .hint("wait for the other run, or stop it");
}

}  // namespace dpone::engine
