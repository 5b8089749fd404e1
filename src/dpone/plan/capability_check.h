// Checks the requirements of a manifest against the capabilities of its source and sink, before dpone connects. Pure.
#pragma once

#include "dpone/base/result.h"
#include "dpone/manifest/manifest.h"
#include "dpone/ports/capabilities.h"

namespace dpone::plan {

// Class kUsage; slugs capability.query, capability.where, capability.cursor, capability.append, capability.merge,
// capability.delete, capability.key.
Status check_capabilities(const manifest::Manifest& manifest, const SourceCapabilities& source,
                          const SinkCapabilities& sink);

}  // namespace dpone::plan
