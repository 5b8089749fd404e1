#include "dpone/plan/strategy/strategy.h"

#include "dpone/manifest/keys.h"
#include "dpone/plan/strategy/full_refresh.h"
#include "dpone/plan/strategy/incremental.h"
#include "dpone/plan/strategy/replace.h"

namespace dpone::plan::strategy {
namespace {

constexpr const Strategy* kStrategies[] = {&kFullRefresh, &kIncrementalAppend, &kIncrementalMerge, &kReplace};

}  // namespace

std::span<const Strategy* const> all() { return kStrategies; }

manifest::Strategies declared() {
  static const std::vector<const manifest::StrategySpec*> specs = [] {
    std::vector<const manifest::StrategySpec*> list;
    for (const Strategy* strategy : kStrategies) list.push_back(&strategy->declared);
    return list;
  }();
  return specs;
}

const Strategy& find(std::string_view mode) {
  for (const Strategy* strategy : kStrategies) {
    if (strategy->declared.mode == mode) return *strategy;
  }
  return *kStrategies[0];
}

manifest::Strategy begin(const Strategy& strategy) {
  return {std::string(strategy.declared.mode), Options(manifest::common_strategy_options(), strategy.declared.options)};
}

bool finds_rows(const manifest::Manifest& manifest) {
  return of(manifest).finds_rows || manifest.strategy.options.flag("only_new_rows");
}

bool adds_twice(const manifest::Manifest& manifest) { return of(manifest).only_adds && !finds_rows(manifest); }

TargetQuestion question_of(const manifest::Manifest& manifest, const SourceFacts& source) {
  const Strategy& strategy = of(manifest);
  TargetQuestion question{source, {}, false, manifest.strategy.options.is_given("keep_latest_by")};
  const std::vector<std::string> key = manifest.strategy.unique_key();
  // A table created from a file's rows does not get a key from the source.
  if (!strategy.replaces || !manifest.source.path.empty()) question.key = key;
  question.finds_rows = strategy.finds_rows || (strategy.only_adds && !key.empty());
  if (strategy.scope != nullptr) question.scope = strategy.scope(manifest);
  question.looks_first = strategy.only_adds && finds_rows(manifest);
  question.keeps_rows = !strategy.replaces;
  return question;
}

const PublishOption* find_option(const TargetFacts& target, std::string_view method) {
  for (const PublishOption& option : target.publish) {
    if (option.method == method) return &option;
  }
  return nullptr;
}

std::string obstacles(const PublishOption& option) {
  std::string out;
  for (const Blocker& blocker : option.blockers) out += (out.empty() ? "" : "; ") + blocker.what;
  return out;
}

}  // namespace dpone::plan::strategy
