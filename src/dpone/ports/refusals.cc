#include "dpone/ports/refusals.h"

namespace dpone {

Error unique_held_error(const std::string& target, std::string_view what) {
  return Error(ErrorClass::kFailed, "publish.unique_held",
               "another row of the target already has a value that must be unique: " + std::string(what))
      .with("target", target)
      .hint(
          "nothing was published. The other row is one of these: a row that the source no longer has; a row that this "
          "run does not replace; another row of the same load. Find it by that value, and correct it or delete it. "
          "If rows of the load swap their values, make the constraint DEFERRABLE where the target can");
}

std::string cannot_swap(const std::string& index) {
  return "rows that swap their values of unique index " + index + " in one load end the run (publish.unique_held)";
}

}  // namespace dpone
