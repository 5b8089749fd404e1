#include "dpone/plan/strategy/strategy.h"

#include "dpone/plan/strategy/full_refresh.h"
#include "dpone/plan/strategy/incremental.h"

namespace dpone::plan::strategy {
namespace {

constexpr Strategy kStrategies[] = {
    {.mode = "full_refresh", .replaces = true, .plan = plan_full_refresh},
    {.mode = "incremental_append", .only_adds = true, .plan = plan_append},
    {.mode = "incremental_merge", .finds_rows = true, .plan = plan_merge},
};

}  // namespace

std::span<const Strategy> all() { return kStrategies; }

const Strategy& find(std::string_view mode) {
  for (const Strategy& strategy : kStrategies) {
    if (strategy.mode == mode) return strategy;
  }
  return kStrategies[0];
}

TargetQuestion question_of(const manifest::Manifest& manifest, const Facts& source) {
  const Strategy& strategy = find(manifest.strategy.mode);
  const manifest::Strategy& declared = manifest.strategy;
  TargetQuestion question{source, {}, false, !declared.keep_latest_by.empty()};
  // Rows of a file bring no key of their own to a table that is made.
  if (!strategy.replaces || !manifest.source.path.empty()) question.key = declared.unique_key;
  question.finds_rows = strategy.finds_rows || (strategy.only_adds && !declared.unique_key.empty());
  return question;
}

const PublishOption* find_option(const Facts& target, std::string_view method) {
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
