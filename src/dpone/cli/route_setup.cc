#include "dpone/cli/route_setup.h"

#include "dpone/base/file.h"
#include "dpone/cli/connectors.h"
#include "dpone/cli/shell_quote.h"
#include "dpone/connections/identity.h"
#include "dpone/connections/listing.h"
#include "dpone/manifest/table_name.h"
#include "dpone/plan/capability_check.h"

namespace dpone::cli {

std::string path_from(const std::filesystem::path& manifest, const std::string& path) {
  if (path.empty() || path == "-" || manifest.empty()) return path;
  return (manifest.parent_path() / path).string();
}

namespace {

Result<connections::ResolvedConnection> resolve(const connections::ConnectionRequest& request) {
  const connections::ProcessEnvironment environment;
  auto resolved = connections::resolve_connection(request, environment, systems());
  if (resolved || request.connection_type != "env") return resolved;
  return connections::with_nearest_id(std::move(resolved).error(), request.connection_id, environment, systems());
}

Result<connections::ResolvedConnection> resolve_end(const manifest::Manifest& manifest,
                                                    const manifest::Endpoint& endpoint) {
  connections::ResolvedConnection resolved;
  if (!endpoint.path.empty()) {
    resolved.settings.system = endpoint.type;
    resolved.settings.id = endpoint.path;
    resolved.settings.fields["path"] = path_from(manifest.file, endpoint.path);
    return resolved;
  }
  DPONE_TRY(resolved, resolve({endpoint.type, endpoint.connection_type, endpoint.connection_id, endpoint.params}));
  const std::string path = resolved.settings.field("path");
  if (!path.empty()) resolved.settings.fields["path"] = path_from(manifest.file, path);
  return resolved;
}

}  // namespace

Error joined(Error source, const Error& sink) {
  if (source.slug() != sink.slug() || source.message() == sink.message()) return source;
  std::string next = source.next_step();
  if (sink.next_step() != next) next += "\n" + sink.next_step();
  return Error(source.error_class(), source.slug(), source.message() + "; " + sink.message()).hint(std::move(next));
}

std::string identity_of(const ConnectionSettings& settings, const manifest::TableName& table) {
  Json json = connections::identity(settings, connections::ProcessEnvironment(), systems());
  json.set("schema", table.schema.empty() ? connections::default_schema(settings, systems()) : table.schema);
  return json.set("table", table.name).canonical();
}

EndSettings source_end(const manifest::Manifest& manifest, const ConnectionSettings& connection) {
  EndSettings end;
  end.connection = connection;
  end.schema = manifest.source.table.schema;
  end.table = manifest.source.table.name;
  end.options = manifest.source.options;
  end.folder = manifest.file.parent_path();
  end.other_path = path_from(manifest.file, manifest.sink.path);
  return end;
}

EndSettings sink_end(const manifest::Manifest& manifest, const ConnectionSettings& connection) {
  EndSettings end;
  end.connection = connection;
  end.schema = manifest.sink.table.schema;
  end.table = manifest.sink.table.name;
  end.options = manifest.sink.options;
  end.folder = manifest.file.parent_path();
  end.other_path = path_from(manifest.file, manifest.source.path);
  return end;
}

// The rejected rows are complete before the target takes its place, and would be gone.
Status check_reject_path(const manifest::Manifest& manifest, const ConnectionSettings& sink) {
  const std::string target = sink.field("path");
  if (target.empty() || !manifest.source.options.is_given("reject_path")) return {};
  const auto whole = [](std::filesystem::path path) {
    constexpr int kMostLinks = 40;
    std::error_code code;
    path = std::filesystem::absolute(path, code);
    // Links that lead to nothing yet, too.
    for (int i = 0; i < kMostLinks && std::filesystem::is_symlink(path, code); ++i)
      path = path.parent_path() / std::filesystem::read_symlink(path, code);
    return std::filesystem::weakly_canonical(path, code);
  };
  const std::string rejects = path_from(manifest.file, manifest.source.options.text("reject_path"));
  if (whole(rejects) != whole(target)) return {};
  return Error(ErrorClass::kUsage, "option.invalid", "reject_path is the target's own file")
      .with("option", "source.options.reject_path")
      .with("path", rejects)
      .hint("name another file for the invalid rows");
}

Result<ResolvedRoute> connected(manifest::Manifest manifest, connections::ResolvedConnection source,
                                connections::ResolvedConnection sink, std::string arguments) {
  DPONE_CHECK(plan::check_capabilities(manifest, connector(source.settings.system).source,
                                       connector(sink.settings.system).sink));
  const Connector& from = connector(source.settings.system);
  const Connector& to = connector(sink.settings.system);
  if (from.check_source != nullptr) DPONE_CHECK(from.check_source(source_end(manifest, source.settings)));
  if (to.check_sink != nullptr) DPONE_CHECK(to.check_sink(sink_end(manifest, sink.settings)));
  const manifest::TableName& table = manifest.source.table;
  const bool is_same_path = !manifest.source.path.empty() && manifest.source.path != "-" &&
                            identity_of(source.settings, {}) == identity_of(sink.settings, {});
  if (is_same_path) {
    return Error(ErrorClass::kUsage, "route.same_table", "source and target are the same file")
        .with("path", manifest.source.path)
        .hint("name another target");
  }
  if (!table.name.empty() && identity_of(source.settings, table) == identity_of(sink.settings, manifest.sink.table)) {
    return Error(ErrorClass::kUsage, "route.same_table", "source and target are the same table")
        .with("table", manifest::format_table_name(table))
        .with("connection", source.settings.id)
        .hint("name another target: --to-table, or sink.table in the manifest");
  }
  DPONE_CHECK(check_reject_path(manifest, sink.settings));
  std::vector<std::string> variables = std::move(source.variables_read);
  variables.insert(variables.end(), sink.variables_read.begin(), sink.variables_read.end());
  std::optional<ConnectionSettings> state;
  const manifest::StateSettings& settings = manifest.state;
  if (manifest.has_cursor() && !settings.connection_type.empty()) {
    DPONE_TRY(connections::ResolvedConnection resolved,
              resolve({settings.type, settings.connection_type, settings.connection_id, settings.params}));
    variables.insert(variables.end(), resolved.variables_read.begin(), resolved.variables_read.end());
    state = std::move(resolved.settings);
  }
  return ResolvedRoute{std::move(manifest), std::move(source.settings), std::move(sink.settings),
                       std::move(state),    std::move(variables),       std::move(arguments)};
}

Result<ResolvedRoute> resolve_route(manifest::Manifest manifest) {
  auto source = resolve_end(manifest, manifest.source);
  auto sink = resolve_end(manifest, manifest.sink);
  if (!source && !sink) return joined(std::move(source).error(), sink.error());
  if (!source) return std::move(source).error();
  if (!sink) return std::move(sink).error();
  std::string arguments = shell_quoted(manifest.file.string());
  return connected(std::move(manifest), *std::move(source), *std::move(sink), std::move(arguments));
}

Result<std::unique_ptr<Source>> open_source(const ResolvedRoute& route, const RunContext& context) {
  return connector(route.source.system).open_source(source_end(route.manifest, route.source), context);
}

Result<std::unique_ptr<Sink>> open_sink(const ResolvedRoute& route, const RunContext& context) {
  return connector(route.sink.system).open_sink(sink_end(route.manifest, route.sink), context);
}

Result<std::unique_ptr<StateStore>> open_state(const ResolvedRoute& route, const std::filesystem::path& state_dir,
                                               const RunContext& context) {
  const manifest::Manifest& manifest = route.manifest;
  if (!manifest.has_cursor() || manifest.state.type == "disabled") return std::unique_ptr<StateStore>();
  const Connector& keeper = manifest.state.type.empty() ? default_state_connector() : connector(manifest.state.type);
  EndSettings place;
  place.schema = manifest.state.schema;
  if (route.state) {
    place.connection = *route.state;
  } else {
    place.connection.system = keeper.system.name;
    const std::filesystem::path file = state_dir / keeper.state_file;
    DPONE_CHECK(check_own_file(file));
    place.connection.fields["path"] = file.string();
  }
  return keeper.open_state(place, context);
}

}  // namespace dpone::cli
