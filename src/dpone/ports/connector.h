// Connector: everything that dpone knows about a system, as one value: how to reach it, what it can do, which options
// it takes, and how to open its source and sink. Each system defines its own in connectors/<system>/connector.cc; the
// program keeps a list of references. Static data; the functions are thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/option_spec.h"
#include "dpone/base/run_context.h"
#include "dpone/ports/capabilities.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/discovery.h"
#include "dpone/ports/probe.h"
#include "dpone/ports/sink.h"
#include "dpone/ports/source.h"
#include "dpone/ports/state_store.h"
#include "dpone/ports/system_spec.h"

namespace dpone {

// One end of a route, or the place of a state store, as plain values.
struct EndSettings {
  ConnectionSettings connection;  // field `path` where rows are found by a path
  std::string schema;             // empty: the connection's, else the system's default
  std::string table;              // empty: a query, or a path
  Options options;                // by the common table of its end, and the connector's own
  std::filesystem::path folder;   // relative paths among the options are seen from here
  std::string other_path;         // of the other end, where its rows are found by a path
};

struct Connector {
  SystemSpec system;
  SourceCapabilities source = {};
  SinkCapabilities sink = {};
  std::span<const OptionSpec> source_options = {};  // beside the common ones
  std::span<const OptionSpec> sink_options = {};
  // How a path is known to be of this system: by its ending (`.gz` and `.zst` are taken off first), or its first bytes.
  std::span<const std::string_view> extensions = {};
  std::string_view magic = {};
  bool has_streams = false;  // `-` is stdin or stdout

  Result<std::unique_ptr<Source>> (*open_source)(const EndSettings& settings, const RunContext& context) = nullptr;
  Result<std::unique_ptr<Sink>> (*open_sink)(const EndSettings& settings, const RunContext& context) = nullptr;
  // Of a system that can keep states; else null. `settings` has connection and schema.
  std::unique_ptr<StateStore> (*open_state)(const EndSettings& settings, const RunContext& context) = nullptr;
  // The store is this file of the state folder, and needs no connection of the manifest.
  std::string_view state_file = {};
  // Connects once; null where the system has no connections.
  Result<ProbeAnswer> (*probe)(const ConnectionSettings& settings, const RunContext& context) = nullptr;
  // Tables and views of a connection; null where the system cannot list them.
  Result<std::vector<RelationSummary>> (*discover)(const ConnectionSettings& settings, const DiscoverRequest& request,
                                                   const RunContext& context) = nullptr;
  // Checks the options of a source or sink by themselves; null if the option tables suffice.
  Status (*check_source)(const EndSettings& settings) = nullptr;
  Status (*check_sink)(const EndSettings& settings) = nullptr;
  // Whether an option of its table means anything at this end; null: each does.
  bool (*uses_option)(const EndSettings& settings, std::string_view option) = nullptr;
};

}  // namespace dpone
