#include "dpone/ports/refusals.h"

namespace dpone {

Error unique_held_error(const std::string& target, std::string_view what) {
  return Error(ErrorClass::kFailed, "publish.unique_held",
               "another row of the target already has a value that must be unique: " + std::string(what))
      .with("target", target)
      .hint(
          "nothing was published. The row may be one that the source no longer has, or one that this run does not "
          "replace: "
          "delete it at the target, or drop the constraint there; or two rows of the load have the same value");
}

std::string cannot_swap(const std::string& index) {
  return "rows that swap their values of unique index " + index + " in one load end the run (publish.unique_held)";
}

}  // namespace dpone
