// Statement: one statement of a plan. `dpone plan` prints them phase by phase, as `dpone run` sends them. Value.
#pragma once

#include <string>

namespace dpone {

struct Statement {
  std::string phase;  // prepare, extract, load, seal, gate or publish
  std::string text;
  std::string summary = {};  // printed instead of a text that is too long to read
};

}  // namespace dpone
