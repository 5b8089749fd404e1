#include "dpone/cli/copy_route.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "dpone/base/sha256.h"
#include "dpone/cli/connectors.h"
#include "dpone/cli/output.h"
#include "dpone/cli/shell_quote.h"
#include "dpone/cli/strategy_flags.h"
#include "dpone/connections/listing.h"
#include "dpone/connections/provider.h"
#include "dpone/connections/url.h"
#include "dpone/manifest/keys.h"
#include "dpone/manifest/strategy_spec.h"
#include "dpone/manifest/table_name.h"
#include "dpone/plan/strategy/full_refresh.h"
#include "dpone/rowfile/read_settings.h"

namespace dpone::cli {
namespace {

Error unknown_path(const std::string& flag, const std::string& path) {
  std::string known;
  for (const Connector* one : connectors()) {
    for (const std::string_view extension : one->extensions) {
      known += (known.empty() ? "" : ", ") + std::string(extension);
    }
  }
  std::string by_scheme;
  for (const SystemSpec& system : systems()) {
    if (system.is_file) by_scheme += fmt::format("; `{}:PATH` names a database with any extension", system.schemes[0]);
  }
  return Error(ErrorClass::kUsage, "copy.unknown_path", flag + ": cannot tell the format of " + path + " from its name")
      .hint("known extensions: " + known + "; " + flag + "-format sets the format of a file with another name" +
            by_scheme);
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

Error folder_error(const std::string& flag, const std::string& path) {
  const std::string inside = path.ends_with('/') ? path : path + "/";
  return Error(ErrorClass::kUsage, "file.is_directory", flag + ": " + path + " is a folder")
      .with("file", path)
      .hint(flag == "--from" ? "name the files in it: --from '" + inside + "*.csv'"
                             : "name a file in it: --to " + inside + "NAME.csv");
}

Error no_connector(const ConnectionSettings& settings) {
  return Error(ErrorClass::kUsage, "connection.no_connector", "this build has no connector for " + settings.system)
      .with("connection", settings.id)
      .hint("`dpone doctor` lists the systems of this build");
}

CopyEnd path_end(const std::string& text, const Connector& connector) {
  ConnectionSettings settings;
  settings.system = connector.system.name;
  settings.id = text;
  settings.fields["path"] = text;
  return CopyEnd{{std::move(settings), {}}, text, connector.source.has_table ? std::string() : text};
}

Result<CopyEnd> checked(CopyEnd end) {
  const ConnectionSettings& settings = end.connection.settings;
  if (find_connector(settings.system) == nullptr) return no_connector(settings);
  return end;
}

}  // namespace

Result<CopyEnd> resolve_end(const std::string& flag, const std::string& text, const std::string& id_of_url,
                            bool has_format) {
  DPONE_TRY(const connections::EndpointArgument argument, connections::parse_endpoint_argument(text, systems()));
  if (has_format && argument.kind == connections::EndpointKind::kUrl) {
    return Error(ErrorClass::kUsage, "usage.exclusive",
                 flag + "-format applies to files only, and " + flag + " is a URL")
        .hint("leave " + flag + "-format out");
  }
  if (has_format) return path_end(text, connector_of_streams());
  switch (argument.kind) {
    case connections::EndpointKind::kUrl: {
      DPONE_TRY(ConnectionSettings settings, connections::parse_url(argument.text, id_of_url, systems()));
      if (settings.password.empty()) return checked({{std::move(settings), {}}, text, {}});
      print_error("warning: " + connections::password_in_url_warning(flag) + "\n");
      std::string redacted = connections::redacted_url(settings, systems());
      return checked({{std::move(settings), {}}, std::move(redacted), {}});
    }
    case connections::EndpointKind::kConnectionId: {
      const connections::ProcessEnvironment environment;
      const std::string system = connections::system_of_connection(argument.text, environment, systems());
      auto resolved = connections::resolve_connection({system, "env", argument.text}, environment, systems());
      if (!resolved && is_folder(text)) return folder_error(flag, text);
      if (!resolved) {
        return connections::with_nearest_id(std::move(resolved).error(), argument.text, environment, systems());
      }
      return checked({*std::move(resolved), text, {}});
    }
    case connections::EndpointKind::kStream:
    case connections::EndpointKind::kPath: {
      const Connector* const found = connector_of_path(text);
      if (found == nullptr && is_folder(text)) return folder_error(flag, text);
      if (found == nullptr) return unknown_path(flag, text);
      return path_end(text, *found);
    }
  }
  return unknown_path(flag, text);
}

namespace {

// `orders` for `in/orders.csv.gz`; for a table its name; nothing for a stream and a pattern.
std::string base_name(const CopyEnd& end, const manifest::TableName& table) {
  if (end.path.empty()) return table.name;
  if (end.path == "-" || end.path.find_first_of("*?[") != std::string::npos) return {};
  const std::string name = std::filesystem::path(end.path).filename().string();
  return name.substr(0, name.find('.'));
}

}  // namespace

manifest::Endpoint endpoint_of(const CopyEnd& end, const manifest::TableName& table, bool is_source) {
  const ConnectionSettings& settings = end.connection.settings;
  const Connector& connector = cli::connector(settings.system);
  manifest::Endpoint endpoint;
  endpoint.type = settings.system;
  endpoint.options = is_source ? Options(manifest::common_source_options(), connector.source_options)
                               : Options(manifest::common_sink_options(), connector.sink_options);
  endpoint.path = end.path;
  if (!end.path.empty()) return endpoint;
  endpoint.table = table;
  const bool is_file = !settings.field("path").empty();
  endpoint.connection_type = is_file ? "params" : "env";
  if (is_file) {
    endpoint.params = {{"path", settings.field("path")}};
  } else {
    endpoint.connection_id = settings.id;
  }
  return endpoint;
}

namespace {

// Whether the source has a use for an option that describes a file.
bool source_uses(const manifest::Manifest& manifest, const char* option) {
  const Connector& from = connector(manifest.source.type);
  ConnectionSettings settings;
  settings.fields["path"] = manifest.source.path;
  return from.uses_option == nullptr || from.uses_option(source_end(manifest, settings), option);
}

// Options of a file go to the end that is a file; `null` is a YAML word and has another name there.
Status take_file_options(const Options& options, manifest::Manifest& manifest) {
  const bool reads = !manifest.source.path.empty();
  const bool writes = !manifest.sink.path.empty();
  static constexpr std::pair<const char*, const char*> kOfSource[] = {
      {"from_format", "format"}, {"type", "types"},        {"infer", "infer"},
      {"missing", "missing"},    {"on_error", "on_error"}, {"reject_path", "reject_path"}};
  static constexpr std::pair<const char*, const char*> kOfFile[] = {
      {"delimiter", "delimiter"},     {"quote", "quote"},
      {"null", "null_text"},          {"no_header", "header"},
      {"date_format", "date_format"}, {"timestamp_format", "timestamp_format"},
      {"decimal", "decimal"}};
  const auto without_file = [](const std::string& name, const std::string& end) {
    std::string flag = name;
    std::replace(flag.begin(), flag.end(), '_', '-');
    return Error(ErrorClass::kUsage, "usage.exclusive",
                 "--" + flag + " applies to files only, and " + end + " is not a file")
        .hint("leave it out; see dpone copy --help");
  };
  for (const auto& [flag, option] : kOfSource) {
    if (!options.is_given(flag)) continue;
    if (!reads) return without_file(flag, "--from");
    manifest.source.options.set(option, options.given()[flag]);
  }
  if (options.is_given("to_format")) {
    if (!writes) return without_file("to_format", "--to");
    manifest.sink.options.set("format", options.given()["to_format"]);
  }
  for (const auto& [flag, option] : kOfFile) {
    if (!options.is_given(flag)) continue;
    if (!reads && !writes) return without_file(flag, "either end");
    const Json value = std::string_view(flag) == "no_header" ? Json(!options.flag(flag)) : options.given()[flag];
    // Where both are files, the one that is read, if it has a use for it.
    const bool is_of_sink = writes && (!reads || !source_uses(manifest, option));
    (is_of_sink ? manifest.sink : manifest.source).options.set(option, value);
  }
  return {};
}

}  // namespace

Status take_options(const Options& options, manifest::Manifest& manifest, const std::string& command) {
  if (options.is_given("columns") && options.is_given("exclude")) {
    return Error(ErrorClass::kUsage, "usage.exclusive", "--columns and --exclude exclude each other")
        .hint("use one of them");
  }
  for (const char* name :
       {"where", "columns", "exclude", "limit", "cursor", "overlap", "cursor_nulls", "cursor_behind", "cursor_max"}) {
    if (options.is_given(name)) manifest.source.options.set(name, options.given()[name]);
  }
  for (const char* name : {"overwrite_type", "advance_sequences"}) {
    if (options.is_given(name)) manifest.sink.options.set(name, options.given()[name]);
  }
  manifest.strategy = strategy_of(options, manifest.strategy);
  const auto problems = manifest::strategy_problems(manifest, plan::strategy::declared(), flag_of_key);
  if (problems.empty()) return {};
  return Error(ErrorClass::kUsage, "usage.strategy", problems.front().message).hint("see dpone " + command + " --help");
}

namespace {

// The same copy has the same name on every machine and for every user.
std::string process_name(const ConnectionSettings& from, const manifest::TableName& table, const ConnectionSettings& to,
                         const manifest::TableName& to_table, const std::string& base) {
  std::string name;
  for (const char c : base) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    name += is_plain ? lower : '_';
  }
  name.resize(std::min<std::size_t>(name.size(), 50));
  return "copy_" + name + "_" + sha256_hex(identity_of(from, table) + identity_of(to, to_table)).substr(0, 8);
}

}  // namespace

Result<ResolvedRoute> resolve_copy(const Options& options) {
  const auto has_format = [&](const char* name) { return options.is_given(name) && options.text(name) != "auto"; };
  auto from = resolve_end("--from", options.text("from"), "copy_source", has_format("from_format"));
  auto to = resolve_end("--to", options.text("to"), "copy_sink", has_format("to_format"));
  if (!from && !to) return joined(std::move(from).error(), to.error());
  if (!from) return std::move(from).error();
  if (!to) return std::move(to).error();
  if (from->path.empty() && !options.is_given("table")) {
    return Error(ErrorClass::kUsage, "usage.missing_option",
                 "--table is missing: name the table to read in " + from->argument)
        .hint("see dpone copy --help");
  }
  manifest::TableName table;
  if (options.is_given("table")) {
    DPONE_TRY(table, manifest::parse_table_name(options.text("table")));
  }
  manifest::TableName to_table = table.name.empty() ? manifest::TableName{"", base_name(*from, table)} : table;
  if (options.is_given("to_table")) {
    DPONE_TRY(to_table, manifest::parse_table_name(options.text("to_table")));
  }
  if (to->path.empty() && to_table.name.empty()) {
    return Error(ErrorClass::kUsage, "usage.missing_option",
                 "--to-table is missing: name the table to write in " + to->argument)
        .hint("see dpone copy --help");
  }
  // A schema of the one system says nothing to another.
  const bool is_same_system = from->connection.settings.system == to->connection.settings.system;
  if (!is_same_system && !options.is_given("to_table")) to_table.schema.clear();
  if (!from->path.empty()) table = {};
  if (!to->path.empty()) to_table = {};

  manifest::Manifest manifest;
  const std::string from_name = base_name(*from, table);
  manifest.name = process_name(from->connection.settings, table, to->connection.settings, to_table,
                               from_name.empty() ? base_name(*to, to_table) : from_name);
  manifest.source = endpoint_of(*from, table, true);
  manifest.sink = endpoint_of(*to, to_table, false);
  manifest.strategy = plan::strategy::begin(plan::strategy::kFullRefresh);
  manifest.runtime = Options(manifest::runtime_options());
  manifest.quality = Options(manifest::quality_options());
  DPONE_CHECK(take_file_options(options, manifest));
  DPONE_CHECK(take_options(options, manifest, "copy"));
  std::string arguments = "--from " + shell_quoted(from->argument) + " --to " + shell_quoted(to->argument);
  for (const char* name : {"table", "to_table"}) {
    if (!options.is_given(name)) continue;
    arguments += (name[2] == '_' ? " --to-table " : " --table ") + shell_quoted(options.text(name));
  }
  if (has_format("from_format")) arguments += " --from-format " + options.text("from_format");
  if (has_format("to_format")) arguments += " --to-format " + options.text("to_format");
  return connected(std::move(manifest), std::move(from->connection), std::move(to->connection), std::move(arguments));
}

}  // namespace dpone::cli
