#include "dpone/connections/environment.h"

#include <cstdlib>

namespace dpone::connections {

std::optional<std::string> ProcessEnvironment::get(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

}  // namespace dpone::connections
