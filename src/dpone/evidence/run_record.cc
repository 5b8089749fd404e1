#include "dpone/evidence/run_record.h"

#include <algorithm>

namespace dpone::evidence {

bool RunRecord::passed() const {
  return errors.empty() && std::none_of(gates.begin(), gates.end(),
                                        [](const GateResult& gate) { return gate.verdict == Verdict::kFail; });
}

int RunRecord::exit_code() const {
  if (!errors.empty()) return errors.front().exit_code();
  return passed() ? 0 : 1;
}

std::string RunRecord::status() const {
  if (!errors.empty()) return std::string(dpone::to_string(errors.front().error_class()));
  return passed() ? "success" : "failed";
}

}  // namespace dpone::evidence
