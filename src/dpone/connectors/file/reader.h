// The reader of a FileSource: file after file, each from read(2) into the decoder's own room.
#pragma once

#include <memory>

#include "dpone/base/run_context.h"
#include "dpone/connectors/file/selection.h"
#include "dpone/ports/source.h"

namespace dpone::file {

// `checks_json`: a json value that is none is for the reader to refuse or reject; nobody behind it does.
std::unique_ptr<BatchReader> make_reader(std::shared_ptr<Selection> selection, Schema schema, bool checks_json,
                                         const RunContext& context);

}  // namespace dpone::file
