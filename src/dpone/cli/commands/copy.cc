// copy: a manifest made of arguments, run or printed.
#include "dpone/cli/commands/commands.h"
#include "dpone/cli/copy_route.h"
#include "dpone/cli/output.h"
#include "dpone/cli/plan_output.h"
#include "dpone/cli/run_route.h"
#include "dpone/connections/provider.h"

namespace dpone::cli {
Result<int> copy_command(const ParsedArguments& arguments) {
  const Options& options = arguments.options;
  DPONE_TRY(ResolvedRoute route, resolve_copy(options));
  manifest::Manifest& manifest = route.manifest;
  apply_overrides(manifest, options);

  if (options.flag("print_manifest")) {
    std::string variables;
    for (const std::string& id : {manifest.source.connection_id, manifest.sink.connection_id}) {
      if (!id.empty()) variables += "# reads " + connections::variable_name(id, "url") + "\n";
    }
    DPONE_CHECK(print_exactly(variables + manifest.to_yaml()));
    return 0;
  }
  DPONE_TRY(const plan::StartRequest start, start_of(options, manifest));
  DPONE_TRY(const auto session, Session::begin(options, route, options.text("run_id")));
  if (options.flag("dry_run")) return print_plan(route, *session, start);
  return run_route(route, *session, start);
}

}  // namespace dpone::cli
