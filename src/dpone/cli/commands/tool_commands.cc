// version and connections test.
#include <fmt/format.h>

#include "dpone/cli/commands/commands.h"
#include "dpone/cli/connectors.h"
#include "dpone/cli/copy_route.h"
#include "dpone/cli/output.h"
#include "dpone/cli/session.h"
#include "dpone/connections/url.h"
#include "dpone/manifest/keys.h"

namespace dpone::cli {

namespace {

// What each system can do, as its connector declares it.
Json systems_json() {
  Json systems = Json::array();
  for (const Connector* one : connectors()) {
    Json source = Json::object();
    source.set("table", one->source.has_table).set("query", one->source.has_query).set("where", one->source.has_where);
    source.set("cursor", one->source.has_cursor);
    Json sink = Json::object();
    sink.set("table", one->sink.has_table).set("publish", to_string(one->sink.publish));
    sink.set("append", one->sink.has_append)
        .set("merge", one->sink.has_merge)
        .set("delete", one->sink.has_delete)
        .set("key", one->sink.has_keys);
    Json system = Json::object();
    system.set("system", one->system.name).set("source", std::move(source)).set("sink", std::move(sink));
    systems.push(std::move(system));
  }
  return systems;
}

}  // namespace

Result<int> version_command(const ParsedArguments& arguments) {
  if (arguments.options.text("format") == "json") {
    Json json = Json::object();
    json.set("schema_version", "dpone.version.v1").set("version", DPONE_VERSION);
    json.set("systems", systems_json());
    DPONE_CHECK(print_json(json));
  } else {
    DPONE_CHECK(print_out("dpone " DPONE_VERSION "\n"));
  }
  return 0;
}

Result<int> connections_test_command(const ParsedArguments& arguments) {
  const std::string& argument = arguments.positionals[0];
  const Error no_connection =
      Error(ErrorClass::kUsage, "connections.not_a_connection", "a connection id or a URL was expected")
          .with("argument", argument)
          .hint(fmt::format("give a URL ({}), or the <ID> of variables DPONE_CONN_<ID>_...", systems()[0].example_url));
  DPONE_TRY(const connections::EndpointArgument parsed, connections::parse_endpoint_argument(argument, systems()));
  const bool is_path = parsed.kind == connections::EndpointKind::kPath;
  if (parsed.kind == connections::EndpointKind::kStream) return no_connection;
  if (is_path && connector_of_path(argument) == nullptr) return no_connection;
  DPONE_TRY(const CopyEnd end, resolve_end("CONNECTION", argument, "connection"));
  const ConnectionSettings& settings = end.connection.settings;
  const Connector& found = connector(settings.system);
  if (found.probe == nullptr) return no_connection;
  ResolvedRoute nothing;
  nothing.manifest.name = "connections_test";
  nothing.manifest.runtime = Options(manifest::runtime_options());
  DPONE_TRY(const auto session, Session::begin(arguments.options, nothing, ""));
  const auto began = session->context().clock->steady_now();
  DPONE_TRY(const ProbeAnswer answer, found.probe(settings, session->context()));
  const double milliseconds =
      std::chrono::duration<double, std::milli>(session->context().clock->steady_now() - began).count();
  if (session->is_json()) {
    Json json = answer.facts;
    json.set("schema_version", "dpone.connection_test.v1").set("connection", settings.id);
    json.set("system", settings.system).set("passed", true).set("milliseconds", milliseconds);
    DPONE_CHECK(print_json(json));
  } else {
    DPONE_CHECK(print_out(fmt::format("{}: {}, {:.0f} ms\n", settings.id, answer.text, milliseconds)));
  }
  return 0;
}

}  // namespace dpone::cli
