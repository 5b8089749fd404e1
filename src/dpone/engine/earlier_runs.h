// How a run handles earlier runs: completes interrupted publications, drops leftovers, and reports a run id that was
// already published.
#pragma once

#include "dpone/engine/route.h"
#include "dpone/evidence/run_record.h"

namespace dpone::engine {

Status recover(const Route& route, evidence::RunRecord& record);

// A failure to find or remove leftovers is a warning.
void drop_leftovers(const Route& route, evidence::RunRecord& record);

// The receipt of this run id becomes the record. `run_id.reused`, class kRefused: it is of another manifest.
Status repeat(const Route& route, const Receipt& receipt, evidence::RunRecord& record);

}  // namespace dpone::engine
