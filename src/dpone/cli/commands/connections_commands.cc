// connections list and discover: the available connections, and their tables.
#include <fmt/format.h>

#include <algorithm>

#include "dpone/base/contains.h"
#include "dpone/base/error_json.h"
#include "dpone/cli/commands/commands.h"
#include "dpone/cli/connectors.h"
#include "dpone/cli/copy_route.h"
#include "dpone/cli/output.h"
#include "dpone/cli/session.h"
#include "dpone/cli/text_table.h"
#include "dpone/connections/listing.h"
#include "dpone/connections/provider.h"
#include "dpone/manifest/keys.h"
#include "dpone/manifest/table_name.h"
#include "dpone/report/number_format.h"

namespace dpone::cli {
namespace {

Json names_json(const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const std::string& name : names) list.push(name);
  return list;
}

Json list_json(const connections::Listing& listing) {
  Json all = Json::array();
  for (const connections::FoundConnection& found : listing.connections) {
    Json one = Json::object();
    one.set("connection", found.id).set("system", found.system).set("is_complete", !found.problem);
    one.set("variables", names_json(found.variables)).set("unread_variables", names_json(found.unread));
    one.set("problem", found.problem ? error_to_json(*found.problem) : Json());
    all.push(std::move(one));
  }
  Json json = Json::object();
  json.set("schema_version", "dpone.connection_list.v1").set("connections", std::move(all));
  json.set("stray_variables", names_json(listing.strays));
  return json;
}

std::string list_text(const connections::Listing& listing) {
  if (listing.connections.empty() && listing.strays.empty()) {
    return fmt::format("no connection is set; this defines one called shop:\n  export {}='{}'\n",
                       connections::variable_name("shop", "url"), systems()[0].example_url);
  }
  std::string text;
  for (const connections::FoundConnection& found : listing.connections) {
    text += fmt::format("{}: {}, {}\n", found.id, found.system, found.problem ? "not usable" : "complete");
    for (const std::string& name : found.variables) {
      const bool is_unread = contains(found.unread, name);
      text += "  " + name + (is_unread ? "  (not read: not a field of " + found.system + ")" : "") + "\n";
    }
    if (!found.problem) continue;
    text += "  problem: " + found.problem->message() + "\n";
    if (!found.problem->next_step().empty()) text += "  next: " + found.problem->next_step() + "\n";
  }
  if (!listing.strays.empty()) text += "not read, because they do not end with a field of a connection:\n";
  for (const std::string& stray : listing.strays) {
    const std::string near = connections::nearest_variable(stray, listing, systems());
    text += "  " + stray + (near.empty() ? "" : "  (did you mean " + near + "?)") + "\n";
  }
  return text;
}

Json relation_json(const RelationSummary& relation) {
  Json json = Json::object();
  json.set("schema", relation.schema).set("name", relation.name).set("kind", relation.kind);
  json.set("is_readable", relation.is_readable);
  json.set("estimated_rows", relation.estimated_rows ? Json(*relation.estimated_rows) : Json());
  json.set("bytes", relation.bytes ? Json(*relation.bytes) : Json());
  return json;
}

std::string relations_text(const std::string& connection, const std::vector<RelationSummary>& relations,
                           const DiscoverRequest& request) {
  if (relations.empty()) {
    const std::string where = request.schema.empty() ? "" : " in schema " + request.schema;
    const std::string which = request.like.empty() ? "" : " with a name like " + request.like;
    return fmt::format("{}: there is no table or view{}{}\n", connection, where, which);
  }
  TextTable table({"table", "kind", "rows, about", "size"}, {2, 3});
  bool is_hidden = false;
  for (const RelationSummary& relation : relations) {
    std::string kind = relation.kind + (relation.is_readable ? "" : " (*)");
    std::replace(kind.begin(), kind.end(), '_', ' ');
    is_hidden = is_hidden || !relation.is_readable;
    table.add({manifest::format_table_name({relation.schema, relation.name}), kind,
               relation.estimated_rows ? report::with_separators(*relation.estimated_rows) : "?",
               relation.bytes ? report::bytes_text(*relation.bytes) : ""});
  }
  return table.to_text() + (is_hidden ? "(*) this role cannot read it\n" : "");
}

}  // namespace

Result<int> connections_list_command(const ParsedArguments& arguments) {
  const connections::Listing listing = connections::list_connections(connections::ProcessEnvironment(), systems());
  if (arguments.options.text("format") == "json") {
    DPONE_CHECK(print_json(list_json(listing)));
  } else {
    DPONE_CHECK(print_out(list_text(listing)));
  }
  return 0;
}

Result<int> connections_discover_command(const ParsedArguments& arguments) {
  const Options& options = arguments.options;
  DPONE_TRY(const CopyEnd end, resolve_end("CONNECTION", arguments.positionals[0], "connection"));
  const ConnectionSettings& settings = end.connection.settings;
  const Connector& found = connector(settings.system);
  if (found.discover == nullptr) {
    return Error(ErrorClass::kUsage, "capability.discover", "not available for this system: " + settings.system)
        .with("connection", settings.id)
        .hint("name the table yourself; `dpone schema print` shows its columns");
  }
  DiscoverRequest request;
  if (options.is_given("schema")) request.schema = options.text("schema");
  if (options.is_given("like")) request.like = options.text("like");
  ResolvedRoute nothing;
  nothing.manifest.name = "connections_discover";
  nothing.manifest.runtime = Options(manifest::runtime_options());
  DPONE_TRY(const auto session, Session::begin(options, nothing, ""));
  DPONE_TRY(const std::vector<RelationSummary> relations, found.discover(settings, request, session->context()));
  if (session->is_json()) {
    Json list = Json::array();
    for (const RelationSummary& relation : relations) list.push(relation_json(relation));
    Json json = Json::object();
    json.set("schema_version", "dpone.discover.v1").set("connection", settings.id).set("system", settings.system);
    json.set("relations", std::move(list));
    DPONE_CHECK(print_json(json));
  } else {
    DPONE_CHECK(print_out(relations_text(settings.id, relations, request)));
  }
  return 0;
}

}  // namespace dpone::cli
