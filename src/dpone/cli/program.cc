#include "dpone/cli/program.h"

#include <sys/resource.h>

#include "dpone/cli/output.h"

namespace dpone::cli {

Program::Program() {
  // A core dump would contain passwords.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  stop_waiting_on(signals_.token());
}

Program& Program::instance() {
  static Program program;
  return program;
}

}  // namespace dpone::cli
