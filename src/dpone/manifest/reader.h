// Reads a manifest file and says all that is wrong with it at once, each problem with its place and the nearest known
// name. Files alone are read: no variable, no connection. Spec: docs/formats/manifest.md. Thread-safe.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/result.h"
#include "dpone/manifest/keys.h"
#include "dpone/manifest/manifest.h"
#include "dpone/manifest/yaml_tree.h"

namespace dpone::manifest {

inline constexpr std::size_t kMaxProblems = 100;

struct ReadOutcome {
  std::string file;                  // as given, for messages
  std::optional<Manifest> manifest;  // set if there are no problems
  std::vector<Problem> problems;     // in file order, at most kMaxProblems
  std::size_t more_problems = 0;     // found beyond those
  std::vector<Problem> notices;      // keys that were read differently than written (old spellings)

  bool ok() const { return problems.empty(); }
  // `file:line:column: message; did you mean X?` a line, and `and N more`. No final newline.
  std::string problem_lines() const;
  std::vector<std::string> notice_lines() const;
  // REQUIRES: !ok(). Class kUsage. One problem keeps its slug; several have the slug `manifest.invalid` and their
  // lines in the message.
  Error to_error() const;
};

// `file:line:column: message; did you mean X?`.
std::string to_line(const Problem& problem, std::string_view file);

// `schemas` must outlive the manifest's Options only by its tables (static), not by the span itself.
ReadOutcome read_manifest(const std::filesystem::path& path, const Schemas& schemas);
ReadOutcome read_manifest_text(std::string_view text, std::string file, const Schemas& schemas);

// The manifest, or the error of its problems.
Result<Manifest> load_manifest(const std::filesystem::path& path, const Schemas& schemas);

}  // namespace dpone::manifest
