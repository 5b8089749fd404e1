// The list of connectors in this build, and lookups in it. The only place that names the systems. Static data.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dpone/connections/systems.h"
#include "dpone/ports/connector.h"

namespace dpone::cli {

std::span<const Connector* const> connectors();
// Those of the list that have connections.
connections::Systems systems();
// Null if not found.
const Connector* find_connector(std::string_view system);
// REQUIRES: `system` is the name of one.
const Connector& connector(std::string_view system);
// The system of a path: by its extension, by the file's content, or none. `-` is a stream.
const Connector* connector_of_path(const std::string& path);
// The one that reads and writes streams, and files whose format the user names.
const Connector& connector_of_streams();
// Keeps the states of a manifest that does not say where: the first that needs no connection for it.
const Connector& default_state_connector();

}  // namespace dpone::cli
