#include "dpone/connections/environment.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace dpone::connections {

std::optional<std::string> ProcessEnvironment::get(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

std::vector<std::string> ProcessEnvironment::names(std::string_view prefix) const {
  std::vector<std::string> found;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('='));
    if (name.starts_with(prefix)) found.emplace_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace dpone::connections
