// A connector's tables as the manifest tests need them: small, and independent of any real connector.
#pragma once

#include "dpone/manifest/keys.h"

namespace dpone::manifest {

inline constexpr OptionSpec kTestSourceOptions[] = {
    {.name = "fetch_bytes", .kind = OptionKind::kBytes, .default_text = "1MiB", .description = "Size of a fetch"}};
inline constexpr OptionSpec kTestSinkOptions[] = {
    {.name = "unlogged", .kind = OptionKind::kFlag, .default_text = "false", .description = "No write-ahead log"}};
inline constexpr EndpointSchema kTestSchemas[] = {
    {"postgres", kTestSourceOptions, kTestSinkOptions, {}, false, StatePlace::kConnection}};
// With a state store that needs no connection, and an end of paths.
inline constexpr EndpointSchema kTestSchemasOfThree[] = {
    kTestSchemas[0], {"sqlite", {}, {}, {}, false, StatePlace::kStateFolder}, {.type = "file", .has_path = true}};

}  // namespace dpone::manifest
