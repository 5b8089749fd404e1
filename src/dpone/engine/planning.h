// Planning: reads receipts, state and both catalogs, and asks the planner. Writes nothing, reads no rows but the
// target's greatest cursor, or its rows at the last position, where the start of the run depends on them.
#pragma once

#include <filesystem>
#include <future>

#include "dpone/engine/route.h"
#include "dpone/plan/planner.h"
#include "dpone/plan/route_plan.h"

namespace dpone::engine {

Result<plan::RoutePlan> make_plan(const Route& route, const std::filesystem::path& state_dir);

using SourceAnswer = std::future<Result<SourceFacts>>;
// Asks the source for its facts. A server answers while the sink is asked for something else; another source is asked
// when the answer is wanted.
SourceAnswer ask(Source& source);

// The same with receipts that have been read already.
Result<plan::RoutePlan> make_plan(const Route& route, const std::filesystem::path& state_dir,
                                  const PriorReceipts& prior, SourceAnswer source_answer,
                                  const std::vector<plan::TextColumn>& text_columns = {});

// How many rows the run may read, by the source's estimate, which is of the whole relation: nothing where it reads a
// part.
std::optional<std::int64_t> estimated_rows(const Route& route, const plan::RoutePlan& plan);

}  // namespace dpone::engine
