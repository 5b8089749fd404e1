// ConnectionSettings: a resolved connection, the same whatever provider it came from. Connectors never see providers.
#pragma once

#include <map>
#include <string>

#include "dpone/base/secret.h"

namespace dpone {

struct ConnectionSettings {
  std::string system;  // `postgres`
  std::string id;      // as in the manifest, for messages
  // Lower-case field names (`host`, `port`, `database`, `username`, and the system's own such as `sslmode`).
  std::map<std::string, std::string, std::less<>> fields;
  Secret password;

  // Field or empty.
  std::string field(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  }
};

}  // namespace dpone
