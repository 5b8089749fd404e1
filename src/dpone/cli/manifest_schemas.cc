#include "dpone/cli/manifest_schemas.h"

#include <list>
#include <vector>

#include "dpone/cli/connectors.h"
#include "dpone/plan/strategy/strategy.h"

namespace dpone::cli {
namespace {

manifest::StatePlace state_place(const Connector& connector) {
  if (connector.open_state == nullptr) return manifest::StatePlace::kNone;
  return connector.state_file.empty() ? manifest::StatePlace::kConnection : manifest::StatePlace::kStateFolder;
}

}  // namespace

manifest::Schemas manifest_schemas() {
  static std::list<std::vector<OptionSpec>> fields;
  static const std::vector<manifest::EndpointSchema> ends = [] {
    std::vector<manifest::EndpointSchema> all;
    for (const Connector* one : connectors()) {
      fields.push_back(connections::connection_fields(one->system));
      all.push_back({.type = one->system.name,
                     .source_options = one->source_options,
                     .sink_options = one->sink_options,
                     .connection_fields = fields.back(),
                     .has_path = !one->source.has_table,
                     .state = state_place(*one)});
    }
    return all;
  }();
  return {ends, plan::strategy::declared()};
}

}  // namespace dpone::cli
