// The JSON Schema (draft 2020-12) of a manifest, made of the key tables and the connectors' options: for editors, and
// for schemas/manifest.schema.json, which a unit test compares with it.
#pragma once

#include "dpone/base/json.h"
#include "dpone/manifest/keys.h"

namespace dpone::manifest {

Json json_schema(const Schemas& schemas);

}  // namespace dpone::manifest
