#include "dpone/manifest/strategy_rules.h"

namespace dpone::manifest {

std::string manifest_key_name(std::string_view path) { return std::string(path); }

std::vector<RuleProblem> strategy_problems(const Manifest& manifest, KeyName name) {
  std::vector<RuleProblem> problems;
  const std::string& mode = manifest.strategy.mode;
  const Options& source = manifest.source.options;
  const bool has_cursor = source.is_given("cursor");
  const bool has_key = !manifest.strategy.unique_key.empty();
  const bool only_new_rows = manifest.strategy.only_new_rows;
  const std::string key = name("sink.strategy.unique_key");
  const std::string only_new = name("sink.strategy.only_new_rows");
  const std::string cursor = name("source.options.cursor");
  const auto missing = [&](const char* path, std::string message) {
    problems.push_back({path, "manifest.missing_key", std::move(message)});
  };
  const auto conflict = [&](const char* path, std::string message) {
    problems.push_back({path, "manifest.conflict", std::move(message)});
  };
  if (mode == "incremental_append" && !has_cursor && !only_new_rows) {
    missing("sink.strategy.mode", cursor + " is missing: incremental_append adds the rows beyond it (or set " +
                                      only_new + " and " + key + ")");
  }
  if (mode == "incremental_merge" && !has_key) {
    missing("sink.strategy.mode", key + " is missing: incremental_merge finds rows by it");
  }
  if (only_new_rows && mode != "incremental_append") {
    conflict("sink.strategy.only_new_rows", only_new + " goes with incremental_append");
  } else if (only_new_rows && !has_key) {
    missing("sink.strategy.only_new_rows", key + " is missing: " + only_new + " needs it");
  }
  if (has_cursor && !manifest.strategy.is_incremental()) {
    conflict("source.options.cursor", cursor + " goes with an incremental mode; full_refresh reads every row");
  }
  if (!manifest.strategy.keep_latest_by.empty() && mode != "incremental_merge" && !only_new_rows) {
    conflict("sink.strategy.keep_latest_by",
             name("sink.strategy.keep_latest_by") + " goes with incremental_merge or " + only_new);
  }
  for (const char* option : {"overlap", "cursor_nulls", "cursor_behind", "cursor_max"}) {
    const std::string path = std::string("source.options.") + option;
    if (source.is_given(option) && !has_cursor) conflict(path.c_str(), name(path) + " goes with " + cursor);
  }
  if (source.is_given("overlap") && mode == "incremental_append" && !only_new_rows) {
    conflict("source.options.overlap", name("source.options.overlap") + " reads rows again: incremental_append needs " +
                                           only_new + " and " + key + " with it");
  }
  if (source.text("cursor_nulls") == "always" && mode != "incremental_merge") {
    conflict("source.options.cursor_nulls",
             name("source.options.cursor_nulls") + ": always goes with incremental_merge");
  }
  if (source.is_given("limit") && has_cursor) {
    conflict("source.options.limit",
             name("source.options.limit") + " leaves rows out that the cursor then skips; it goes without a cursor");
  }
  return problems;
}

}  // namespace dpone::manifest
