// schema print and manifest: what a table looks like to dpone, and what a manifest may say.
#include <fmt/format.h>

#include <algorithm>

#include "dpone/cli/commands/commands.h"
#include "dpone/cli/connectors.h"
#include "dpone/cli/copy_route.h"
#include "dpone/cli/manifest_schemas.h"
#include "dpone/cli/output.h"
#include "dpone/cli/session.h"
#include "dpone/cli/shell_quote.h"
#include "dpone/cli/text_table.h"
#include "dpone/manifest/keys.h"
#include "dpone/manifest/schema.h"
#include "dpone/manifest/table_name.h"
#include "dpone/report/number_format.h"

namespace dpone::cli {
namespace {

// Its place in the primary key, from 1, or 0.
std::size_t place_in_primary_key(const SourceFacts& facts, const std::string& column) {
  for (const KeyFacts& key : facts.keys) {
    if (!key.is_primary) continue;
    const auto found = std::find(key.columns.begin(), key.columns.end(), column);
    if (found != key.columns.end()) return static_cast<std::size_t>(found - key.columns.begin()) + 1;
  }
  return 0;
}

std::string facts_text(const SourceFacts& facts, const std::string& connection) {
  std::string kind = facts.kind;
  std::replace(kind.begin(), kind.end(), '_', ' ');
  std::string text = fmt::format("{} of {}: {}", facts.relation, connection, kind);
  if (facts.estimated_rows) text += ", about " + report::rows_text(*facts.estimated_rows);
  if (facts.estimated_bytes && *facts.estimated_bytes > 0) text += ", " + report::bytes_text(*facts.estimated_bytes);
  text += "\n";
  TextTable table({"column", "type", "in dpone", "null", "default", "key"});
  for (const SourceColumn& column : facts.columns) {
    const std::size_t place = place_in_primary_key(facts, column.name);
    table.add({column.name, column.native_type, column.travels_as_text ? "text form" : column.type.to_string(),
               column.is_nullable ? "yes" : "no",
               column.is_generated  ? "generated"
               : column.has_default ? "yes"
                                    : "",
               place == 0 ? "" : fmt::format("primary {}", place)});
  }
  text += table.to_text();
  for (const KeyFacts& key : facts.keys) {
    if (!key.is_primary) text += fmt::format("  unique: {} ({})\n", key.name, fmt::join(key.columns, ", "));
  }
  return text;
}

Json facts_json(const SourceFacts& facts, const std::string& connection) {
  Json columns = Json::array();
  for (const SourceColumn& column : facts.columns) {
    Json one = Json::object();
    one.set("name", column.name).set("native_type", column.native_type).set("type", column.type.to_string());
    one.set("is_nullable", column.is_nullable).set("is_generated", column.is_generated);
    one.set("has_default", column.has_default && !column.is_generated).set("travels_as_text", column.travels_as_text);
    columns.push(std::move(one));
  }
  Json keys = Json::array();
  for (const KeyFacts& key : facts.keys) {
    Json names = Json::array();
    for (const std::string& name : key.columns) names.push(name);
    Json one = Json::object();
    one.set("name", key.name).set("is_primary", key.is_primary).set("columns", std::move(names));
    keys.push(std::move(one));
  }
  Json json = Json::object();
  json.set("schema_version", "dpone.schema.v1").set("connection", connection).set("system", facts.system);
  json.set("relation", facts.relation).set("kind", facts.kind);
  json.set("columns", std::move(columns)).set("keys", std::move(keys));
  json.set("estimated_rows", facts.estimated_rows ? Json(*facts.estimated_rows) : Json());
  json.set("estimated_bytes", facts.estimated_bytes ? Json(*facts.estimated_bytes) : Json());
  return json;
}

}  // namespace

Result<int> schema_print_command(const ParsedArguments& arguments) {
  DPONE_TRY(const CopyEnd end, resolve_end("CONNECTION", arguments.positionals[0], "connection"));
  const bool has_table = arguments.positionals.size() > 1;
  if (end.path.empty() && !has_table) {
    return Error(ErrorClass::kUsage, "usage.missing_argument", "dpone schema print needs TABLE")
        .hint("dpone connections discover " + shell_quoted(end.argument));
  }
  if (!end.path.empty() && has_table) {
    return Error(ErrorClass::kUsage, "usage.too_many_arguments", "a file has no tables: leave TABLE out")
        .hint("dpone schema print " + shell_quoted(end.argument));
  }
  manifest::TableName table;
  if (has_table) {
    DPONE_TRY(table, manifest::parse_table_name(arguments.positionals[1]));
  }
  ResolvedRoute route;
  route.manifest.name = "schema_print";
  route.manifest.runtime = Options(manifest::runtime_options());
  route.manifest.source = endpoint_of(end, table, true);
  DPONE_TRY(const auto session, Session::begin(arguments.options, route, ""));
  const ConnectionSettings& settings = end.connection.settings;
  DPONE_TRY(const auto source,
            connector(settings.system).open_source(source_end(route.manifest, settings), session->context()));
  DPONE_TRY(const SourceFacts facts, source->describe());
  if (session->is_json()) {
    DPONE_CHECK(print_json(facts_json(facts, settings.id)));
  } else {
    DPONE_CHECK(print_out(facts_text(facts, settings.id)));
  }
  return 0;
}

Result<int> schema_manifest_command(const ParsedArguments&) {
  DPONE_CHECK(print_exactly(manifest::json_schema(manifest_schemas()).pretty() + "\n"));
  return 0;
}

}  // namespace dpone::cli
