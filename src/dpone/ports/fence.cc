#include "dpone/ports/fence.h"

namespace dpone {

Error fenced_error(const std::string& target) {
  return Error(ErrorClass::kRefused, "finalize.fenced", "another run published to this target after the plan was made")
      .with("target", target)
      .hint("nothing was published. Check that the other run was meant to load this target; then run again");
}

Status check_fence(const PriorReceipts& prior, const Receipt& receipt, bool replaces_all) {
  const std::int64_t version = next_version(prior);
  if (version == receipt.version && next_epoch(prior, replaces_all) == receipt.target_epoch) return {};
  return fenced_error(receipt.target)
      .with("planned_version", std::to_string(receipt.version - 1))
      .with("found_version", std::to_string(version - 1));
}

}  // namespace dpone
