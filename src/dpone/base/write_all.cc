#include "dpone/base/write_all.h"

#include <unistd.h>

#include <cerrno>

#include "dpone/base/errno_error.h"

namespace dpone {

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return error_from_errno(errno, "cannot write", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace dpone
