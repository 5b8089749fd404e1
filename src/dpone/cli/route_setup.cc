#include "dpone/cli/route_setup.h"

#include "dpone/connections/provider.h"
#include "dpone/connectors/postgres/sink.h"
#include "dpone/connectors/postgres/source.h"

namespace dpone::cli {
namespace {

connections::ConnectionRequest request_of(const manifest::Endpoint& endpoint) {
  return {endpoint.type, endpoint.connection_type, endpoint.connection_id, endpoint.params};
}

// One error for both ends, so that a user mends both at once.
Error joined(Error source, const Error& sink) {
  if (source.slug() != sink.slug()) return source;
  return Error(source.error_class(), source.slug(), source.message() + "; " + sink.message()).hint(source.next_step());
}

}  // namespace

Result<ResolvedRoute> resolve_route(manifest::Manifest manifest) {
  const connections::ProcessEnvironment environment;
  auto source = connections::resolve_connection(request_of(manifest.source), environment);
  auto sink = connections::resolve_connection(request_of(manifest.sink), environment);
  if (!source && !sink) return joined(std::move(source).error(), sink.error());
  if (!source) return std::move(source).error();
  if (!sink) return std::move(sink).error();
  ResolvedRoute route{std::move(manifest), std::move(source->settings), std::move(sink->settings),
                      std::move(source->variables_read)};
  route.variables_read.insert(route.variables_read.end(), sink->variables_read.begin(), sink->variables_read.end());
  return route;
}

Result<std::unique_ptr<Source>> open_source(const ResolvedRoute& route, const RunContext& context) {
  const manifest::Endpoint& endpoint = route.manifest.source;
  postgres::SourceSettings settings;
  settings.connection = route.source;
  settings.schema = endpoint.table.schema;
  settings.table = endpoint.table.name;
  settings.query = endpoint.options.text("query");
  settings.where = endpoint.options.text("where");
  if (endpoint.options.is_given("limit")) settings.limit = endpoint.options.integer("limit");
  return postgres::make_source(std::move(settings), context);
}

Result<std::unique_ptr<Sink>> open_sink(const ResolvedRoute& route, const RunContext& context) {
  const manifest::Endpoint& endpoint = route.manifest.sink;
  postgres::SinkSettings settings;
  settings.connection = route.sink;
  settings.schema = endpoint.table.schema;
  settings.table = endpoint.table.name;
  settings.control_schema = endpoint.options.text("control_schema");
  settings.publish_wait = endpoint.options.duration("publish_wait");
  return postgres::make_sink(std::move(settings), context);
}

}  // namespace dpone::cli
