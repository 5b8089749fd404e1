// Environment: access to environment variables, injected so that tests need no real ones. Thread-safe as long as the
// process's environment does not change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dpone::connections {

class Environment {
 public:
  virtual ~Environment() = default;
  // The value, or nothing when the variable is not set. An empty value counts as set.
  virtual std::optional<std::string> get(const std::string& name) const = 0;
  // Names of the variables that begin with `prefix`, sorted.
  virtual std::vector<std::string> names(std::string_view prefix) const = 0;
};

class ProcessEnvironment final : public Environment {
 public:
  std::optional<std::string> get(const std::string& name) const override;
  std::vector<std::string> names(std::string_view prefix) const override;
};

}  // namespace dpone::connections
