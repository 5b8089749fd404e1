// The default state store: table `__dpone__state` of a SQLite file, `.dpone/state.db` (docs/formats/state.md).
#pragma once

#include <filesystem>
#include <memory>

#include "dpone/base/run_context.h"
#include "dpone/ports/state_store.h"

namespace dpone::sqlite {

// The file is created by the first write; until then the store is empty. `context` must outlive the store.
std::unique_ptr<StateStore> make_state_store(std::filesystem::path file, const RunContext& context);

}  // namespace dpone::sqlite
