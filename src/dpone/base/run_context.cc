#include "dpone/base/run_context.h"

namespace dpone {

Error interrupted_error() {
  return Error(ErrorClass::kInterrupted, "run.interrupted", "the run was interrupted")
      .hint("run it again; nothing was published");
}

}  // namespace dpone
