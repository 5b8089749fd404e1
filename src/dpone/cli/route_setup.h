// From a manifest to connected ends: the one place where connectors, connections and manifests meet.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dpone/base/run_context.h"
#include "dpone/connections/provider.h"
#include "dpone/manifest/manifest.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/connector.h"

namespace dpone::cli {

// A manifest with the settings of both ends. Nothing is connected yet.
struct ResolvedRoute {
  manifest::Manifest manifest;
  ConnectionSettings source;
  ConnectionSettings sink;
  std::optional<ConnectionSettings> state;  // of state.type, where that needs a connection and there is a cursor
  std::vector<std::string> variables_read;  // names only
  std::string arguments;                    // what names this process to a command: `orders.yaml`, `--from shop ...`
};

// A relative path of the manifest counts from its folder.
std::string path_from(const std::filesystem::path& manifest, const std::string& path);

// Reads the connections' variables. Missing variables of both ends are one error.
Result<ResolvedRoute> resolve_route(manifest::Manifest manifest);
// The same, of ends that have been resolved. What their systems cannot do is refused (capability.*). A route from a
// table to itself is refused: with a condition it would lose the other rows. Class kUsage, slug route.same_table.
Result<ResolvedRoute> connected(manifest::Manifest manifest, connections::ResolvedConnection source,
                                connections::ResolvedConnection sink, std::string arguments);
// Which table that is, however connection and name were spelled; without credentials.
std::string identity_of(const ConnectionSettings& settings, const manifest::TableName& table);
// The errors of both ends as one, where they are of one kind, so that a user fixes both at once.
Error joined(Error source, const Error& sink);

// What the connectors are given of a manifest: the ends as plain values.
EndSettings source_end(const manifest::Manifest& manifest, const ConnectionSettings& connection);
EndSettings sink_end(const manifest::Manifest& manifest, const ConnectionSettings& connection);

Result<std::unique_ptr<Source>> open_source(const ResolvedRoute& route, const RunContext& context);
Result<std::unique_ptr<Sink>> open_sink(const ResolvedRoute& route, const RunContext& context);
// Null for a route without a cursor, and with `state.type: disabled`.
Result<std::unique_ptr<StateStore>> open_state(const ResolvedRoute& route, const std::filesystem::path& state_dir,
                                               const RunContext& context);

}  // namespace dpone::cli
