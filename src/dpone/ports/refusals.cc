#include "dpone/ports/refusals.h"

namespace dpone {

Error unique_held_error(const std::string& target, std::string_view what) {
  return Error(ErrorClass::kFailed, "publish.unique_held",
               "another row of the target already has a value that must be unique: " + std::string(what))
      .with("target", target)
      .hint(
          "nothing was published. If the source no longer has that row, or this run does not replace it, delete it at "
          "the target or drop the constraint there. If two rows of the load have the value, correct the source. If "
          "rows "
          "of the load swap their values, make the constraint DEFERRABLE where the target can, or load one of them "
          "first");
}

std::string cannot_swap(const std::string& index) {
  return "rows that swap their values of unique index " + index + " in one load end the run (publish.unique_held)";
}

}  // namespace dpone
