// An Environment of given variables, for tests.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "dpone/connections/environment.h"

namespace dpone::connections {

class FakeEnvironment final : public Environment {
 public:
  explicit FakeEnvironment(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  std::optional<std::string> get(const std::string& name) const override {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace dpone::connections
