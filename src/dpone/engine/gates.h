// The gates: checks of the loaded rows, of which each one decides whether anything is published. One row of a table
// each. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dpone/base/error.h"
#include "dpone/evidence/gate.h"
#include "dpone/plan/route_plan.h"
#include "dpone/ports/reader.h"
#include "dpone/ports/writer.h"

namespace dpone::engine {

// The known figures of a load. An answer is absent if the question was not asked.
struct LoadFigures {
  const plan::RoutePlan& plan;
  ReadSummary read;
  WriteSummary written;
  std::optional<std::int64_t> recounted;  // by the sink, of the stage
  std::optional<Answer> key_faults;
  std::optional<std::int64_t> rows_outside;  // of the scope
};

struct Gate {
  // kLoaded: the figures of reader and writer suffice; kAsked: the stage has answered.
  enum class When { kLoaded, kAsked };
  std::string_view name;
  std::string_view slug;  // of the error of a verdict that is kFail
  When when = When::kLoaded;
  // Null: every run has it, though it may not be applicable.
  bool (*is_of)(const plan::RoutePlan& plan) = nullptr;
  evidence::GateResult (*judge)(const LoadFigures& figures) = nullptr;
  // What failed, and what may be done about it.
  Error (*error)(const Gate& gate, const LoadFigures& figures, const evidence::GateResult& result) = nullptr;
};

// What a user can do about faults of the key.
std::string key_advice(const plan::RoutePlan& plan, bool has_duplicates);

// In the order of evaluation.
const std::vector<Gate>& gates();

}  // namespace dpone::engine
