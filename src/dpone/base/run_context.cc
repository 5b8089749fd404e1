#include "dpone/base/run_context.h"

namespace dpone {

Error interrupted_error() {
  return Error(ErrorClass::kInterrupted, "run.interrupted", "the run was told to stop")
      .hint("run it again when you like: nothing was published");
}

}  // namespace dpone
