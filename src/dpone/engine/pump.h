// The pump: one reader thread, the calling thread as writer and, while rows queue up, threads for further writers, with
// a bounded queue between them. Memory is bounded by the queue, not by the table.
#pragma once

#include "dpone/base/run_context.h"
#include "dpone/engine/progress.h"
#include "dpone/engine/writer_pool.h"
#include "dpone/ports/reader.h"
#include "dpone/ports/writer.h"

namespace dpone::engine {

struct PumpResult {
  ReadSummary read;
  WriteSummary written;
};

// Moves everything and finishes both ends. On an error the writers are left unfinished (destroying them aborts); of
// several errors the first one is returned.
Result<PumpResult> pump(RawReader& reader, WriterPool<RawWriter>& writers, const RunContext& context,
                        Progress& progress);
Result<PumpResult> pump(BatchReader& reader, WriterPool<BatchWriter>& writers, const RunContext& context,
                        Progress& progress);

}  // namespace dpone::engine
