// The stages of a FileSink: a file beside the target that takes its place, and a stream that is written as rows come.
// Order of a publication: docs/formats/file-receipt.md. Thread rule as in ports/sink.h.
#pragma once

#include <memory>
#include <string>

#include "dpone/base/run_context.h"
#include "dpone/connectors/file/options.h"
#include "dpone/connectors/file/target.h"
#include "dpone/ports/sink.h"

namespace dpone::file {

class PublishableStage : public Stage {
 public:
  // One attempt of Sink::publish.
  virtual Result<PublishOutcome> publish(const Receipt& receipt) = 0;
};

// `target` outlives the stage, as the sink does.
Result<std::unique_ptr<PublishableStage>> make_file_stage(const Target& target, const SinkSettings& settings,
                                                          const LoadTask& task, const RunContext& context);
Result<std::unique_ptr<PublishableStage>> make_stream_stage(const Target& target, const SinkSettings& settings,
                                                            const LoadTask& task, const RunContext& context);

}  // namespace dpone::file
