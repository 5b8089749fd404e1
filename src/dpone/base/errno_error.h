// errno to error class, retry class and slug: a pure function of number and place. Slugs: file.not_found,
// file.is_directory, file.permission, file.disk_full, file.reader_gone, file.io.
#pragma once

#include <string>

#include "dpone/base/error.h"

namespace dpone {

// `what` names the failed operation: `cannot read`. `path` is the path as given by the user; `-` is shown as stdin or
// stdout by the caller.
Error error_from_errno(int number, const std::string& what, const std::string& path);

}  // namespace dpone
