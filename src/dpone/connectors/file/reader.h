// The reader of a FileSource: file after file, each from read(2) into the decoder's own room.
#pragma once

#include <memory>

#include "dpone/base/run_context.h"
#include "dpone/connectors/file/selection.h"
#include "dpone/ports/source.h"

namespace dpone::file {

std::unique_ptr<BatchReader> make_reader(std::shared_ptr<Selection> selection, Schema schema,
                                         const RunContext& context);

}  // namespace dpone::file
