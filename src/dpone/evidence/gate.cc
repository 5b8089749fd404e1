#include "dpone/evidence/gate.h"

namespace dpone::evidence {

std::string_view to_string(Verdict value) {
  switch (value) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kFail:
      return "fail";
    case Verdict::kUnverified:
      return "unverified";
    case Verdict::kNotApplicable:
      return "not_applicable";
  }
  return "unverified";
}

}  // namespace dpone::evidence
