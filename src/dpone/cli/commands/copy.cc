// copy: a manifest made of arguments, run or printed.
#include <algorithm>

#include "dpone/base/sha256.h"
#include "dpone/cli/commands/commands.h"
#include "dpone/cli/run_route.h"
#include "dpone/connections/provider.h"
#include "dpone/connections/url.h"
#include "dpone/manifest/keys.h"
#include "dpone/manifest/table_name.h"

namespace dpone::cli {
namespace {

struct CopyEnd {
  ConnectionSettings settings;
  std::string connection_id;
};

Result<CopyEnd> resolve_end(std::string_view option, const std::string& text, const std::string& id_of_url) {
  DPONE_TRY(const connections::EndpointArgument argument, connections::parse_endpoint_argument(text));
  const std::string flag = "--" + std::string(option);
  switch (argument.kind) {
    case connections::EndpointKind::kUrl: {
      DPONE_TRY(ConnectionSettings settings, connections::parse_url(argument.text, id_of_url));
      if (!settings.password.empty()) print_error("warning: " + connections::password_in_url_warning(flag) + "\n");
      return CopyEnd{std::move(settings), id_of_url};
    }
    case connections::EndpointKind::kConnectionId: {
      const connections::ProcessEnvironment environment;
      DPONE_TRY(connections::ResolvedConnection resolved,
                connections::resolve_connection({"postgres", "env", argument.text}, environment));
      return CopyEnd{std::move(resolved.settings), argument.text};
    }
    case connections::EndpointKind::kStream:
    case connections::EndpointKind::kPath:
      break;
  }
  return Error(ErrorClass::kUsage, "copy.not_available", flag + " names a file or stream, which this build cannot move")
      .hint("give a postgresql:// URL or a connection id");
}

// Without credentials: the same copy has the same name on every machine and for every user.
std::string identity(const ConnectionSettings& settings, const manifest::TableName& table) {
  Json json = Json::object();
  json.set("system", settings.system).set("host", settings.field("host")).set("port", settings.field("port"));
  json.set("service", settings.field("service")).set("database", settings.field("database"));
  json.set("schema", table.schema.empty() ? settings.field("schema") : table.schema).set("table", table.name);
  return json.canonical();
}

std::string process_name(const CopyEnd& from, const manifest::TableName& table, const CopyEnd& to,
                         const manifest::TableName& to_table) {
  std::string name;
  for (const char c : table.name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    name += is_plain ? lower : '_';
  }
  name.resize(std::min<std::size_t>(name.size(), 50));
  return "copy_" + name + "_" +
         sha256_hex(identity(from.settings, table) + identity(to.settings, to_table)).substr(0, 8);
}

}  // namespace

Result<int> copy_command(const ParsedArguments& arguments) {
  const Options& options = arguments.options;
  DPONE_TRY(const manifest::TableName table, manifest::parse_table_name(options.text("table")));
  manifest::TableName to_table = table;
  if (options.is_given("to_table")) {
    DPONE_TRY(to_table, manifest::parse_table_name(options.text("to_table")));
  }
  DPONE_TRY(CopyEnd from, resolve_end("from", options.text("from"), "copy_source"));
  DPONE_TRY(CopyEnd to, resolve_end("to", options.text("to"), "copy_sink"));

  manifest::Manifest manifest;
  manifest.name = process_name(from, table, to, to_table);
  manifest.source = {
      from.settings.system, "env", from.connection_id, {}, table, Options(manifest::common_source_options())};
  manifest.sink = {to.settings.system, "env", to.connection_id, {}, to_table, Options(manifest::common_sink_options())};
  manifest.strategy.mode = "full_refresh";
  manifest.runtime = Options(manifest::runtime_options());
  manifest.quality = Options(manifest::quality_options());
  for (const char* name : {"where", "columns", "exclude", "limit"}) {
    if (options.is_given(name)) manifest.source.options.set(name, options.given()[name]);
  }
  if (options.is_given("columns") && options.is_given("exclude")) {
    return Error(ErrorClass::kUsage, "usage.exclusive", "--columns and --exclude exclude each other")
        .hint("use one of them");
  }
  if (options.is_given("overwrite_type"))
    manifest.sink.options.set("overwrite_type", options.given()["overwrite_type"]);
  apply_overrides(manifest, options);

  if (options.flag("print_manifest")) {
    std::string variables;
    for (const std::string& id : {from.connection_id, to.connection_id}) {
      variables += "# reads " + connections::variable_name(id, "url") + "\n";
    }
    print_out(variables + manifest.to_yaml());
    return 0;
  }
  ResolvedRoute route{std::move(manifest), std::move(from.settings), std::move(to.settings), {}};
  DPONE_TRY(const auto session, Session::begin(options, route.manifest, options.text("run_id")));
  return run_route(route, *session);
}

}  // namespace dpone::cli
