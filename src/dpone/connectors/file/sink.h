// FileSink: a file as a target, replaced whole by a rename (PublishClass::kRename), or a stream, whose rows cannot be
// taken back. Thread rule as in ports/sink.h.
#pragma once

#include <memory>

#include "dpone/base/run_context.h"
#include "dpone/connectors/file/options.h"
#include "dpone/ports/sink.h"

namespace dpone::file {

// Opens nothing yet. `context` must outlive the sink.
Result<std::unique_ptr<Sink>> make_sink(SinkSettings settings, const RunContext& context);

}  // namespace dpone::file
