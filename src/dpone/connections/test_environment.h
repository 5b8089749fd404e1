// An Environment of given variables, for tests.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dpone/connections/environment.h"

namespace dpone::connections {

class FakeEnvironment final : public Environment {
 public:
  explicit FakeEnvironment(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  std::optional<std::string> get(const std::string& name) const override {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<std::string> names(std::string_view prefix) const override {
    std::vector<std::string> found;
    for (const auto& [name, value] : values_) {
      if (name.starts_with(prefix)) found.push_back(name);
    }
    return found;
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace dpone::connections
