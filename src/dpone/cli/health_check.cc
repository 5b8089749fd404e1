#include "dpone/cli/health_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "dpone/base/log.h"
#include "dpone/cli/help.h"
#include "dpone/cli/render_error.h"

namespace dpone::cli {
namespace {

std::string_view to_string(Health health) {
  switch (health) {
    case Health::kOk:
      return "ok";
    case Health::kWarning:
      return "warning";
    case Health::kProblem:
      return "problem";
  }
  return {};
}

}  // namespace

HealthCheck ok_check(std::string name, std::string text) { return {std::move(name), Health::kOk, std::move(text), {}}; }

HealthCheck warning_check(std::string name, std::string text, std::string next_step) {
  return {std::move(name), Health::kWarning, std::move(text), std::move(next_step)};
}

HealthCheck problem_check(std::string name, const Error& error) {
  return {std::move(name), Health::kProblem, error.message(), error.next_step(), error.error_class(), error.slug()};
}

int worst_exit_code(const std::vector<HealthCheck>& checks) {
  for (const ErrorClass worst : {ErrorClass::kInterrupted, ErrorClass::kRefused, ErrorClass::kFailed,
                                 ErrorClass::kUsage, ErrorClass::kUnavailable}) {
    for (const HealthCheck& check : checks) {
      if (check.health == Health::kProblem && check.error_class == worst) return static_cast<int>(worst);
    }
  }
  return 0;
}

std::string render_checks(const std::vector<HealthCheck>& checks, std::size_t width) {
  std::size_t name_width = 0;
  for (const HealthCheck& check : checks) name_width = std::max(name_width, check.name.size());
  const std::size_t indent = 9 + name_width + 2;
  std::string out;
  std::size_t problems = 0;
  std::size_t warnings = 0;
  for (const HealthCheck& check : checks) {
    problems += check.health == Health::kProblem ? 1 : 0;
    warnings += check.health == Health::kWarning ? 1 : 0;
    std::string text = indented(check.text, std::string(indent, ' '));
    // The lines of a multi-line text are kept: they are positions in a file.
    if (width > indent + 20 && check.text.find('\n') == std::string::npos) text = wrapped(text, indent, width);
    out += fmt::format("{:<7}  {:<{}}  {}\n", to_string(check.health), without_control_characters(check.name),
                       name_width, text);
    if (!check.slug.empty()) out += fmt::format("{:9}code: {}\n", "", check.slug);
    if (!check.next_step.empty())
      out += fmt::format("{:9}next: {}\n", "", indented(check.next_step, std::string(15, ' ')));
  }
  const auto counted = [](std::size_t count, std::string_view what) {
    return count == 0 ? fmt::format("no {}s", what) : fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  return out + counted(problems, "problem") + ", " + counted(warnings, "warning") + "\n";
}

Json checks_to_json(const std::vector<HealthCheck>& checks) {
  Json list = Json::array();
  for (const HealthCheck& check : checks) {
    Json one = Json::object();
    one.set("name", check.name).set("health", to_string(check.health)).set("text", check.text);
    one.set("next_step", check.next_step.empty() ? Json() : Json(check.next_step));
    one.set("error_code", check.slug.empty() ? Json() : Json(check.slug));
    list.push(std::move(one));
  }
  Json json = Json::object();
  json.set("schema_version", "dpone.doctor.v1").set("checks", std::move(list));
  json.set("exit_code", worst_exit_code(checks)).set("passed", worst_exit_code(checks) == 0);
  return json;
}

}  // namespace dpone::cli
