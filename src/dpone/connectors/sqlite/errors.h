// SQLite's result codes as errors: class, slug, whether trying again is sensible, and what to do. Pure.
#pragma once

#include <filesystem>
#include <string>

#include "dpone/base/error.h"

namespace dpone::sqlite {

// `code` is an extended result code.
Error sqlite_error(int code, std::string message, const std::filesystem::path& file);

}  // namespace dpone::sqlite
