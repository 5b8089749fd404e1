// run, plan, check, reconcile, cleanup: the commands that take a manifest.
#include <fmt/format.h>

#include <optional>

#include "dpone/cli/commands/commands.h"
#include "dpone/cli/copy_route.h"
#include "dpone/cli/manifest_files.h"
#include "dpone/cli/output.h"
#include "dpone/cli/plan_output.h"
#include "dpone/cli/route_setup.h"
#include "dpone/cli/run_route.h"
#include "dpone/cli/session.h"
#include "dpone/evidence/ledger.h"

namespace dpone::cli {
namespace {

Result<ResolvedRoute> route_of_manifest(const ParsedArguments& arguments) {
  const std::string& file = arguments.positionals[0];
  auto manifest = load_manifest_with(file, arguments.options);
  if (!manifest && manifest.error().slug() == "file.is_directory")
    return with_manifests_of(std::move(manifest).error(), file);
  DPONE_CHECK(manifest);
  return resolve_route(*std::move(manifest));
}

Result<ResolvedRoute> route_of_manifest_or_copy(const ParsedArguments& arguments) {
  const Options& options = arguments.options;
  const std::string command(arguments.command->name);
  const bool has_all = options.is_given("from") && options.is_given("to");
  const bool has_any = has_all || options.is_given("from") || options.is_given("to") || options.is_given("table") ||
                       options.is_given("to_table");
  if (!arguments.positionals.empty() && has_any) {
    return Error(ErrorClass::kUsage, "usage.exclusive",
                 "a manifest and --from, --to, --table and --to-table exclude each other")
        .hint("give the manifest, or the arguments of dpone copy");
  }
  if (!arguments.positionals.empty()) return route_of_manifest(arguments);
  if (has_all) return resolve_copy(options);
  return Error(ErrorClass::kUsage, "usage.missing_argument",
               "dpone " + command + " needs MANIFEST, or for a copy its --from, --to and tables")
      .hint("see dpone " + command + " --help");
}

}  // namespace

Result<int> run_command(const ParsedArguments& arguments) {
  DPONE_TRY(const ResolvedRoute route, route_of_manifest(arguments));
  DPONE_TRY(const plan::StartRequest start, start_of(arguments.options, route.manifest));
  DPONE_TRY(const auto session, Session::begin(arguments.options, route, arguments.options.text("run_id")));
  if (arguments.options.flag("dry_run")) return print_plan(route, *session, start);
  return run_route(route, *session, start);
}

Result<int> plan_command(const ParsedArguments& arguments) {
  DPONE_TRY(const ResolvedRoute route, route_of_manifest(arguments));
  DPONE_TRY(const plan::StartRequest start, start_of(arguments.options, route.manifest));
  DPONE_TRY(const auto session, Session::begin(arguments.options, route, ""));
  return print_plan(route, *session, start);
}

Result<int> check_command(const ParsedArguments& arguments) {
  const Options& options = arguments.options;
  DPONE_TRY(const ResolvedRoute route, route_of_manifest(arguments));
  std::optional<plan::RoutePlan> found;
  if (options.flag("live")) {
    DPONE_TRY(const auto session, Session::begin(options, route, ""));
    DPONE_TRY(found, plan_of(route, *session, {}));
  }
  if (options.text("format") == "json") {
    Json variables = Json::array();
    for (const std::string& name : route.variables_read) variables.push(name);
    Json json = Json::object();
    json.set("schema_version", "dpone.check.v1").set("manifest", arguments.positionals[0]).set("passed", true);
    json.set("process", route.manifest.name).set("manifest_hash", route.manifest.hash());
    json.set("variables_read", std::move(variables)).set("live", found ? found_json(*found) : Json());
    DPONE_CHECK(print_json(json));
  } else if (!options.flag("quiet")) {
    std::string text = fmt::format("{}: process {} is complete", arguments.positionals[0], route.manifest.name);
    if (!route.variables_read.empty()) text += fmt::format("; read {}", fmt::join(route.variables_read, ", "));
    DPONE_CHECK(print_out(text + "\n" + (found ? found_text(*found, route) : std::string())));
  }
  return 0;
}

Result<int> reconcile_command(const ParsedArguments& arguments) {
  DPONE_TRY(const ResolvedRoute route, route_of_manifest_or_copy(arguments));
  const std::string run_id = arguments.options.text("run_id");
  DPONE_TRY(const auto session, Session::begin(arguments.options, route, run_id));
  DPONE_TRY(const auto sink, open_sink(route, session->context()));
  DPONE_TRY(const PriorReceipts prior, sink->read_receipts(route.manifest.name, run_id));
  const bool is_there = prior.of_run.has_value();
  bool is_known = is_there;
  if (!is_known) {
    DPONE_TRY(const auto record, evidence::Ledger::find(session->state_dir(), "", run_id, std::nullopt));
    is_known = record.has_value();
  }
  if (session->is_json()) {
    Json json = Json::object();
    json.set("schema_version", "dpone.reconcile.v1").set("process", route.manifest.name).set("run_id", run_id);
    json.set("outcome", is_there ? "committed" : "absent")
        .set("is_known", is_known)
        .set("receipt", is_there ? prior.of_run->to_json() : Json());
    DPONE_CHECK(print_json(json));
  } else if (is_there) {
    DPONE_CHECK(print_out(fmt::format("run {} was published at {} as version {}: {} rows by {}\n", run_id,
                                      prior.of_run->published_at, prior.of_run->version, prior.of_run->rows_loaded,
                                      prior.of_run->method)));
  } else if (is_known) {
    DPONE_CHECK(print_out(fmt::format("run {} published nothing: it can be run again\n", run_id)));
  } else {
    DPONE_CHECK(
        print_out(fmt::format("run {} published nothing: neither the target nor the ledger in {} knows this run id.\n"
                              "Check the id; if it is right, the run ended before it published, and can be run again\n",
                              run_id, session->state_dir().string())));
  }
  return is_there ? 0 : static_cast<int>(ErrorClass::kUnavailable);
}

Result<int> cleanup_command(const ParsedArguments& arguments) {
  DPONE_TRY(const ResolvedRoute route, route_of_manifest_or_copy(arguments));
  DPONE_TRY(const auto session, Session::begin(arguments.options, route, ""));
  DPONE_TRY(const auto sink, open_sink(route, session->context()));
  const bool is_dry_run = arguments.options.flag("dry_run");
  DPONE_TRY(const std::vector<Leftover> leftovers, sink->cleanup(route.manifest.name, is_dry_run));
  Json list = Json::array();
  std::string text;
  for (const Leftover& leftover : leftovers) {
    Json entry = Json::object();
    entry.set("name", leftover.name).set("process", leftover.process).set("run_id", leftover.run_id);
    entry.set("is_removed", leftover.is_removed);
    list.push(std::move(entry));
    text += fmt::format("{} {} of run {}\n", leftover.is_removed ? "dropped" : "would drop", leftover.name,
                        leftover.run_id);
  }
  if (session->is_json()) {
    Json json = Json::object();
    json.set("schema_version", "dpone.cleanup.v1").set("is_dry_run", is_dry_run).set("leftovers", std::move(list));
    DPONE_CHECK(print_json(json));
  } else if (!session->is_quiet()) {
    DPONE_CHECK(print_out(text.empty() ? "nothing to clean up\n" : text));
  }
  return 0;
}

}  // namespace dpone::cli
