#include "dpone/base/write_all.h"

#include <cerrno>

#include "dpone/base/errno_error.h"
#include "dpone/base/patient_write.h"
#include "dpone/base/run_context.h"

namespace dpone {

Status write_all(int fd, std::string_view bytes, const std::string& path, const std::stop_token& stop) {
  const int number = write_patiently(fd, bytes, stop);
  if (number == 0) return {};
  if (number == ECANCELED) return interrupted_error();
  return error_from_errno(number, "cannot write", path);
}

}  // namespace dpone
