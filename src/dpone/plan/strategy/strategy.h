// The table of load strategies: one row each, and one file each of pure planning (`full_refresh.cc`, ...). A strategy
// turns facts into the lists of steps of a LoadTask, and knows no system. Static data.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dpone/base/result.h"
#include "dpone/ports/sink.h"

namespace dpone::manifest {
struct Manifest;
}

namespace dpone::plan {
struct PlanInput;
struct RoutePlan;
}  // namespace dpone::plan

namespace dpone::plan::strategy {

struct Strategy {
  std::string_view mode;    // as in sink.strategy.mode
  bool replaces = false;    // every row that the target had goes
  bool only_adds = false;   // a row that is read twice is there twice
  bool finds_rows = false;  // rows of the target are looked for by the key
  // Chooses the steps. REQUIRES: `plan` has columns, key and extraction.
  Status (*plan)(const PlanInput& input, RoutePlan& plan) = nullptr;
};

std::span<const Strategy> all();
// REQUIRES: `mode` is the name of one; the manifest reader lets no other pass.
const Strategy& find(std::string_view mode);

// What the sink has to know of this load before it says what stands in its way.
TargetQuestion question_of(const manifest::Manifest& manifest, const Facts& source);

// The way called `method` that the target's facts offer, or null.
const PublishOption* find_option(const Facts& target, std::string_view method);
// What stands in its way, in one line.
std::string obstacles(const PublishOption& option);

}  // namespace dpone::plan::strategy
