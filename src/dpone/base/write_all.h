// write(2) until all is written.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "dpone/base/result.h"

namespace dpone {

// `path` is for the error. interrupted_error() when `stop` ended the wait for a reader that does not read.
Status write_all(int fd, std::string_view bytes, const std::string& path, const std::stop_token& stop = {});

}  // namespace dpone
