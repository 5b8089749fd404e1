// ProbeAnswer: what answered a connection test: for `dpone connections test` and `dpone doctor`. Values.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "dpone/base/json.h"

namespace dpone {

struct ProbeAnswer {
  std::string text;  // one line: product and version, database, role, encryption
  Json facts;        // the same by name
  // The server's clock less ours, where it has one that could be asked.
  std::optional<std::chrono::milliseconds> clock_skew = {};
};

}  // namespace dpone
