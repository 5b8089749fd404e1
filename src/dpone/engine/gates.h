// The gates: checks of the loaded rows, of which each one decides whether anything is published. One row of a table
// each. Pure.
#pragma once

#include <optional>
#include <vector>

#include "dpone/base/error.h"
#include "dpone/evidence/gate.h"
#include "dpone/plan/route_plan.h"
#include "dpone/ports/reader.h"
#include "dpone/ports/writer.h"

namespace dpone::engine {

// What is known of a load. Answers are absent where nobody asked.
struct LoadFigures {
  const plan::RoutePlan& plan;
  ReadSummary read;
  WriteSummary written;
  std::optional<std::int64_t> recounted;  // by the sink, of the stage as it lies there
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

// In the order in which they are judged.
const std::vector<Gate>& gates();

}  // namespace dpone::engine
