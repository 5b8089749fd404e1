// init: the first manifest of a process, or a whole project to try.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "dpone/base/file.h"
#include "dpone/base/url_text.h"
#include "dpone/cli/commands/commands.h"
#include "dpone/cli/connectors.h"
#include "dpone/cli/copy_route.h"
#include "dpone/cli/demo_project.h"
#include "dpone/cli/manifest_scaffold.h"
#include "dpone/cli/manifest_schemas.h"
#include "dpone/cli/output.h"
#include "dpone/cli/session.h"
#include "dpone/cli/shell_quote.h"
#include "dpone/connections/listing.h"
#include "dpone/connections/url.h"
#include "dpone/manifest/reader.h"
#include "dpone/manifest/table_name.h"
#include "dpone/plan/capability_check.h"
#include "dpone/plan/strategy/full_refresh.h"
#include "dpone/report/number_format.h"

namespace dpone::cli {
namespace {

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

Result<int> init_demo(const ParsedArguments& arguments) {
  const Options& options = arguments.options;
  for (const char* name : {"from", "to", "table", "to_table", "mode", "key", "cursor", "output", "offline"}) {
    if (!options.is_given(name)) continue;
    return Error(ErrorClass::kUsage, "usage.exclusive",
                 fmt::format("--demo excludes {}: it writes a complete project", option_flag(*options.find(name))))
        .hint("leave one of them out");
  }
  if (!arguments.positionals.empty()) DPONE_CHECK(check_is_no_url("NAME", arguments.positionals[0]));
  const std::filesystem::path folder = arguments.positionals.empty() ? "." : arguments.positionals[0];
  std::error_code code;
  if (std::filesystem::exists(folder, code) && !std::filesystem::is_directory(folder, code)) {
    return Error(ErrorClass::kUsage, "init.not_a_folder", folder.string() + " is a file")
        .hint("name a folder: dpone init --demo FOLDER");
  }
  const bool is_empty = !std::filesystem::exists(folder, code) || std::filesystem::is_empty(folder, code);
  if (code) {
    return Error(ErrorClass::kUsage, "file.unreadable", folder.string() + " cannot be read: " + code.message())
        .hint("name a folder that you can read: dpone init --demo FOLDER");
  }
  const std::vector<DemoFile> files = demo_project();
  if (!is_empty && !options.flag("force")) {
    return Error(ErrorClass::kRefused, "init.exists",
                 (folder == "." ? "this folder" : folder.string()) + " is not empty")
        .hint(
            "name a new folder: dpone init --demo FOLDER; or use --force to write into it and overwrite files of the "
            "same names");
  }
  DPONE_CHECK(make_directories(folder));
  Json names = Json::array();
  std::string text = fmt::format("wrote a demo project into {}\n", folder == "." ? "this folder" : folder.string());
  for (const DemoFile& file : files) {
    const std::filesystem::path path = folder == "." ? std::filesystem::path(file.name) : folder / file.name;
    DPONE_CHECK(write_file_atomically(path, file.text));
    names.push(path.string());
    text += "  " + path.string() + "\n";
  }
  Json next = Json::array();
  text += "next:\n";
  if (folder != ".") {
    next.push("cd " + shell_quoted(folder.string()));
    text += "  cd " + shell_quoted(folder.string()) + "\n";
  }
  for (const std::string& command : demo_commands()) {
    next.push(command);
    text += "  " + command + "\n";
  }
  if (options.text("format") == "json") {
    Json json = Json::object();
    json.set("schema_version", "dpone.init.v1").set("files", std::move(names)).set("next", std::move(next));
    DPONE_CHECK(print_json(json));
  } else if (!options.flag("quiet")) {
    DPONE_CHECK(print_out(text));
  }
  return 0;
}

Status check_name(const std::string& name) {
  for (const manifest::TextRule& rule : manifest::text_rules()) {
    if (rule.path != "name") continue;
    const bool is_long_enough =
        name.size() >= rule.min_length && (rule.max_length == 0 || name.size() <= rule.max_length);
    if (is_long_enough && rule.accepts(name)) return {};
    const bool is_file = name.ends_with(".yaml") || name.ends_with(".yml");
    return Error(ErrorClass::kUsage, "init.bad_name",
                 fmt::format("{} is not a valid process name: use {}, {} to {} characters", json_quote(name),
                             rule.meaning, rule.min_length, rule.max_length))
        .hint(is_file ? "NAME is the process, and NAME.yaml its file; --output FILE sets another file"
                      : "for example: dpone init orders ...");
  }
  return {};
}

struct End {
  CopyEnd end;
  std::string missing;  // why its connection cannot be used yet; empty if it can
};

// Missing variables of a connection do not prevent writing a manifest.
Result<End> end_of(const std::string& flag, const std::string& text, const std::string& id_of_url) {
  Result<CopyEnd> resolved = resolve_end(flag, text, id_of_url);
  if (resolved) return End{*std::move(resolved), {}};
  if (resolved.error().slug() != "connection.missing_variables") return std::move(resolved).error();
  ConnectionSettings settings;
  settings.id = text;
  settings.system = connections::system_of_connection(text, connections::ProcessEnvironment(), systems());
  const std::string near = connections::nearest_id(text, connections::ProcessEnvironment(), systems()).id;
  return End{{{std::move(settings), {}}, text, {}},
             resolved.error().message() + (near.empty() ? "" : "; did you mean " + near + "?")};
}

// A path relative to the current folder, converted to one relative to `folder`.
std::string seen_from(const std::filesystem::path& folder, const std::string& path) {
  if (path == "-" || folder.empty() || std::filesystem::path(path).is_absolute()) return path;
  std::error_code code;
  const std::filesystem::path seen = std::filesystem::relative(path, folder, code);
  return code || seen.empty() ? std::filesystem::absolute(path, code).string() : seen.string();
}

void move_paths(manifest::Endpoint& endpoint, const std::filesystem::path& folder) {
  if (!endpoint.path.empty()) endpoint.path = seen_from(folder, endpoint.path);
  const auto path = endpoint.params.find("path");
  if (path != endpoint.params.end()) path->second = seen_from(folder, path->second);
}

std::string facts_line(const SourceFacts& facts) {
  std::string kind = facts.kind;
  std::replace(kind.begin(), kind.end(), '_', ' ');
  std::string out = fmt::format("The source, when this was written: {} {}, {} column{}", kind, facts.relation,
                                facts.columns.size(), facts.columns.size() == 1 ? "" : "s");
  if (facts.estimated_rows) out += ", about " + report::rows_text(*facts.estimated_rows);
  return out + ".";
}

Result<SourceFacts> look_at(const Options& options, const manifest::Manifest& manifest, const CopyEnd& end) {
  ResolvedRoute route;
  route.manifest = manifest;
  DPONE_TRY(const auto session, Session::begin(options, route, ""));
  const ConnectionSettings& settings = end.connection.settings;
  DPONE_TRY(const auto source,
            connector(settings.system).open_source(source_end(manifest, settings), session->context()));
  return source->describe();
}

// Explains to the user where the connections come from.
std::string reads_text(const manifest::Manifest& manifest) {
  std::string out;
  for (const manifest::Endpoint* end : {&manifest.source, &manifest.sink}) {
    if (end->connection_type != "env") continue;
    out += fmt::format("{} is the connection in the variable {}\n", end->connection_id,
                       connections::variable_name(end->connection_id, "url"));
  }
  if (!out.empty()) out += "(or _HOST, _DATABASE, _USERNAME, _PASSWORD instead of _URL).\n";
  return out;
}

std::string end_text(const manifest::Endpoint& end) {
  if (!end.path.empty()) return end.path;
  const auto path = end.params.find("path");
  return manifest::format_table_name(end.table) + " of " +
         (path == end.params.end() ? end.connection_id : path->second);
}

Json names_json(const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const std::string& name : names) list.push(name);
  return list;
}

// The requested strategy. The key comes from the source's catalog, if it has one; a cursor is never guessed.
Status take_strategy(Options options, const std::optional<Suggestion>& seen, manifest::Manifest& manifest) {
  const auto& strategy = plan::strategy::find(options.text("mode"));
  const bool is_merge = strategy.finds_rows;
  // An append tells rows of equal cursor values apart by the key.
  const bool takes_key = !strategy.declared.key_use.empty() ||
                         (strategy.only_adds && seen && seen->key != std::vector<std::string>{options.text("cursor")});
  if (takes_key && !options.is_given("key") && seen && !seen->key.empty()) options.set("key", names_json(seen->key));
  Status status = take_options(options, manifest, "init");
  if (status || !seen) return status;
  const auto& cursors = is_merge ? seen->change_cursors : seen->new_row_cursors;
  if (options.is_given("cursor") || !strategy.declared.takes_cursor || cursors.empty()) return status;
  return Error(status.error()).hint(fmt::format("possible cursor columns: {}", fmt::join(cursors, ", ")));
}

// Every row that is read must be inside the scope.
void read_only_scope(ScaffoldInput& scaffold) {
  manifest::Manifest& manifest = scaffold.manifest;
  const auto& strategy = plan::strategy::of(manifest);
  if (strategy.scope == nullptr || !scaffold.source.has_where) return;
  const Scope scope = strategy.scope(manifest);
  const std::string condition = scope.predicate.empty()                      ? scope_condition(scope)
                                : manifest.source.type == manifest.sink.type ? scope.predicate
                                                                             : std::string();
  if (condition.empty()) {
    scaffold.needs_where = true;
  } else {
    manifest.source.options.set("where", condition);
  }
}

// A URL for a shell. Where its password was taken out, the line fails until the user puts it in. REQUIRES: `url` is as
// given, or as redacted_url prints it, which has no character that means something between double quotes.
std::string quoted_url(const std::string& url) {
  constexpr std::string_view kMask = ":***@";
  const std::size_t at = url.find(kMask);
  if (at == std::string::npos) return shell_quoted(url);
  return "\"" + url.substr(0, at) + ":${PASSWORD:?write the password here, special characters as %XX}@" +
         url.substr(at + kMask.size()) + "\"";
}

Result<int> init_process(const ParsedArguments& arguments) {
  const Options& options = arguments.options;
  std::string missing;
  if (arguments.positionals.empty()) missing += "NAME";
  for (const char* name : {"from", "to"}) {
    if (!options.is_given(name)) missing += (missing.empty() ? "--" : ", --") + std::string(name);
  }
  if (!missing.empty()) {
    return Error(ErrorClass::kUsage, "usage.missing_argument",
                 "dpone init needs " + missing + " (or --demo, for a demo project)")
        .hint("for example: dpone init orders --from shop --to warehouse --table public.orders");
  }
  const std::string& name = arguments.positionals[0];
  DPONE_CHECK(check_name(name));
  const std::string output = options.is_given("output") ? options.text("output") : name + ".yaml";
  const bool is_stdout = output == "-";
  if (!is_stdout && is_there(output) && !options.flag("force")) {
    return Error(ErrorClass::kRefused, "init.exists", output + " already exists")
        .hint("--output FILE writes another file, --force overwrites this one");
  }

  auto from = end_of("--from", options.text("from"), name + "_source");
  auto to = end_of("--to", options.text("to"), name + "_target");
  if (!from) return std::move(from).error();
  if (!to) return std::move(to).error();
  manifest::TableName table;
  if (options.is_given("table")) {
    DPONE_TRY(table, manifest::parse_table_name(options.text("table")));
  } else if (from->end.path.empty()) {
    return Error(ErrorClass::kUsage, "usage.missing_option",
                 "--table is missing: name the table to read in " + from->end.argument)
        .hint(fmt::format("dpone connections discover {}", shell_quoted(from->end.argument)));
  }
  manifest::TableName to_table = table;
  if (options.is_given("to_table")) {
    DPONE_TRY(to_table, manifest::parse_table_name(options.text("to_table")));
  }
  if (to_table.name.empty()) to_table.name = name;
  // A schema of the one system says nothing to another.
  const bool is_same_system = from->end.connection.settings.system == to->end.connection.settings.system;
  if (!is_same_system && !options.is_given("to_table")) to_table.schema.clear();
  if (!from->end.path.empty()) table = {};
  if (!to->end.path.empty()) to_table = {};

  ScaffoldInput scaffold;
  manifest::Manifest& manifest = scaffold.manifest;
  manifest.name = name;
  scaffold.file = is_stdout ? name + ".yaml" : shell_quoted(std::filesystem::path(output).filename().string());
  manifest.source = endpoint_of(from->end, table, true);
  manifest.sink = endpoint_of(to->end, to_table, false);
  manifest.strategy = plan::strategy::begin(plan::strategy::kFullRefresh);
  manifest.runtime = Options(manifest::runtime_options());
  manifest.quality = Options(manifest::quality_options());
  scaffold.source = connector(manifest.source.type).source;
  scaffold.sink = connector(manifest.sink.type).sink;

  std::vector<std::string> notices;
  for (const End* end : {&*from, &*to}) {
    const bool is_again = !notices.empty() && notices.front() == end->missing;
    if (!end->missing.empty() && !is_again) notices.push_back(end->missing);
  }
  scaffold.looked_at = "The source's catalog was not read yet: `dpone schema print` shows its columns.";
  if (from->missing.empty() && !options.flag("offline")) {
    Result<SourceFacts> facts = look_at(options, manifest, from->end);
    if (facts) {
      scaffold.suggestion = suggest(*facts);
      scaffold.looked_at = facts_line(*facts);
    } else if (facts.error().error_class() == ErrorClass::kUnavailable) {
      notices.push_back("cannot read the source's catalog: " + facts.error().message());
    } else {
      return std::move(facts).error();
    }
  }
  DPONE_CHECK(take_strategy(options, scaffold.suggestion, manifest));
  if (from->missing.empty() && to->missing.empty()) {
    DPONE_TRY(const ResolvedRoute checked, connected(manifest, from->end.connection, to->end.connection, {}));
  } else {
    DPONE_CHECK(plan::check_capabilities(manifest, scaffold.source, scaffold.sink));
  }
  read_only_scope(scaffold);
  scaffold.reads = reads_text(manifest);
  if (!is_stdout) {
    const std::filesystem::path folder = std::filesystem::path(output).parent_path();
    move_paths(manifest.source, folder);
    move_paths(manifest.sink, folder);
  }
  const auto [text, suggests_cursor] = render_scaffold(scaffold);
  const manifest::ReadOutcome read = manifest::read_manifest_text(text, output, manifest_schemas());
  if (!read.ok()) return read.to_error();

  if (!options.flag("quiet")) {
    for (const std::string& notice : notices) print_error("notice: " + notice + "\n");
  }
  if (is_stdout) {
    DPONE_CHECK(print_exactly(text));
    return 0;
  }
  Status written = make_directories(std::filesystem::absolute(output).parent_path());
  if (written) written = write_file_atomically(output, text);
  if (!written && written.error().slug() != "file.disk_full") {
    return std::move(written).error().hint(
        "--output FILE writes the manifest to another folder, `--output -` prints it");
  }
  DPONE_CHECK(written);
  std::vector<std::string> next;
  for (const End* end : {&*from, &*to}) {
    const ConnectionSettings& settings = end->end.connection.settings;
    const bool is_again = end == &*to && settings.id == from->end.connection.settings.id;
    const manifest::Endpoint& endpoint = end == &*from ? manifest.source : manifest.sink;
    // A manifest must not contain a URL: it may contain a password, and differs between environments.
    const bool is_url = endpoint.connection_type == "env" && end->end.argument.find(':') != std::string::npos;
    if ((end->missing.empty() && !is_url) || is_again) continue;
    next.push_back(fmt::format(
        "export {}={}", connections::variable_name(settings.id, "url"),
        is_url ? quoted_url(end->end.argument) : fmt::format("'{}'", connector(settings.system).system.example_url)));
  }
  for (const char* command : {"check", "plan", "run"}) {
    next.push_back(fmt::format("dpone {} {}", command, shell_quoted(output)));
  }
  if (options.text("format") == "json") {
    Json json = Json::object();
    json.set("schema_version", "dpone.init.v1").set("files", names_json({output})).set("process", name);
    json.set("notices", names_json(notices)).set("next", names_json(next));
    Json suggestion = Json::object();
    if (scaffold.suggestion) {
      suggestion.set("key", names_json(scaffold.suggestion->key));
      suggestion.set("change_cursors", names_json(scaffold.suggestion->change_cursors));
      suggestion.set("new_row_cursors", names_json(scaffold.suggestion->new_row_cursors));
    }
    json.set("suggestion", scaffold.suggestion ? std::move(suggestion) : Json());
    DPONE_CHECK(print_json(json));
  } else if (!options.flag("quiet")) {
    DPONE_CHECK(print_out(fmt::format("wrote {}: {}, {} -> {}\n{}next:\n  {}\n", output, manifest.strategy.mode,
                                      end_text(manifest.source), end_text(manifest.sink),
                                      suggests_cursor ? "its comments suggest how to read only changed rows\n" : "",
                                      fmt::join(next, "\n  "))));
  }
  return 0;
}

}  // namespace

Result<int> init_command(const ParsedArguments& arguments) {
  return arguments.options.flag("demo") ? init_demo(arguments) : init_process(arguments);
}

}  // namespace dpone::cli
