#include "dpone/connectors/file/write_all.h"

#include <cerrno>

#include "dpone/base/patient_write.h"
#include "dpone/base/run_context.h"
#include "dpone/connectors/file/errors.h"

namespace dpone::file {

Status write_all(int fd, std::string_view bytes, const std::string& path, const std::stop_token& stop) {
  const int number = write_patiently(fd, bytes, stop);
  if (number == 0) return {};
  if (number == ECANCELED) return interrupted_error();
  return error_from_errno(number, "cannot write", path);
}

}  // namespace dpone::file
