// GateResult: what one gate found. Certification counts only kPass as passed; unknown is kUnverified, never kPass.
#pragma once

#include <string>
#include <string_view>

#include "dpone/base/json.h"

namespace dpone::evidence {

enum class Verdict { kPass, kFail, kUnverified, kNotApplicable };

std::string_view to_string(Verdict value);

struct GateResult {
  std::string name;  // `row_count`
  Verdict verdict = Verdict::kUnverified;
  std::string reason;           // required for kNotApplicable and kUnverified
  Json facts = Json::object();  // the figures it compared
};

}  // namespace dpone::evidence
