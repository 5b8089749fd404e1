// The table of connectors in this build: what each is called, can do and takes, and how its ends are opened. The one
// place where a system's name meets its code. Static data.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dpone/base/run_context.h"
#include "dpone/manifest/keys.h"
#include "dpone/manifest/manifest.h"
#include "dpone/ports/capabilities.h"
#include "dpone/ports/connection.h"
#include "dpone/ports/discovery.h"
#include "dpone/ports/sink.h"
#include "dpone/ports/source.h"

namespace dpone::cli {

// What answered a connection test: `PostgreSQL 16.14, database shop, role me, TLSv1.3`, and the same as JSON.
struct ProbeAnswer {
  std::string text;
  Json facts;
  // The server's clock less ours, where it has one that could be asked.
  std::optional<std::chrono::milliseconds> clock_skew = {};
};

struct Connector {
  std::string_view system;  // `postgres`
  SourceCapabilities source;
  SinkCapabilities sink;
  std::span<const OptionSpec> source_options;
  std::span<const OptionSpec> sink_options;
  Result<std::unique_ptr<Source>> (*open_source)(const manifest::Manifest& manifest, const ConnectionSettings& settings,
                                                 const RunContext& context);
  Result<std::unique_ptr<Sink>> (*open_sink)(const manifest::Manifest& manifest, const ConnectionSettings& settings,
                                             const RunContext& context);
  Result<ProbeAnswer> (*probe)(const ConnectionSettings& settings, const RunContext& context);
  // File names that belong to it when a path stands for an end of a copy; `.gz` and `.zst` are taken off first.
  std::span<const std::string_view> extensions = {};
  // Tables and views of a connection; null where the system cannot list them.
  Result<std::vector<RelationSummary>> (*discover)(const ConnectionSettings& settings, const DiscoverRequest& request,
                                                   const RunContext& context) = nullptr;
  // What is wrong with the options of an end, as far as they alone can tell; null where the tables say it all.
  Status (*check_source)(const manifest::Endpoint& endpoint) = nullptr;
  Status (*check_sink)(const manifest::Endpoint& endpoint) = nullptr;
};

std::span<const Connector> connectors();
// Null if there is none.
const Connector* find_connector(std::string_view system);
// REQUIRES: `system` is the name of one.
const Connector& connector(std::string_view system);
// What a path names: by its extension, by what lies there, or nothing.
const Connector* connector_of_path(const std::string& path);

}  // namespace dpone::cli
