// The lock of a process on this host: at most one run of it, or one change of its stored state, at a time.
#pragma once

#include <filesystem>
#include <string_view>

#include "dpone/base/file.h"

namespace dpone::engine {

// Held until the descriptor is closed, also by the end of the process. The file is in `<state_dir>/locks/`. Class
// kRefused, slug run.locked, if another run holds it.
Result<FileDescriptor> lock_process(const std::filesystem::path& state_dir, std::string_view process);

}  // namespace dpone::engine
