#include "dpone/cli/manifest_schemas.h"

#include "dpone/cli/connectors.h"
#include "dpone/connections/systems.h"

namespace dpone::cli {

manifest::Schemas manifest_schemas() {
  static const std::vector<manifest::EndpointSchema> schemas = [] {
    std::vector<manifest::EndpointSchema> all;
    for (const Connector& connector : connectors()) {
      all.push_back({connector.system, connector.source_options, connector.sink_options,
                     connections::connection_fields(connector.system), !connector.source.has_table});
    }
    return all;
  }();
  return schemas;
}

}  // namespace dpone::cli
