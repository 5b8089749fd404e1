// Publication: makes a sealed stage the target's content, and writes down what became of it. In this order: intent in
// the ledger, publish, look up if the answer was lost, outcome in the ledger, position in the state, acknowledgement to
// the source.
#pragma once

#include "dpone/engine/route.h"
#include "dpone/evidence/ledger.h"
#include "dpone/evidence/run_record.h"
#include "dpone/plan/route_plan.h"

namespace dpone::engine {

class StateKeeper;

struct PublicationInput {
  const Route& route;
  const plan::RoutePlan& plan;
  const std::optional<Position>& position;  // after the load; absent without one
  evidence::Ledger& ledger;
  StateKeeper& state;
};

// Fills the record: receipt, counts, duration, attempts, ledger_head and warnings. What an earlier run left half
// published has been recovered before.
Status publish(const PublicationInput& input, Stage& stage, evidence::RunRecord& record);

// The stored state of a process, written over the record that the plan was made from and no other.
class StateKeeper {
 public:
  StateKeeper(const Route& route, std::int64_t record) : route_(route), record_(record) {}
  Status store(State state);

 private:
  const Route& route_;
  std::int64_t record_;
};

// Into the record and the log.
void warn(const Route& route, evidence::RunRecord& record, std::string message);

}  // namespace dpone::engine
