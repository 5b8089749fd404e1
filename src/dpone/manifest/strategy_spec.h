// StrategySpec: what the manifest has to know of one load strategy. The strategies are passed in, as the connectors
// are (`Schemas`): reader, schema, docs and the flags of `dpone copy` are made from their rows. Static data.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/option_spec.h"

namespace dpone::manifest {

struct Manifest;

struct RuleProblem {
  std::string path;  // of the key that is to blame, `source.options.overlap`
  std::string slug;  // manifest.missing_key, manifest.conflict or manifest.bad_value
  std::string message;
};

// How messages call the key at a path: as the manifest does, or by the flag of a command that gives it.
using KeyName = std::string (*)(std::string_view path);
std::string manifest_key_name(std::string_view path);

// Collects what does not go together in a manifest.
class RuleProblems {
 public:
  explicit RuleProblems(KeyName name) : name_(name) {}

  // The key at `path`, as the user writes it.
  std::string key(std::string_view path) const { return name_(path); }
  // `path` is the key that the problem is shown at; `message` begins with the key that is missing.
  void missing(std::string path, std::string message) { add(std::move(path), "manifest.missing_key", message); }
  void conflict(std::string path, std::string message) { add(std::move(path), "manifest.conflict", message); }
  void bad_value(std::string path, std::string message) { add(std::move(path), "manifest.bad_value", message); }
  std::vector<RuleProblem> take() { return std::move(problems_); }

 private:
  void add(std::string path, const char* slug, std::string& message) {
    problems_.push_back({std::move(path), slug, std::move(message)});
  }

  KeyName name_;
  std::vector<RuleProblem> problems_;
};

struct StrategySpec {
  std::string_view mode;     // as in sink.strategy.mode
  std::string_view meaning;  // what a run does to the target: `replaces all rows by the source's`
  std::string_view comment =
      {};  // the same for the manifest that `dpone init` writes: sentences, lines of 80 characters
  std::span<const OptionSpec> options = {};  // keys of sink.strategy, besides `mode` and `unique_key`
  bool takes_cursor = false;                 // source.options.cursor may be given
  bool takes_overwrite_type = false;         // sink.options.overwrite_type has a meaning
  std::string_view key_use = {};             // why unique_key is required, `finds rows by it`; empty: it is not
  // What else has to go together, as far as the manifest alone shows it. May be null.
  void (*check)(const Manifest& manifest, RuleProblems& problems) = nullptr;
};

using Strategies = std::span<const StrategySpec* const>;

// Null for a mode that none has.
const StrategySpec* find_strategy(Strategies strategies, std::string_view mode);
// The keys of sink.strategy besides `mode`: `unique_key`, then those of each strategy, each once.
std::vector<OptionSpec> strategy_keys(Strategies strategies);
// The modes that take a key, `a or b`; empty where all do.
std::string modes_with(Strategies strategies, std::string_view key);
std::string modes_that_need_key(Strategies strategies);
// `What a run does to the target: full_refresh replaces ..., `; `quote` stands around each mode.
std::string mode_description(Strategies strategies, std::string_view quote = {});

// What a strategy needs of the other keys, and excludes. Pure; the reader gives each problem its place in the file, and
// `dpone copy` calls the keys by its flags.
std::vector<RuleProblem> strategy_problems(const Manifest& manifest, Strategies strategies,
                                           KeyName name = manifest_key_name);

}  // namespace dpone::manifest
