// The manifest tables of all connectors in this build, for the reader, the JSON Schema and `dpone copy`. Static data.
#pragma once

#include "dpone/manifest/keys.h"

namespace dpone::cli {

manifest::Schemas manifest_schemas();

}  // namespace dpone::cli
