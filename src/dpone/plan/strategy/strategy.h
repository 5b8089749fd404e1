// The table of load strategies: one row each, and one file each (`full_refresh.cc`, ...) that has the row, the options,
// what they ask of each other, and the planning. A strategy turns facts into the lists of steps of a LoadTask, and
// knows no system. Static data. docs/how-to/add-a-strategy.md.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dpone/base/result.h"
#include "dpone/manifest/manifest.h"
#include "dpone/manifest/strategy_spec.h"
#include "dpone/ports/capabilities.h"
#include "dpone/ports/sink.h"

namespace dpone::plan {
struct PlanInput;
struct RoutePlan;
}  // namespace dpone::plan

namespace dpone::plan::strategy {

struct Strategy {
  manifest::StrategySpec declared;  // what a manifest says of it
  bool replaces = false;            // every row that the target had goes
  bool only_adds = false;           // nothing that the target has is changed
  bool finds_rows = false;          // rows of the target are found by the key
  SinkCapabilities needs = {};      // of a sink whose target has rows; of these has_append, has_merge and has_delete
  // The rows of the target that a run is about, by their names at the target; null: all of them.
  Scope (*scope)(const manifest::Manifest& manifest) = nullptr;
  // Chooses the steps. REQUIRES: `plan` has columns, key and extraction.
  Status (*plan)(const PlanInput& input, RoutePlan& plan) = nullptr;
};

std::span<const Strategy* const> all();
// What the manifest is read by.
manifest::Strategies declared();
// REQUIRES: `mode` is the name of one; the manifest reader lets no other pass.
const Strategy& find(std::string_view mode);
inline const Strategy& of(const manifest::Manifest& manifest) { return find(manifest.strategy.mode); }
// `mode` with no option given.
manifest::Strategy begin(const Strategy& strategy);

// Whether rows of the target are found by the key in this load.
bool finds_rows(const manifest::Manifest& manifest);
// Whether a row that is read twice is there twice.
bool adds_twice(const manifest::Manifest& manifest);

// The facts about this load that the sink needs to find obstacles.
TargetQuestion question_of(const manifest::Manifest& manifest, const SourceFacts& source);

// The way called `method` that the target's facts offer, or null.
const PublishOption* find_option(const TargetFacts& target, std::string_view method);
// Its obstacles, in one line.
std::string obstacles(const PublishOption& option);

}  // namespace dpone::plan::strategy
