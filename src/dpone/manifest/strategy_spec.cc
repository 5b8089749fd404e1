#include "dpone/manifest/strategy_spec.h"

#include <algorithm>

#include "dpone/manifest/keys.h"
#include "dpone/manifest/manifest.h"

namespace dpone::manifest {
namespace {

bool has_key(std::span<const OptionSpec> keys, std::string_view name) {
  return std::any_of(keys.begin(), keys.end(), [&](const OptionSpec& spec) { return spec.name == name; });
}

template <class Condition>
std::string modes_that(Strategies strategies, const Condition& fits) {
  std::string out;
  for (const StrategySpec* strategy : strategies) {
    if (fits(*strategy)) out += (out.empty() ? "" : " or ") + std::string(strategy->mode);
  }
  return out;
}

// Keys of another strategy. One that says no more than its default does no harm.
void check_keys(const Manifest& manifest, Strategies strategies, RuleProblems& problems) {
  for (const OptionSpec& spec : strategy_keys(strategies)) {
    const Options& options = manifest.strategy.options;
    if (!options.is_given(spec.name) || options.find(spec.name) != nullptr) continue;
    if (spec.kind == OptionKind::kFlag && !options.flag(spec.name)) continue;
    const std::string path = "sink.strategy." + std::string(spec.name);
    problems.conflict(path, problems.key(path) + " requires " + modes_with(strategies, spec.name));
  }
}

void check_cursor(const Manifest& manifest, Strategies strategies, const StrategySpec& own, RuleProblems& problems) {
  const Options& source = manifest.source.options;
  const std::string cursor = problems.key("source.options.cursor");
  if (manifest.has_cursor() && !own.takes_cursor) {
    const std::string modes = modes_that(strategies, [](const StrategySpec& one) { return one.takes_cursor; });
    problems.conflict("source.options.cursor", cursor + " requires " + modes + "; " + std::string(own.mode) +
                                                   " reads every row of the selection");
  }
  for (const char* option : {"overlap", "cursor_nulls", "cursor_behind", "cursor_max"}) {
    const std::string path = std::string("source.options.") + option;
    if (source.is_given(option) && !manifest.has_cursor()) {
      problems.conflict(path, problems.key(path) + " requires " + cursor);
    }
  }
  if (source.is_given("limit") && manifest.has_cursor()) {
    problems.conflict("source.options.limit",
                      problems.key("source.options.limit") +
                          " skips rows that the cursor would never read again; it excludes a cursor");
  }
}

void check_overwrite_type(const Manifest& manifest, Strategies strategies, const StrategySpec& own,
                          RuleProblems& problems) {
  const Options& sink = manifest.sink.options;
  const char* const path = "sink.options.overwrite_type";
  if (own.takes_overwrite_type || !sink.is_given("overwrite_type") || sink.text("overwrite_type") == "auto") return;
  const std::string modes = modes_that(strategies, [](const StrategySpec& one) { return one.takes_overwrite_type; });
  problems.conflict(path, problems.key(path) + " requires " + modes + "; " + std::string(own.mode) +
                              " does not replace the whole target");
}

}  // namespace

std::string manifest_key_name(std::string_view path) { return std::string(path); }

const StrategySpec* find_strategy(Strategies strategies, std::string_view mode) {
  for (const StrategySpec* strategy : strategies) {
    if (strategy->mode == mode) return strategy;
  }
  return nullptr;
}

std::vector<OptionSpec> strategy_keys(Strategies strategies) {
  const std::span<const OptionSpec> common = common_strategy_options();
  std::vector<OptionSpec> keys(common.begin(), common.end());
  for (const StrategySpec* strategy : strategies) {
    for (const OptionSpec& spec : strategy->options) {
      if (!has_key(keys, spec.name)) keys.push_back(spec);
    }
  }
  return keys;
}

std::string modes_with(Strategies strategies, std::string_view key) {
  if (has_key(common_strategy_options(), key)) return {};
  return modes_that(strategies, [&](const StrategySpec& one) { return has_key(one.options, key); });
}

std::string modes_that_need_key(Strategies strategies) {
  return modes_that(strategies, [](const StrategySpec& one) { return !one.key_use.empty(); });
}

std::string mode_description(Strategies strategies, std::string_view quote) {
  std::string out;
  for (const StrategySpec* strategy : strategies) {
    out += out.empty() ? "What a run does to the target: " : "; ";
    out += quote;
    out += strategy->mode;
    out += quote;
    out += " ";
    out += strategy->meaning;
  }
  return out;
}

std::vector<RuleProblem> strategy_problems(const Manifest& manifest, Strategies strategies, KeyName name) {
  RuleProblems problems(name);
  const StrategySpec* const own = find_strategy(strategies, manifest.strategy.mode);
  if (own == nullptr) return {};
  if (!own->key_use.empty() && manifest.strategy.unique_key().empty()) {
    problems.missing("sink.strategy.mode", name("sink.strategy.unique_key") + " is missing: " + std::string(own->mode) +
                                               " " + std::string(own->key_use));
  }
  check_keys(manifest, strategies, problems);
  check_cursor(manifest, strategies, *own, problems);
  check_overwrite_type(manifest, strategies, *own, problems);
  if (own->check != nullptr) own->check(manifest, problems);
  return problems.take();
}

}  // namespace dpone::manifest
