#include "dpone/cli/copy_route.h"

#include <algorithm>

#include "dpone/base/sha256.h"
#include "dpone/cli/output.h"
#include "dpone/cli/shell_quote.h"
#include "dpone/connections/provider.h"
#include "dpone/connections/url.h"
#include "dpone/manifest/keys.h"
#include "dpone/manifest/table_name.h"

namespace dpone::cli {
namespace {

struct CopyEnd {
  connections::ResolvedConnection connection;
  std::string argument;  // as given, without a password
};

Result<CopyEnd> resolve_end(const std::string& flag, const std::string& text, const std::string& id_of_url) {
  DPONE_TRY(const connections::EndpointArgument argument, connections::parse_endpoint_argument(text));
  switch (argument.kind) {
    case connections::EndpointKind::kUrl: {
      DPONE_TRY(ConnectionSettings settings, connections::parse_url(argument.text, id_of_url));
      if (settings.password.empty()) return CopyEnd{{std::move(settings), {}}, text};
      print_error("warning: " + connections::password_in_url_warning(flag) + "\n");
      std::string redacted = connections::redacted_url(settings);
      return CopyEnd{{std::move(settings), {}}, std::move(redacted)};
    }
    case connections::EndpointKind::kConnectionId: {
      const connections::ProcessEnvironment environment;
      DPONE_TRY(connections::ResolvedConnection resolved,
                connections::resolve_connection({"postgres", "env", argument.text}, environment));
      return CopyEnd{std::move(resolved), text};
    }
    case connections::EndpointKind::kStream:
    case connections::EndpointKind::kPath:
      break;
  }
  return Error(ErrorClass::kUsage, "copy.not_available", flag + " names a file or stream, which this build cannot move")
      .hint("give a postgresql:// URL or a connection id");
}

// The same copy has the same name on every machine and for every user.
std::string process_name(const ConnectionSettings& from, const manifest::TableName& table, const ConnectionSettings& to,
                         const manifest::TableName& to_table) {
  std::string name;
  for (const char c : table.name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    name += is_plain ? lower : '_';
  }
  name.resize(std::min<std::size_t>(name.size(), 50));
  return "copy_" + name + "_" + sha256_hex(identity_of(from, table) + identity_of(to, to_table)).substr(0, 8);
}

}  // namespace

Result<ResolvedRoute> resolve_copy(const Options& options) {
  DPONE_TRY(const manifest::TableName table, manifest::parse_table_name(options.text("table")));
  manifest::TableName to_table = table;
  if (options.is_given("to_table")) {
    DPONE_TRY(to_table, manifest::parse_table_name(options.text("to_table")));
  }
  auto from = resolve_end("--from", options.text("from"), "copy_source");
  auto to = resolve_end("--to", options.text("to"), "copy_sink");
  if (!from && !to) return joined(std::move(from).error(), to.error());
  if (!from) return std::move(from).error();
  if (!to) return std::move(to).error();
  ConnectionSettings& source = from->connection.settings;
  ConnectionSettings& sink = to->connection.settings;

  manifest::Manifest manifest;
  manifest.name = process_name(source, table, sink, to_table);
  manifest.source = {source.system, "env", source.id, {}, table, Options(manifest::common_source_options())};
  manifest.sink = {sink.system, "env", sink.id, {}, to_table, Options(manifest::common_sink_options())};
  manifest.strategy.mode = "full_refresh";
  manifest.runtime = Options(manifest::runtime_options());
  manifest.quality = Options(manifest::quality_options());
  std::string arguments = "--from " + shell_quoted(from->argument) + " --to " + shell_quoted(to->argument) +
                          " --table " + shell_quoted(options.text("table"));
  if (options.is_given("to_table")) arguments += " --to-table " + shell_quoted(options.text("to_table"));
  return connected(std::move(manifest), std::move(from->connection), std::move(to->connection), std::move(arguments));
}

}  // namespace dpone::cli
