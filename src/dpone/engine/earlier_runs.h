// What a run does about those before it: ends what died half published, drops what they left, and reports a run id that
// was published already.
#pragma once

#include "dpone/engine/route.h"
#include "dpone/evidence/run_record.h"

namespace dpone::engine {

Status recover(const Route& route, evidence::RunRecord& record);

// What cannot be looked for, or removed, is a warning.
void drop_leftovers(const Route& route, evidence::RunRecord& record);

// The receipt of this run id becomes the record. `run_id.reused`, class kRefused: it is of another manifest.
Status repeat(const Route& route, const Receipt& receipt, evidence::RunRecord& record);

}  // namespace dpone::engine
