// Environment: the door to environment variables, injected so that tests need no real ones. Thread-safe as long as
// nobody changes the process's environment.
#pragma once

#include <optional>
#include <string>

namespace dpone::connections {

class Environment {
 public:
  virtual ~Environment() = default;
  // The value, or nothing when the variable is not set. An empty value counts as set.
  virtual std::optional<std::string> get(const std::string& name) const = 0;
};

class ProcessEnvironment final : public Environment {
 public:
  std::optional<std::string> get(const std::string& name) const override;
};

}  // namespace dpone::connections
