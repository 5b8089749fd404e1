// Tables of connectors and strategies as the manifest tests need them: small, and independent of the real ones.
#pragma once

#include "dpone/manifest/keys.h"

namespace dpone::manifest {

inline constexpr OptionSpec kTestSourceOptions[] = {
    {.name = "fetch_bytes", .kind = OptionKind::kBytes, .default_text = "1MiB", .description = "Size of a fetch"}};
inline constexpr OptionSpec kTestSinkOptions[] = {
    {.name = "unlogged", .kind = OptionKind::kFlag, .default_text = "false", .description = "No write-ahead log"}};
inline constexpr EndpointSchema kTestEnds[] = {
    {"postgres", kTestSourceOptions, kTestSinkOptions, {}, false, StatePlace::kConnection}};
// With a state store that needs no connection, and an end of paths.
inline constexpr EndpointSchema kTestEndsOfThree[] = {
    kTestEnds[0], {"sqlite", {}, {}, {}, false, StatePlace::kStateFolder}, {.type = "file", .has_path = true}};

inline constexpr OptionSpec kTestStrategyOptions[] = {
    {.name = "only_new_rows",
     .kind = OptionKind::kFlag,
     .default_text = "false",
     .description = "Skip rows whose key the target already has"},
    {.name = "keep_latest_by", .description = "Column that picks one of several rows of a key"}};
inline constexpr StrategySpec kTestRefresh{
    .mode = "full_refresh", .meaning = "replaces all rows", .takes_overwrite_type = true};
inline constexpr StrategySpec kTestAppend{.mode = "incremental_append",
                                          .meaning = "adds rows",
                                          .options = std::span(kTestStrategyOptions).first(1),
                                          .takes_cursor = true};
inline constexpr StrategySpec kTestMerge{.mode = "incremental_merge",
                                         .meaning = "changes and adds rows",
                                         .options = std::span(kTestStrategyOptions).last(1),
                                         .takes_cursor = true,
                                         .key_use = "finds rows by it"};
inline constexpr const StrategySpec* kTestStrategies[] = {&kTestRefresh, &kTestAppend, &kTestMerge};

inline constexpr Schemas kTestSchemas{kTestEnds, kTestStrategies};
inline constexpr Schemas kTestSchemasOfThree{kTestEndsOfThree, kTestStrategies};

}  // namespace dpone::manifest
