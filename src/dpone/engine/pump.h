// The pump: one reader thread and the calling thread as writer, with a bounded queue between them. Memory is bounded by
// the queue, not by the table.
#pragma once

#include "dpone/base/run_context.h"
#include "dpone/engine/progress.h"
#include "dpone/ports/sink.h"
#include "dpone/ports/source.h"

namespace dpone::engine {

struct PumpResult {
  ReadSummary read;
  WriteSummary written;
};

// Moves everything and finishes both ends. On an error of the reader the writer is left unfinished (destroying it
// aborts); the reader's error wins over one of the writer that came after it.
Result<PumpResult> pump(RawReader& reader, RawWriter& writer, const RunContext& context, Progress& progress);
Result<PumpResult> pump(BatchReader& reader, BatchWriter& writer, const RunContext& context, Progress& progress);

}  // namespace dpone::engine
