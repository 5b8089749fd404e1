// FileSource: the rows of one file, of several with the same header, or of stdin. Types are declared, or inferred from
// the first rows; the plan says how. Owns what it has opened. Thread rule as in ports/source.h.
#pragma once

#include <memory>

#include "dpone/base/run_context.h"
#include "dpone/connectors/file/options.h"
#include "dpone/ports/source.h"

namespace dpone::file {

// Opens nothing yet. `context` must outlive the source.
Result<std::unique_ptr<Source>> make_source(SourceSettings settings, const RunContext& context);

}  // namespace dpone::file
