// What a strategy needs of the other keys, and excludes. Pure; the reader gives each problem its place in the file, and
// `dpone copy` its flag.
#pragma once

#include <string>
#include <vector>

#include "dpone/manifest/manifest.h"

namespace dpone::manifest {

struct RuleProblem {
  std::string path;  // of the key that is to blame, `source.options.overlap`
  std::string slug;  // manifest.missing_key or manifest.conflict
  std::string message;
};

std::vector<RuleProblem> strategy_problems(const Manifest& manifest);

}  // namespace dpone::manifest
