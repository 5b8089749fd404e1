// What a strategy needs of the other keys, and excludes. Pure; the reader gives each problem its place in the file, and
// `dpone copy` calls the keys by its flags.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpone/manifest/manifest.h"

namespace dpone::manifest {

struct RuleProblem {
  std::string path;  // of the key that is to blame, `source.options.overlap`
  std::string slug;  // manifest.missing_key or manifest.conflict
  std::string message;
};

// How messages call the key at a path: as the manifest does, or by the flag of a command that gives it.
using KeyName = std::string (*)(std::string_view path);
std::string manifest_key_name(std::string_view path);

std::vector<RuleProblem> strategy_problems(const Manifest& manifest, KeyName name = manifest_key_name);

}  // namespace dpone::manifest
