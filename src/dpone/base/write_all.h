// write(2) until all is written.
#pragma once

#include <string>
#include <string_view>

#include "dpone/base/result.h"

namespace dpone {

// `path` is for the error.
Status write_all(int fd, std::string_view bytes, const std::string& path);

}  // namespace dpone
