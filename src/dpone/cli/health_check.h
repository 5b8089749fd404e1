// HealthCheck: one line of `dpone doctor`: the checked item, its state, and what to do. Values.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dpone/base/error.h"
#include "dpone/base/json.h"

namespace dpone::cli {

enum class Health { kOk, kWarning, kProblem };

struct HealthCheck {
  std::string name;  // `state folder`, `connection shop`
  Health health = Health::kOk;
  std::string text;       // one line, no final full stop
  std::string next_step;  // of a warning or problem
  // Of a problem.
  ErrorClass error_class = ErrorClass::kFailed;
  std::string slug = {};
};

HealthCheck ok_check(std::string name, std::string text);
HealthCheck warning_check(std::string name, std::string text, std::string next_step);
HealthCheck problem_check(std::string name, const Error& error);

// 0 without a problem, otherwise the exit code of the worst: refused, failed, usage, unavailable, in this order.
int worst_exit_code(const std::vector<HealthCheck>& checks);
// Texts are broken into lines of `width` columns, commands in next steps are not; 0: nothing is.
std::string render_checks(const std::vector<HealthCheck>& checks, std::size_t width = 0);
Json checks_to_json(const std::vector<HealthCheck>& checks);

}  // namespace dpone::cli
