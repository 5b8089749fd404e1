// Properties of any bytes read as a manifest: for the fuzzer and for the replay of its corpus.
#pragma once

#include <string>
#include <string_view>

#include "dpone/manifest/reader.h"
#include "dpone/manifest/test_schemas.h"

namespace dpone::manifest {

// Empty, or the violated property.
inline std::string violated_property(std::string_view text) {
  const ReadOutcome outcome = read_manifest_text(text, "m.yaml", kTestSchemas);
  if (outcome.ok() != outcome.manifest.has_value()) return "a manifest without problems, or problems with a manifest";
  for (std::size_t i = 0; i < outcome.problems.size(); ++i) {
    const Problem& problem = outcome.problems[i];
    if (problem.message.empty() || problem.slug.empty()) return "a problem says nothing";
    if (i > 0 && problem.at < outcome.problems[i - 1].at) return "problems are not in file order";
  }
  for (const char c : outcome.problem_lines()) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') return "a control character reaches the terminal";
  }
  if (outcome.problems.size() > kMaxProblems) return "too many problems are listed";
  if (!outcome.ok()) return outcome.to_error().exit_code() == 2 ? "" : "the exit code is not 2";
  const ReadOutcome again = read_manifest_text(outcome.manifest->to_yaml(), "printed", kTestSchemas);
  if (!again.ok()) return "the printed manifest does not read back: " + again.problem_lines();
  if (again.manifest->hash() != outcome.manifest->hash()) return "the printed manifest has another hash";
  return {};
}

}  // namespace dpone::manifest
