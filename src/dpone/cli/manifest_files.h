// Which files of a folder are manifests, for a command without the argument.
#pragma once

#include <filesystem>

#include "dpone/base/error.h"

namespace dpone::cli {

// `error`, that a manifest is missing, with the commands that would run those of `folder` as its next step.
Error with_manifests_of(Error error, const std::filesystem::path& folder);

}  // namespace dpone::cli
