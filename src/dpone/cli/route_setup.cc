#include "dpone/cli/route_setup.h"

#include "dpone/cli/shell_quote.h"
#include "dpone/connections/identity.h"
#include "dpone/connectors/postgres/sink.h"
#include "dpone/connectors/postgres/source.h"
#include "dpone/manifest/table_name.h"

namespace dpone::cli {
namespace {

connections::ConnectionRequest request_of(const manifest::Endpoint& endpoint) {
  return {endpoint.type, endpoint.connection_type, endpoint.connection_id, endpoint.params};
}

}  // namespace

Error joined(Error source, const Error& sink) {
  if (source.slug() != sink.slug() || source.message() == sink.message()) return source;
  std::string next = source.next_step();
  if (sink.next_step() != next) next += "\n" + sink.next_step();
  return Error(source.error_class(), source.slug(), source.message() + "; " + sink.message()).hint(std::move(next));
}

std::string identity_of(const ConnectionSettings& settings, const manifest::TableName& table) {
  Json json = connections::identity(settings, connections::ProcessEnvironment());
  json.set("schema", table.schema.empty() ? connections::default_schema(settings) : table.schema);
  return json.set("table", table.name).canonical();
}

Result<ResolvedRoute> connected(manifest::Manifest manifest, connections::ResolvedConnection source,
                                connections::ResolvedConnection sink, std::string arguments) {
  const manifest::TableName& table = manifest.source.table;
  if (!table.name.empty() && identity_of(source.settings, table) == identity_of(sink.settings, manifest.sink.table)) {
    return Error(ErrorClass::kUsage, "route.same_table", "source and target are the same table")
        .with("table", manifest::format_table_name(table))
        .with("connection", source.settings.id)
        .hint("name another target: --to-table, or sink.table in the manifest");
  }
  std::vector<std::string> variables = std::move(source.variables_read);
  variables.insert(variables.end(), sink.variables_read.begin(), sink.variables_read.end());
  return ResolvedRoute{std::move(manifest), std::move(source.settings), std::move(sink.settings), std::move(variables),
                       std::move(arguments)};
}

Result<ResolvedRoute> resolve_route(manifest::Manifest manifest) {
  const connections::ProcessEnvironment environment;
  auto source = connections::resolve_connection(request_of(manifest.source), environment);
  auto sink = connections::resolve_connection(request_of(manifest.sink), environment);
  if (!source && !sink) return joined(std::move(source).error(), sink.error());
  if (!source) return std::move(source).error();
  if (!sink) return std::move(sink).error();
  std::string arguments = shell_quoted(manifest.file.string());
  return connected(std::move(manifest), *std::move(source), *std::move(sink), std::move(arguments));
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
